"""Large workflows in one request: seconds to acknowledge, memory, and what others notice.

    python benchmarks/submit.py [--sizes 10000 100000]

Meanwhile another connection runs small processes from submission to end; the 95th percentile of
its requests stands beside that of a quiet server. Memory is the server's resident memory a moment
later, and the most it had, both over what it had before.
"""

from __future__ import annotations

import asyncio
import base64
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import growth
import msgspec
import served
import table
from served import Connection, Place

from jupyter_colonies.core import envelope

SETTLING = 1.0


async def others(
    place: Place, connection: Connection, key: str, stop: asyncio.Event
) -> list[float]:
    """Milliseconds of each request of somebody else, until told to stop."""
    took = []

    async def timed(payloadtype: str, **fields: object) -> dict[str, str]:
        started = time.perf_counter()
        reply = await connection.call(payloadtype, key, **fields)
        took.append((time.perf_counter() - started) * 1000)
        return dict(reply)

    while not stop.is_set():
        await timed("submitfuncspecmsg", spec=place.spec("other"))
        process = await timed("assignprocessmsg", colonyname=place.colonyname, timeout=60)
        await timed("closesuccessfulmsg", processid=process["processid"], out=[])
    return took


async def quiet(place: Place, connection: Connection, key: str, seconds: float) -> list[float]:
    """The same with nothing else going on."""
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, stop.set)
    return await others(place, connection, key, stop)


async def measure(folder: Path, size: int) -> tuple[float, ...]:
    """Seconds, CPU seconds, memory growth at rest and at most, p95 of others then and before."""
    with served.place(folder) as place:
        (key,) = await place.add_executors(1, "other")
        spec = growth.workflow(place, growth.layered(size), "nobody")
        message = msgspec.json.encode({"msgtype": "submitworkflowspecmsg", "spec": spec})
        body = envelope.sealed("submitworkflowspecmsg", message, key)
        async with place.connections(2) as (connection, other):
            before = await quiet(place, other, key, SETTLING)
            memory, peak, cpu, started = place.memory(), place.peak(), place.cpu(), time.monotonic()
            stop = asyncio.Event()
            working = asyncio.create_task(others(place, other, key, stop))
            reply = msgspec.json.decode(await connection.post(body))
            seconds, spent = time.monotonic() - started, place.cpu() - cpu
            stop.set()
            during = await working
            found = msgspec.json.decode(base64.b64decode(reply["payload"]))
            assert len(found["processids"]) == size
            await asyncio.sleep(SETTLING)
            return (
                seconds,
                spent,
                place.memory() - memory,
                place.peak() - peak,
                table.percentile(during, 95),
                table.percentile(before, 95),
            )


async def compare(folder: Path, sizes: list[int], repeats: int) -> None:
    """Print a line for each size."""
    columns = ("nodes", "seconds", "server CPU s", "MB kept", "MB peak", "others p95", "quiet p95")
    lines = table.Table(*columns)
    for size in sizes:
        found = [await measure(folder / f"{size}-{turn}", size) for turn in range(repeats)]
        lines.row(size, *(table.median(values) for values in zip(*found, strict=True)))


def main() -> None:
    """Measure and print."""
    parser = table.parser(__doc__, seconds=0.0)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parsed = parser.parse_args()
    options = table.options(parsed)
    sizes = [20] if options.smoke else parsed.sizes
    with TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder), sizes, options.repeats))


if __name__ == "__main__":
    main()
