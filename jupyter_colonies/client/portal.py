"""One thread with an event loop of its own, on which synchronous code runs the client.

Notebook cells and scripts are synchronous or run in a loop that is not ours; the client is
asynchronous. The portal is where they meet, so that no method exists twice.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from jupyter_colonies.errors import ClientError

T = TypeVar("T")


class Portal:
    """A daemon thread that runs coroutines for other threads."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="colonies-client", daemon=True)
        self._thread.start()
        self._ready.wait()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and wait for its result; an interrupt cancels it.

        Raises ClientError on the portal's own thread, which can't wait for itself.
        """
        try:
            self.refuse_own_thread()
        except ClientError:
            coroutine.close()
            raise
        future = self.start(coroutine)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def refuse_own_thread(self) -> None:
        """Raise ClientError on the portal's own thread, where blocking would last for ever."""
        if threading.current_thread() is self._thread:
            raise ClientError(
                "A blocking call was made on the client's own thread (in a callback?): use the "
                "asynchronous client there, or make the call from another thread"
            )

    def start(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine without waiting; cancelling the future cancels it."""
        if not self._thread.is_alive():
            coroutine.close()
            raise ClientError("The client was closed: connect again")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def close(self) -> None:
        """End everything that runs, and the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def _serve(self) -> None:
        asyncio.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._ready.set()
        await self._stop.wait()


_lock = threading.Lock()
_portal: Portal | None = None


def portal() -> Portal:
    """The process's one portal, started when it is first asked for."""
    global _portal  # noqa: PLW0603 - one per process is the point
    with _lock:
        if _portal is None:
            _portal = Portal()
        return _portal


@atexit.register
def _close() -> None:
    if _portal is not None:
        _portal.close()


def _forget() -> None:
    """A forked child has the object but not the thread."""
    global _lock, _portal
    _lock, _portal = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
