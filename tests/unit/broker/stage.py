"""A broker with a colony, a user and executors, called in process."""

import asyncio
from typing import Any

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import identity
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.member import Executor
from jupyter_colonies.core.messages import Message, executors, processes, workflows
from jupyter_colonies.core.messages.processes import Closed, Result
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import Conditions, FunctionSpec, WorkflowSpec

SECOND = 1_000_000_000


class Clock:
    """Time that tests move."""

    def __init__(self) -> None:
        self.now = 1_700_000_000 * SECOND
        self._step = 1000

    def __call__(self) -> int:
        self.now += self._step
        return self.now

    def stop(self) -> None:
        """Let the time stand still."""
        self._step = 0

    def advance(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


class Stage:
    """The broker of colony `dev` and short ways to use it."""

    def __init__(self, broker: Broker, clock: Clock) -> None:
        self.broker = broker
        self.clock = clock
        self.owner = identity.new_id()
        self.user = identity.new_id()
        self.executors: dict[str, str] = {}

    async def call(self, operation: Message[Any, Any], caller: str, /, **fields: Any) -> Any:
        request = operation.request(msgtype=operation.type, **fields)
        return await self.broker.call(operation, request, caller)

    async def add_executor(self, name: str, executortype: str = "worker", **fields: Any) -> str:
        executorid = self.executors[name] = identity.new_id()
        executor = Executor(
            colonyname="dev",
            executorid=executorid,
            executorname=name,
            executortype=executortype,
            **fields,
        )
        await self.call(executors.ADD_EXECUTOR, self.owner, executor=executor)
        await self.call(executors.APPROVE_EXECUTOR, self.owner, colonyname="dev", executorname=name)
        return executorid

    async def submit(self, **fields: Any) -> Process:
        message = processes.SUBMIT_FUNCTION_SPEC
        process: Process = await self.call(
            message, self.user, spec=spec(colonyname="dev", **fields)
        )
        return process

    async def submit_workflow(self, *specs: FunctionSpec) -> str:
        graph: ProcessGraph = await self.call(
            workflows.SUBMIT_WORKFLOW_SPEC,
            self.user,
            spec=WorkflowSpec(colonyname="dev", functionspecs=list(specs)),
        )
        return str(graph.processgraphid)

    async def assign(self, name: str = "e1", wait: int = -1, **fields: Any) -> Process:
        process: Process = await self.call(
            processes.ASSIGN_PROCESS,
            self.executors[name],
            colonyname="dev",
            timeout=wait,
            **fields,
        )
        return process

    async def assign_several(
        self, count: int, name: str = "e1", wait: int = -1, **fields: Any
    ) -> list[Process]:
        taken: list[Process] = await self.call(
            processes.ASSIGN_PROCESSES,
            self.executors[name],
            colonyname="dev",
            timeout=wait,
            count=count,
            **fields,
        )
        return taken

    async def close_several(self, *items: Result, name: str = "e1") -> list[Closed]:
        outcomes: list[Closed] = await self.call(
            processes.CLOSE_PROCESSES, self.executors[name], items=list(items)
        )
        return outcomes

    async def close(self, process: Process, *out: Any, name: str = "e1") -> None:
        await self.call(
            processes.CLOSE_SUCCESSFUL,
            self.executors[name],
            processid=process.processid,
            out=list(out),
        )

    async def get(self, processid: str) -> Process:
        process: Process = await self.call(processes.GET_PROCESS, self.user, processid=processid)
        return process

    async def waiting(self, many: int) -> None:
        """Return once so many executors are in a long poll."""
        async with asyncio.timeout(30):
            while len(self.broker.waiters) < many:  # noqa: ASYNC110 - tests look in from outside
                await asyncio.sleep(0.005)

    async def subscribed(self, many: int) -> None:
        """Return once there are so many subscriptions."""
        async with asyncio.timeout(30):
            while len(self.broker.subscriptions) < many:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.005)

    async def settled(self) -> None:
        """Wait until everything that is due has happened."""
        before = -1
        while before != self.broker.store.statements:
            before = self.broker.store.statements
            await asyncio.sleep(0.2)
        before = -1
        while before != self.broker.store.statements:
            before = self.broker.store.statements
            for _ in range(3):
                await self.broker.store.write(lambda _: None)
                await asyncio.sleep(0.02)


def spec(
    nodename: str = "",
    *after: str,
    colonyname: str = "",
    executortype: str = "worker",
    executornames: list[str] | None = None,
    locationname: str = "",
    cpu: str = "",
    mem: str = "",
    **fields: Any,
) -> FunctionSpec:
    return FunctionSpec(
        nodename=nodename,
        funcname=fields.pop("funcname", "f"),
        conditions=Conditions(
            colonyname=colonyname,
            executortype=executortype,
            executornames=executornames,
            locationname=locationname,
            dependencies=list(after),
            cpu=cpu,
            mem=mem,
        ),
        **fields,
    )
