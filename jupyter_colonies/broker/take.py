"""Taking one process from the queue, and giving it back (protocol part 02, sections 4.3, 4.4)."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from jupyter_colonies.broker import reading, transition
from jupyter_colonies.broker.authorize import heard_from
from jupyter_colonies.broker.signals import Due
from jupyter_colonies.core import quantity
from jupyter_colonies.core.messages.processes import AssignProcess
from jupyter_colonies.core.policy import Caller, ExecutorFacts
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.core.times import from_wire
from jupyter_colonies.errors import InvalidRequest, NotAnExecutor
from jupyter_colonies.store import processes, queues
from jupyter_colonies.store.statement import Row, Transaction

UNLIMITED = 2**63 - 1


class Taker(NamedTuple):
    """An executor that asks for work, and the largest work it can take."""

    executorid: str
    colonyname: str
    executor: ExecutorFacts
    cpu: int
    mem: int

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


def take(tx: Transaction, who: Taker) -> Process | None:
    """Assign the first process that fits, if there is one: a fixed number of statements."""
    heard_from(tx, who.executor.seq, needed=True)
    request = {
        "colonyname": who.colonyname,
        "executortype": who.executor.executortype,
        "executorname": who.executor.executorname,
        "executorid": who.executorid,
        "location": who.executor.locationname.lower(),
        "cpu": who.cpu,
        "mem": who.mem,
        "now": tx.now,
    }
    row = tx.one(queues.CLAIM, **request)
    if row is None and tx.shared:
        row = tx.one(queues.CLAIM_DEEPER, **request)
    if row is None:
        return None
    if row["execdeadline"]:
        tx.announce(Due(row["execdeadline"]))
    transition.record(tx, [row], row["graphseq"], [(State.WAITING, -1), (State.RUNNING, 1)])
    return _with_input(tx, row)


def give_back(tx: Transaction, process: Process) -> None:
    """Undo an assignment nobody received, unless something happened to it since."""
    row = tx.one(
        processes.BY_ID,
        processid=process.processid,
    )
    if row is None or to_micros(row["starttime"]) != to_micros(from_wire(process.starttime)):
        return
    returned = tx.one(
        processes.GIVE_BACK,
        at_seq=row["seq"],
        executorid=process.assignedexecutorid,
        since=row["starttime"],
    )
    if returned is not None:
        transition.requeue(tx, [returned])


def to_micros(nanoseconds: int) -> int:
    """A moment as precise as the wire shows it."""
    return nanoseconds // 1000


def _with_input(tx: Transaction, row: Row) -> Process:
    """The assigned process; its input is what its parents put out, in their order."""
    attributes = tx.all(processes.ATTRIBUTES, seq=row["seq"])
    if not row["graphseq"]:
        return reading.process(row, attributes=attributes)
    parents = tx.all(processes.INPUTS, child=row["seq"])
    children = tx.all(processes.CHILDREN, parent=row["seq"])
    assigned = dict(row)
    if parents:
        assigned["input"] = _joined([parent["output"] for parent in parents])
        tx.run(processes.SET_INPUT, at_seq=row["seq"], new_input=assigned["input"])
    return reading.process(
        assigned,
        parents=[parent["processid"] for parent in parents],
        children=[child["processid"] for child in children],
        attributes=attributes,
    )


def _joined(outputs: list[str]) -> str:
    """Lists one after the other, without looking into their elements."""
    elements: list[msgspec.Raw] = []
    for output in outputs:
        elements.extend(msgspec.json.decode(output, type=list[msgspec.Raw]))
    return msgspec.json.encode(elements).decode()
