"""From what the server tells to the rows that the page shows; moments in milliseconds since 1970.

Texts are sent as they are: the page never takes one for HTML.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from jupyter_colonies.core.cron import NO_INTERVAL, Cron
from jupyter_colonies.core.generator import Generator, runs_out
from jupyter_colonies.core.member import Executor, ExecutorState, Function
from jupyter_colonies.core.messages.monitor import FailureFigures, Monitor, RunningFigures
from jupyter_colonies.core.times import from_wire

Row = dict[str, Any]

MOST_FUNCTIONS = 12
"""Functions of an executor that are shown."""

_STANDING = {
    ExecutorState.PENDING: ("◌", "pending"),
    ExecutorState.APPROVED: ("✓", "approved"),
    ExecutorState.REJECTED: ("✗", "rejected"),
    ExecutorState.UNREGISTERED: ("–", "removed"),
}
_ORDER = list(_STANDING)
_PROGRESS = re.compile(r"([0-9.eE+-]+)(?: (.*))?", re.DOTALL)


def milliseconds(when: datetime | None) -> int:
    """A moment of the wire, 0 for never."""
    return from_wire(when) // 1_000_000 if when else 0


def executor_rows(
    executors: Iterable[Executor],
    functions: Iterable[Function],
    figures: Monitor,
    rooms: Mapping[str, int],
) -> list[Row]:
    """Executors, those that wait for approval first, removed ones last.

    `rooms` says how many processes an executor runs at a time, where that is known.
    """
    offered: dict[str, list[Function]] = {}
    for each in functions:
        offered.setdefault(each.executorname, []).append(each)
    connected = frozenset(figures.connected)
    rows = []
    for executor in executors:
        name = executor.executorname
        glyph, word = _STANDING[executor.state]
        theirs = sorted(offered.get(name, ()), key=lambda each: (-each.counter, each.funcname))
        rows.append(
            {
                "id": name,
                "name": name,
                "type": executor.executortype,
                "location": executor.locationname or "",
                "state": word,
                "glyph": glyph,
                "order": _ORDER.index(executor.state),
                "connected": name in connected,
                "unresponsive": executor.unresponsive is True,
                "heard": milliseconds(executor.lastheardfromtime),
                "load": figures.load.get(name, 0),
                "room": rooms.get(name, 0),
                "functions": [_function(each) for each in theirs[:MOST_FUNCTIONS]],
                "more": max(len(theirs) - MOST_FUNCTIONS, 0),
            }
        )
    return sorted(rows, key=lambda row: (row["order"], row["name"]))


def _function(function: Function) -> Row:
    return {
        "name": function.funcname,
        "count": function.counter,
        "mean": round(function.avgexectime, 3),
    }


def queue_rows(figures: Monitor, executors: Iterable[Executor]) -> list[Row]:
    """What waits by type, the oldest first, and how many approved executors there are for it."""
    serving = Counter(
        each.executortype for each in executors if each.state is ExecutorState.APPROVED
    )
    rows = [
        {
            "id": queue.executortype,
            "type": queue.executortype,
            "ready": queue.ready,
            "oldest": milliseconds(queue.oldest),
            "executors": serving[queue.executortype],
        }
        for queue in figures.queues
    ]
    return sorted(rows, key=lambda row: (row["oldest"], row["type"]))


def running_rows(figures: Monitor) -> list[Row]:
    """What runs, the one that runs longest first."""
    return [
        {**_named(each), "since": milliseconds(each.starttime), **_progress(each.progress)}
        for each in figures.processes
    ]


def failure_rows(figures: Monitor) -> list[Row]:
    """What failed, the last first."""
    return [
        {**_named(each), "at": milliseconds(each.endtime), "error": each.error}
        for each in figures.failures
    ]


def _named(process: RunningFigures | FailureFigures) -> Row:
    return {
        "id": process.processid,
        "name": process.nodename or process.funcname,
        "function": process.funcname,
        "type": process.executortype,
        "executor": process.executorname,
    }


def _progress(text: str) -> Row:
    """How far a process is, from 0 to 1, and what it says of it; -1 where it says nothing."""
    found = _PROGRESS.fullmatch(text)
    try:
        share = float(found[1]) if found else -1.0
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        return {"share": -1, "progress": text}
    return {"share": share, "progress": (found and found[2]) or ""}


def cron_rows(crons: Iterable[Cron]) -> list[Row]:
    """Crons by name, with when they start next; 0 for never."""
    return [
        {
            "id": each.cronid,
            "name": each.name,
            "when": _when(each),
            "disabled": each.disabled is True,
            "next": milliseconds(each.nextrun),
            "last": milliseconds(each.lastrun),
            "waits": each.waits,
            "initiator": each.initiatorname,
        }
        for each in crons
    ]


def _when(cron: Cron) -> str:
    if cron.interval == NO_INTERVAL:
        return cron.cronexpression
    return f"every {cron.interval} s" + (", at random within" if cron.random else "")


def generator_rows(generators: Iterable[Generator]) -> list[Row]:
    """Generators, with when they start what is queued if nothing more is packed; 0 for never."""
    return [
        {
            "id": each.generatorid,
            "name": each.name,
            "queued": each.queuesize,
            "trigger": each.trigger,
            "timeout": each.timeout,
            "disabled": each.disabled is True,
            "next": _runs_out(each),
            "last": milliseconds(each.lastrun),
            "initiator": each.initiatorname,
        }
        for each in generators
    ]


def _runs_out(generator: Generator) -> int:
    if not generator.queuesize or generator.disabled is True:
        return 0
    since = from_wire(generator.lastrun) or from_wire(generator.firstpack)
    return runs_out(generator.timeout, since) // 1_000_000 if since else 0


def merged_slots(known: Sequence[Row], figures: Monitor, longest: int) -> list[Row]:
    """Slots that are known and those that were asked for again, not older than so many seconds."""
    found = {row["at"]: row for row in known}
    for slot in figures.slots:
        at = milliseconds(slot.at)
        found[at] = {
            "at": at,
            "successful": slot.successful,
            "failed": slot.failed,
            "wait": [slot.p50wait, slot.p95wait],
            "run": [slot.p50run, slot.p95run],
        }
    oldest = milliseconds(figures.at) - longest * 1000
    return [found[at] for at in sorted(found) if at >= oldest]
