"""Something the server does by itself, at moments that are known beforehand.

A duty sleeps until its next due moment and is woken when an earlier one appears; nothing polls the
database. Several servers may have the same duty on one database: what a duty does must be safe
then, and each does whatever it finds due and nobody else holds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from jupyter_colonies.core.times import SECOND

RETRY_AFTER = 5.0
AT_LEAST = 0.02
# The clock is read again after a minute: it may have been set, or the machine was asleep.
LONGEST_SLEEP = 60.0

Act = Callable[[], Awaitable[int]]

_log = logging.getLogger(__name__)


class Duty:
    """One duty. `act` does what is due and gives the next due moment, 0 if there is none.

    `name` is the duty's in logs and signals, `clock` gives nanoseconds since 1970, as moments are.
    """

    def __init__(self, name: str, act: Act, clock: Callable[[], int]) -> None:
        self.name = name
        self._act = act
        self._clock = clock
        self._next = 0
        self._earlier = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; what became due while the server was away is done at once."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End; what is due is done after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def due(self, at: int) -> None:
        """Something becomes due at a moment, in nanoseconds since 1970."""
        if not self._next or at < self._next:
            self._next = at
            self._earlier.set()

    def look(self) -> None:
        """Something may have become due unheard: look now."""
        now = self._clock()
        self._next = min(self._next or now, now)
        # Even if it is due already: whoever sleeps may have counted on another clock.
        self._earlier.set()

    async def _run(self) -> None:
        while True:
            try:
                self._next = 0
                due = await self._act()
                if due and (not self._next or due < self._next):
                    self._next = due
            except Exception:  # noqa: BLE001 - it is logged and the duty goes on
                _log.exception("The duty '%s' could not be done, trying again soon", self.name)
                self._next = self._clock() + int(RETRY_AFTER * SECOND)
            # What is due and still there is in another server's hands at this moment.
            await asyncio.sleep(AT_LEAST)
            await self._sleep()

    async def _sleep(self) -> None:
        while True:
            self._earlier.clear()
            seconds = (self._next - self._clock()) / SECOND if self._next else None
            if seconds is not None and seconds <= 0:
                return
            try:
                longest = seconds if seconds is None else min(seconds, LONGEST_SLEEP)
                await asyncio.wait_for(self._earlier.wait(), longest)
            except TimeoutError:
                continue
