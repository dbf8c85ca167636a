"""An executor whose functions run on a Dask cluster."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.patience import passes, pauses
from jupyter_colonies.errors import ColoniesError, InvalidRequest, SchedulerUnreachable
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.cancellation import RunCancelled
from jupyter_colonies.executor.dask.call import DaskRunnable
from jupyter_colonies.executor.dask.cluster import DaskCluster
from jupyter_colonies.executor.offer import Offer
from jupyter_colonies.executor.worker import Worker, WorkerState

TYPE = "dask-executor"

_CHANGED, _LOST, _END = "changed", "lost", "end"


class DaskExecutor(Worker):
    """An executor of functions on an existing Dask cluster.

    cluster: the address of its scheduler, a `distributed.Client` of it, or a cluster object; the
    executor connects by itself. It takes as many processes as the cluster has threads, follows
    when workers come and go, and takes `concurrency` instead where that is given. When the
    scheduler goes away it gives its processes back, leaves the colony, and enters again when the
    scheduler is back. Raises InvalidRequest for what is no cluster, and for functions that can't
    be pickled.
    """

    def __init__(
        self,
        colony: Colony,
        cluster: Any,
        name: str = "dask",
        *,
        functions: tuple[Callable[..., Any], ...] = (),
        executortype: str = TYPE,
        concurrency: int = 0,
    ) -> None:
        super().__init__(colony, name, executortype=executortype, concurrency=concurrency or 1)
        self._address, self._security = _address_of(cluster)
        self._wanted = concurrency
        self._cluster: DaskCluster | None = None
        self._news: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._leaving = threading.Event()
        self.serve(*functions)

    def serve(self, *functions: Callable[..., Any]) -> None:
        """Let processes call these functions or tasks, by their names. Raises InvalidRequest."""
        runnables = [DaskRunnable(function, self._connected) for function in functions]
        self.offer(
            Offer(
                funcname=runnable.local.signature.funcname,
                runnable=runnable,
                description=runnable.local.description,
                args=runnable.local.arguments,
            )
            for runnable in runnables
        )

    def start(self) -> None:
        """Connect to the cluster, register, and begin to work.

        Raises SchedulerUnreachable, and what `Worker.start` raises.
        """
        if self.state not in (WorkerState.NEW, WorkerState.STOPPED, WorkerState.REFUSED):
            return
        self._leaving.clear()
        self._news = queue.SimpleQueue()
        self._begin_again()
        threading.Thread(target=self._keep, name=f"colonies-dask-{self.name}", daemon=True).start()

    def stop(self, *, timeout: float = 10) -> None:
        """See `Worker.stop`; an executor that waits for its scheduler does so no more."""
        self.colony.portal.run(self.leave(timeout))

    async def leave(self, timeout: float) -> None:  # noqa: ASYNC109 - as Worker.leave
        """`stop`, for callers on the portal's loop."""
        self._leaving.set()
        await super().leave(timeout)
        self._news.put(_END)
        # RuntimeError: no thread starts any more when the interpreter ends.
        with contextlib.suppress(RuntimeError):
            await asyncio.to_thread(self._disconnect)

    def _connected(self) -> DaskCluster:
        if self._cluster is None:
            raise RunCancelled("the Dask scheduler is away")
        return self._cluster

    def _begin_again(self) -> None:
        news = self._news
        self._cluster = DaskCluster(
            self._address,
            self._security,
            changed=lambda: news.put(_CHANGED),
            lost=lambda: news.put(_LOST),
        )
        try:
            self._fit()
            super().start()
        except ColoniesError:
            self._disconnect()
            raise

    def _disconnect(self) -> None:
        cluster, self._cluster = self._cluster, None
        if cluster is not None:
            cluster.close()

    def _fit(self) -> None:
        """Take as many processes at a time as the cluster has threads now."""
        cluster = self._cluster
        if not self._wanted and cluster is not None:
            # OSError: the scheduler has just gone away, which is told separately.
            with contextlib.suppress(OSError):
                self.configure(concurrency=max(1, cluster.threads))

    def _keep(self) -> None:
        """Follow the cluster, in a thread of its own, until the executor leaves."""
        while (news := self._news.get()) != _END:
            if news == _CHANGED:
                self._fit()
            elif not self._leaving.is_set():
                self._come_back()

    def _come_back(self) -> None:
        """Give back what runs, and wait for the scheduler."""
        away = f"the Dask scheduler at {self._address} is away"
        for running in tuple(self.running):
            running.cancellation.cancel(f"given back, as {away}")
        self.colony.portal.run(super().leave(0))
        self._disconnect()
        self._become(WorkerState.STOPPED, f"{away}: it is waited for")
        registry.remember(self)
        for pause in pauses():
            if self._leaving.wait(pause):
                return
            try:
                self._begin_again()
                return
            except ColoniesError as error:
                if not (isinstance(error, SchedulerUnreachable) or passes(error)):
                    self._become(WorkerState.REFUSED, error.message)
                    return


def _address_of(cluster: Any) -> tuple[str, Any]:
    """The address of a scheduler, and the security of whoever is connected to it."""
    if isinstance(cluster, str):
        return cluster, None
    scheduler = getattr(cluster, "scheduler", None)
    address = getattr(scheduler, "address", None) or getattr(cluster, "scheduler_address", None)
    if not isinstance(address, str):
        raise InvalidRequest(
            "A Dask cluster is named by its scheduler's address, like tcp://host:8786, or given as "
            f"a distributed.Client or a cluster, not as {type(cluster).__name__}"
        )
    return address, getattr(cluster, "security", None)
