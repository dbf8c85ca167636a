"""Running again what did not succeed, with what did kept: extensions of the protocol."""

from __future__ import annotations

from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.messages.registry import Message, Request, Subject, declare
from jupyter_colonies.core.messages.workflows import OneGraph
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.errors import NotFound


class RerunWorkflow(Request):
    """Run a finished workflow again, as a new workflow that keeps the results of the old one.

    What did not succeed runs again, the nodes in `fromnodes` too, and everything that depends
    on any of them. All others are stored as copies of the old processes, successful from the
    start. `functionspecs` replace the specs of nodes of these names, which run again as well.
    """

    processgraphid: str = ""
    fromnodes: list[str] | None = None
    functionspecs: list[FunctionSpec] | None = None


class RetryProcess(Request):
    """Run a finished process again, on its own: the same spec with the same input."""

    processid: str = ""


def _graph(does: str) -> Subject:
    text = f"Failed to {does}, there is no workflow '{{}}'"
    return Subject(kind="processgraph", field="processgraphid", missing=NotFound(text))


RERUN_WORKFLOW = declare(
    Message(
        "rerunworkflowmsg",
        "rerun_workflow",
        RerunWorkflow,
        ProcessGraph,
        does="rerun workflow",
        role=Role.MEMBER,
        subject=_graph("rerun workflow"),
        extension=True,
    )
)
GET_RERUNS = declare(
    Message(
        "getrerunsmsg",
        "get_reruns",
        OneGraph,
        list[ProcessGraph],
        does="get reruns",
        role=Role.MEMBER,
        reads=True,
        subject=_graph("get reruns"),
        extension=True,
    )
)
RETRY_PROCESS = declare(
    Message(
        "retryprocessmsg",
        "retry_process",
        RetryProcess,
        Process,
        does="retry process",
        role=Role.MEMBER,
        subject=Subject(
            kind="process",
            field="processid",
            missing=NotFound("Failed to retry process, there is no process '{}'"),
        ),
        extension=True,
    )
)
