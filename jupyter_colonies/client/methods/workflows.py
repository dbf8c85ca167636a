"""Methods for the messages in `workflows`; written by `client.generate`, do not edit."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.messages import Empty, workflows
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec


class WorkflowsMethods(Operations):
    """Methods for the messages in `workflows`."""

    async def submit_workflow_spec(
        self,
        *,
        spec: WorkflowSpec | None = None,
    ) -> ProcessGraph:
        """Submit workflow spec.

        Submit a DAG of function specs.

        Sent as `submitworkflowspecmsg`; for an approved executor or a user of the colony.
        """
        reply: ProcessGraph = await self.call(
            workflows.SUBMIT_WORKFLOW_SPEC,
            workflows.SubmitWorkflowSpec(
                spec=spec,
            ),
        )
        return reply

    async def get_process_graph(
        self,
        *,
        processgraphid: str = "",
    ) -> ProcessGraph:
        """Get process graph.

        A request about one workflow.

        Sent as `getprocessgraphmsg`; for an approved executor or a user of the colony.
        """
        reply: ProcessGraph = await self.call(
            workflows.GET_GRAPH,
            workflows.OneGraph(
                processgraphid=processgraphid,
            ),
        )
        return reply

    async def get_process_graphs(
        self,
        *,
        colonyname: str = "",
        count: int = 0,
        state: int = 0,
    ) -> list[ProcessGraph]:
        """Get process graphs.

        Workflows of a colony in one state, newest first.

        Sent as `getprocessgraphsmsg`; for an approved executor or a user of the colony.
        """
        reply: list[ProcessGraph] = await self.call(
            workflows.GET_GRAPHS,
            workflows.ListGraphs(
                colonyname=colonyname,
                count=count,
                state=state,
            ),
        )
        return reply

    async def remove_process_graph(
        self,
        *,
        processgraphid: str = "",
    ) -> Empty:
        """Remove process graph.

        A request about one workflow.

        Sent as `removeprocessgraphmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            workflows.REMOVE_GRAPH,
            workflows.OneGraph(
                processgraphid=processgraphid,
            ),
        )
        return reply

    async def remove_all_process_graphs(
        self,
        *,
        colonyname: str = "",
        state: int = 0,
    ) -> Empty:
        """Remove all process graphs.

        Remove all workflows in a state, with their processes; -1 for any, 0 is waiting.

        Sent as `removeallprocessgraphsmsg`; for the colony owner.
        """
        reply: Empty = await self.call(
            workflows.REMOVE_ALL_GRAPHS,
            workflows.RemoveAllGraphs(
                colonyname=colonyname,
                state=state,
            ),
        )
        return reply

    async def cancel_process_graph(
        self,
        *,
        processgraphid: str = "",
    ) -> Empty:
        """Cancel process graph.

        A request about one workflow.

        Sent as `cancelprocessgraphmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            workflows.CANCEL_GRAPH,
            workflows.OneGraph(
                processgraphid=processgraphid,
            ),
        )
        return reply

    async def add_child(
        self,
        *,
        processgraphid: str = "",
        parentprocessid: str = "",
        childprocessid: str = "",
        spec: FunctionSpec | None = None,
        insert: bool = False,
    ) -> Process:
        """Add child.

        Add a process below a running one, or insert it before that one's children.

        Sent as `addchildmsg`; for an approved executor or a user of the colony.
        """
        reply: Process = await self.call(
            workflows.ADD_CHILD,
            workflows.AddChild(
                processgraphid=processgraphid,
                parentprocessid=parentprocessid,
                childprocessid=childprocessid,
                spec=spec,
                insert=insert,
            ),
        )
        return reply

    def subscribe_workflow(
        self,
        *,
        processgraphid: str = "",
        after: int = 0,
        timeout: int = 0,
    ) -> AsyncGenerator[workflows.WorkflowChange, None]:
        """Subscribe workflow.

        Follow a workflow: every change after a revision, then live; `timeout` in seconds.

        Sent as `subscribeworkflowmsg`; for an approved executor or a user of the colony. An
        extension of the protocol.
        """
        return self.stream(
            workflows.SUBSCRIBE_WORKFLOW,
            workflows.SubscribeWorkflow(
                processgraphid=processgraphid,
                after=after,
                timeout=timeout,
            ),
        )

    async def get_workflow_events(
        self,
        *,
        processgraphid: str = "",
        after: int = 0,
        count: int = 0,
    ) -> workflows.WorkflowEvents:
        """Get workflow events.

        What happened in a workflow after a revision, in order: `count` events, 0 for as many as go.

        Events of one revision are never split between two replies, so there may be more.

        Sent as `getworkfloweventsmsg`; for an approved executor or a user of the colony. An
        extension of the protocol.
        """
        reply: workflows.WorkflowEvents = await self.call(
            workflows.GET_WORKFLOW_EVENTS,
            workflows.GetWorkflowEvents(
                processgraphid=processgraphid,
                after=after,
                count=count,
            ),
        )
        return reply
