"""Submit, assign and close over HTTP, beside three signed echo requests on the same front.

    python benchmarks/cycle.py [--seconds 3] [--connections 1 8 32] [--long]

Each connection sends one signed request after the other, as any SDK does. The server runs in a
process of its own with everything on: signatures, roles, deadlines, events, and each write on
disk before it is acknowledged. The echo is the same front with the same three requests, answered
with what they say.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import served
import table
from served import Connection, Place

Cycle = Callable[[Connection, Place, str], Awaitable[None]]


class Cost(NamedTuple):
    """Cycles per second, and CPU microseconds of one of them."""

    rate: float
    server: float
    client: float


async def work(connection: Connection, place: Place, key: str) -> None:
    """One process from its submission to its end."""
    await connection.call("submitfuncspecmsg", key, spec=place.spec())
    process = await connection.call(
        "assignprocessmsg", key, colonyname=place.colonyname, timeout=10
    )
    await connection.call("closesuccessfulmsg", key, processid=process["processid"], out=[1])


async def echo(connection: Connection, place: Place, key: str) -> None:
    """The same three requests, to a server that only sends them back."""
    await connection.call("submitfuncspecmsg", key, spec=place.spec())
    await connection.call("assignprocessmsg", key, colonyname=place.colonyname, timeout=10)
    await connection.call("closesuccessfulmsg", key, processid="0" * 64, out=[1])


async def measure(place: Place, cycle: Cycle, keys: list[str], seconds: float) -> Cost:
    """Run cycles on one connection for each key."""
    end = 0.0

    async def client(connection: Connection, key: str) -> int:
        count = 0
        while time.monotonic() < end:
            await cycle(connection, place, key)
            count += 1
        return count

    async with place.connections(len(keys)) as connections:
        pairs = list(zip(connections, keys, strict=True))
        await asyncio.gather(*(cycle(connection, place, key) for connection, key in pairs))
        of_server, of_client, started = place.cpu(), time.process_time(), time.monotonic()
        end = started + seconds
        cycles = sum(await asyncio.gather(*(client(connection, key) for connection, key in pairs)))
        return Cost(
            cycles / (time.monotonic() - started),
            (place.cpu() - of_server) / cycles * 1e6,
            (time.process_time() - of_client) / cycles * 1e6,
        )


async def compare(place: Place, other: Place, numbers: list[int], options: table.Options) -> None:
    """Print one line for each number of connections."""
    columns = ("connections", "cycles/s", "server µs", "client µs", "3 echoes µs", "over echoes")
    lines = table.Table(*columns)
    keys = await place.add_executors(max(numbers))
    await measure(place, work, keys[:8], min(options.seconds, 1.0))
    await measure(other, echo, keys[:8], min(options.seconds, 1.0))
    for number in numbers:
        costs, echoes = [], []
        for _ in range(options.repeats):
            costs.append(await measure(place, work, keys[:number], options.seconds))
            echoes.append(await measure(other, echo, keys[:number], options.seconds))
        cost = Cost(*(table.median(values) for values in zip(*costs, strict=True)))
        of_echoes = table.median([each.server for each in echoes])
        lines.row(number, *cost, of_echoes, table.ratio(cost.server, of_echoes))


def main() -> None:
    """Measure and print."""
    parser = table.parser(__doc__, seconds=3.0)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    parsed = parser.parse_args()
    options = table.options(parsed)
    numbers = [1, 2] if options.smoke else parsed.connections
    with TemporaryDirectory() as name:
        folder = Path(name)
        with served.place(folder / "served") as place, served.echo(folder / "echo") as other:
            asyncio.run(compare(place, other, numbers, options))


if __name__ == "__main__":
    main()
