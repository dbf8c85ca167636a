"""Submitting processes and workflows (protocol part 02, sections 3 and 6.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from jupyter_colonies.broker import reading, transition
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.channels import declared
from jupyter_colonies.broker.signals import Changed, Due, Ready
from jupyter_colonies.core import identity, lifecycle, quantity
from jupyter_colonies.core.graph import ProcessGraph, check_workflow
from jupyter_colonies.core.messages import processes as process_messages
from jupyter_colonies.core.messages import workflows
from jupyter_colonies.core.messages.processes import SubmitFunctionSpec
from jupyter_colonies.core.messages.workflows import SubmitWorkflowSpec
from jupyter_colonies.core.process import (
    AttributeType,
    Process,
    State,
    attribute_id,
    priority_time,
)
from jupyter_colonies.core.spec import (
    FunctionSpec,
    WorkflowSpec,
    canonical,
    check_priority,
)
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import InvalidRequest, InvalidWorkflow
from jupyter_colonies.store import channels, graphs, processes
from jupyter_colonies.store.statement import Row, Transaction

PROCESS = "process"
GRAPH = "graph"
NO_LIMIT = -1


@answers(process_messages.SUBMIT_FUNCTION_SPEC)
def submit_function_spec(call: Call, request: SubmitFunctionSpec) -> Process:
    """Queue one process on its own."""
    spec = request.spec or FunctionSpec()
    check_priority(spec)
    return queue(call, spec)


def queue(call: Call, spec: FunctionSpec) -> Process:
    """Queue one process on its own, in the colony of its conditions."""
    stored = canonical(spec)
    row = new_row(call, stored, seq=processes.take_numbers(call.tx, PROCESS, 1)[0])
    attributes = insert(call.tx, [row], [stored])
    announce_new(call.tx, [row])
    transition.record(call.tx, [row], 0, ())
    return reading.process(row, attributes=attributes)


@answers(workflows.SUBMIT_WORKFLOW_SPEC)
def submit_workflow_spec(call: Call, request: SubmitWorkflowSpec) -> ProcessGraph:
    """Queue a workflow: everything of it or nothing."""
    workflow = request.spec or WorkflowSpec()
    check_workflow(workflow.functionspecs or [])
    return start_workflow(call, workflow)[1]


def start_workflow(
    call: Call, workflow: WorkflowSpec, *, root_input: str = "[]"
) -> tuple[int, ProcessGraph]:
    """Queue a workflow that keeps the rules; its number and the graph.

    `root_input` is the JSON list that its roots find as their input.
    """
    specs = workflow.functionspecs or []
    tx = call.tx
    graphseq = processes.take_numbers(tx, GRAPH, 1)[0]
    numbers = processes.take_numbers(tx, PROCESS, len(specs))
    processgraphid = identity.new_id()
    seqs = {spec.nodename: seq for spec, seq in zip(specs, numbers, strict=True)}
    stored = [_member_spec(spec, workflow.colonyname) for spec in specs]
    rows = [
        new_row(
            call,
            spec,
            seq=seqs[spec.nodename],
            graph=(graphseq, processgraphid),
            pending=len(spec.dependencies),
        )
        for spec in stored
    ]
    for row in rows:
        row["input"] = "[]" if row["pending"] else root_input
    tx.run(graphs.INSERT, **_graph_row(call, graphseq, processgraphid, len(specs)))
    insert(tx, rows, stored)
    tx.many(processes.INSERT_EDGE, _edges(specs, seqs))
    announce_new(tx, rows)
    roots = [row["processid"] for row in rows if not row["pending"]]
    return graphseq, ProcessGraph(
        processgraphid=processgraphid,
        initiatorid=call.caller.id,
        initiatorname=call.caller.name,
        colonyname=workflow.colonyname,
        rootprocessids=roots,
        submissiontime=to_wire(tx.now),
        processids=[row["processid"] for row in rows],
    )


def new_row(
    call: Call,
    spec: FunctionSpec,
    *,
    seq: int,
    graph: tuple[int, str] = (0, ""),
    pending: int = 0,
) -> dict[str, Any]:
    """The row of a process that waits; `spec` is in its canonical form."""
    now = call.tx.now
    names = spec.executornames
    conditions = spec.conditions
    return {
        "seq": seq,
        "processid": identity.new_id(),
        "colonyname": conditions.colonyname,
        "graphseq": graph[0],
        "processgraphid": graph[1],
        "nodename": spec.nodename,
        "funcname": spec.funcname,
        "executortype": conditions.executortype,
        "location": spec.locationname.lower(),
        "target": _target(names),
        "label": spec.label,
        "initiatorid": call.caller.id,
        "initiatorname": call.caller.name,
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


def _member_spec(spec: FunctionSpec, colonyname: str) -> FunctionSpec:
    """A node's spec as it is stored: the workflow's colony, no limit for 0 (part 02, 6.1)."""
    try:
        stored = canonical(spec)
    except InvalidRequest as error:
        raise InvalidWorkflow(
            f"Failed to submit workflow, failed to add process: node '{spec.nodename}': "
            f"{error.message}"
        ) from None
    stored.conditions = msgspec.structs.replace(stored.conditions, colonyname=colonyname)
    stored.maxexectime = spec.maxexectime or NO_LIMIT
    return stored


def _target(names: Sequence[str]) -> str:
    if not names:
        return processes.ANYONE
    return names[0] if len(set(names)) == 1 else processes.SEVERAL


def _edges(specs: Sequence[FunctionSpec], seqs: dict[str, int]) -> list[dict[str, int]]:
    children: dict[str, int] = {}
    edges = []
    for spec in specs:
        for position, dependency in enumerate(spec.dependencies):
            place = children.get(dependency, 0)
            children[dependency] = place + 1
            edges.append(
                {
                    "parent": seqs[dependency],
                    "child": seqs[spec.nodename],
                    "parentposition": position,
                    "childposition": place,
                }
            )
    return edges


def _graph_row(call: Call, seq: int, processgraphid: str, size: int) -> dict[str, Any]:
    return {
        "seq": seq,
        "processgraphid": processgraphid,
        "colonyname": call.colonyname,
        "initiatorid": call.caller.id,
        "initiatorname": call.caller.name,
        "state": int(State.WAITING),
        "submissiontime": call.tx.now,
        "starttime": 0,
        "endtime": 0,
        "revision": 1,
        "waiting": size,
        "running": 0,
        "success": 0,
        "failed": 0,
        "cancelled": 0,
    }
