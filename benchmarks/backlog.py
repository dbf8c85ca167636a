"""Assign and close with much waiting: what stands in the queue must not cost anything.

    python benchmarks/backlog.py [--rounds 300] [--sizes 10 10000 1000000] [--long]

First with so many processes waiting that the executor may take, then with the largest number of
processes ahead of its own that it may not: meant for another executor, for another place, or too
large for it. Each queue takes turns with one of the smallest size on a second server. These
waiting processes are copies, in one statement, of one that was submitted: over the wire a million
of them would take a quarter of an hour.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import served
import table
from served import Connection, Place

from jupyter_colonies.store.processes import processes

# The conditions of what may not be taken.
KINDS: dict[str, dict[str, Any]] = {
    "other name": {"executornames": ["somebody-else"]},
    "other place": {"locationname": "elsewhere"},
    "too large": {"cpu": "64000m"},
}


def multiply(place: Place, processid: str, copies: int) -> None:
    """Store so many copies of a waiting process, each submitted a little later."""
    own = ("seq", "processid", "prioritytime", "submissiontime")
    same = [column.name for column in processes.columns if column.name not in own]
    statement = f"""
        WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :copies)
        INSERT INTO processes (seq, processid, prioritytime, submissiontime, {", ".join(same)})
        SELECT :last + n, lower(hex(randomblob(32))), prioritytime + n, submissiontime + n,
            {", ".join(same)}
        FROM processes, number WHERE processid = :processid
    """  # noqa: S608 - names of our own columns
    (database,) = place.data.glob("*.db")
    with closing(sqlite3.connect(database, isolation_level=None, timeout=60)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")
        ((last,),) = connection.execute("SELECT value FROM counters WHERE name = 'process'")
        given = {"copies": copies, "last": last, "processid": processid}
        connection.execute(statement, given)
        connection.execute(
            "UPDATE counters SET value = value + :copies WHERE name = 'process'", {"copies": copies}
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Cost(NamedTuple):
    """Median milliseconds of assign and close, and the server's CPU milliseconds for them."""

    wall: float
    server: float


class Queue:
    """An executor, and what stands in its queue before each round puts one process more into it."""

    def __init__(self, place: Place, connection: Connection, key: str, kind: str) -> None:
        self.place = place
        self.connection = connection
        self.key = key
        self.kind = kind
        self.took: list[float] = []
        self.spent = 0.0

    async def fill(self, size: int, conditions: dict[str, Any]) -> None:
        """Let so many processes wait."""
        spec = self.place.spec(self.kind)
        spec["conditions"].update(conditions)
        process = await self.connection.call("submitfuncspecmsg", self.key, spec=spec)
        if size > 1:
            multiply(self.place, process["processid"], size - 1)

    async def round(self) -> None:
        """Submit, which is not measured, then assign and close."""
        call, place = self.connection.call, self.place
        await call("submitfuncspecmsg", self.key, spec=place.spec(self.kind))
        before, started = place.cpu(), time.perf_counter()
        limits = {"availablecpu": "1000m", "availablemem": "1Gi"}
        process = await call(
            "assignprocessmsg", self.key, colonyname=place.colonyname, timeout=60, **limits
        )
        await call("closesuccessfulmsg", self.key, processid=process["processid"], out=[])
        self.took.append((time.perf_counter() - started) * 1000)
        self.spent += place.cpu() - before

    def cost(self, number: int) -> Cost:
        """Of the last so many rounds."""
        return Cost(table.median(self.took[-number:]), self.spent / len(self.took) * 1000)


@asynccontextmanager
async def queue(
    place: Place, kind: str, size: int, conditions: dict[str, Any]
) -> AsyncIterator[Queue]:
    """A queue with so many processes that wait."""
    (key,) = await place.add_executors(1, kind)
    async with place.connections(1) as (connection,):
        made = Queue(place, connection, key, kind)
        await made.fill(size, conditions)
        yield made


async def measure(
    places: tuple[Place, Place], title: str, sizes: tuple[int, int], number: int
) -> tuple[Cost, Cost]:
    """The cost with the smallest queue and with another one, in turns."""
    kind = f"{title}-{sizes[1]}".replace(" ", "-")
    conditions = KINDS.get(title, {})
    async with (
        queue(places[0], kind, sizes[0], {}) as small,
        queue(places[1], kind, sizes[1], conditions) as large,
    ):
        for _ in range(number + number // 10):
            await small.round()
            await large.round()
        return small.cost(number), large.cost(number)


async def compare(places: tuple[Place, Place], sizes: list[int], number: int) -> None:
    """Print a line for each queue."""
    columns = ("", "waiting", "p50 ms", f"over {sizes[0]}", "CPU ms", f"over {sizes[0]}")
    lines = table.Table(*columns)
    for title, size in [
        *(("may take", size) for size in sizes[1:]),
        *((title, sizes[-1]) for title in KINDS),
    ]:
        small, large = await measure(places, title, (sizes[0], size), number)
        walls, cpus = table.ratio(large.wall, small.wall), table.ratio(large.server, small.server)
        lines.row(title, size, large.wall, walls, large.server, cpus)


def main() -> None:
    """Measure and print."""
    parser = table.parser(__doc__, seconds=0.0)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 10_000, 1_000_000])
    parsed = parser.parse_args()
    options = table.options(parsed)
    sizes = [2, 10] if options.smoke else parsed.sizes
    number = 2 if options.smoke else parsed.rounds
    with (
        TemporaryDirectory() as folder,
        TemporaryDirectory() as other,
        served.place(Path(folder)) as small,
        served.place(Path(other)) as large,
    ):
        asyncio.run(compare((small, large), sizes, number * options.repeats))


if __name__ == "__main__":
    main()
