"""Removing what was successful and has been kept long enough.

Protocol part 02, section 11: processes on their own and whole workflows that were successful, and
all logs. What failed or was cancelled is kept. The age counts from the end, so that nobody's
result is gone before it could be fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.broker.ending import discard
from jupyter_colonies.broker.signals import RETENTION
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.store import channels, processes, retention
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Transaction

# What becomes due within a minute goes together.
TOGETHER = 60


class Pruned(NamedTuple):
    """When to look again, and the number of the last event that was looked at."""

    next: int
    events_seen: int


class Retention(Duty):
    """The duty that removes what ended more than `age` seconds ago."""

    def __init__(self, store: Store, clock: Callable[[], int], age: int) -> None:
        super().__init__(RETENTION, self._prune, clock)
        self._store = store
        self._age = age
        self._events_seen = 0

    async def _prune(self) -> int:
        seen = self._events_seen
        pruned = await self._store.write(lambda tx: prune(tx, self._age, seen))
        self._events_seen = pruned.events_seen
        return pruned.next


def prune(tx: Transaction, age: int, events_seen: int) -> Pruned:
    """Remove a portion of what ended more than `age` seconds ago."""
    tx.end_batch()
    before = tx.now - age * SECOND
    alone = tx.all(retention.OLD_PROCESSES, before=before)
    for row in alone:
        for statement in (*channels.REMOVE_OF_PROCESS, *processes.REMOVE):
            tx.run(statement, seq=row["seq"])
    workflows = tx.all(retention.OLD_GRAPHS, before=before)
    for row in workflows:
        # What is left of a large one, nobody sees: it goes in parts, a minute later.
        discard(tx, row)
    lines = tx.run(retention.REMOVE_LOGS, before=before)
    seen = _forget_events(tx, before, events_seen)
    more = (
        len(alone) == retention.MOST_PROCESSES
        or len(workflows) == retention.MOST_GRAPHS
        or lines == retention.MOST_LINES
        or seen > events_seen
    )
    return Pruned(tx.now if more else _next(tx, age), seen)


def _forget_events(tx: Transaction, before: int, seen: int) -> int:
    """Remove events of processes on their own, a stretch at a time; the last one looked at."""
    stretch = tx.one(retention.EVENTS_AFTER, after=seen)
    if stretch is None or not stretch["last"] or stretch["newest"] > before:
        return seen
    tx.run(retention.REMOVE_EVENTS, after=seen, last=stretch["last"])
    if tx.one(retention.FORGOTTEN) is None:
        tx.run(retention.BEGIN_FORGETTING)
    tx.run(retention.SET_FORGOTTEN, last=stretch["last"])
    return int(stretch["last"])


def _next(tx: Transaction, age: int) -> int:
    """When something will have been kept long enough; nothing new will before its age."""
    oldest = (
        tx.one(retention.OLDEST_PROCESS),
        tx.one(retention.OLDEST_GRAPH),
        tx.one(retention.OLDEST_LOG),
    )
    ended = min((row["ended"] for row in oldest if row and row["ended"]), default=tx.now)
    return max(min(ended, tx.now) + age * SECOND, tx.now + min(age, TOGETHER) * SECOND)
