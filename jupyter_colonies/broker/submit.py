"""Submitting processes (protocol part 02, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.broker import reading, transition
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.channels import declared
from jupyter_colonies.broker.signals import Changed, Due, Ready
from jupyter_colonies.core import identity, lifecycle, quantity
from jupyter_colonies.core.messages import processes as process_messages
from jupyter_colonies.core.messages.processes import SubmitFunctionSpec
from jupyter_colonies.core.process import (
    AttributeType,
    Process,
    State,
    attribute_id,
    priority_time,
)
from jupyter_colonies.core.spec import (
    FunctionSpec,
    canonical,
    check_priority,
)
from jupyter_colonies.store import channels, numbers, processes
from jupyter_colonies.store.statement import Row, Transaction

PROCESS = "process"


@answers(process_messages.SUBMIT_FUNCTION_SPEC)
def submit_function_spec(call: Call, request: SubmitFunctionSpec) -> Process:
    """Queue one process on its own."""
    spec = request.spec or FunctionSpec()
    check_priority(spec)
    return queue(call, spec)


def queue(call: Call, spec: FunctionSpec) -> Process:
    """Queue one process on its own, in the colony of its conditions."""
    stored = canonical(spec)
    row = new_row(origin(call), stored, seq=numbers.take(call.tx, PROCESS, 1)[0])
    attributes = insert(call.tx, [row], [stored])
    announce_new(call.tx, [row])
    transition.record(call.tx, [row], 0, ())
    return reading.process(row, attributes=attributes)


class Origin(NamedTuple):
    """Who submits, and when, in nanoseconds since 1970."""

    initiatorid: str
    initiatorname: str
    at: int


def origin(call: Call) -> Origin:
    """Who submits with a call."""
    return Origin(call.caller.id, call.caller.name, call.tx.now)


def new_row(
    given: Origin,
    spec: FunctionSpec,
    *,
    seq: int,
    processid: str = "",
    graph: tuple[int, str] = (0, ""),
    pending: int = 0,
) -> dict[str, Any]:
    """The row of a process that waits; `spec` is in its canonical form."""
    now = given.at
    names = spec.executornames
    conditions = spec.conditions
    return {
        "seq": seq,
        "processid": processid or identity.new_id(),
        "colonyname": conditions.colonyname,
        "graphseq": graph[0],
        "processgraphid": graph[1],
        "nodename": spec.nodename,
        "funcname": spec.funcname,
        "executortype": conditions.executortype,
        "location": spec.locationname.lower(),
        "target": _target(names),
        "label": spec.label,
        "initiatorid": given.initiatorid,
        "initiatorname": given.initiatorname,
        "state": int(State.WAITING),
        "pending": pending,
        "prioritytime": priority_time(now, spec.priority),
        "submissiontime": now,
        "starttime": 0,
        "endtime": 0,
        "waitdeadline": 0 if pending else lifecycle.deadline(now, spec.maxwaittime),
        "execdeadline": 0,
        "maxwaittime": lifecycle.limit(spec.maxwaittime),
        "maxexectime": lifecycle.limit(spec.maxexectime),
        "maxretries": spec.maxretries,
        "retries": 0,
        "cpu": quantity.cpu_millicores(conditions.cpu),
        "mem": quantity.memory_bytes(conditions.mem),
        "isassigned": 0,
        "assignedexecutorid": "",
        "executorname": "",
        "input": "[]",
        "output": "[]",
        "errors": "[]",
        "spec": msgspec.json.encode(spec).decode(),
        "keptfrom": "",
        "addedby": 0,
        "inserted": 0,
    }


def insert(
    tx: Transaction, rows: Sequence[dict[str, Any]], specs: Sequence[FunctionSpec]
) -> list[Row]:
    """Store new processes with environment, channels and the several executors they may name.

    The environment becomes attributes of type 3 (protocol part 02, section 1.9); they are given
    back.
    """
    tx.many(processes.INSERT, rows)
    attributes: list[Row] = [
        {
            "attributeid": attribute_id(row["processid"], key, AttributeType.ENV),
            "process": row["seq"],
            "attributetype": int(AttributeType.ENV),
            "key": key,
            "value": value,
        }
        for row, spec in zip(rows, specs, strict=True)
        for key, value in (spec.env or {}).items()
    ]
    targets = [
        {
            **{column: row[column] for column in processes.IN_QUEUE},
            "process": row["seq"],
            "executorname": name,
            "ready": int(not row["pending"]),
        }
        for row, spec in zip(rows, specs, strict=True)
        if row["target"] == processes.SEVERAL
        for name in dict.fromkeys(spec.executornames)
    ]
    if attributes:
        tx.many(processes.INSERT_ATTRIBUTE, attributes)
    if targets:
        tx.many(processes.INSERT_TARGET, targets)
    if made := declared(rows, specs):
        tx.many(channels.INSERT, made)
    return attributes


def announce_new(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Wake executors and subscribers for new processes that may be assigned at once."""
    for row in rows:
        if row["pending"]:
            continue
        tx.announce(Ready(row["colonyname"], row["executortype"], row["location"], row["target"]))
        if row["graphseq"]:
            tx.announce(
                Changed(row["processid"], row["colonyname"], row["executortype"], State.WAITING)
            )
        if row["waitdeadline"]:
            tx.announce(Due(row["waitdeadline"]))


def _target(names: Sequence[str]) -> str:
    if not names:
        return processes.ANYONE
    return names[0] if len(set(names)) == 1 else processes.SEVERAL
