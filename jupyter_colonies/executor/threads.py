"""Daemon threads that are kept for the next run: starting one costs more than a short run."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable

IDLE = 10.0  # seconds a thread without work stays

Work = Callable[[], None]


class _Thread(threading.Thread):
    """A daemon, because one that must be waited for would keep a kernel from shutting down."""

    def __init__(self, work: Work, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.given: queue.SimpleQueue[tuple[Work, str]] = queue.SimpleQueue()
        self.given.put((work, name))

    def run(self) -> None:
        while (given := self._next()) is not None:
            work, self.name = given
            work()
            # What a run leaves in variables here would live until the next one.
            del given, work
            self.name = "colonies-idle"
            _idle.append(self)

    def _next(self) -> tuple[Work, str] | None:
        try:
            return self.given.get(timeout=IDLE)
        except queue.Empty:
            pass
        try:
            _idle.remove(self)
        except ValueError:  # it was given work at this moment
            return self.given.get()
        return None


_idle: list[_Thread] = []


def start(work: Work, name: str) -> None:
    """Run something in a thread of this name, in one that is idle if there is one."""
    try:
        thread = _idle.pop()
    except IndexError:
        _Thread(work, name).start()
    else:
        thread.given.put((work, name))


if hasattr(os, "register_at_fork"):
    # The threads of a forked child are its parent's.
    os.register_at_fork(after_in_child=_idle.clear)
