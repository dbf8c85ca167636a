"""What is told of a run beside its log and its result: what it runs, and how far it is.

Both are attributes of the process. What it runs is sent with the result, so that a short run costs
no request for it, or earlier if the run takes longer: a run that is killed is told of too.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from jupyter_colonies.core.process import PROGRESS
from jupyter_colonies.errors import ColoniesError

PACE = 0.5  # seconds between two reports
LONG = 1.0  # seconds after which it is told what runs

Send = Callable[[dict[str, str]], Awaitable[Any]]


class Report:
    """The report of one run, made on the loop that sends it; progress comes from any thread."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._unsent: dict[str, str] = {}
        self._due = False
        self._timers: list[asyncio.TimerHandle] = []
        self._sending: asyncio.Task[None] | None = None
        self._ended = False

    def about(self, texts: Mapping[str, str]) -> None:
        """Say what runs."""
        self._unsent.update(texts)
        self._timers = [self._loop.call_later(LONG, self._want)]

    def progress(self, share: float, text: str) -> None:
        """Say how far the run is; what follows soon takes its place."""
        with self._lock:
            self._unsent[PROGRESS] = f"{share:.4g} {text}".rstrip()
            if self._due:
                return
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is told any more
            self._loop.call_soon_threadsafe(self._want)

    async def finish(self) -> dict[str, str]:
        """End; what is left to be sent with the result."""
        self._ended = True
        for timer in self._timers:
            timer.cancel()
        if self._sending is not None:
            await self._sending
        with self._lock:
            return self._unsent

    def _want(self) -> None:
        """Send what there is, unless that is going to happen anyway."""
        with self._lock:
            if self._due or self._ended or not self._unsent:
                return
            self._due = True
            texts, self._unsent = self._unsent, {}
        self._sending = self._loop.create_task(self._post(texts))

    async def _post(self, texts: dict[str, str]) -> None:
        # A refusal is told with the result.
        with contextlib.suppress(ColoniesError):
            await self._send(texts)
        self._timers = [self._loop.call_later(PACE, self._rest)]

    def _rest(self) -> None:
        """Some time has passed: what came meanwhile may be sent."""
        with self._lock:
            self._due = False
        self._want()
