"""What the REST API offers: resources, bound to the same operations as the RPC.

Each action takes a visit and the names in its path and gives a reply; errors are raised. The two
fronts, signed (`rest`) and inside Jupyter (`routes`), only differ in how they know the visitor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core.decoding import decode_exactly
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.member import (
    Allocations,
    Capabilities,
    Executor,
    Function,
    FunctionArgument,
)
from jupyter_colonies.core.messages import executors, logs, processes, workflows
from jupyter_colonies.core.messages.registry import Message
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec
from jupyter_colonies.errors import InvalidRequest, NothingToAssign
from jupyter_colonies.server.rpc import LARGE_BODY
from jupyter_colonies.server.visitor import Enrolment, Visitor

LONGEST_WAIT = 3600

T = TypeVar("T")


class Offer(msgspec.Struct, kw_only=True):
    """A function an executor offers."""

    funcname: str
    description: str = ""
    args: list[FunctionArgument] = msgspec.field(default_factory=list)


class Registration(msgspec.Struct, kw_only=True):
    """Body of the registration of an executor.

    On the own port `executorid` is given by the colony's owner, or `proof` by the executor
    itself (`core.enrolment.proof`); `lease` is in seconds, 0 for none.
    """

    executortype: str
    functions: list[Offer] = msgspec.field(default_factory=list)
    executorid: str = ""
    locationname: str = ""
    capabilities: Capabilities = msgspec.field(default_factory=Capabilities)
    allocations: Allocations = msgspec.field(default_factory=Allocations)
    proof: str = ""
    lease: int = 0


class Registered(msgspec.Struct, kw_only=True):
    """An executor and the functions it offers."""

    executor: Executor
    functions: list[Function]


class Line(msgspec.Struct, kw_only=True):
    """Body of a line for the log of a process."""

    message: str


class Success(msgspec.Struct, kw_only=True):
    """Body that closes a process: its output."""

    out: list[Any] = msgspec.field(default_factory=list)


class Failure(msgspec.Struct, kw_only=True):
    """Body that fails a process: why."""

    errors: list[str] = msgspec.field(default_factory=list)


class Workflow(msgspec.Struct, kw_only=True):
    """A workflow and all its processes."""

    workflow: ProcessGraph
    processes: list[Process]


class Reply(NamedTuple):
    """Status, body and address of what was made. With `media` the body is bytes of that type."""

    status: int
    body: Any = None
    location: str = ""
    media: str = ""


class Visit(NamedTuple):
    """One request of a known visitor; `gone` is set when the client has left."""

    broker: Broker
    visitor: Visitor
    body: bytes
    query: Mapping[str, str]
    gone: asyncio.Event

    async def read(self, kind: type[T]) -> T:
        """The body. Raises InvalidRequest, also for fields that do not exist."""
        if len(self.body) > LARGE_BODY:
            return await asyncio.to_thread(decode_exactly, self.body, kind)
        return decode_exactly(self.body, kind)

    async def ask(self, message: Message[Any, Any], callerid: str = "", /, **fields: Any) -> Any:
        """One operation, as the visitor unless another id is given."""
        request = message.request(msgtype=message.type, **fields)
        return await self.broker.call(message, request, callerid or self.visitor.id, gone=self.gone)


Action = Callable[..., Awaitable[Reply]]
Actions = dict[str, Action]
"""What can be done with a resource, by the method of HTTP."""


async def register_executor(visit: Visit, colonyname: str, executorname: str) -> Reply:
    """Register, and approve, an executor and its functions."""
    body = await visit.read(Registration)
    executor = Executor(
        executorid=body.executorid,
        executortype=body.executortype,
        executorname=executorname,
        colonyname=colonyname,
        locationname=body.locationname or msgspec.UNSET,
        capabilities=body.capabilities,
        allocations=body.allocations,
    )
    added = await visit.visitor.enrol(executor, Enrolment(proof=body.proof, lease=body.lease))
    functions = [
        await visit.ask(
            executors.ADD_FUNCTION,
            added.executorid,
            fun=Function(
                executorname=executorname,
                executortype=body.executortype,
                colonyname=colonyname,
                funcname=offer.funcname,
                description=offer.description,
                args=offer.args,
            ),
        )
        for offer in body.functions
    ]
    return Reply(201, Registered(executor=added, functions=functions))


async def remove_executor(visit: Visit, colonyname: str, executorname: str) -> Reply:
    """Unregister an executor; what it ran goes back to the queue."""
    await visit.visitor.dismiss(colonyname, executorname)
    return Reply(204)


async def take_assignment(visit: Visit, colonyname: str, executorname: str) -> Reply:
    """The next process for an executor; `?wait=` seconds until there is one, else 204."""
    wait = whole_number(visit.query.get("wait", "0"), "wait", LONGEST_WAIT)
    executorid = await visit.visitor.executor(colonyname, executorname)
    try:
        process: Process = await visit.ask(
            processes.ASSIGN_PROCESS, executorid, colonyname=colonyname, timeout=wait or -1
        )
    except NothingToAssign:
        return Reply(204)
    return Reply(200, process)


async def get_process(visit: Visit, processid: str) -> Reply:
    """One process."""
    return Reply(200, await visit.ask(processes.GET_PROCESS, processid=processid))


async def add_log(visit: Visit, processid: str) -> Reply:
    """Write a line to the log of a running process."""
    body = await visit.read(Line)
    holder = await visit.visitor.holder(processid)
    await visit.ask(logs.ADD_LOG, holder, processid=processid, message=body.message)
    return Reply(204)


async def succeed(visit: Visit, processid: str) -> Reply:
    """Close a process with its output; repeating it changes nothing."""
    body = await visit.read(Success)
    holder = await visit.visitor.holder(processid)
    await visit.ask(processes.CLOSE_SUCCESSFUL, holder, processid=processid, out=body.out)
    return Reply(204)


async def fail(visit: Visit, processid: str) -> Reply:
    """Fail a process for good."""
    body = await visit.read(Failure)
    holder = await visit.visitor.holder(processid)
    await visit.ask(processes.CLOSE_FAILED, holder, processid=processid, errors=body.errors)
    return Reply(204)


async def submit_workflow(visit: Visit, colonyname: str) -> Reply:
    """Submit a list of function specs that form a DAG."""
    specs = await visit.read(list[FunctionSpec])
    spec = WorkflowSpec(colonyname=colonyname, functionspecs=specs)
    graph: ProcessGraph = await visit.ask(workflows.SUBMIT_WORKFLOW_SPEC, spec=spec)
    return Reply(201, graph, f"workflows/{graph.processgraphid}")


async def get_workflow(visit: Visit, processgraphid: str) -> Reply:
    """A workflow with all its processes."""
    graph: ProcessGraph = await visit.ask(workflows.GET_GRAPH, processgraphid=processgraphid)
    members: list[Process] = await visit.ask(
        processes.GET_PROCESSES,
        colonyname=graph.colonyname,
        processgraphid=processgraphid,
        state=-1,
    )
    return Reply(200, Workflow(workflow=graph, processes=members))


EXECUTOR = r"colonies/([^/]+)/executors/([^/]+)"

RESOURCES: dict[str, Actions] = {
    EXECUTOR: {"PUT": register_executor, "DELETE": remove_executor},
    EXECUTOR + r"/assignments": {"POST": take_assignment},
    r"colonies/([^/]+)/workflows": {"POST": submit_workflow},
    r"workflows/([^/]+)": {"GET": get_workflow},
    r"processes/([^/]+)": {"GET": get_process},
    r"processes/([^/]+)/log": {"POST": add_log},
    r"processes/([^/]+)/success": {"PUT": succeed},
    r"processes/([^/]+)/failure": {"PUT": fail},
}
"""Path below `/v1/` to the action of each method."""


def whole_number(text: str, name: str, most: int) -> int:
    """A number of a query. Raises InvalidRequest unless it is one from 0 to `most`."""
    if not text.isdecimal() or int(text) > most:
        raise InvalidRequest(f"'{name}' is '{text}': a number from 0 to {most} is expected")
    return int(text)
