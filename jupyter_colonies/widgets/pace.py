"""When to paint: the first change at once, the changes that follow together."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

INTERVAL = 0.05
"""Seconds between two paintings while changes keep coming, unless a view says something else."""

SHARE = 3
"""How many times the duration of a painting has to pass before the next: it stays a small load."""

LONGEST = 0.3
"""Seconds after which the next follows in any case: a first picture takes longer than others."""

_logger = logging.getLogger(__name__)


class Pace:
    """Calls `paint` in a thread of its own whenever there is something new, but not too often.

    There is a thread only while there is something to paint, so that whoever brings news (the
    portal's event loop) never waits for the drawing, and a view that nothing happens to costs
    nothing.
    """

    def __init__(self, paint: Callable[[], None], interval: float = INTERVAL) -> None:
        self.interval = interval
        """Seconds between two paintings; may be changed at any time."""
        self._paint = paint
        self._lock = threading.Lock()
        self._new = False
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def knock(self) -> None:
        """There is something new to paint; nothing is painted any more after `finish`."""
        with self._lock:
            if not self._ended.is_set():
                self._begin()

    def finish(self) -> None:
        """Paint a last time and end."""
        with self._lock:
            if not self._ended.is_set():
                self._ended.set()
                self._begin()

    def join(self, timeout: float | None = None) -> None:
        """Wait until what was to be painted is; `timeout` in seconds."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(timeout)

    def _begin(self) -> None:
        self._new = True
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="colonies-view", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while self._takes():
            begun = time.monotonic()
            try:
                self._paint()
            except Exception:  # one bad picture must not end all later ones
                _logger.warning("A view could not be painted", exc_info=True)
            took = time.monotonic() - begun
            self._ended.wait(max(self.interval, min(took * SHARE, LONGEST)))

    def _takes(self) -> bool:
        """Whether there is something to paint; if not, the thread ends."""
        with self._lock:
            if not self._new:
                self._thread = None
            new, self._new = self._new, False
            return new
