"""Executors that wait for work, and who of them is woken.

About one executor is woken for each process that becomes ready: the one that waits longest and
could take it. One that was woken and could not take the work passes the wake-up on (protocol part
02, section 4.6). An idle executor causes no statement.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from jupyter_colonies.broker.signals import Dismissed, Ready
from jupyter_colonies.store.processes import ANYONE, SEVERAL

Key = tuple[str, str]


class Wake:
    """A process became ready; whoever was woken for it is remembered."""

    def __init__(self, ready: Ready) -> None:
        self.ready = ready
        self.tried: set[int] = set()


class Waiter:
    """One executor in a long poll."""

    def __init__(self, colonyname: str, executortype: str, name: str, location: str) -> None:
        self.key: Key = (colonyname, executortype)
        self.name = name
        self.location = location.lower()
        self.wakes: deque[Wake] = deque()
        self.event = asyncio.Event()

    def answered(self) -> list[Wake]:
        """What woke the executor so far, to be acted on now."""
        wakes = list(self.wakes)
        self.wakes.clear()
        self.event.clear()
        return wakes

    def fits(self, wake: Wake) -> bool:
        """Whether the executor may take the work, as far as name and place decide."""
        target, location = wake.ready.target, wake.ready.location
        return (
            id(self) not in wake.tried
            and target in (ANYONE, SEVERAL, self.name)
            and location in ("", self.location)
        )


class Waiters:
    """All executors in a long poll, those that wait longest first."""

    def __init__(self) -> None:
        self._waiting: dict[Key, dict[int, Waiter]] = {}

    def add(self, waiter: Waiter) -> None:
        """Let an executor be woken from now on."""
        self._waiting.setdefault(waiter.key, {})[id(waiter)] = waiter

    def remove(self, waiter: Waiter) -> None:
        """Forget an executor; wake-ups it did not use go to others."""
        waiting = self._waiting.get(waiter.key, {})
        waiting.pop(id(waiter), None)
        if not waiting:
            self._waiting.pop(waiter.key, None)
        for wake in waiter.wakes:
            self.wake(wake)
        waiter.wakes.clear()

    def wake_for(self, signals: Iterable[Ready]) -> None:
        """Wake one executor for each process that became ready."""
        for ready in signals:
            self.wake(Wake(ready))

    def dismiss(self, dismissed: Dismissed) -> None:
        """Let an executor that lost its place, or all of a colony, look again and learn of it."""
        for (colonyname, _), waiting in self._waiting.items():
            if colonyname != dismissed.colonyname:
                continue
            for waiter in waiting.values():
                if dismissed.executorname in ("", waiter.name):
                    waiter.event.set()

    def wake(self, wake: Wake) -> None:
        """Wake the executor that waits longest, could take the work and was not woken for it."""
        key = (wake.ready.colonyname, wake.ready.executortype)
        waiting = self._waiting.get(key)
        if not waiting:
            return
        chosen = next((w for w in waiting.values() if not w.event.is_set() and w.fits(wake)), None)
        if chosen is None:
            chosen = next((w for w in waiting.values() if w.fits(wake)), None)
        if chosen is None:
            return
        wake.tried.add(id(chosen))
        chosen.wakes.append(wake)
        chosen.event.set()
        del waiting[id(chosen)]
        waiting[id(chosen)] = chosen

    def wake_all(self) -> None:
        """Wake everybody: what became ready was not heard."""
        for waiting in self._waiting.values():
            for waiter in waiting.values():
                waiter.event.set()

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._waiting.values())
