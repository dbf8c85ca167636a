"""Methods for the messages in `reruns`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.messages import reruns, workflows
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import FunctionSpec


class RerunsMethods(Operations):
    """Methods for the messages in `reruns`."""

    async def rerun_workflow(
        self,
        *,
        processgraphid: str = "",
        fromnodes: list[str] | None = None,
        functionspecs: list[FunctionSpec] | None = None,
    ) -> ProcessGraph:
        """Rerun workflow.

        Run a finished workflow again, as a new workflow that keeps the results of the old one.

        What did not succeed runs again, the nodes in `fromnodes` too, and everything that depends
        on any of them. All others are stored as copies of the old processes, successful from the
        start. `functionspecs` replace the specs of nodes of these names, which run again as well.

        Sent as `rerunworkflowmsg`; for an approved executor or a user of the colony. An extension
        of the protocol.
        """
        reply: ProcessGraph = await self.call(
            reruns.RERUN_WORKFLOW,
            reruns.RerunWorkflow(
                processgraphid=processgraphid,
                fromnodes=fromnodes,
                functionspecs=functionspecs,
            ),
        )
        return reply

    async def get_reruns(
        self,
        *,
        processgraphid: str = "",
    ) -> list[ProcessGraph]:
        """Get reruns.

        A request about one workflow.

        Sent as `getrerunsmsg`; for an approved executor or a user of the colony. An extension of
        the protocol.
        """
        reply: list[ProcessGraph] = await self.call(
            reruns.GET_RERUNS,
            workflows.OneGraph(
                processgraphid=processgraphid,
            ),
        )
        return reply

    async def retry_process(
        self,
        *,
        processid: str = "",
    ) -> Process:
        """Retry process.

        Run a finished process again, on its own: the same spec with the same input.

        Sent as `retryprocessmsg`; for an approved executor or a user of the colony. An extension
        of the protocol.
        """
        reply: Process = await self.call(
            reruns.RETRY_PROCESS,
            reruns.RetryProcess(
                processid=processid,
            ),
        )
        return reply
