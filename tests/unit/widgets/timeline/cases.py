"""Runs with what a timeline and a replay show of them, for the page's own way to reckon it.

`python -m tests.unit.widgets.timeline.cases` writes the file that the labextension's tests read.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from jupyter_colonies.core.ganttpicture import BACK, GIVEN_BACK
from jupyter_colonies.core.history import History
from jupyter_colonies.core.messages.workflows import NodeChange, ProcessEvent
from jupyter_colonies.core.palette import LOOKS, counts, duration_text, progress_text, short
from jupyter_colonies.core.process import State
from jupyter_colonies.core.replay import states_at
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.widgets.timeline.plot import Plot
from jupyter_colonies.widgets.timeline.replay import changes_at, span
from tests.unit.core.simulatedrun import BEGIN, SimulatedRun

FILE = Path(__file__).parents[4] / "labextension/src/timeline/cases.json"
RUNS = 7
MOST_MOMENTS = 5
Json = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES = (
    "plain", "  blanks around ", "名前が長いノード" * 4, "e\u0301te\u0301 " * 13,
    "line\nbreak\tand\x07bell", "right\u202eto left", "<b>bold</b> & <script>",
    "x" * 61, "", "😀 faces 😀" * 6,
)  # fmt: skip


def text() -> str:
    """What the file has to contain."""
    found: Json = {
        "times": [[wire(each), micros(each)] for each in _times()],
        "durations": [[each, duration_text(timedelta(microseconds=each))] for each in _durations()],
        "shorts": [[each, size, short(each, size)] for each in _NAMES for size in (8, 60)],
        "looks": {GIVEN_BACK: BACK}
        | {look.word: [look.glyph, look.fill] for look in LOOKS.values()},
        "runs": [case(*each) for each in _runs()],
    }
    parts = [
        f'"{key}":' + json.dumps(value, ensure_ascii=True, separators=(",", ":"))
        for key, value in found.items()
        if key != "runs"
    ]
    runs = ",\n".join(
        json.dumps(each, ensure_ascii=True, separators=(",", ":")) for each in found["runs"]
    )
    return "{" + ",\n".join(parts) + ',\n"runs":[\n' + runs + "\n]}\n"


def case(
    name: str, stages: Sequence[tuple[Iterable[NodeChange], Sequence[ProcessEvent] | None]]
) -> Json:
    """A run at several stages, which one timeline sees, and at the last of them at its moments."""
    plot, shown, told = Plot(name), [], 0
    for nodes, events in stages:
        history = History(nodes, events)
        now = history.end + timedelta(microseconds=2_500_001)
        news = plot.update(history, now)
        shown.append(
            {
                "nodes": [bare(node) for node in history.nodes.values()],
                "events": None if events is None else [bare(each) for each in events[told:]],
                "now": micros(now),
                "news": trimmed(news),
            }
        )
        told = len(events or ())
    moments = history.moments()
    chosen = moments[:: max(len(moments) // MOST_MOMENTS, 1)]
    return {
        "name": name,
        "stages": shown,
        "moments": [micros(each) for each in moments],
        "span": span(history, moments) | {"many": _counted(span(history, moments)["many"])},
        "past": [at(history, each) for each in chosen],
    }


def at(history: History, moment: datetime) -> Json:
    """The run at a moment: which processes there were, and those that were not as they are now."""
    nodes = states_at(history, moment)
    return {
        "moment": micros(moment),
        "there": [node.processid for node in nodes],
        "other": [_row(node) for node in nodes if node != history.nodes[node.processid]],
        "progress": progress_text(counts(nodes)),
        "changes": changes_at(history, nodes, moment),
    }


def trimmed(news: Json) -> Json:
    """What a page is told, without the looks that are everywhere the same."""
    heading = news["heading"]
    legend = [each["count"] for each in heading["legend"]]
    return news | {"heading": heading | {"legend": legend, "state": heading["state"]["word"]}}


def bare(document: msgspec.Struct) -> Json:
    """A document without what is as everywhere."""
    told: Json = msgspec.to_builtins(document)
    return {
        name: value
        for name, value in told.items()
        if value not in ("", 0, [], wire(NEVER)) or value is True
    }


def wire(moment: datetime) -> str:
    """A moment as in documents."""
    found: str = msgspec.to_builtins(moment)
    return found


def micros(moment: datetime) -> int:
    """Microseconds since 1970; 0 for never."""
    return (moment - _EPOCH) // timedelta(microseconds=1) if moment > NEVER else 0


def _row(node: NodeChange) -> list[Any]:
    """What a replay may change of a process; the order of children says nothing."""
    times = [wire(each) if each > NEVER else "" for each in (node.starttime, node.endtime)]
    changed = [node.processid, int(node.state), node.executorname, node.retries, *times]
    return [*changed, node.parents, sorted(node.children)]


def _counted(many: list[int]) -> Json:
    return {str(place): count for place, count in enumerate(many) if count}


def _times() -> list[datetime]:
    return [
        NEVER,
        BEGIN,
        *(BEGIN + timedelta(microseconds=each) for each in (1, 10, 999, 100_000, 999_999)),
        datetime(2026, 3, 1, 23, 30, 0, 5, tzinfo=UTC),
    ]


def _durations() -> list[int]:
    seconds = (0.005, 0.125, 0.375, 0.994999, 1, 1.25, 9.95, 9.949999, 59.5, 60.5, 61, 3599.5, 7265,
               172_799, 172_800, 1e6)  # fmt: skip
    return [0, 1, *(round(each * 1e6) for each in seconds)]


def _runs() -> Iterable[
    tuple[str, list[tuple[Iterable[NodeChange], Sequence[ProcessEvent] | None]]]
]:
    for seed in range(RUNS):
        run, half = _random_run(random.Random(seed))
        name = _NAMES[seed] or "no name"
        if seed % 4 == 3:
            yield name, [(half[0], None), (run.nodes.values(), None)]
        else:
            yield name, [half, (run.nodes.values(), run.events)]
    yield "chain", [_stage(_chain())]
    yield "kept", [_stage(_kept())]


def _stage(run: SimulatedRun) -> tuple[Iterable[NodeChange], Sequence[ProcessEvent]]:
    return run.nodes.values(), run.events


def _random_run(
    dice: random.Random,
) -> tuple[SimulatedRun, tuple[list[NodeChange], list[ProcessEvent]]]:
    """A run in which anything may happen, and how it was half-way."""

    def one_of(choices: Sequence[Any]) -> Any:
        return choices[int(dice.random() * len(choices))]

    size = 2 + int(dice.random() * 5)
    names = [f"n{number}" for number in range(size)]
    run = SimulatedRun(
        {name: [each for each in names[:place] if dice.random() < 0.5]
         for place, name in enumerate(names)}
    )  # fmt: skip
    for place, name in enumerate(names):
        run.nodes[name] = msgspec.structs.replace(run.nodes[name], nodename=_NAMES[place])
    half: tuple[list[NodeChange], list[ProcessEvent]] = ([], [])
    for turn in range(24):
        run.pass_time(one_of((1, 12_345, 700_000, 3_000_001, 64_000_000)) / 1e6)
        choices = [("start", name) for name in run.ready()]
        for name in run.running():
            choices += [(each, name) for each in ("succeed", "succeed", "back", "retry", "grow")]
            choices += [("fail", name)] * (turn > 15)
        if choices:
            what, name = one_of(choices)
            _happen(run, what, name, one_of)
        if turn == 10:
            half = list(run.nodes.values()), list(run.events)
    if dice.random() < 0.4:
        run.pass_time(1)
        run.end_all(one_of([State.CANCELLED, State.FAILED]))
    return run, half


def _happen(run: SimulatedRun, what: str, name: str, one_of: Any) -> None:
    match what:
        case "start":
            run.start(name, one_of(["ada", "bob", ""]))
        case "succeed":
            run.finish(name, State.SUCCESS)
        case "fail":
            run.finish(name, State.FAILED)
        case "grow" if len(run.nodes) < 9:
            join = one_of(["", *run.waiting()])
            run.add(name, join=join, insert=not join and one_of([True, False]))
        case _:
            run.give_back(name, retry=what == "retry")


def _chain() -> SimulatedRun:
    """More processes on the critical path than are named, and a run of days."""
    names = [f"step {number}" for number in range(11)]
    run = SimulatedRun({name: names[max(place - 1, 0) : place] for place, name in enumerate(names)})
    for place, name in enumerate(names):
        run.pass_time(3600 * place)
        run.start(name, "ada")
        run.pass_time(0.25 + place)
        run.finish(name, State.SUCCESS)
    return run


def _kept() -> SimulatedRun:
    """A run that has the results of an earlier one, and two lanes."""
    run = SimulatedRun({"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]})
    earlier = BEGIN - timedelta(days=3)
    kept = {"state": State.SUCCESS, "keptfrom": "x", "submissiontime": earlier}
    times = {"starttime": earlier, "endtime": earlier + timedelta(seconds=9)}
    run.nodes["a"] = msgspec.structs.replace(run.nodes["a"], **kept, **times)
    for name in ("b", "c"):
        run.pass_time(1)
        run.start(name, "ada")
    run.pass_time(2)
    run.finish("c", State.SUCCESS)
    run.finish("b", State.SUCCESS)
    return run


def main() -> None:
    """Write the file."""
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
