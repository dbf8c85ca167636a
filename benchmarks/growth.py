"""Workflows of growing size: what a node costs must not grow with its workflow.

    python benchmarks/growth.py [--seconds 3] [--sizes 100 1000 10000] [--long]

Chains run on one connection, the other shapes on eight; nodes per second stand beside the cycles
per second of independent processes on as many connections. Large workflows run only for a while:
the rate is that of this while. A standalone cycle has a submission of its own, a node of a
workflow has not. The last line is a node that depends on all others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import cycle
import served
import table
from served import Connection, Place

WIDTH = 10
CONNECTIONS = 8


class Rate(NamedTuple):
    """Nodes per second of wall time, and the server's CPU microseconds for each."""

    nodes: float
    server: float


Nodes = list[tuple[str, list[str]]]


def chain(size: int) -> Nodes:
    """One after the other."""
    return [(f"n{at}", [f"n{at - 1}"] if at else []) for at in range(size)]


def fan_out(size: int) -> Nodes:
    """One first, then all the others."""
    return [("first", []), *((f"n{at}", ["first"]) for at in range(size - 1))]


def wide(size: int) -> Nodes:
    """All at once."""
    return [(f"n{at}", []) for at in range(size)]


def layered(size: int) -> Nodes:
    """Layers of ten, each node after two of the layer before."""
    nodes: Nodes = []
    for at in range(size):
        layer, column = divmod(at, WIDTH)
        before = (layer - 1) * WIDTH
        after = [before + column, before + (column + 1) % WIDTH] if layer else []
        nodes.append((f"n{at}", [f"n{number}" for number in after]))
    return nodes


def workflow(place: Place, nodes: Nodes, executortype: str) -> dict[str, Any]:
    """The workflow spec of a shape."""
    return {
        "colonyname": place.colonyname,
        "functionspecs": [
            {
                "nodename": name,
                "funcname": "nothing",
                "conditions": {"executortype": executortype, "dependencies": dependencies},
            }
            for name, dependencies in nodes
        ],
    }


class Crew:
    """Executors of one type, with a connection each."""

    def __init__(self, place: Place, connections: list[Connection], keys: list[str]) -> None:
        self.place = place
        self.hands = list(zip(connections, keys, strict=True))

    async def submit(self, nodes: Nodes, executortype: str) -> None:
        """Submit a workflow."""
        connection, key = self.hands[0]
        spec = workflow(self.place, nodes, executortype)
        await connection.call("submitworkflowspecmsg", key, spec=spec)

    async def run(self, nodes: int, seconds: float) -> int:
        """Run so many nodes, or as many as the time allows; how many."""
        left, end = nodes, time.monotonic() + seconds

        async def work(connection: Connection, key: str) -> None:
            nonlocal left
            while left and time.monotonic() < end:
                left -= 1
                process = await connection.call(
                    "assignprocessmsg", key, colonyname=self.place.colonyname, timeout=60
                )
                processid = process["processid"]
                await connection.call("closesuccessfulmsg", key, processid=processid, out=[1])

        await asyncio.gather(*(work(*hand) for hand in self.hands))
        return nodes - left

    async def rate(self, nodes: Nodes, executortype: str, seconds: float) -> Rate:
        """Submit a workflow as often as the time allows, and run it."""
        done, spent, cpu = 0, 0.0, 0.0
        while spent < seconds:
            await self.submit(nodes, executortype)
            started, before = time.monotonic(), self.place.cpu()
            done += await self.run(len(nodes), seconds - spent)
            spent += time.monotonic() - started
            cpu += self.place.cpu() - before
        return Rate(done / spent, cpu / done * 1e6)


async def measure(
    place: Place, shape: Callable[[int], Nodes], size: int, options: table.Options
) -> Rate:
    """The rate of one shape and size, on executors of its own."""
    number = 1 if shape is chain else CONNECTIONS
    rates = []
    for turn in range(options.repeats):
        executortype = f"{shape.__name__}-{size}-{turn}"
        keys = await place.add_executors(number, executortype)
        async with place.connections(number) as connections:
            crew = Crew(place, connections, keys)
            rates.append(await crew.rate(shape(size), executortype, options.seconds))
    return Rate(*(table.median(values) for values in zip(*rates, strict=True)))


async def standalone(place: Place, number: int, options: table.Options) -> Rate:
    """Cycles of independent processes: submitted one by one, assigned and closed."""
    keys = await place.add_executors(number)
    costs = [
        await cycle.measure(place, cycle.work, keys, options.seconds)
        for _ in range(options.repeats)
    ]
    return Rate(*(table.median([cost[at] for cost in costs]) for at in (0, 1)))


async def reducer(place: Place, parents: int) -> tuple[float, float]:
    """Milliseconds to assign a node with so many parents: in all, and CPU of the server."""
    nodes = [*wide(parents), ("reducer", [f"n{at}" for at in range(parents)])]
    keys = await place.add_executors(32, "reducer")
    async with place.connections(len(keys)) as connections:
        crew = Crew(place, connections, keys)
        await crew.submit(nodes, "reducer")
        await crew.run(parents, 3600)
        started, before = time.perf_counter(), place.cpu()
        process = await connections[0].call(
            "assignprocessmsg", keys[0], colonyname=place.colonyname, timeout=60
        )
        took = time.perf_counter() - started
        assert len(process["parents"]) == len(process["in"]) == parents
        return took * 1000, (place.cpu() - before) * 1000


async def compare(place: Place, sizes: list[int], options: table.Options) -> None:
    """Print a line for each shape and size."""
    columns = ("", "size", "nodes/s", "over smallest", "over standalone")
    columns += ("server µs", "over smallest", "over standalone")
    lines = table.Table(*columns)
    for shape in (chain, fan_out, wide, layered):
        smallest = None
        alone = await standalone(place, 1 if shape is chain else CONNECTIONS, options)
        for size in sizes:
            found = await measure(place, shape, size, options)
            smallest = smallest or found
            lines.row(
                shape.__name__.replace("_", " "),
                size,
                found.nodes,
                table.ratio(found.nodes, smallest.nodes),
                table.ratio(found.nodes, alone.nodes),
                found.server,
                table.ratio(found.server, smallest.server),
                table.ratio(found.server, alone.server),
            )
    wall, cpu = await reducer(place, max(sizes))
    print(f"\nassigning a node with {max(sizes)} parents: {wall:.0f} ms, server CPU {cpu:.0f} ms")


def main() -> None:
    """Measure and print."""
    parser = table.parser(__doc__, seconds=3.0)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000])
    parsed = parser.parse_args()
    options = table.options(parsed)
    sizes = [4, 8] if options.smoke else parsed.sizes
    with TemporaryDirectory() as folder, served.place(Path(folder)) as place:
        asyncio.run(compare(place, sizes, options))


if __name__ == "__main__":
    main()
