"""Several files at a time: threads that take one after the other, and what they tell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, TypeVar

from jupyter_colonies.client.sync.transfer import ends_all
from jupyter_colonies.errors import ColoniesError

J = TypeVar("J")
R = TypeVar("R")

LAST_WORDS = 5.0
"""Seconds that threads have to clean up after an interrupt."""


@dataclass(frozen=True, slots=True)
class Moved:
    """So many more bytes have been moved."""

    size: int


@dataclass(frozen=True, slots=True)
class Done(Generic[J, R]):
    """A job has ended, with a result or with an error."""

    job: J
    result: R | None = None
    error: Exception | None = None


class GivenUp(Exception):
    """Whoever waited does not wait any more."""


class Hand:
    """What a job tells of itself, and whether it is to go on."""

    def __init__(self, told: Callable[[Moved], None], stop: threading.Event) -> None:
        self._told = told
        self._stop = stop

    def moved(self, size: int) -> None:
        """So many more bytes have been moved."""
        self._told(Moved(size))

    def check(self) -> None:
        """Raise GivenUp if the rest is not wanted any more."""
        if self._stop.is_set():
            raise GivenUp


def work(
    jobs: Iterable[J], do: Callable[[J, Hand], R], count: int
) -> Generator[Moved | Done[J, R]]:
    """Do all jobs, several at a time, and tell of each; an error of one does not touch others.

    After an error that would meet every job the rest is not begun. Ends early when it is closed
    or interrupted: then what is under way is given up.
    """
    crew = _Crew(jobs, do)
    threads = [
        threading.Thread(target=crew.serve, name=f"colonies-sync-{number}", daemon=True)
        for number in range(count)
    ]
    try:
        for thread in threads:
            thread.start()
        left = len(threads)
        while left:
            told = crew.told.get()
            if told is None:
                left -= 1
            elif isinstance(told, BaseException):
                raise told
            else:
                yield told
    finally:
        crew.stop.set()
        until = time.monotonic() + LAST_WORDS
        for thread in threads:
            if thread.ident:
                thread.join(max(until - time.monotonic(), 0))


class _Crew(Generic[J, R]):
    """What the threads share."""

    def __init__(self, jobs: Iterable[J], do: Callable[[J, Hand], R]) -> None:
        self._jobs = iter(jobs)
        self._do = do
        self._lock = threading.Lock()
        self.stop = threading.Event()
        self.told: SimpleQueue[Moved | Done[J, R] | BaseException | None] = SimpleQueue()

    def serve(self) -> None:
        """Take jobs until there are none; the thread's whole life."""
        try:
            while not self.stop.is_set():
                with self._lock:
                    job = next(self._jobs, None)
                if job is None:
                    break
                self._one(job)
        except GivenUp:
            return
        except BaseException as error:  # noqa: BLE001 - it is raised where it is seen
            self.told.put(error)
        finally:
            self.told.put(None)

    def _one(self, job: J) -> None:
        try:
            self.told.put(Done(job, result=self._do(job, Hand(self.told.put, self.stop))))
        except (ColoniesError, OSError) as error:
            if ends_all(error):
                self.stop.set()
            self.told.put(Done(job, error=error))
