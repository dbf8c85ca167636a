"""Processes: submitting, reading, closing, cancelling and retrying them."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

from jupyter_colonies.core.messages import pages, processes, reruns, workflows
from jupyter_colonies.core.messages.processes import Closed, Result
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.errors import FaultyField
from jupyter_colonies.server.rest import executors
from jupyter_colonies.server.rest.declaration import MIB, Reply, Visit, address, declare
from jupyter_colonies.server.rest.paging import Moment, Page, Paging, Text, page

ALL = "colonies/{colonyname}/processes"
ONE = "processes/{processid}"
HOLDER = "the executor the process is assigned to, or inside Jupyter the user who registered it"


class Standing(Enum):
    """The state of a process or a workflow, in a word."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCESS = "successful"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Sort(Enum):
    """An order; with `-` the other way round.

    `priority` is the order of the queue, for `state=waiting`. `starttime` is for `state=running`,
    `endtime` for states in which a process has ended.
    """

    SUBMITTED = "submissiontime"
    NEWEST = "-submissiontime"
    PRIORITY = "priority"
    STARTED = "starttime"
    STARTED_LAST = "-starttime"
    ENDED = "endtime"
    ENDED_LAST = "-endtime"


SORTS = {
    Sort.PRIORITY: {Standing.WAITING},
    Sort.STARTED: {Standing.RUNNING},
    Sort.STARTED_LAST: {Standing.RUNNING},
    Sort.ENDED: {Standing.SUCCESS, Standing.FAILED, Standing.CANCELLED},
    Sort.ENDED_LAST: {Standing.SUCCESS, Standing.FAILED, Standing.CANCELLED},
}
"""The states that an order is for, where it is not for any."""

USUAL = {None: Sort.NEWEST, Standing.WAITING: Sort.PRIORITY, Standing.RUNNING: Sort.STARTED}


class ProcessPaging(Paging, kw_only=True):
    """Which processes: submitted from `since` on and before `until`.

    Without `sort` the newest come first, those that wait in the order of the queue, those that run
    as they were started, those that have ended the last first.
    """

    state: Standing | None = None
    executortype: Text = ""
    executorname: Text = ""
    funcname: Text = ""
    label: Text = ""
    initiator: Text = ""
    since: Moment | None = None
    until: Moment | None = None
    sort: Sort | None = None


class NodePaging(Paging, kw_only=True):
    """Which processes of a workflow."""

    state: Standing | None = None
    nodename: Text = ""


class InState(msgspec.Struct, kw_only=True):
    """In which state; in any unless it is given."""

    state: Standing | None = None


class Success(msgspec.Struct, kw_only=True):
    """Body that closes a process: its output."""

    out: list[Any] = msgspec.field(default_factory=list)


class Failure(msgspec.Struct, kw_only=True):
    """Body that fails a process: why."""

    errors: list[str] = msgspec.field(default_factory=list)


class Output(msgspec.Struct, kw_only=True):
    """What a process has put out so far."""

    out: list[Any]


class Child(msgspec.Struct, kw_only=True):
    """Body of a process that is added below a running one.

    `joins` is a waiting process of the same workflow that is to wait for the new one as well.
    `insert` puts the new one between the running process and its children.
    """

    spec: FunctionSpec
    joins: str = ""
    insert: bool = False


@declare("GET", ALL, who=Role.MEMBER, replies={200: Page[Process]})
async def list_processes(visit: Visit, colonyname: str, *, query: ProcessPaging) -> Reply:
    """Processes of a colony."""
    sort = query.sort or USUAL.get(query.state, Sort.ENDED_LAST)
    if query.state not in SORTS.get(sort, {query.state}):
        states = " or ".join(sorted(f"state={each.value}" for each in SORTS[sort]))
        raise FaultyField(f"'sort' {sort.value} is for {states}", "parameter", "sort")
    filters = {
        "state": number(query.state),
        "executortype": query.executortype,
        "executorname": query.executorname,
        "funcname": query.funcname,
        "label": query.label,
        "initiator": query.initiator,
        "since": query.since,
        "until": query.until,
    }
    return await page(
        visit, pages.PROCESSES, query, sort=sort.value, filters=filters, colonyname=colonyname
    )


@declare("POST", ALL, who=Role.MEMBER, replies={201: Process}, largest=64 * MIB, once=True)
async def submit_process(visit: Visit, colonyname: str, *, body: FunctionSpec) -> Reply:
    """Submit one process on its own.

    The colony of its conditions is the one of the address, whatever they say.
    """
    spec = _placed(body, colonyname)
    process: Process = await visit.submit(processes.SUBMIT_FUNCTION_SPEC, spec=spec)
    return Reply(201, process, address("processes", process.processid))


@declare("DELETE", ALL, who=Role.COLONY_OWNER, replies={204: None})
async def remove_processes(visit: Visit, colonyname: str, *, query: InState) -> Reply:
    """Remove all processes in a state that belong to no workflow."""
    state = -1 if query.state is None else State[query.state.name]
    await visit.ask(processes.REMOVE_ALL_PROCESSES, colonyname=colonyname, state=state)
    return Reply(204)


@declare("GET", ONE, who=Role.MEMBER, replies={200: Process}, tagged=True)
async def get_process(visit: Visit, processid: str) -> Reply:
    """One process."""
    return Reply(200, await visit.ask(processes.GET_PROCESS, processid=processid))


@declare("DELETE", ONE, who=Role.MEMBER, replies={204: None})
async def remove_process(visit: Visit, processid: str) -> Reply:
    """Remove a process that does not run and belongs to no workflow."""
    await visit.ask(processes.REMOVE_PROCESS, processid=processid)
    return Reply(204)


@declare("GET", ONE + "/output", who=Role.MEMBER, replies={200: Output}, tagged=True)
async def get_output(visit: Visit, processid: str) -> Reply:
    """What a process has put out so far."""
    process: Process = await visit.ask(processes.GET_PROCESS, processid=processid)
    return Reply(200, Output(out=process.output or []))


@declare("PUT", ONE + "/output", who=HOLDER, replies={204: None}, largest=64 * MIB)
async def set_output(visit: Visit, processid: str, *, body: Output) -> Reply:
    """Set the output of a running process, which goes on."""
    holder = await visit.visitor.holder(processid)
    await visit.ask(processes.SET_OUTPUT, holder, processid=processid, out=body.out)
    return Reply(204)


@declare("PUT", ONE + "/success", who=HOLDER, replies={204: None}, largest=64 * MIB)
async def succeed(visit: Visit, processid: str, *, body: Success) -> Reply:
    """Close a process with its output; repeating it changes nothing.

    An empty `out` keeps the output that was set before.
    """
    holder = await visit.visitor.holder(processid)
    await visit.ask(processes.CLOSE_SUCCESSFUL, holder, processid=processid, out=body.out)
    return Reply(204)


@declare("PUT", ONE + "/failure", who=HOLDER, replies={204: None})
async def fail(visit: Visit, processid: str, *, body: Failure) -> Reply:
    """Fail a process for good."""
    holder = await visit.visitor.holder(processid)
    await visit.ask(processes.CLOSE_FAILED, holder, processid=processid, errors=body.errors)
    return Reply(204)


@declare(
    "POST",
    executors.ONE + "/results",
    who=executors.ITSELF,
    replies={200: list[Closed]},
    largest=64 * MIB,
)
async def close_processes(
    visit: Visit, colonyname: str, executorname: str, *, body: list[Result]
) -> Reply:
    """Close up to 256 processes at once, successful and failed ones.

    Each result gets the status and text that it would have got alone; one that is refused does not
    touch the others.
    """
    executorid = await visit.visitor.executor(colonyname, executorname)
    return Reply(200, await visit.ask(processes.CLOSE_PROCESSES, executorid, items=body))


@declare("PUT", ONE + "/cancellation", who=Role.MEMBER, replies={204: None})
async def cancel_process(visit: Visit, processid: str) -> Reply:
    """Cancel a process that waits or runs."""
    await visit.ask(processes.CANCEL_PROCESS, processid=processid)
    return Reply(204)


@declare("POST", ONE + "/retries", who=Role.MEMBER, replies={201: Process}, once=True)
async def retry_process(visit: Visit, processid: str) -> Reply:
    """Run a finished process again, on its own: the same spec with the same input."""
    process: Process = await visit.submit(reruns.RETRY_PROCESS, processid=processid)
    return Reply(201, process, address("processes", process.processid))


@declare("GET", ONE + "/children", who=Role.MEMBER, replies={200: list[str]}, tagged=True)
async def list_children(visit: Visit, processid: str) -> Reply:
    """The ids of the processes that wait, or have waited, for a process, in their order."""
    process: Process = await visit.ask(processes.GET_PROCESS, processid=processid)
    return Reply(200, process.children)


@declare("POST", ONE + "/children", who=HOLDER, replies={201: Process}, largest=64 * MIB, once=True)
async def add_child(visit: Visit, processid: str, *, body: Child) -> Reply:
    """Add a process below a running one of a workflow."""
    holder = await visit.visitor.holder(processid)
    parent: Process = await visit.ask(processes.GET_PROCESS, processid=processid)
    process: Process = await visit.submit(
        workflows.ADD_CHILD,
        holder,
        processgraphid=parent.processgraphid,
        parentprocessid=processid,
        childprocessid=body.joins,
        spec=_placed(body.spec, parent.spec.conditions.colonyname),
        insert=body.insert,
    )
    return Reply(201, process, address("processes", process.processid))


def number(state: Standing | None) -> State | None:
    """A state as the protocol counts it."""
    return None if state is None else State[state.name]


def _placed(spec: FunctionSpec, colonyname: str) -> FunctionSpec:
    spec.conditions.colonyname = colonyname
    return spec
