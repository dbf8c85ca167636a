"""A workflow on its way into the store: everything of it or nothing.

What fits into one part is one transaction. More is stored in parts, which nobody sees and nothing
can be assigned from; a last, short transaction makes it a workflow.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

from jupyter_colonies.broker import once, remainders, transition
from jupyter_colonies.broker.call import Call, Desk
from jupyter_colonies.broker.remainders import Remainder
from jupyter_colonies.broker.submit import PROCESS, Origin, announce_new, origin
from jupyter_colonies.core import graph as rules
from jupyter_colonies.core import identity, lifecycle
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.messages import Message
from jupyter_colonies.core.once import Once
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import StorageFailed
from jupyter_colonies.store import graphs, numbers, processes
from jupyter_colonies.store.remainders import Purpose
from jupyter_colonies.store.statement import Transaction

GRAPH = "graph"


class Part(Protocol):
    """Some of the processes of a workflow."""

    def store(self, tx: Transaction) -> None:
        """Write them down."""


class Arrival(ABC):
    """A workflow of so many processes: numbers and ids are given out.

    The ids are random, and rise with the numbers: so the index of ids grows in few places at a
    time, and processes that run one after the other are found side by side.
    """

    def __init__(self, call: Call, many: int, name: str) -> None:
        tx = call.tx
        self.origin: Origin = origin(call)
        self.colonyname = call.colonyname
        self.name = name
        self.seq = numbers.take(tx, GRAPH, 1)[0]
        self.numbers: Sequence[int] = numbers.take(tx, PROCESS, many)
        self.ids = sorted(identity.new_id() for _ in range(many))
        self.rootids: list[str] = []
        self.graph = ProcessGraph(
            processgraphid=identity.new_id(),
            initiatorid=self.origin.initiatorid,
            initiatorname=self.origin.initiatorname,
            colonyname=self.colonyname,
            submissiontime=to_wire(tx.now),
            processids=self.ids,
            rootprocessids=self.rootids,
        )
        self.roots: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def remainder(self) -> Remainder:
        """What is left to do as long as it is not a workflow: to remove what is there of it."""
        return Remainder(self.seq, self.colonyname, Purpose.DISCARD)

    @property
    def successful(self) -> int:
        """How many of its processes are successful from the start."""
        return 0

    @abstractmethod
    def part(self, start: int, end: int, *, queued: bool) -> Part:
        """The processes from one place to another, each asked for once and in order.

        Those that wait for no parent enter the queue if `queued`, and stay outside if not; they
        are added to `roots`.
        """

    def check(self, tx: Transaction) -> None:  # noqa: B027 - most have nothing to check
        """Raise unless what it was made from is still there."""

    def row(self) -> dict[str, Any]:
        """The row of the workflow."""
        counts = {State.WAITING: len(self) - self.successful, State.SUCCESS: self.successful}
        state = rules.state_of(counts)
        self.graph.state = state
        begun = self.origin.at if state is State.RUNNING else 0
        self.graph.starttime = to_wire(begun)
        return {
            "seq": self.seq,
            "processgraphid": self.graph.processgraphid,
            "colonyname": self.colonyname,
            "initiatorid": self.origin.initiatorid,
            "initiatorname": self.origin.initiatorname,
            "state": int(state),
            "submissiontime": self.origin.at,
            "starttime": begun,
            "endtime": 0,
            "revision": 1,
            "waiting": counts[State.WAITING],
            "running": 0,
            "success": counts[State.SUCCESS],
            "failed": 0,
            "cancelled": 0,
            "original": "",
            "family": "",
            "name": self.name,
        }

    def enter(self, rows: Sequence[dict[str, Any]], *, queued: bool) -> None:
        """Take note of processes that wait for no parent."""
        if queued or len(self.roots) <= remainders.PART:
            self.roots += [row for row in rows if row["pending"] <= 0]


def begin(call: Call, arrival: Arrival) -> None:
    """Begin to store a workflow in parts."""
    remainders.begin(call.tx, arrival.remainder)


async def store_parts(desk: Desk, arrival: Arrival) -> None:
    """Store all processes: a part is put together while the one before it is being written."""

    async def nothing() -> None:
        pass

    writing: asyncio.Future[None] = asyncio.ensure_future(nothing())
    for start in range(0, len(arrival), remainders.PART):
        end = start + remainders.PART
        try:
            part = await asyncio.to_thread(arrival.part, start, end, queued=False)
        finally:
            await writing
        writing = desk.store.write(partial(store_part, arrival=arrival, part=part))
    await writing


def store_part(tx: Transaction, arrival: Arrival, part: Part) -> None:
    """Store a part that nobody sees yet. Raises StorageFailed if it was given up meanwhile."""
    _renew(tx, arrival)
    part.store(tx)


def store_whole(tx: Transaction, arrival: Arrival, part: Part) -> None:
    """Store a workflow that is one part, and announce it."""
    row = arrival.row()
    tx.run(graphs.INSERT, **row)
    part.store(tx)
    announce_new(tx, arrival.roots)
    transition.record_arrival(tx, row)


def appear(call: Call, arrival: Arrival) -> Remainder | None:
    """Make it a workflow; what is left to do if very many of its processes enter the queue.

    Raises StorageFailed if it was given up meanwhile.
    """
    tx = call.tx
    tx.end_batch()
    _renew(tx, arrival)
    arrival.check(tx)
    left = None
    if len(arrival.roots) > remainders.PART:
        left = remainders.turn(tx, arrival.remainder, Purpose.OPEN)
    else:
        remainders.drop(tx, arrival.remainder)
        opened = [
            {
                **row,
                "pending": 0,
                "waitdeadline": lifecycle.deadline(tx.now, row["maxwaittime"]),
            }
            for row in arrival.roots
        ]
        tx.many(
            processes.OPEN,
            [
                {
                    "at_seq": row["seq"],
                    "new_pending": row["pending"],
                    "new_waitdeadline": row["waitdeadline"],
                }
                for row in opened
            ],
        )
        announce_new(tx, opened)
    row = arrival.row()
    tx.run(graphs.INSERT, **row)
    transition.record_arrival(tx, row)
    return left


def appear_once(
    call: Call, key: Once | None, message: Message[Any, Any], arrival: Arrival
) -> Remainder | None:
    """The same for a request that may have come before. Raises what `once.first` raises."""
    return once.first(call, key, message, lambda: appear(call, arrival), lambda _: arrival.graph)


def _renew(tx: Transaction, arrival: Arrival) -> None:
    if remainders.renew(tx, arrival.remainder) is None:
        raise StorageFailed(
            "The workflow was not stored: its colony was removed meanwhile, or storing it took so "
            "long that it was given up; look whether the colony is there and submit it again"
        )
