"""Tasks that do nothing, beside dask.distributed and huey, in one run on one machine.

    python benchmarks/others.py [--tasks 2000] [--long]

Each system is given all tasks, runs them on two workers and gives back every result. CPU time is
that of all its processes: scheduler, workers and client. dask and huey come with
`pip install "jupyter-colonies[bench]"`; whatever is not installed is left out. Colonies runs one
workflow of independent nodes, with one process per request and with several; what is acknowledged
is on disk. huey writes to SQLite without waiting for the disk, dask keeps all in memory.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import growth
import served
import table
from served import Connection, Place

from jupyter_colonies.core.messages import REGISTRY

WORKERS = 2
BATCHES = (1, 16, 64)
SEVERAL = "assignprocessesmsg"
HERE = Path(__file__).parent


class Score(NamedTuple):
    """Tasks per second, and CPU microseconds per task of all processes together."""

    rate: float
    cpu: float


async def _singly(connection: Connection, key: str, place: Place, left: list[int]) -> None:
    while left[0] > 0:
        left[0] -= 1
        process = await connection.call(
            "assignprocessmsg", key, colonyname=place.colonyname, timeout=60
        )
        await connection.call("closesuccessfulmsg", key, processid=process["processid"], out=[1])


async def _severally(
    connection: Connection, key: str, place: Place, left: list[int], batch: int
) -> None:
    while left[0] > 0:
        wanted = min(batch, left[0])
        left[0] -= wanted
        taken = await connection.call(
            SEVERAL, key, colonyname=place.colonyname, timeout=60, count=wanted
        )
        left[0] += wanted - len(taken)
        items = [{"processid": process["processid"], "out": [1]} for process in taken]
        await connection.call("closeprocessesmsg", key, items=items)


async def colonies(place: Place, tasks: int, batch: int) -> Score:
    """One workflow of independent nodes, so many at once for each of the workers."""
    executortype = f"others-{batch}-{time.monotonic_ns()}"
    keys = await place.add_executors(WORKERS, executortype)
    async with place.connections(WORKERS) as connections:
        spec = growth.workflow(place, growth.wide(tasks), executortype)
        started, cpu = time.monotonic(), place.cpu() + time.process_time()
        await connections[0].call("submitworkflowspecmsg", keys[0], spec=spec)
        left = [tasks]
        await asyncio.gather(
            *(
                _singly(connection, key, place, left)
                if batch == 1
                else _severally(connection, key, place, left, batch)
                for connection, key in zip(connections, keys, strict=True)
            )
        )
        spent = place.cpu() + time.process_time() - cpu
        return Score(tasks / (time.monotonic() - started), spent / tasks * 1e6)


def nothing(number: int) -> int:
    """The task."""
    return number


def dask(tasks: int) -> Score:
    """A local cluster with two worker processes; the scheduler runs in this process."""
    from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra

    with (
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster) as client,
    ):
        client.gather(client.map(nothing, range(100), pure=False))
        pids = list(client.run(os.getpid).values())
        started, cpu = time.monotonic(), _spent(pids)
        assert len(client.gather(client.map(nothing, range(tasks), pure=False))) == tasks
        return Score(tasks / (time.monotonic() - started), (_spent(pids) - cpu) / tasks * 1e6)


def huey(tasks: int) -> Score:
    """huey on SQLite with a consumer of two threads, as its documentation starts it."""
    with TemporaryDirectory() as folder:
        os.environ["BENCHMARK_HUEY"] = str(Path(folder) / "huey.db")
        # Read anew each time: the module opens the database that the variable names.
        huey_tasks = importlib.reload(importlib.import_module("huey_tasks"))
        consumer = subprocess.Popen(
            [
                *(sys.executable, "-m", "huey.bin.huey_consumer", "huey_tasks.app"),
                *("-w", str(WORKERS), "-k", "thread", "-d", "0.001", "-n"),
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            huey_tasks.nothing(0)(blocking=True, timeout=30)
            pids = [consumer.pid]
            started, cpu = time.monotonic(), _spent(pids)
            results = [huey_tasks.nothing(number) for number in range(tasks)]
            for result in results:
                result(blocking=True, timeout=60, backoff=1.0, max_delay=0.01)
            return Score(tasks / (time.monotonic() - started), (_spent(pids) - cpu) / tasks * 1e6)
        finally:
            consumer.send_signal(signal.SIGTERM)
            consumer.wait()


def _spent(pids: list[int]) -> float:
    return sum(served.cpu_of(pid) for pid in pids) + time.process_time()


def best(run: Callable[[], Score], repeats: int) -> Score:
    """Medians."""
    scores = [run() for _ in range(repeats)]
    return Score(*(table.median(values) for values in zip(*scores, strict=True)))


def main() -> None:
    """Measure and print; ratios are to dask, or to the first line where it is missing."""
    parser = table.parser(__doc__, seconds=0.0)
    parser.add_argument("--tasks", type=int, default=2000)
    parsed = parser.parse_args()
    options = table.options(parsed)
    tasks = 20 if options.smoke else parsed.tasks
    runs: dict[str, Callable[[], Score]] = {}
    if importlib.util.find_spec("distributed") and not options.smoke:
        runs["dask"] = lambda: dask(tasks)
    if importlib.util.find_spec("huey") and not options.smoke:
        runs["huey sqlite"] = lambda: huey(tasks)
    lines = table.Table("", "tasks/s", "over first", "CPU µs/task", "first over it")
    first = None
    with TemporaryDirectory() as folder, served.place(Path(folder)) as place:
        for batch in BATCHES if SEVERAL in REGISTRY else BATCHES[:1]:
            runs[f"colonies {batch}"] = lambda batch=batch: asyncio.run(  # type: ignore[misc]
                colonies(place, tasks, batch)
            )
        for name, run in runs.items():
            score = best(run, options.repeats)
            first = first or score
            lines.row(name, score.rate, score.rate / first.rate, score.cpu, first.cpu / score.cpu)


if __name__ == "__main__":
    main()
