"""Jupyter while it hosts a colony: a trivial request, idle and with the scheduler at full load.

    python benchmarks/responsive.py [--seconds 5] [--connections 8] [--long]

A real Jupyter server with the extension; another process runs cycles of submit, assign and close
as fast as the scheduler answers them. Jupyter answers from the same event loop. Machines with few
cores count the load's own work too: each line says how many cycles per second went on meanwhile.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import cycle
import table
from served import Place

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.programs.jupyter import TOKEN, Jupyter

EVERY = 0.01


def probe(url: str, seconds: float) -> tuple[float, float]:
    """Milliseconds of a request for Jupyter's version: median and 95th percentile."""
    address = urlsplit(url)
    assert address.hostname is not None
    took = []
    end = time.monotonic() + seconds
    with closing(http.client.HTTPConnection(address.hostname, address.port)) as connection:
        while time.monotonic() < end:
            started = time.perf_counter()
            headers = {"Authorization": f"token {TOKEN}"}
            connection.request("GET", f"{address.path}api", headers=headers)
            assert "version" in json.loads(connection.getresponse().read())
            took.append((time.perf_counter() - started) * 1000)
            time.sleep(EVERY)
    return table.percentile(took, 50), table.percentile(took, 95)


def load(place: Place, connections: int, seconds: float) -> float:
    """Cycles per second; runs in a process of its own."""

    async def cycles() -> float:
        keys = await place.add_executors(connections)
        return (await cycle.measure(place, cycle.work, keys, seconds)).rate

    return asyncio.run(cycles())


def compare(jupyter: Jupyter, connections: int, options: table.Options) -> None:
    """Print a line for idle and one for loaded."""
    runtime = json.loads(jupyter.runtime_file.read_text())
    place = Place(
        host=runtime["host"],
        port=runtime["port"],
        pid=runtime["pid"],
        data=jupyter.folder,
        colonyname=runtime["colonyname"],
        colony_key=Path(runtime["colonykeyfile"]).read_text().strip(),
        user_key=Path(runtime["userkeyfile"]).read_text().strip(),
    )
    lines = table.Table("scheduler", "cycles/s", "p50 ms", "p95 ms", "p95 over idle ms")
    probe(jupyter.url, options.seconds / 5)
    idle = [probe(jupyter.url, options.seconds) for _ in range(options.repeats)]
    p50, p95 = (table.median(values) for values in zip(*idle, strict=True))
    lines.row("idle", 0, p50, p95, 0.0)
    loaded = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        for _ in range(options.repeats):
            running = pool.submit(load, place, connections, options.seconds + 2)
            time.sleep(1)
            times = probe(jupyter.url, options.seconds)
            loaded.append((running.result(), *times))
    rate, busy50, busy95 = (table.median(values) for values in zip(*loaded, strict=True))
    lines.row("loaded", rate, busy50, busy95, busy95 - p95)


def main() -> None:
    """Measure and print."""
    parser = table.parser(__doc__, seconds=5.0)
    parser.add_argument("--connections", type=int, default=8)
    parsed = parser.parse_args()
    options = table.options(parsed)
    with (
        TemporaryDirectory() as folder,
        Jupyter(Path(folder), "--ColoniesExtension.port=0") as jupyter,
    ):
        compare(jupyter.hosts(), parsed.connections, options)


if __name__ == "__main__":
    main()
