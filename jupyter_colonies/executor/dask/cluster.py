"""A connection to a Dask cluster: what is sent there, what is told from there, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

from jupyter_colonies.errors import SchedulerUnreachable
from jupyter_colonies.executor.dask import side
from jupyter_colonies.executor.dask.call import sent
from jupyter_colonies.executor.running import RunningProcess

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 5  # seconds the scheduler has to answer
ALWAYS = ("GPU",)

_numbers = itertools.count(1)


class DaskCluster:
    """One client of a scheduler.

    `changed` is called when workers came or went, `lost` once when the scheduler is gone; both on
    the client's own thread, so they must be quick. Blocks until the scheduler answers. Raises
    SchedulerUnreachable.
    """

    def __init__(
        self,
        address: str,
        security: Any,
        *,
        changed: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self.address = address
        self._changed = changed
        self._lost = lost
        self._inboxes: dict[str, queue.SimpleQueue[str]] = {}
        self._carry, self._interrupt = sent(side.carry), sent(side.interrupt)
        self._client = _connected(address, security)
        self.topic = f"colonies-{self._client.id}"
        self._client.subscribe_topic(self.topic, self._hear)
        self._client.subscribe_topic("all", self._hear_of_workers)
        loop = self._client.loop.asyncio_loop
        self._guard = asyncio.run_coroutine_threadsafe(self._watch(), loop)

    @property
    def threads(self) -> int:
        """How many functions the cluster can run at the same time, as its workers are now."""
        return sum(worker["nthreads"] for worker in self._workers())

    def submit(
        self, function: bytes, call: bytes, process: RunningProcess, wanted: dict[str, float]
    ) -> Future:
        """Have the cluster call a function.

        CPU and MEMORY that no worker declares are left to Dask's own threads and memory limits.
        """
        offers = [worker.get("resources") or {} for worker in self._workers()]
        declared = {name for offer in offers for name in offer}
        asked = {
            name: amount for name, amount in wanted.items() if name in declared or name in ALWAYS
        }
        if not any(all(o.get(n, 0) >= a for n, a in asked.items()) for o in offers):
            words = ", ".join(f"{name}={amount:g}" for name, amount in asked.items())
            process.log(f"Waits for a Dask worker{' with ' if words else ''}{words}")
        return self._client.submit(
            self._carry,
            function,
            call,
            key=f"{process.funcname}-{process.processid}-{next(_numbers)}",
            priority=process.spec.priority,
            resources=asked or None,
            pure=False,
        )

    @contextlib.contextmanager
    def heard(self, process: RunningProcess) -> Iterator[queue.SimpleQueue[str]]:
        """What the function of a process writes, as it comes."""
        inbox: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._inboxes[process.processid] = inbox
        try:
            yield inbox
        finally:
            del self._inboxes[process.processid]

    def give_up(self, future: Future, processid: str) -> None:
        """Want the result of a function no more, and interrupt it if it has begun."""
        goes_on = not future.done()
        # A scheduler that is away has forgotten it already.
        with contextlib.suppress(RuntimeError, OSError, CancelledError):
            future.cancel()
            if goes_on:
                # Where it runs may have been told a moment too late, so all are asked.
                self._client.run(self._interrupt, processid, on_error="ignore")

    def close(self) -> None:
        """Let go of the scheduler; what runs for us there is given up."""
        self._guard.cancel()
        with contextlib.suppress(RuntimeError, OSError, CancelledError):
            self._client.unsubscribe_topic("all")
        self._client.close(timeout=PATIENCE)

    def _workers(self) -> list[dict[str, Any]]:
        info = self._client.scheduler_info(n_workers=-1)
        return list(info["workers"].values())

    def _hear(self, event: tuple[float, dict[str, str]]) -> None:
        _, told = event
        inbox = self._inboxes.get(told["processid"])
        if inbox is not None and told["text"]:
            inbox.put(told["text"])

    def _hear_of_workers(self, event: tuple[float, Any]) -> None:
        _, told = event
        action = told.get("action") if isinstance(told, dict) else None
        if action == "remove-worker":
            for processid, inbox in tuple(self._inboxes.items()):
                if any(processid in str(key) for key in told.get("processing-tasks", ())):
                    inbox.put(f"The Dask worker {told.get('worker')} was lost\n")
        if action in ("add-worker", "remove-worker"):
            self._changed()

    async def _watch(self) -> None:
        """Wait for the end of a connection that is there for nothing else."""
        from distributed.comm import CommClosedError, connect  # noqa: PLC0415 - optional

        try:
            comm = await connect(self._client.scheduler.address, **self._client.connection_args)
            try:
                await comm.read()
            finally:
                comm.abort()
        except (CommClosedError, OSError):
            pass
        self._lost()


def _connected(address: str, security: Any) -> Client:
    from distributed import Client  # noqa: PLC0415 - slow to load

    try:
        return Client(
            address, security=security, timeout=PATIENCE, set_as_default=False, name="colonies"
        )
    except (OSError, ValueError) as error:
        raise SchedulerUnreachable(
            f"The Dask scheduler at {address} does not answer: {error}"
        ) from None
