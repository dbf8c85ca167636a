"""What an assign and a close cost in workflows of growing size: it must not grow with them.

    python benchmarks/growth.py

Each shape runs to its end on one database; shown are SQL statements and CPU time per operation,
and the CPU time beside that of the smallest workflow of its shape.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from jupyter_colonies.broker.call import Facts
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import identity
from jupyter_colonies.core.member import Colony, Executor
from jupyter_colonies.core.messages import Message, colonies, executors, processes, workflows
from jupyter_colonies.core.spec import Conditions, FunctionSpec, WorkflowSpec

SIZES = (10, 100, 1000)
OPERATIONS = 1000
EXECUTOR = identity.new_id()
OWNER = identity.new_id()
SERVER = identity.new_id()


class Cost(NamedTuple):
    """Statements and CPU microseconds of one operation."""

    statements: float
    microseconds: float


def node(name: str, *after: str) -> FunctionSpec:
    """A function spec that depends on others."""
    conditions = Conditions(executortype="benchmark", dependencies=list(after))
    return FunctionSpec(nodename=name, funcname="f", conditions=conditions)


def chain(size: int) -> list[FunctionSpec]:
    """One after the other."""
    return [node(f"n{place}", *([f"n{place - 1}"] if place else [])) for place in range(size)]


def fan_out(size: int) -> list[FunctionSpec]:
    """One first, then all the others."""
    return [node("first"), *(node(f"n{place}", "first") for place in range(size - 1))]


def independent(size: int) -> list[FunctionSpec]:
    """All at once."""
    return [node(f"n{place}") for place in range(size)]


async def call(broker: Broker, operation: Message[Any, Any], caller: str, **fields: Any) -> Any:
    """One operation, in process."""
    return await broker.call(operation, operation.request(msgtype=operation.type, **fields), caller)


async def run(broker: Broker, specs: list[FunctionSpec]) -> dict[str, Cost]:
    """Run workflows to their end, small ones several times; the mean cost of an operation."""
    spec = WorkflowSpec(colonyname="dev", functionspecs=specs)
    repeats = -(-OPERATIONS // len(specs))
    for _ in range(repeats):
        await call(broker, workflows.SUBMIT_WORKFLOW_SPEC, EXECUTOR, spec=spec)
    spent = {"assign": Cost(0, 0), "close": Cost(0, 0)}

    async def measured(name: str, operation: Message[Any, Any], **fields: Any) -> Any:
        statements, started = broker.store.statements, time.process_time()
        result = await call(broker, operation, EXECUTOR, **fields)
        cost = spent[name]
        spent[name] = Cost(
            cost.statements + broker.store.statements - statements,
            cost.microseconds + (time.process_time() - started) * 1e6,
        )
        return result

    operations = repeats * len(specs)
    for _ in range(operations):
        process = await measured("assign", processes.ASSIGN_PROCESS, colonyname="dev", timeout=-1)
        await measured("close", processes.CLOSE_SUCCESSFUL, processid=process.processid, out=[1])
    return {
        name: Cost(cost.statements / operations, cost.microseconds / operations)
        for name, cost in spent.items()
    }


async def prepared(folder: Path) -> Broker:
    """A broker with a colony and an executor."""
    broker = Broker(folder / "colonies.db", Facts(SERVER, ""))
    await broker.start()
    await call(broker, colonies.ADD_COLONY, SERVER, colony=Colony(name="dev", colonyid=OWNER))
    executor = Executor(
        colonyname="dev", executorname="e", executorid=EXECUTOR, executortype="benchmark"
    )
    await call(broker, executors.ADD_EXECUTOR, OWNER, executor=executor)
    named = {"colonyname": "dev", "executorname": "e"}
    await call(broker, executors.APPROVE_EXECUTOR, OWNER, **named)
    return broker


async def measure(folder: Path, shapes: tuple[Callable[[int], list[FunctionSpec]], ...]) -> None:
    """Print a line for each shape and size."""
    broker = await prepared(folder)
    await run(broker, chain(100))
    for shape in shapes:
        smallest: dict[str, Cost] = {}
        for size in SIZES:
            costs = await run(broker, shape(size))
            smallest = smallest or costs
            line = f"{shape.__name__.replace('_', ' '):<12}{size:>6}"
            for name, cost in costs.items():
                ratio = cost.microseconds / smallest[name].microseconds
                line += f"{cost.statements:>14.1f}{cost.microseconds:>10.0f}{ratio:>7.2f}"
            print(line, flush=True)
    await broker.stop()


def main() -> None:
    """Print the costs of all shapes."""
    print(f"{'':<18}{'assign: SQL':>14}{'CPU µs':>10}{'ratio':>7}", end="")
    print(f"{'close: SQL':>14}{'CPU µs':>10}{'ratio':>7}")
    with TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), (chain, fan_out, independent)))


if __name__ == "__main__":
    main()
