"""The critical path of a run: the chain of processes that explains when it ended."""

from __future__ import annotations

import graphlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from jupyter_colonies.core.history import History
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.core.tries import Try

_MICROSECOND = timedelta(microseconds=1)


class Span(NamedTuple):
    """How long a process took, in any unit: from when it could be taken until it ended."""

    ready: float
    end: float
    parents: Sequence[str]


def critical_path(spans: Mapping[str, Span]) -> list[str]:
    """The chain with the most waiting and running that leads to the process that ended last.

    Only waiting that a process did while it could have been taken counts. Of equal chains the one
    whose processes come first in `spans` is taken. Parents that have no span are ignored. Raises
    graphlib.CycleError for a cycle.
    """
    parents = {key: [p for p in span.parents if p in spans] for key, span in spans.items()}
    rank = {key: -number for number, key in enumerate(spans)}
    longest: dict[str, float] = {}
    before: dict[str, str] = {}
    for key in graphlib.TopologicalSorter(parents).static_order():
        longest[key] = spans[key].end - spans[key].ready
        if parents[key]:
            before[key] = max(parents[key], key=lambda parent: (longest[parent], rank[parent]))
            longest[key] += longest[before[key]]
    if not longest:
        return []
    last = max(longest, key=lambda key: (spans[key].end, longest[key], rank[key]))
    path = [last]
    while path[-1] in before:
        path.append(before[path[-1]])
    return path[::-1]


def spans_of(history: History, tries: Sequence[Try], now: datetime) -> dict[str, Span]:
    """The spans of all processes that have begun, in microseconds; what runs still ends `now`.

    Whole numbers add up exactly, so which of equal chains is taken is no matter of rounding.
    """
    spans: dict[str, Span] = {}
    for each in tries:
        if not each.begun:
            continue
        processid = each.node.processid
        end = _microseconds(each.until(now), history.begin)
        if processid in spans:
            spans[processid] = spans[processid]._replace(end=end)
        else:
            ready = _microseconds(each.ready if each.ready > NEVER else each.start, history.begin)
            spans[processid] = Span(ready, end, each.node.parents)
    return spans


def _microseconds(moment: datetime, since: datetime) -> float:
    return (moment - since) // _MICROSECOND
