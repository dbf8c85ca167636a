"""How long a waiting executor takes to have a process: from sending it to the assign's answer.

    python benchmarks/wakeup.py [--seconds 3] [--long]

One executor waits in a long poll; a user submits a process. Beside it, the same two requests when
the process is there before the executor asks: the difference is what waking costs.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import served
import table
from served import Connection, Place

# Long enough for the long poll to have begun, on a busy machine too. A machine that has been idle
# for so long is slower at first, so both begin with it.
BEFORE = 0.01


async def woken(place: Place, submitter: Connection, waiter: Connection, key: str) -> float:
    """Milliseconds for an executor that waits."""
    ask = waiter.call("assignprocessmsg", key, colonyname=place.colonyname, timeout=60)
    waiting = asyncio.create_task(ask)
    await asyncio.sleep(BEFORE)
    started = time.perf_counter()
    sent = asyncio.create_task(submitter.call("submitfuncspecmsg", key, spec=place.spec()))
    process = await waiting
    took = time.perf_counter() - started
    await sent
    await waiter.call("closesuccessfulmsg", key, processid=process["processid"], out=[])
    return took * 1000


async def ready(place: Place, submitter: Connection, waiter: Connection, key: str) -> float:
    """Milliseconds for an executor that asks when the process is there, after the same pause."""
    await asyncio.sleep(BEFORE)
    started = time.perf_counter()
    await submitter.call("submitfuncspecmsg", key, spec=place.spec())
    process = await waiter.call("assignprocessmsg", key, colonyname=place.colonyname, timeout=60)
    took = time.perf_counter() - started
    await waiter.call("closesuccessfulmsg", key, processid=process["processid"], out=[])
    return took * 1000


async def compare(place: Place, options: table.Options) -> None:
    """Print both."""
    lines = table.Table("executor", "p50 ms", "p95 ms", "times")
    (key,) = await place.add_executors(1)
    async with place.connections(2) as (submitter, waiter):
        for once in (woken, ready):
            found = []
            for _ in range(options.repeats):
                took = []
                end = time.monotonic() + options.seconds
                while time.monotonic() < end:
                    took.append(await once(place, submitter, waiter, key))
                found.append((table.percentile(took, 50), table.percentile(took, 95), len(took)))
            p50, p95, times = (table.median(values) for values in zip(*found, strict=True))
            lines.row(once.__name__, p50, p95, int(times))


def main() -> None:
    """Measure and print."""
    options = table.options(table.parser(__doc__, seconds=3.0).parse_args())
    with TemporaryDirectory() as folder, served.place(Path(folder)) as place:
        asyncio.run(compare(place, options))


if __name__ == "__main__":
    main()
