"""The workers of this process, and who wants to hear of them."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import threading
from collections.abc import Callable, MutableSequence
from typing import TYPE_CHECKING

from jupyter_colonies.errors import ColoniesError

if TYPE_CHECKING:
    from jupyter_colonies.executor.worker import Worker

Observer = Callable[["Worker"], None]

EXIT_TIMEOUT = 1.5

_lock = threading.Lock()
_workers: dict[str, Worker] = {}
_observers: MutableSequence[Observer] = []


def list() -> tuple[Worker, ...]:  # noqa: A001 - read as registry.list()
    """The workers that were started here, in the order of their start."""
    with _lock:
        return tuple(_workers.values())


def get(name: str) -> Worker | None:
    """The worker of that name, if there is one."""
    with _lock:
        return _workers.get(name)


def observe(observer: Observer) -> Callable[[], None]:
    """Call `observer(worker)` after every change of a worker; returns what ends it.

    Observers are called on whichever thread the change happens on, often the portal's: they must
    be quick and may not make blocking calls.
    """
    with _lock:
        _observers.append(observer)

    def stop() -> None:
        with _lock, contextlib.suppress(ValueError):
            _observers.remove(observer)

    return stop


def stop_all(*, timeout: float = 10) -> None:
    """Stop every worker, all at the same time; see `Worker.stop`."""
    together = list()
    if together:
        together[0].colony.portal.run(_leave(together, timeout))


def remember(worker: Worker) -> None:
    """Add a worker that has started."""
    with _lock:
        _workers[worker.name] = worker
    changed(worker)


def forget(worker: Worker) -> None:
    """Take out a worker that has stopped."""
    with _lock:
        if _workers.get(worker.name) is worker:
            del _workers[worker.name]
    changed(worker)


def changed(worker: Worker) -> None:
    """Tell the observers that something about a worker is different now."""
    with _lock:
        observers = tuple(_observers)
    for observer in observers:
        observer(worker)


async def _leave(together: tuple[Worker, ...], timeout: float) -> None:  # noqa: ASYNC109 - as Worker.stop
    await asyncio.gather(*(worker.leave(timeout) for worker in together))


@atexit.register
def _leave_at_exit() -> None:
    """Unregister when the kernel shuts down; a server that does not answer is not waited for."""
    together = list()
    if together:
        # RuntimeError: something asked for a thread, and none is started any more.
        with contextlib.suppress(TimeoutError, ColoniesError, RuntimeError):
            together[0].colony.portal.start(_leave(together, 0)).result(EXIT_TIMEOUT)


if hasattr(os, "register_at_fork"):
    # The workers of a forked child are its parent's.
    os.register_at_fork(after_in_child=_workers.clear)
