"""Workflows: submitting, reading, cancelling and running them again."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import msgspec

from jupyter_colonies.broker.lookup import MOST_EVENTS
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.messages import pages, processes, reruns, workflows
from jupyter_colonies.core.messages.pages import Progress
from jupyter_colonies.core.messages.workflows import WorkflowEvents
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec
from jupyter_colonies.core.times import NEVER, to_wire
from jupyter_colonies.server.rest.declaration import MIB, Reply, Visit, address, declare
from jupyter_colonies.server.rest.paging import LAST, Moment, Page, Paging, Text, page
from jupyter_colonies.server.rest.processes import InState, NodePaging, Standing, number

ALL = "colonies/{colonyname}/workflows"
ONE = "workflows/{workflowid}"


class Sort(Enum):
    """An order; with `-` the newest first."""

    SUBMITTED = "submissiontime"
    NEWEST = "-submissiontime"


class WorkflowPaging(Paging, kw_only=True):
    """Which workflows: submitted from `since` on and before `until`."""

    state: Standing | None = None
    initiator: Text = ""
    since: Moment | None = None
    until: Moment | None = None
    sort: Sort = Sort.NEWEST


class Naming(msgspec.Struct, kw_only=True):
    """What the workflow is called; what it does unless it is given."""

    name: Text = ""


class Workflow(msgspec.Struct, kw_only=True):
    """A workflow and all its processes."""

    workflow: ProcessGraph
    processes: list[Process]


class Rerun(msgspec.Struct, kw_only=True):
    """Body that runs a workflow again.

    What did not succeed runs again, the nodes in `fromnodes` too, and everything that depends on
    any of them. `functionspecs` take the place of the specs of nodes with their names.
    """

    fromnodes: list[str] = msgspec.field(default_factory=list)
    functionspecs: list[FunctionSpec] = msgspec.field(default_factory=list)


class HistoryPaging(msgspec.Struct, kw_only=True):
    """Which part of a history: so many events after a revision, and the rest of the last one's."""

    after: Annotated[int, msgspec.Meta(ge=0, le=LAST)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_EVENTS)] = MOST_EVENTS


class WorkflowHistory(WorkflowEvents, kw_only=True):
    """Events of a workflow up to `revision`; there are more if that is before `latest`.

    `now` is the time on the server's clock: until then what has not ended went on.
    """

    now: datetime = NEVER


@declare("GET", ALL, who=Role.MEMBER, replies={200: Page[Progress]})
async def list_workflows(visit: Visit, colonyname: str, *, query: WorkflowPaging) -> Reply:
    """Workflows of a colony in short."""
    filters = {
        "state": number(query.state),
        "initiator": query.initiator,
        "since": query.since,
        "until": query.until,
    }
    sort = query.sort.value
    return await page(
        visit, pages.WORKFLOWS, query, sort=sort, filters=filters, colonyname=colonyname
    )


@declare("POST", ALL, who=Role.MEMBER, replies={201: ProcessGraph}, largest=128 * MIB, once=True)
async def submit_workflow(
    visit: Visit, colonyname: str, *, query: Naming, body: list[FunctionSpec]
) -> Reply:
    """Submit a list of function specs that form a DAG.

    Each has a `nodename`; `conditions.dependencies` names those it waits for.
    """
    name = query.name or msgspec.UNSET
    spec = WorkflowSpec(colonyname=colonyname, functionspecs=body, name=name)
    graph: ProcessGraph = await visit.submit(workflows.SUBMIT_WORKFLOW_SPEC, spec=spec)
    return Reply(201, graph, address("workflows", graph.processgraphid))


@declare("DELETE", ALL, who=Role.COLONY_OWNER, replies={204: None})
async def remove_workflows(visit: Visit, colonyname: str, *, query: InState) -> Reply:
    """Remove all workflows in a state, with their processes."""
    state = -1 if query.state is None else State[query.state.name]
    await visit.ask(workflows.REMOVE_ALL_GRAPHS, colonyname=colonyname, state=state)
    return Reply(204)


@declare("GET", ONE, who=Role.MEMBER, replies={200: Workflow}, tagged=True)
async def get_workflow(visit: Visit, workflowid: str) -> Reply:
    """A workflow with all its processes.

    `progress` says with less whether anything has changed, `processes` gives them by page.
    """
    graph: ProcessGraph = await visit.ask(workflows.GET_GRAPH, processgraphid=workflowid)
    members: list[Process] = await visit.ask(
        processes.GET_PROCESSES,
        colonyname=graph.colonyname,
        processgraphid=workflowid,
        state=-1,
    )
    return Reply(200, Workflow(workflow=graph, processes=members))


@declare("DELETE", ONE, who=Role.MEMBER, replies={204: None})
async def remove_workflow(visit: Visit, workflowid: str) -> Reply:
    """Remove a workflow with its processes."""
    await visit.ask(workflows.REMOVE_GRAPH, processgraphid=workflowid)
    return Reply(204)


@declare("GET", ONE + "/progress", who=Role.MEMBER, replies={200: Progress}, tagged=True)
async def get_progress(visit: Visit, workflowid: str) -> Reply:
    """How far a workflow is.

    The entity tag is its revision, so asking again costs next to nothing while nothing changes.
    """
    found: Progress = await visit.ask(pages.GET_PROGRESS, processgraphid=workflowid)
    return Reply(200, found, tag=f"r{found.revision}")


@declare("GET", ONE + "/processes", who=Role.MEMBER, replies={200: Page[Process]})
async def list_workflow_processes(visit: Visit, workflowid: str, *, query: NodePaging) -> Reply:
    """Processes of a workflow, in the order in which they were submitted."""
    filters = {"state": number(query.state), "nodename": query.nodename}
    return await page(visit, pages.NODES, query, filters=filters, processgraphid=workflowid)


@declare("GET", ONE + "/history", who=Role.MEMBER, replies={200: WorkflowHistory})
async def get_history(visit: Visit, workflowid: str, *, query: HistoryPaging) -> Reply:
    """What happened in a workflow: which process entered which state, where and when.

    What a workflow was submitted with has no event for that, a process that was added has. The
    events of a revision come together, so there may be more than `limit`. What follows is asked
    for with `after` as the `revision` of this part.
    """
    found: WorkflowEvents = await visit.ask(
        workflows.GET_WORKFLOW_EVENTS,
        processgraphid=workflowid,
        after=query.after,
        count=query.limit,
    )
    now = to_wire(visit.broker.now())
    return Reply(200, WorkflowHistory(**msgspec.structs.asdict(found), now=now))


@declare("PUT", ONE + "/cancellation", who=Role.MEMBER, replies={204: None})
async def cancel_workflow(visit: Visit, workflowid: str) -> Reply:
    """Cancel everything of a workflow that has not finished."""
    await visit.ask(workflows.CANCEL_GRAPH, processgraphid=workflowid)
    return Reply(204)


@declare("GET", ONE + "/reruns", who=Role.MEMBER, replies={200: list[ProcessGraph]}, tagged=True)
async def list_reruns(visit: Visit, workflowid: str) -> Reply:
    """The workflow and all that run it again, in the order in which they were submitted."""
    return Reply(200, await visit.ask(reruns.GET_RERUNS, processgraphid=workflowid))


@declare(
    "POST",
    ONE + "/reruns",
    who=Role.MEMBER,
    replies={201: ProcessGraph},
    largest=128 * MIB,
    once=True,
)
async def rerun_workflow(visit: Visit, workflowid: str, *, body: Rerun) -> Reply:
    """Run a finished workflow again, as a new workflow that keeps the results of the old one."""
    graph: ProcessGraph = await visit.submit(
        reruns.RERUN_WORKFLOW,
        processgraphid=workflowid,
        fromnodes=body.fromnodes,
        functionspecs=body.functionspecs,
    )
    return Reply(201, graph, address("workflows", graph.processgraphid))
