"""Submitting workflows (protocol part 02, section 6.1): everything of one or nothing.

A workflow that fits into one part is one transaction. A larger one is stored in parts, which
nobody sees and nothing can be assigned from; a last, short transaction makes it a workflow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.broker import remainders
from jupyter_colonies.broker.authorize import authorize
from jupyter_colonies.broker.call import Call, Desk, carries_out
from jupyter_colonies.broker.remainders import Remainder
from jupyter_colonies.broker.submit import (
    PROCESS,
    Origin,
    announce_new,
    insert,
    new_row,
    origin,
)
from jupyter_colonies.core import identity, lifecycle
from jupyter_colonies.core.graph import ProcessGraph, check_workflow
from jupyter_colonies.core.messages.workflows import SUBMIT_WORKFLOW_SPEC, SubmitWorkflowSpec
from jupyter_colonies.core.process import State
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec, canonical
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import ColoniesError, InvalidRequest, InvalidWorkflow, StorageFailed
from jupyter_colonies.store import graphs, processes
from jupyter_colonies.store.processes import OUTSIDE
from jupyter_colonies.store.remainders import Purpose
from jupyter_colonies.store.statement import Transaction

GRAPH = "graph"
NO_LIMIT = -1


@carries_out(SUBMIT_WORKFLOW_SPEC)
async def submit_workflow_spec(
    desk: Desk, request: SubmitWorkflowSpec, callerid: str
) -> ProcessGraph:
    """Queue a workflow: everything of it or nothing."""
    workflow = request.spec or WorkflowSpec()

    def asked(tx: Transaction) -> Call:
        return authorize(tx, desk.facts, SUBMIT_WORKFLOW_SPEC, request, callerid)

    if len(workflow.functionspecs or ()) <= remainders.PART:
        return await desk.store.write(lambda tx: _submit(asked(tx), workflow))
    await desk.store.read(asked)
    specs = await asyncio.to_thread(checked, workflow)
    arriving = await desk.store.write(lambda tx: arrive(asked(tx), specs))
    try:
        await _store_parts(desk, arriving)
        left = await desk.store.write(lambda tx: appear(asked(tx), arriving))
    except ColoniesError:
        await remainders.finish(desk.store, arriving.remainder)
        raise
    await remainders.finish(desk.store, left)
    return arriving.graph


class Part(NamedTuple):
    """Some of the processes of a workflow, with the edges that lead to them."""

    rows: list[dict[str, Any]]
    specs: Sequence[FunctionSpec]
    edges: list[dict[str, int]]

    def store(self, tx: Transaction) -> None:
        """Write it down."""
        insert(tx, self.rows, self.specs)
        tx.many(processes.INSERT_EDGE, self.edges)


class Arriving:
    """A workflow on its way into the store: numbers and ids are given out.

    The ids are random, and rise with the numbers: so the index of ids grows in few places at a
    time, and processes that run one after the other are found side by side.
    """

    def __init__(self, call: Call, specs: Sequence[FunctionSpec]) -> None:
        tx = call.tx
        self.origin: Origin = origin(call)
        self.colonyname = call.colonyname
        self.seq = processes.take_numbers(tx, GRAPH, 1)[0]
        numbers = processes.take_numbers(tx, PROCESS, len(specs))
        self._specs = specs
        self._seqs = {spec.nodename: seq for spec, seq in zip(specs, numbers, strict=True)}
        self._children: dict[str, int] = {}
        self.graph = ProcessGraph(
            processgraphid=identity.new_id(),
            initiatorid=self.origin.initiatorid,
            initiatorname=self.origin.initiatorname,
            colonyname=self.colonyname,
            submissiontime=to_wire(tx.now),
            processids=sorted(identity.new_id() for _ in specs),
        )
        self.rootids: list[str] = []
        self.graph.rootprocessids = self.rootids
        self.roots: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._specs)

    @property
    def remainder(self) -> Remainder:
        """What is left to do as long as it is not a workflow: to remove what is there of it."""
        return Remainder(self.seq, self.colonyname, Purpose.DISCARD)

    def part(self, start: int, end: int, *, queued: bool) -> Part:
        """The processes from one place to another, each asked for once and in order.

        Those that wait for no parent enter the queue if `queued`, and stay outside if not.
        """
        specs = self._specs[start:end]
        ids = self.graph.processids or []
        rows = [
            new_row(
                self.origin,
                spec,
                seq=self._seqs[spec.nodename],
                processid=processid,
                graph=(self.seq, self.graph.processgraphid),
                pending=len(spec.dependencies) or (0 if queued else OUTSIDE),
            )
            for spec, processid in zip(specs, ids[start:end], strict=True)
        ]
        roots = [row for row in rows if row["pending"] <= 0]
        self.rootids += [row["processid"] for row in roots]
        if queued or len(self.roots) <= remainders.PART:
            self.roots += roots
        return Part(rows, specs, list(self._edges(specs)))

    def row(self) -> dict[str, Any]:
        """The row of the workflow."""
        return {
            "seq": self.seq,
            "processgraphid": self.graph.processgraphid,
            "colonyname": self.colonyname,
            "initiatorid": self.origin.initiatorid,
            "initiatorname": self.origin.initiatorname,
            "state": int(State.WAITING),
            "submissiontime": self.origin.at,
            "starttime": 0,
            "endtime": 0,
            "revision": 1,
            "waiting": len(self),
            "running": 0,
            "success": 0,
            "failed": 0,
            "cancelled": 0,
        }

    def _edges(self, specs: Sequence[FunctionSpec]) -> Iterator[dict[str, int]]:
        for spec in specs:
            for position, dependency in enumerate(spec.dependencies):
                place = self._children.get(dependency, 0)
                self._children[dependency] = place + 1
                yield {
                    "parent": self._seqs[dependency],
                    "child": self._seqs[spec.nodename],
                    "parentposition": position,
                    "childposition": place,
                }


def start_workflow(
    call: Call, workflow: WorkflowSpec, *, root_input: str = "[]"
) -> tuple[int, ProcessGraph]:
    """Queue a workflow that keeps the rules, in one transaction; its number and the graph.

    `root_input` is the JSON list that its roots find as their input.
    """
    arriving = Arriving(call, _stored(workflow))
    whole = arriving.part(0, len(arriving), queued=True)
    for row in arriving.roots:
        row["input"] = root_input
    call.tx.run(graphs.INSERT, **arriving.row())
    whole.store(call.tx)
    announce_new(call.tx, whole.rows)
    return arriving.seq, arriving.graph


def checked(workflow: WorkflowSpec) -> list[FunctionSpec]:
    """The specs of a workflow as they are stored. Raises InvalidWorkflow, InvalidRequest."""
    check_workflow(workflow.functionspecs or [])
    return _stored(workflow)


def _stored(workflow: WorkflowSpec) -> list[FunctionSpec]:
    return [_member_spec(spec, workflow.colonyname) for spec in workflow.functionspecs or []]


def _submit(call: Call, workflow: WorkflowSpec) -> ProcessGraph:
    check_workflow(workflow.functionspecs or [])
    return start_workflow(call, workflow)[1]


def arrive(call: Call, specs: Sequence[FunctionSpec]) -> Arriving:
    """Begin to store a workflow in parts."""
    arriving = Arriving(call, specs)
    remainders.begin(call.tx, arriving.remainder)
    return arriving


async def _store_parts(desk: Desk, arriving: Arriving) -> None:
    """Store all processes: a part is put together while the one before it is being written."""

    async def nothing() -> None:
        pass

    writing: asyncio.Future[None] = asyncio.ensure_future(nothing())
    for start in range(0, len(arriving), remainders.PART):
        end = start + remainders.PART
        try:
            part = await asyncio.to_thread(arriving.part, start, end, queued=False)
        finally:
            await writing
        writing = desk.store.write(partial(store_part, arriving=arriving, part=part))
    await writing


def store_part(tx: Transaction, arriving: Arriving, part: Part) -> None:
    """Store a part that nobody sees yet. Raises StorageFailed if it was given up meanwhile."""
    _renew(tx, arriving)
    part.store(tx)


def appear(call: Call, arriving: Arriving) -> Remainder | None:
    """Make it a workflow; what is left to do if very many of its processes enter the queue.

    Raises StorageFailed if it was given up meanwhile.
    """
    tx = call.tx
    tx.end_batch()
    _renew(tx, arriving)
    left = None
    if len(arriving.roots) > remainders.PART:
        left = remainders.turn(tx, arriving.remainder, Purpose.OPEN)
    else:
        remainders.drop(tx, arriving.remainder)
        opened = [
            {
                **row,
                "pending": 0,
                "waitdeadline": lifecycle.deadline(tx.now, row["maxwaittime"]),
            }
            for row in arriving.roots
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
    tx.run(graphs.INSERT, **arriving.row())
    return left


def _renew(tx: Transaction, arriving: Arriving) -> None:
    if remainders.renew(tx, arriving.remainder) is None:
        raise StorageFailed(
            "The workflow was not stored: its colony was removed meanwhile, or storing it took so "
            "long that it was given up; look whether the colony is there and submit it again"
        )


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
