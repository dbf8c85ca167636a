"""Writes what the rules of a graph make of many graphs: `python -m tests.drawn.golden`.

The rules that fold a graph, lay it out and say what is drawn of it stand in `core` and
`widgets.dag` for kernels, and in the labextension for pages without one. What is written here
holds the two equal: a test checks that it is what the rules in Python make, and a test of the
labextension that its own make the same.

A case has processes and steps; after each step stands what is then on the screen. Of a large
picture only a digest of each part is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from jupyter_colonies.core.messages.workflows import NodeChange, WorkflowChange
from jupyter_colonies.core.process import State
from jupyter_colonies.core.sketch import Sketch, changes
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.widgets.dag.scene import Scene
from tests.drawn import graphs
from tests.drawn.graphs import Graph

FILE = Path(__file__).with_name("golden.json")

SMALL = 24
"""Processes up to which all that is on the screen is kept."""

BEGUN = datetime(2026, 11, 23, 1, 0, 0, 250_000, tzinfo=UTC)
ENDED = datetime(2026, 11, 23, 1, 3, 5, 125_500, tzinfo=UTC)

Json = dict[str, Any]


class Case:
    """A graph and what happens to it; steps are as the labextension's test reads them."""

    def __init__(self, name: str, graph: Graph) -> None:
        self.name = name
        self.graph = graph
        self.steps: list[Json] = []

    def states(self, digits: str) -> Case:
        """Learn the state of each process; those of the graph beyond the digits stay unknown."""
        return self._step(states=digits)

    def learn(self, **documents: Json) -> Case:
        """Learn processes in full: `n3={…}` is the process with the number 3."""
        return self._step(learn={name[1:]: document for name, document in documents.items()})

    def look(self, *, selected: int | None = None, **sight: bool) -> Case:
        """Look at it otherwise."""
        chosen = "" if selected is None else identity(selected)
        return self._step(look={"selected": chosen, "details": False, "unfolded": False} | sight)

    def open(self, place: int = 0) -> Case:
        """Open one of the folds that are on the screen, counted from the first."""
        return self._step(open=place)

    def close(self, place: int | None = None) -> Case:
        """Close one of the opened folds, or all."""
        return self._step(close=place)

    def moment(self, digits: str | None) -> Case:
        """Show another moment; `.` is a process that was not there yet."""
        return self._step(moment=digits)

    def tell(self, trouble: str) -> Case:
        """Say why it is not live."""
        return self._step(tell=trouble)

    def _step(self, **step: Any) -> Case:
        self.steps.append(step)
        return self


def cases() -> list[Case]:
    """All of them."""
    return [*_small(), *_middle(), *_large()]


def _small() -> Iterable[Case]:
    yield Case("empty", []).states("")
    yield Case("one", graphs.chain(1)).states("0").states("1").states("2")
    yield (
        Case("diamond", graphs.diamond())
        .states("0000")
        .states("2110")
        .look(selected=2, details=True)
        .states("2233")
        .moment("21..")
        .moment(None)
        .tell("The server is away.")
        .learn(n4={"nodename": "again", "funcname": "report", "parents": [identity(3)]})
        .learn(n1={"nodename": "clean", "funcname": "clean", "parents": []})
    )
    yield _words()
    yield Case("bends", graphs.wild(3, 12, 3)).states("2" * 6 + "1" * 3 + "0" * 3)


def _words() -> Case:
    """Names and states of all kinds."""
    last = {"starttime": BEGUN.isoformat(), "state": 2}
    ends = ("01:00:00.674999", "01:00:09.25", "01:00:12.75", "02:30:00", "09:00:00.5")
    return Case("words", []).learn(
        n0={"nodename": "<b onclick=alert(1)>&amp;</b> and much more", "funcname": "f"},
        n1={"nodename": "漢字の名前がとても長いです", "funcname": "漢", "state": 1, "retries": 2},
        n2={"nodename": "  tab\there\u202enoitcerid\u0085 ", "funcname": "f", "state": 4},
        n3={"nodename": "e\u0301 combining e\u0301 accents", "funcname": "f", "keptfrom": "x"},
        n4={"nodename": "", "funcname": "only-a-function", "state": 2, "cached": True},
        n5={"nodename": "said", "funcname": "f", "state": 1, "progress": "0.425 reading rows"},
        n6={"nodename": "wrong", "funcname": "f", "state": 1, "progress": "1.5 too far"},
        n7={"nodename": "odd", "funcname": "f", "state": 1, "progress": "much"},
        n8={"nodename": "done", "funcname": "f", "state": 1, "progress": "1", "retries": 1},
        n9={"nodename": "emoji 👩🏽‍🚀 in a very long name", "funcname": "f"},
        **{
            f"n{10 + place}": last
            | {"nodename": f"took {place}", "endtime": f"2026-11-23T{end}Z", "parents": ["gone"]}
            for place, end in enumerate(ends)
        },
        n20=last | {"nodename": "days", "endtime": "2026-11-29T03:00:00.000001Z"},
        n21=last | {"nodename": "before", "endtime": "2026-11-22T00:00:00Z", "state": 3},
    )


def _middle() -> Iterable[Case]:
    for seed in range(6):
        graph = graphs.wild(seed, 14 + 9 * seed, 1 + seed % 4)
        yield Case(f"wild {len(graph)}", graph).states(graphs.states(seed, graph, 0.6, 0.05))
    graph = graphs.layered(1, 5, 8, 3)
    yield Case("layers", graph).states(graphs.states(1, graph, 0.5)).look(details=True)
    graph = graphs.apart(graphs.diamond(), graphs.chain(7), graphs.fan(20), graphs.chain(1))
    yield Case("apart", graph).states(graphs.states(2, graph, 1))
    graph = graphs.fan(100, 3)
    yield (
        Case("fan", graph)
        .states("0" * 103)
        .open()
        .states(graphs.states(4, graph, 0.7, 0.1))
        .look(selected=40)
        .close(0)
    )
    graph = graphs.chain(250, 2)
    yield Case("chain", graph).states(graphs.states(5, graph, 0.5)).open().open(1).close()
    graph = graphs.fan(150)
    yield (
        Case("growing", graph)
        .states("2" + "0" * 60)
        .states("2" + "1" * 90)
        .states("2" * 151 + "10")
        .moment("21" + "0" * 40)
        .open()
        .moment(None)
    )


def _large() -> Iterable[Case]:
    graph = graphs.fan(2_000)
    yield (
        Case("wide fan", graph)
        .states(graphs.states(1, graph, 0.4))
        .open()
        .open(3)
        .open(2)
        .states(graphs.states(1, graph, 0.9, 0.004))
        .look(selected=700, details=True)
        .close(1)
        .close()
    )
    graph = graphs.pipelines(120, 5)
    yield (
        Case("pipelines", graph)
        .states(graphs.states(2, graph, 0.5, 0.01))
        .open()
        .open(1)
        .look(unfolded=True)
        .look(selected=77)
    )
    for seed, (layers, width, edges) in enumerate([(12, 40, 2), (30, 20, 3), (60, 6, 2)]):
        graph = graphs.layered(seed, layers, width, edges)
        yield (
            Case(f"layers {layers} x {width}", graph)
            .states(graphs.states(seed, graph, 0.3, 0.02))
            .open(2)
            .open(0)
            .open(4)
            .look(selected=len(graph) // 2)
        )
    for seed, (size, edges, opened) in enumerate([(150, 1, 13), (300, 2, 2), (400, 8, 1)]):
        graph = graphs.wild(10 + seed, size, edges)
        case = Case(f"wild {size}", graph).states(graphs.states(seed, graph, 0.7, 0.02))
        for place in range(opened):
            case.open(place % 3)
        yield case.close(0)
    graph = graphs.wild(30, 260, 2)
    yield Case("unfolded", graph).look(unfolded=True).states(graphs.states(3, graph, 0.8, 0.01))
    graph = graphs.chain(1_500, 3)
    yield Case("long chain", graph).states(graphs.states(8, graph, 0.5)).open(1).open(1)


def identity(number: int) -> str:
    """The id of the process with a number."""
    return f"p{number:05d}"


def _node(number: int, graph: Graph, state: int) -> NodeChange:
    function, parents, name = graph[number]
    return NodeChange(
        processid=identity(number),
        nodename=name or f"n{number}",
        funcname=function,
        executortype="py",
        state=State(state),
        executorname=f"worker-{number % 3}" if state else "",
        starttime=BEGUN if state else NEVER,
        endtime=ENDED if state > State.RUNNING else NEVER,
        parents=[identity(parent) for parent in parents],
    )


def _nodes(graph: Graph, digits: str) -> list[NodeChange]:
    return [_node(number, graph, int(digit)) for number, digit in enumerate(digits) if digit != "."]


class Replay:
    """Takes the steps of a case."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._scene = Scene("f" * 64, case.name)
        self._drawn: Sketch = {}
        self._opened: list[str] = []

    def seen(self) -> list[Json]:
        """What is on the screen after each step."""
        return [self._take(step) for step in self._case.steps]

    def _take(self, step: Json) -> Json:
        scene, graph = self._scene, self._case.graph
        [(does, value)] = step.items()
        if does == "states":
            scene.learn(WorkflowChange(processgraphid="f", nodes=_nodes(graph, value)))
        elif does == "learn":
            documents = [each | {"processid": identity(int(n))} for n, each in value.items()]
            nodes = msgspec.convert(documents, list[NodeChange])
            scene.learn(WorkflowChange(processgraphid="f", nodes=nodes))
        elif does == "look":
            for name, wanted in value.items():
                setattr(scene.sight, name, wanted)
        elif does == "open":
            folds = [name for name, each in self._drawn.items() if each["data"].get("counts")]
            scene.open(folds[value % len(folds)] if folds else "none")
        elif does == "close":
            scene.close("" if value is None or not self._opened else self._opened[value])
        elif does == "moment":
            scene.show_states(None if value is None else _nodes(graph, value))
        else:
            scene.tell(value)
        return self._look()

    def _look(self) -> Json:
        view = self._scene.view()
        told = changes(self._drawn, view.drawn)
        self._drawn = view.drawn
        self._opened = [each["id"] for each in view.heading["opened"]]
        return {
            "heading": view.heading,
            "drawn": list(view.drawn.values()),
            "changes": told,
            "rows": [[number, row] for number, row in view.rows.items()],
        }


def record(case: Case) -> Json:
    """A case as it is written."""
    seen = Replay(case).seen()
    large = max((screen["heading"]["total"] for screen in seen), default=0) > SMALL
    return {
        "name": case.name,
        "processes": graphs.written(case.graph),
        "steps": case.steps,
        "seen": [_digested(screen) if large else plain(screen) for screen in seen],
    }


def _digested(screen: Json) -> Json:
    return {
        part: digest(value) if part != "heading" else plain(value | {"legend": []})
        for part, value in screen.items()
    }


def digest(value: object) -> str:
    """A few letters that are others for another value."""
    text = json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plain(value: object) -> Any:
    """A value with whole numbers written as such, as JavaScript does."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def text() -> str:
    """The whole file, a case a line."""
    lines = [
        json.dumps(record(case), ensure_ascii=False, separators=(",", ":")) for case in cases()
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
