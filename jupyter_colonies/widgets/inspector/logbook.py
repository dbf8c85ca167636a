"""The lines of a log as the page gets them: bounded, numbered, in pieces."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Any

from jupyter_colonies.core.console import Pen
from jupyter_colonies.core.member import Log

MOST_LINES = 50_000
"""Lines that are kept; of a longer log the newest ones."""

PIECE = 96 << 10
"""Characters that go to the page at a time: Jupyter drops what a kernel sends too fast."""

Line = list[Any]
"""Milliseconds since 1970, the text, and, where there are any, its styles."""


class Logbook:
    """The log of one process; lines are numbered from 0 and keep their numbers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[Line] = deque()
        self._pen = Pen()
        self.since = 0
        self.left_out = 0

    @property
    def total(self) -> int:
        """How many lines there are, those that are not kept any more among them."""
        return self.left_out + len(self._lines)

    def add(self, logs: Iterable[Log]) -> None:
        """Add what was logged, each message on lines of its own."""
        with self._lock:
            for log in logs:
                self.since = max(self.since, log.timestamp)
                for text in log.message.removesuffix("\n").split("\n"):
                    shown, spans = self._pen.read(text)
                    when = log.timestamp // 1_000_000
                    self._lines.append([when, shown, spans] if spans else [when, shown])
            while len(self._lines) > MOST_LINES:
                self._lines.popleft()
                self.left_out += 1

    def piece(self, first: int) -> tuple[int, list[Line]]:
        """Lines from a number on, as many as go at a time, and the number of the first of them."""
        with self._lock:
            first = max(first, self.left_out)
            found: list[Line] = []
            size = 0
            for line in islice(self._lines, first - self.left_out, None):
                found.append(line)
                size += len(line[1]) + 24 * len(line)
                if size > PIECE:
                    break
            return first, found
