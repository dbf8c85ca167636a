"""Submit, assign and close with the data in PostgreSQL, beside the same with SQLite.

    python benchmarks/postgres.py [--url postgresql://…] [--connections 1 8 32] [--long]

Both servers are on this machine and take turns; both have each write on disk before it is
acknowledged. Without `--url`, an empty database of yours, the tests' own PostgreSQL is started.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import cycle
import served
import table
from served import Place


async def compare(
    sqlite: Place, postgres: Place, numbers: list[int], options: table.Options
) -> None:
    """Print one line for each number of connections."""
    columns = ("connections", "SQLite cycles/s", "PostgreSQL", "over", "SQLite µs", "PostgreSQL µs")
    lines = table.Table(*columns)
    places = (sqlite, postgres)
    keys = [await place.add_executors(max(numbers)) for place in places]
    for place, own in zip(places, keys, strict=True):
        await cycle.measure(place, cycle.work, own[:8], min(options.seconds, 1.0))
    for number in numbers:
        rates: tuple[list[float], list[float]] = ([], [])
        costs: tuple[list[float], list[float]] = ([], [])
        for _ in range(options.repeats):
            for at, (place, own) in enumerate(zip(places, keys, strict=True)):
                cost = await cycle.measure(place, cycle.work, own[:number], options.seconds)
                rates[at].append(cost.rate)
                costs[at].append(cost.server)
        first, second = (table.median(each) for each in rates)
        lines.row(number, first, second, table.ratio(second, first), *map(table.median, costs))


@contextmanager
def database(url: str) -> Iterator[str]:
    """URL of the database to use."""
    if url:
        yield url
        return
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from tests.postgres import PostgresServer  # noqa: PLC0415 - needs more than the package

    server = PostgresServer(durable=True)
    try:
        yield server.new_database()
    finally:
        server.remove()


def main() -> None:
    """Measure and print."""
    parser = table.parser(__doc__, seconds=3.0)
    parser.add_argument("--url", default="", help="an empty database")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    parsed = parser.parse_args()
    options = table.options(parsed)
    numbers = [1, 2] if options.smoke else parsed.connections
    with TemporaryDirectory() as name, database(parsed.url) as url:
        folder = Path(name)
        with (
            served.place(folder / "sqlite") as sqlite,
            served.place(folder / "postgres", database=url) as postgres,
        ):
            asyncio.run(compare(sqlite, postgres, numbers, options))


if __name__ == "__main__":
    main()
