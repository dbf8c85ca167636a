"""Workflows and their growth while they run (protocol part 02, sections 6 and 7)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.messages.registry import Empty, Message, Request, Subject, declare
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import UnknownObject


class SubmitWorkflowSpec(Request):
    """Submit a DAG of function specs."""

    spec: WorkflowSpec | None = None


class OneGraph(Request):
    """A request about one workflow."""

    processgraphid: str = ""


class ListGraphs(Request):
    """Workflows of a colony in one state, newest first."""

    colonyname: Name = ""
    count: Integer = 0
    state: Integer = 0


class RemoveAllGraphs(Request):
    """Remove all workflows in a state, with their processes; -1 for any, 0 is waiting."""

    colonyname: str = ""
    state: Integer = 0


class AddChild(Request):
    """Add a process below a running one, or insert it before that one's children."""

    processgraphid: str = ""
    parentprocessid: str = ""
    childprocessid: str = ""
    spec: FunctionSpec | None = None
    insert: bool = False


class SubscribeWorkflow(Request):
    """Follow a workflow: every change after a revision, then live; `timeout` in seconds."""

    processgraphid: str = ""
    after: Integer = 0
    timeout: Integer = 0


class GetWorkflowEvents(Request):
    """What happened in a workflow after a revision, in order: `count` events, 0 for as many as go.

    Events of one revision are never split between two replies, so there may be more.
    """

    processgraphid: str = ""
    after: Integer = 0
    count: Integer = 0


class ProcessEvent(msgspec.Struct, kw_only=True):
    """A process of a workflow entered a state, or its place in the workflow changed.

    State, executor and retries are those after the change. What a workflow was submitted with
    has no event for that; a process that was added has one, at its submission time. `inserted` is
    said of one that was put between its parent and that one's children.
    """

    processid: str
    state: State = State.WAITING
    executorname: Name = ""
    retries: Integer = 0
    revision: Integer = 0
    at: datetime = NEVER
    inserted: bool | msgspec.UnsetType = msgspec.UNSET


class WorkflowEvents(msgspec.Struct, kw_only=True):
    """Events of a workflow up to `revision`; there are more if that is before the workflow's."""

    processgraphid: str
    colonyname: Name = ""
    revision: Integer = 0
    latest: Integer = 0
    events: list[ProcessEvent] = msgspec.field(default_factory=list)


class NodeChange(msgspec.Struct, kw_only=True):
    """A process of a workflow as a display needs it.

    `keptfrom` is the process of an earlier run whose result this one has; `progress` what the
    executor of a running one said last, a share from 0 to 1 and perhaps words: `0.42 reading`;
    `cached` says of a successful one that its result was kept from an earlier process.
    """

    processid: str
    nodename: str = ""
    funcname: Name = ""
    executortype: Name = ""
    state: State = State.WAITING
    executorname: Name = ""
    retries: Integer = 0
    submissiontime: datetime = NEVER
    starttime: datetime = NEVER
    endtime: datetime = NEVER
    parents: list[str] = msgspec.field(default_factory=list)
    children: list[str] = msgspec.field(default_factory=list)
    keptfrom: str | msgspec.UnsetType = msgspec.UNSET
    progress: str | msgspec.UnsetType = msgspec.UNSET
    cached: bool | msgspec.UnsetType = msgspec.UNSET


class WorkflowChange(msgspec.Struct, kw_only=True):
    """What changed in a workflow up to `revision`: its state and the changed nodes.

    The first frame of a subscription from revision 0 holds every node, in depth-first order.
    """

    processgraphid: str
    colonyname: Name = ""
    revision: Integer = 0
    state: State = State.WAITING
    nodes: list[NodeChange] = msgspec.field(default_factory=list)


def _graph(does: str) -> Subject:
    return Subject(
        kind="processgraph",
        field="processgraphid",
        missing=UnknownObject(
            f"Failed to {does} processgraph, graph is nil: there is no workflow '{{}}'"
        ),
    )


SUBMIT_WORKFLOW_SPEC = declare(
    Message(
        "submitworkflowspecmsg",
        "submit_workflow_spec",
        SubmitWorkflowSpec,
        ProcessGraph,
        does="submit workflow",
        role=Role.MEMBER,
        colony="spec.colonyname",
        needs=("spec", "Failed to submit workflow, msg.WorkflowSpec is nil"),
    )
)
GET_GRAPH = declare(
    Message(
        "getprocessgraphmsg",
        "get_process_graph",
        OneGraph,
        ProcessGraph,
        does="get processgraph",
        role=Role.MEMBER,
        reads=True,
        subject=_graph("get"),
    )
)
GET_GRAPHS = declare(
    Message(
        "getprocessgraphsmsg",
        "get_process_graphs",
        ListGraphs,
        list[ProcessGraph],
        does="get processgraphs",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
REMOVE_GRAPH = declare(
    Message(
        "removeprocessgraphmsg",
        "remove_process_graph",
        OneGraph,
        Empty,
        does="remove processgraph",
        role=Role.MEMBER,
        subject=_graph("remove"),
    )
)
REMOVE_ALL_GRAPHS = declare(
    Message(
        "removeallprocessgraphsmsg",
        "remove_all_process_graphs",
        RemoveAllGraphs,
        Empty,
        does="remove all processgraphs",
        role=Role.COLONY_OWNER,
        colony="colonyname",
    )
)
CANCEL_GRAPH = declare(
    Message(
        "cancelprocessgraphmsg",
        "cancel_process_graph",
        OneGraph,
        Empty,
        does="cancel processgraph",
        role=Role.MEMBER,
        subject=_graph("cancel"),
    )
)
ADD_CHILD = declare(
    Message(
        "addchildmsg",
        "add_child",
        AddChild,
        Process,
        does="add child to processgraph",
        role=Role.MEMBER,
        colony="spec.conditions.colonyname",
        needs=("spec", "Failed to add child to processgraph, msg.FunctionSpec is nil"),
    )
)
SUBSCRIBE_WORKFLOW = declare(
    Message(
        "subscribeworkflowmsg",
        "subscribe_workflow",
        SubscribeWorkflow,
        WorkflowChange,
        does="subscribe workflow",
        role=Role.MEMBER,
        streams=True,
        reads=True,
        extension=True,
        subject=_graph("subscribe"),
    )
)
GET_WORKFLOW_EVENTS = declare(
    Message(
        "getworkfloweventsmsg",
        "get_workflow_events",
        GetWorkflowEvents,
        WorkflowEvents,
        does="get workflow events",
        role=Role.MEMBER,
        reads=True,
        extension=True,
        subject=_graph("get events of"),
    )
)
