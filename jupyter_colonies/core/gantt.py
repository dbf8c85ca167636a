"""A timeline: the tries of a run as bars in the rows of their executors."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jupyter_colonies.core.palette import duration_text
from jupyter_colonies.core.tries import Try

NO_EXECUTOR = "(no name)"
"""The row of tries whose executor nobody named: servers that tell no names."""


@dataclass(kw_only=True)
class Row:
    """What one executor did: its bars with the lane of each, and how long it was busy.

    There are as many lanes as it ran processes at the same time.
    """

    executorname: str
    lanes: int = 0
    bars: list[tuple[int, Try]] = field(default_factory=list)
    busy: timedelta = timedelta()

    def text(self, whole: timedelta) -> str:
        """How well it was used, in words, of the `whole` duration of the run."""
        share = self.busy / whole if whole else 0.0
        many = f", up to {self.lanes} at a time" if self.lanes > 1 else ""
        number = len(self.bars)
        return (
            f"{number:,} {'run' if number == 1 else 'runs'}{many}; busy {share:.0%} of the time, "
            f"idle {duration_text(max(whole - self.busy, timedelta()))}"
        )


def rows(tries: Sequence[Try], now: datetime) -> list[Row]:
    """The rows in the order in which the executors began; `tries` are in order of their start.

    A bar is in the first lane that is free when it begins, so bars stay where they are while the
    run goes on.
    """
    found: dict[str, Row] = {}
    lanes: dict[str, _Lanes] = {}
    busy_until: dict[str, datetime] = {}
    for each in tries:
        if not each.begun:
            continue
        name = each.executorname or NO_EXECUTOR
        row = found.setdefault(name, Row(executorname=name))
        end = each.until(now)
        lane = lanes.setdefault(name, _Lanes()).take(each.start, end)
        row.lanes = max(row.lanes, lane + 1)
        row.bars.append((lane, each))
        since = max(each.start, busy_until.get(name, each.start))
        row.busy += max(end - since, timedelta())
        busy_until[name] = max(end, busy_until.get(name, end))
    return list(found.values())


class _Lanes:
    """Which lanes of a row are free, and until when the others are taken."""

    def __init__(self) -> None:
        self._free: list[int] = []
        self._taken: list[tuple[datetime, int]] = []

    def take(self, start: datetime, end: datetime) -> int:
        """The first lane that is free from `start` on."""
        while self._taken and self._taken[0][0] <= start:
            heapq.heappush(self._free, heapq.heappop(self._taken)[1])
        lane = heapq.heappop(self._free) if self._free else len(self._taken)
        heapq.heappush(self._taken, (end, lane))
        return lane
