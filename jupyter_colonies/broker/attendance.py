"""Signs of life that cause no statement: open polls and subscriptions, and requests that only read.

What is known here is written down now and then by the duty in `staleness`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jupyter_colonies.core.policy import Caller


class Attendance:
    """Which executors, by their numbers, are at this server or were lately."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._here: Counter[int] = Counter()
        self._heard: dict[int, int] = {}

    def heard(self, caller: Caller) -> None:
        """The caller has just asked something."""
        if caller.executor is not None:
            self._heard[caller.executor.seq] = self._clock()

    @contextmanager
    def staying(self, caller: Caller) -> Iterator[None]:
        """The caller is here as long as this lasts."""
        seq = caller.executor.seq if caller.executor is not None else 0
        self._here[seq] += 1
        try:
            yield
        finally:
            self._here[seq] -= 1
            if not self._here[seq]:
                del self._here[seq]
            self.heard(caller)

    def here(self) -> list[int]:
        """Numbers of the executors that are here, in order."""
        return sorted(seq for seq in self._here if seq)

    def taken(self) -> list[tuple[int, int]]:
        """Numbers, in order, and when each was last heard from; it is forgotten here."""
        heard, self._heard = self._heard, {}
        now = self._clock()
        heard.update((seq, now) for seq in self._here if seq)
        return sorted(heard.items())
