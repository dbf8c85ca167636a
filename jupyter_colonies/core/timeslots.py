"""Slots of time in which what ended is counted, and percentiles of what it took."""

from __future__ import annotations

import math
from collections.abc import Sequence

from jupyter_colonies.core.times import SECOND

SLOT = 15
"""Seconds of a slot."""

LONGEST = 600
"""Seconds of the past that are looked at."""


def first_slot(now: int, since: int) -> int:
    """Start of the first slot to count, in nanoseconds since 1970.

    `now` is in nanoseconds, `since` in seconds since 1970; what is older than `LONGEST` is left
    out.
    """
    return start_of(min(now, max(since * SECOND, now - LONGEST * SECOND)))


def start_of(moment: int) -> int:
    """Start of the slot that a moment lies in, both in nanoseconds since 1970."""
    length = SLOT * SECOND
    return moment // length * length


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of them do not exceed; 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
