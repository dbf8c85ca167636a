"""Whether a run is still wanted, and how the code that runs learns that it is not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class RunCancelled(BaseException):
    """The process of this run was cancelled, took too long or was given to somebody else.

    Not an `Exception`, so that code which goes on after any error of its own ends all the same.
    """


class Cancellation:
    """Set once, from any thread, with the reason; whoever runs is called or asks for it."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.reason = ""
        self._lock = threading.RLock()
        self._callbacks: list[Callable[[], object]] = []

    def cancel(self, reason: str) -> None:
        """Tell the run that nobody wants its result any more; the first reason stays."""
        with self._lock:
            if self.event.is_set():
                return
            self.reason = reason
            self.event.set()
            for callback in self._callbacks:
                callback()

    def check(self) -> None:
        """Raise RunCancelled if the run is not wanted any more."""
        if self.event.is_set():
            raise RunCancelled(self.reason)

    @contextmanager
    def calling(self, callback: Callable[[], object]) -> Iterator[None]:
        """Have something called when the run is cancelled, at once if it is already.

        It is called on whichever thread cancels, must be quick, and is never called afterwards.
        """
        with self._lock:
            self._callbacks.append(callback)
            if self.event.is_set():
                callback()
        try:
            yield
        finally:
            with self._lock:
                self._callbacks.remove(callback)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on an event loop of its own, where its task is cancelled with the run."""

        async def main() -> T:
            loop, task = asyncio.get_running_loop(), asyncio.current_task()
            assert task is not None
            with self.calling(lambda: loop.call_soon_threadsafe(task.cancel)):
                return await coroutine

        try:
            return asyncio.run(main())
        except asyncio.CancelledError:
            self.check()
            raise
