"""When to paint: the first change at once, the changes that follow together."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

INTERVAL = 0.25
"""Seconds between two paintings while changes keep coming."""

SHARE = 6
"""How many times the duration of a painting has to pass before the next: it stays a small load."""

_logger = logging.getLogger(__name__)


class Pace:
    """Calls `paint` in a thread of its own whenever there is something new, but not too often.

    The thread sleeps while nothing happens and ends after `finish`, so that whoever brings news
    (the portal's event loop) never waits for the drawing.
    """

    def __init__(self, paint: Callable[[], None], interval: float = INTERVAL) -> None:
        self._paint = paint
        self._interval = interval
        self._news = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="colonies-view", daemon=True)
        self._thread.start()

    def knock(self) -> None:
        """There is something new to paint."""
        self._news.set()

    def finish(self) -> None:
        """Paint a last time and end."""
        self._ended.set()
        self._news.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end; `timeout` in seconds."""
        self._thread.join(timeout)

    def _work(self) -> None:
        ended = False
        while not ended:
            self._news.wait()
            self._news.clear()
            ended = self._ended.is_set()
            begun = time.monotonic()
            try:
                self._paint()
            except Exception:  # one bad picture must not end all later ones
                _logger.warning("A view of a workflow could not be painted", exc_info=True)
            took = time.monotonic() - begun
            self._ended.wait(max(self._interval, took * SHARE))
