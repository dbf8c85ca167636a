"""Submitting workflows (protocol part 02, section 6.1): everything of one or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.broker import arrival, once, remainders
from jupyter_colonies.broker.arrival import Arrival
from jupyter_colonies.broker.authorize import authorize
from jupyter_colonies.broker.call import Call, Desk, carries_out
from jupyter_colonies.broker.submit import insert, new_row
from jupyter_colonies.core.graph import ProcessGraph, check_workflow
from jupyter_colonies.core.messages.workflows import SUBMIT_WORKFLOW_SPEC, SubmitWorkflowSpec
from jupyter_colonies.core.runname import run_name
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec, canonical
from jupyter_colonies.errors import ColoniesError, InvalidRequest, InvalidWorkflow
from jupyter_colonies.store import processes
from jupyter_colonies.store.processes import OUTSIDE
from jupyter_colonies.store.statement import Transaction

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

        def submit(tx: Transaction) -> ProcessGraph:
            call = asked(tx)
            work = partial(_submit, call, workflow)
            return once.first(call, desk.once, SUBMIT_WORKFLOW_SPEC, work)

        return await desk.store.write(submit)
    await desk.store.read(lambda tx: once.look(asked(tx), desk.once, SUBMIT_WORKFLOW_SPEC))
    specs = await asyncio.to_thread(checked, workflow)
    arriving = await desk.store.write(lambda tx: arrive(asked(tx), specs, workflow.name or ""))
    try:
        await arrival.store_parts(desk, arriving)
        left = await desk.store.write(
            lambda tx: arrival.appear_once(asked(tx), desk.once, SUBMIT_WORKFLOW_SPEC, arriving)
        )
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


class Arriving(Arrival):
    """A workflow that was submitted."""

    def __init__(self, call: Call, specs: Sequence[FunctionSpec], name: str) -> None:
        super().__init__(call, len(specs), run_name(name, specs))
        self._specs = specs
        self._seqs = {spec.nodename: seq for spec, seq in zip(specs, self.numbers, strict=True)}
        self._children: dict[str, int] = {}

    def part(self, start: int, end: int, *, queued: bool) -> Part:
        """See `Arrival`."""
        specs = self._specs[start:end]
        rows = [
            new_row(
                self.origin,
                spec,
                seq=self._seqs[spec.nodename],
                processid=processid,
                graph=(self.seq, self.graph.processgraphid),
                pending=len(spec.dependencies) or (0 if queued else OUTSIDE),
            )
            for spec, processid in zip(specs, self.ids[start:end], strict=True)
        ]
        self.rootids += [row["processid"] for row in rows if row["pending"] <= 0]
        self.enter(rows, queued=queued)
        return Part(rows, specs, list(self._edges(specs)))

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
    call: Call, workflow: WorkflowSpec, *, root_input: str = "[]", name: str = ""
) -> tuple[int, ProcessGraph]:
    """Queue a workflow that keeps the rules, in one transaction; its number and the graph.

    `root_input` is the JSON list that its roots find as their input, `name` what the workflow is
    called unless it says so itself.
    """
    arriving = Arriving(call, _stored(workflow), workflow.name or name)
    whole = arriving.part(0, len(arriving), queued=True)
    for row in arriving.roots:
        row["input"] = root_input
    arrival.store_whole(call.tx, arriving, whole)
    return arriving.seq, arriving.graph


def checked(workflow: WorkflowSpec) -> list[FunctionSpec]:
    """The specs of a workflow as they are stored. Raises InvalidWorkflow, InvalidRequest."""
    check_workflow(workflow.functionspecs or [])
    return _stored(workflow)


def arrive(call: Call, specs: Sequence[FunctionSpec], name: str = "") -> Arriving:
    """Begin to store a workflow in parts."""
    arriving = Arriving(call, specs, name)
    arrival.begin(call, arriving)
    return arriving


def member_spec(spec: FunctionSpec, colonyname: str) -> FunctionSpec:
    """A node's spec as it is stored: the workflow's colony, no limit for 0 (part 02, 6.1).

    Raises InvalidWorkflow.
    """
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


def _stored(workflow: WorkflowSpec) -> list[FunctionSpec]:
    return [member_spec(spec, workflow.colonyname) for spec in workflow.functionspecs or []]


def _submit(call: Call, workflow: WorkflowSpec) -> ProcessGraph:
    check_workflow(workflow.functionspecs or [])
    return start_workflow(call, workflow)[1]
