"""Listing, reading, cancelling and removing large workflows, and what others notice.

    python benchmarks/workflows.py [--sizes 10000 100000]

Each line is one request about a workflow: its seconds, and the requests of another
connection meanwhile, which runs small processes from submission to end: their 95th percentile and
the longest, in milliseconds, beside the longest of a quiet server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import growth
import msgspec
import served
import submit
import table
from served import Connection, Place

from jupyter_colonies.core import envelope

WAITING = 0
QUIET = 1.0


class Watched:
    """Requests to the server while another connection works."""

    def __init__(self, place: Place, connections: list[Connection], key: str) -> None:
        self._place = place
        self._connection, self._other = connections
        self._key = key
        self.seconds = 0.0
        self.others: list[float] = []

    @asynccontextmanager
    async def others_work(self) -> AsyncIterator[None]:
        """Measure the block, and the others during it."""
        stop = asyncio.Event()
        working = asyncio.create_task(submit.others(self._place, self._other, self._key, stop))
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds = time.perf_counter() - started
            stop.set()
            self.others = await working

    async def call(self, payloadtype: str, **fields: Any) -> Any:
        """One request, measured; writing and reading its JSON is not."""
        message = msgspec.json.encode({"msgtype": payloadtype, **fields})
        body = envelope.sealed(payloadtype, message, self._place.user_key)
        async with self.others_work():
            reply = await self._connection.post(body)
        _, message = envelope.result(reply)
        return msgspec.json.decode(message)

    async def quiet(self) -> float:
        """The longest request of the others when nothing else goes on."""
        async with self.others_work():
            await asyncio.sleep(QUIET)
        return max(self.others)


async def measure(folder: Path, size: int, lines: table.Table) -> None:
    """Print a line for each request about workflows of a size."""
    with served.place(folder) as place:
        (key,) = await place.add_executors(1, "other")
        async with place.connections(2) as connections:
            watched = Watched(place, connections, key)
            quiet = await watched.quiet()

            async def line(name: str, payloadtype: str, **fields: Any) -> Any:
                found = await watched.call(payloadtype, **fields)
                others = watched.others
                longest = table.percentile(others, 95), max(others)
                lines.row(size, name, watched.seconds, *longest, quiet)
                return found

            listed = {"colonyname": place.colonyname, "count": 10}
            for shape in (growth.layered, growth.wide):
                spec = growth.workflow(place, shape(size), "nobody")
                graph = await line(f"submit {shape.__name__}", "submitworkflowspecmsg", spec=spec)
                named = {"processgraphid": graph["processgraphid"]}
                if shape is growth.layered:
                    shown = await line("list", "getprocessgraphsmsg", **listed, state=WAITING)
                    assert len(shown[0]["processids"]) == size
                    whole = await line("read", "getprocessgraphmsg", **named)
                    assert len(whole["nodes"]) == size
                    part = {**listed, **named, "state": WAITING}
                    assert await line("read a page", "getprocessesmsg", **part)
                    await line("cancel", "cancelprocessgraphmsg", **named)
                await line("remove", "removeprocessgraphmsg", **named)
                assert not await watched.call("getprocessgraphsmsg", **listed, state=WAITING)


async def compare(folder: Path, sizes: list[int]) -> None:
    """Print the lines of each size."""
    columns = ("nodes", "request", "seconds", "others p95", "others max", "quiet max")
    lines = table.Table(*columns)
    for size in sizes:
        await measure(folder / str(size), size, lines)


def main() -> None:
    """Measure and print."""
    parser = table.parser(__doc__, seconds=0.0)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parsed = parser.parse_args()
    sizes = [20] if table.options(parsed).smoke else parsed.sizes
    with TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder), sizes))


if __name__ == "__main__":
    main()
