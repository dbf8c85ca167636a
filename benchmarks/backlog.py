"""Assign and close with much waiting: what stands in the queue must not cost anything.

    python benchmarks/backlog.py [--rounds 300] [--sizes 10 10000 1000000] [--long]

First with so many processes waiting that the executor may take, then with the largest number of
processes ahead of its own that it may not: meant for another executor, for another place, or too
large for it. These waiting processes are copies, in one statement, of one that was submitted:
over the wire a million of them would take a quarter of an hour.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import served
import table
from served import Connection, Place

from jupyter_colonies.store.processes import processes

# The conditions of what may not be taken; a part of the rounds is enough for what takes seconds.
KINDS: dict[str, tuple[dict[str, Any], int]] = {
    "other name": ({"executornames": ["somebody-else"]}, 1),
    "other place": ({"locationname": "elsewhere"}, 30),
    "too large": ({"cpu": "64000m"}, 30),
}


def multiply(place: Place, processid: str, copies: int) -> None:
    """Store so many copies of a waiting process, each submitted a little later."""
    own = ("seq", "processid", "prioritytime", "submissiontime")
    same = [column.name for column in processes.columns if column.name not in own]
    statement = f"""
        WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :copies)
        INSERT INTO processes (seq, processid, prioritytime, submissiontime, {", ".join(same)})
        SELECT seq + n, lower(hex(randomblob(32))), prioritytime + n, submissiontime + n,
            {", ".join(same)}
        FROM processes, number WHERE processid = :processid
    """  # noqa: S608 - names of our own columns
    (database,) = place.data.glob("*.db")
    with closing(sqlite3.connect(database, isolation_level=None, timeout=60)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(statement, {"copies": copies, "processid": processid})
        advance = "UPDATE counters SET value = (SELECT max(seq) FROM processes) WHERE name = ?"
        connection.execute(advance, ("process",))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Cost(NamedTuple):
    """Median milliseconds of assign and close, and the server's CPU milliseconds for them."""

    wall: float
    server: float


async def rounds(place: Place, connection: Connection, key: str, kind: str, number: int) -> Cost:
    """Assign and close so often; each round submits one process before, without being measured."""
    took, spent = [], 0.0
    limits = {"availablecpu": "1000m", "availablemem": "1Gi"}
    for _ in range(number):
        await connection.call("submitfuncspecmsg", key, spec=place.spec(kind))
        before, started = place.cpu(), time.perf_counter()
        process = await connection.call(
            "assignprocessmsg", key, colonyname=place.colonyname, timeout=60, **limits
        )
        processid = process["processid"]
        await connection.call("closesuccessfulmsg", key, processid=processid, out=[])
        took.append((time.perf_counter() - started) * 1000)
        spent += place.cpu() - before
    return Cost(table.median(took), spent / number * 1000)


async def measure(
    place: Place, title: str, size: int, conditions: dict[str, Any], number: int
) -> Cost:
    """The cost with so many processes waiting, in a queue of their own."""
    kind = f"{title}-{size}".replace(" ", "-")
    (key,) = await place.add_executors(1, kind)
    spec = place.spec(kind)
    spec["conditions"].update(conditions)
    async with place.connections(1) as (connection,):
        process = await connection.call("submitfuncspecmsg", key, spec=spec)
        multiply(place, process["processid"], size - 1)
        await rounds(place, connection, key, kind, max(number // 10, 1))
        return await rounds(place, connection, key, kind, number)


async def compare(place: Place, sizes: list[int], number: int, repeats: int) -> None:
    """Print a line for each queue."""
    columns = ("", "waiting", "p50 ms", "over smallest", "server CPU ms", "over smallest", "rounds")
    lines = table.Table(*columns)
    smallest = None
    for size in sizes:
        costs = [await measure(place, f"t{at}", size, {}, number) for at in range(repeats)]
        cost = Cost(*(table.median(values) for values in zip(*costs, strict=True)))
        smallest = smallest or cost
        over = [table.ratio(*pair) for pair in zip(cost, smallest, strict=True)]
        lines.row("may take", size, cost.wall, over[0], cost.server, over[1], number)
    assert smallest is not None
    for title, (conditions, part) in KINDS.items():
        times = max(number // part, 1)
        cost = await measure(place, title, sizes[-1], conditions, times)
        over = [table.ratio(*pair) for pair in zip(cost, smallest, strict=True)]
        lines.row(title, sizes[-1], cost.wall, over[0], cost.server, over[1], times)


def main() -> None:
    """Measure and print."""
    parser = table.parser(__doc__, seconds=0.0)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 10_000, 1_000_000])
    parsed = parser.parse_args()
    options = table.options(parsed)
    sizes = [2, 10] if options.smoke else parsed.sizes
    number = 2 if options.smoke else parsed.rounds
    with TemporaryDirectory() as folder, served.place(Path(folder)) as place:
        asyncio.run(compare(place, sizes, number, options.repeats))


if __name__ == "__main__":
    main()
