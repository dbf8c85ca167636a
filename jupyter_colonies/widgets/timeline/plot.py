"""What a timeline shows, apart from any widget: rows, bars, and the words above them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from jupyter_colonies.core.criticalpath import critical_path, spans_of
from jupyter_colonies.core.gantt import Row, rows
from jupyter_colonies.core.ganttpicture import BACK, GIVEN_BACK
from jupyter_colonies.core.graph import state_of
from jupyter_colonies.core.history import History
from jupyter_colonies.core.palette import LOOKS, counts, duration_text, short
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.core.tries import Try, tries

Json = dict[str, Any]
Entry = list[Any]

NAME_COLUMNS = 60
"""How much of a process's name travels to the page."""

NAMED = 8
"""Processes of the critical path that are named; the first ones and the last."""

_MICROSECOND = timedelta(microseconds=1)
_NEW = -1


class Plot:
    """The bars of a run by their number, which they keep, and what of them has changed.

    An entry of `bars` is `[row, lane, ready, start, end, state, try, name, critical]`: the times in
    microseconds since `origin`, -1 where there is none; row -1 for what waits for an executor.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.bars: list[Entry] = []
        self._number: dict[tuple[str, int], int] = {}
        self._processes: list[str] = []

    def update(self, history: History, now: datetime, trouble: str = "") -> Json:
        """Take the history in; what the page has to be told."""
        going = any(not node.state.finished for node in history.nodes.values())
        now = max(now, history.end) if going else history.end
        found = tries(history)
        made = rows(found, now)
        path = critical_path(spans_of(history, found, now))
        changed = self._enter(history, found, made, set(path))
        return {
            "heading": {
                "title": self.title,
                "state": _look(state_of(counts(history.nodes.values()))),
                "summary": _summary(found, made, history, now),
                "path": _path_text(history, found, path, now),
                "trouble": trouble,
                "legend": _legend(found),
                "exact": history.exact,
            },
            "rows": [
                {"name": row.executorname, "lanes": row.lanes, "text": text, "share": share}
                for row in made
                for text, share in [_used(row, history, now)]
            ],
            "origin": _epoch(history.begin),
            "end": _since(now, history),
            "going": going,
            "path": [self.last_bar(each) for each in path],
            "bars": {str(number): self.bars[number] for number in changed},
        }

    def process(self, number: int) -> str:
        """The process that a bar belongs to; empty if there is no such bar."""
        return self._processes[number] if 0 <= number < len(self._processes) else ""

    def last_bar(self, processid: str) -> int:
        """The bar of the last try of a process; -1 if it has none."""
        number, last = _NEW, 1
        while (processid, last) in self._number:
            number = self._number[processid, last]
            last += 1
        return number

    def _enter(
        self, history: History, found: list[Try], made: list[Row], critical: set[str]
    ) -> list[int]:
        place = {
            (each.node.processid, each.number): (number, lane)
            for number, row in enumerate(made)
            for lane, each in row.bars
        }
        changed = []
        for each in found:
            key = each.node.processid, each.number
            entry = self._entry(history, each, place.get(key, (_NEW, 0)), critical)
            number = self._number.setdefault(key, len(self.bars))
            if number == len(self.bars):
                self.bars.append([])
                self._processes.append(key[0])
            if self.bars[number] != entry:
                self.bars[number] = entry
                changed.append(number)
        return changed

    def _entry(
        self, history: History, each: Try, place: tuple[int, int], critical: set[str]
    ) -> Entry:
        return [
            *place,
            _since(each.ready, history),
            _since(each.start, history),
            _since(each.end, history),
            int(each.state),
            each.number,
            short(each.node.nodename or each.node.funcname, NAME_COLUMNS),
            int(each.node.processid in critical),
        ]


def _since(moment: datetime, history: History) -> int:
    return (moment - history.begin) // _MICROSECOND if moment > NEVER else _NEW


def _epoch(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=moment.tzinfo)) // _MICROSECOND


def _look(state: State) -> Json:
    look = LOOKS[state]
    return {"glyph": look.glyph, "word": look.word, "fill": look.fill}


def _legend(found: list[Try]) -> list[Json]:
    """The looks of bars in the order of their states, with how many there are of each."""
    number = Counter(each.state for each in found if each.begun)
    words = {State.WAITING: {"glyph": BACK, "word": GIVEN_BACK}}
    return [_look(state) | words.get(state, {}) | {"count": number[state]} for state in LOOKS]


def _used(row: Row, history: History, now: datetime) -> tuple[str, float]:
    whole = now - history.begin
    return row.text(whole), round(row.busy / whole, 4) if whole else 0.0


def _summary(found: list[Try], made: list[Row], history: History, now: datetime) -> str:
    begun = sum(each.begun for each in found)
    waiting = len(found) - begun
    runs = f"{begun:,} {'run' if begun == 1 else 'runs'}"
    executors = f"{len(made):,} {'executor' if len(made) == 1 else 'executors'}"
    parts = [f"{runs} on {executors} in {duration_text(now - history.begin)}"]
    again = sum(each.number > 1 for each in found if each.begun)
    if again:
        parts.append(f"{again:,} of them {'a retry' if again == 1 else 'retries'}")
    if waiting:
        parts.append(f"{waiting:,} {'waits' if waiting == 1 else 'wait'} for an executor")
    if kept := sum(bool(node.keptfrom) for node in history.nodes.values()):
        parts.append(f"{kept:,} kept from an earlier run")
    return ", ".join(parts)


def _path_text(history: History, found: list[Try], path: list[str], now: datetime) -> str:
    """The critical path in words: through what it leads, and how much of it was waiting."""
    if not path:
        return ""
    on_it = set(path)
    own = [each for each in found if each.begun and each.node.processid in on_it]
    ran = sum((each.until(now) - each.start for each in own), timedelta())
    waited = sum((each.start - each.ready for each in own), timedelta())
    names = [
        short(history.nodes[each].nodename or history.nodes[each].funcname, 24) for each in path
    ]
    if len(names) > NAMED:
        names[NAMED // 2 : -NAMED // 2] = [f"… {len(names) - NAMED:,} more …"]
    return (
        f"{' → '.join(names)}: {duration_text(ran)} of running and "
        f"{duration_text(waited)} of waiting for executors"
    )
