"""Taking processes from the queue, and giving them back (protocol part 02, sections 4.3, 4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from jupyter_colonies.broker import reading, transition
from jupyter_colonies.broker.authorize import still_there
from jupyter_colonies.broker.signals import Due
from jupyter_colonies.broker.transition import Moved
from jupyter_colonies.core import quantity
from jupyter_colonies.core.messages.processes import AssignProcess
from jupyter_colonies.core.policy import Caller, ExecutorFacts
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.core.times import from_wire
from jupyter_colonies.errors import InvalidRequest, NotAnExecutor
from jupyter_colonies.store import batches, presence, processes, queues
from jupyter_colonies.store.statement import Row, Statement, Transaction

UNLIMITED = 2**63 - 1


class Taker(NamedTuple):
    """An executor that asks for work, and the largest work it can take."""

    executorid: str
    colonyname: str
    executor: ExecutorFacts
    cpu: int
    mem: int

    @property
    def caller(self) -> Caller:
        """The same as a caller."""
        return Caller(self.executorid, self.executor)

    @property
    def limited(self) -> bool:
        """Whether work may be too large for it."""
        return self.cpu < UNLIMITED or self.mem < UNLIMITED


def taker(caller: Caller, request: AssignProcess) -> Taker:
    """Who asks for work (protocol part 02, section 4.1).

    Raises InvalidRequest for a timeout of zero or an amount that can't be read, NotAnExecutor
    for a user.
    """
    if request.timeout == 0:
        raise InvalidRequest("Invalid timeout value, timeout cannot be zero")
    if caller.executor is None:
        raise NotAnExecutor("Failed to assign process, executor not found")
    cpu = quantity.cpu_millicores(request.availablecpu) if request.availablecpu else UNLIMITED
    mem = quantity.memory_bytes(request.availablemem) if request.availablemem else UNLIMITED
    return Taker(caller.id, request.colonyname, caller.executor, cpu, mem)


def take(tx: Transaction, who: Taker) -> list[Process]:
    """Assign the first process that fits, if there is one: a fixed number of statements."""
    rows = _claimed(tx, who, queues.CLAIM)
    if not rows:
        return []
    (row,) = rows
    transition.record(tx, [row], row["graphseq"], [(State.WAITING, -1), (State.RUNNING, 1)])
    return [_with_input(tx, row)]


def take_several(tx: Transaction, who: Taker, count: int) -> list[Process]:
    """Assign the first `count` processes that fit, or fewer: as many statements as for one.

    Only each workflow's row is one statement more.
    """
    rows = _claimed(tx, who, queues.CLAIM_SEVERAL, count=count)
    if not rows:
        return []
    transition.record_all(tx, [Moved(row, State.WAITING) for row in rows])
    return reading.several(tx, _with_inputs(tx, rows))


def give_back(tx: Transaction, given: Sequence[Process]) -> None:
    """Undo assignments nobody received, unless something happened to them since."""
    returned = []
    for process in given:
        row = tx.one(processes.BY_ID, processid=process.processid)
        if row is None or to_micros(row["starttime"]) != to_micros(from_wire(process.starttime)):
            continue
        presence.keep(tx, row["colonyname"])
        returned += tx.all(
            processes.GIVE_BACK,
            at_seq=row["seq"],
            executorid=process.assignedexecutorid,
            since=row["starttime"],
        )
    transition.requeue(tx, returned)


def to_micros(nanoseconds: int) -> int:
    """A moment as precise as the wire shows it."""
    return nanoseconds // 1000


def _claimed(tx: Transaction, who: Taker, claim: Statement, count: int = 1) -> list[Row]:
    """What an executor gets, in the order of the queue."""
    still_there(tx, who.executor.seq, who.executorid)
    request = {
        "colonyname": who.colonyname,
        "executortype": who.executor.executortype,
        "executorname": who.executor.executorname,
        "executorid": who.executorid,
        "location": who.executor.locationname.lower(),
        "cpu": who.cpu,
        "mem": who.mem,
        "now": tx.now,
        "count": count,
    }
    rows = tx.all(claim, **request)
    if not rows and tx.shared:
        rows = tx.all(queues.CLAIM_DEEPER, **request)
    for row in rows:
        if row["execdeadline"]:
            tx.announce(Due(row["execdeadline"]))
    return sorted(rows, key=lambda row: (row["prioritytime"], row["seq"]))


def _with_inputs(tx: Transaction, rows: Sequence[Row]) -> list[Row]:
    """Assigned processes; their inputs are what their parents put out, in their order."""
    outputs: dict[int, list[str]] = {}
    members = [row["seq"] for row in rows if row["graphseq"]]
    for statement, numbers in processes.numbered(batches.inputs_of, members):
        for parent in tx.all(statement, **numbers):
            outputs.setdefault(parent["child"], []).append(parent["output"])
    if not outputs:
        return list(rows)
    inputs = {child: joined(each) for child, each in outputs.items()}
    tx.many(
        processes.SET_INPUT,
        [{"at_seq": child, "new_input": joined} for child, joined in inputs.items()],
    )
    return [{**row, "input": inputs.get(row["seq"], row["input"])} for row in rows]


def _with_input(tx: Transaction, row: Row) -> Process:
    """The assigned process; its input is what its parents put out, in their order."""
    attributes = tx.all(processes.ATTRIBUTES, seq=row["seq"]) if row["described"] else []
    if not row["graphseq"]:
        return reading.process(row, attributes=attributes)
    parents = tx.all(processes.INPUTS, child=row["seq"])
    children = tx.all(processes.CHILDREN, parent=row["seq"])
    assigned = dict(row)
    if parents:
        assigned["input"] = joined([parent["output"] for parent in parents])
        tx.many(processes.SET_INPUT, [{"at_seq": row["seq"], "new_input": assigned["input"]}])
    return reading.process(
        assigned,
        parents=[parent["processid"] for parent in parents],
        children=[child["processid"] for child in children],
        attributes=attributes,
    )


def joined(outputs: list[str]) -> str:
    """Lists one after the other, without looking into their elements."""
    elements: list[msgspec.Raw] = []
    for output in outputs:
        elements.extend(msgspec.json.decode(output, type=list[msgspec.Raw]))
    return msgspec.json.encode(elements).decode()
