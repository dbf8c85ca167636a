"""What a view of a workflow shows, apart from any widget: nodes, edges, heading, list.

Changes of the workflow go in through `learn`, whenever they come. `picture` gives what is to be on
the screen now, so that many changes become one picture; what has not changed is not made again.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jupyter_colonies.core.division import Shape
from jupyter_colonies.core.fold import Fold, Folder, Part
from jupyter_colonies.core.graph import state_of
from jupyter_colonies.core.layout import Layout
from jupyter_colonies.core.messages.workflows import NodeChange, WorkflowChange
from jupyter_colonies.core.palette import (
    LOOKS,
    counts,
    counts_text,
    finished,
    progress_text,
    short,
    state_text,
)
from jupyter_colonies.core.picture import svg
from jupyter_colonies.core.process import State
from jupyter_colonies.core.sketch import (
    Json,
    Sketch,
    arranged,
    conspicuous,
    node_element,
    part_title,
    sketch,
)
from jupyter_colonies.widgets.dag.roll import Roll, Row

MOST_UNFOLDED = 3_000
"""Nodes and edges that are drawn one by one at most, where that was asked for."""

MOST_ROWS = 1_000
"""Rows of the table in the saved output; failed processes come first if there are more."""

FULL = (
    "There is no room to open this fold beside what it is connected with. The table lists its "
    "processes."
)

MOST_OPENED = 12
"""Folds that are kept open; the one that was opened first is closed for another."""


@dataclass(kw_only=True)
class Sight:
    """What somebody wants to see of the scene."""

    opened: list[str] = field(default_factory=list)
    unfolded: bool = False
    details: bool = False
    selected: str = ""


@dataclass(frozen=True, kw_only=True)
class View:
    """What is to be on the screen; of the list, the rows that have changed, by their numbers."""

    heading: Json
    drawn: Sketch
    rows: dict[int, Row]


class Scene:
    """The known state of one workflow and what of it is shown; safe for several threads."""

    def __init__(self, processgraphid: str, title: str) -> None:
        self.processgraphid = processgraphid
        self.title = title
        self.trouble = ""
        self.sight = Sight()
        self._note = ""
        self._nodes: dict[str, NodeChange] = {}
        self._moment: dict[str, NodeChange] | None = None
        self._lock = threading.RLock()
        # What may differ from the last view, in the order in which it came; None is everything.
        self._changed: dict[str, None] | None = None
        self._formed = False
        self._form: tuple[dict[str, list[str]], dict[str, str]] = ({}, {})
        self._folder = Folder(Shape({}, {}))
        self._wish: tuple[object, ...] = ()
        self._fold = self._folder.unfolded()
        self._plain = self._layout = arranged(self._fold)
        self._part_of: dict[str, Part] = {}
        self._roll = Roll()
        self._drawn: Sketch = {}
        self._drawn_as: tuple[Fold, bool] = (self._fold, False)
        self._seen: list[str] = []

    def learn(self, change: WorkflowChange) -> None:
        """Take a change in."""
        with self._lock:
            for node in change.nodes:
                before = self._nodes.get(node.processid)
                self._nodes[node.processid] = node
                if before is None or before.parents != node.parents:
                    self._formed = False
                if self._changed is not None:
                    self._changed[node.processid] = None

    def tell(self, trouble: str) -> None:
        """Say why the scene is not live, in the heading; an empty text if it is."""
        self.trouble = trouble

    def show_states(self, nodes: Sequence[NodeChange] | None) -> None:
        """Show these processes, those of another moment, in place of the known ones; None ends it.

        What is learnt meanwhile is kept and shown afterwards.
        """
        with self._lock:
            self._moment = None if nodes is None else {node.processid: node for node in nodes}
            self._changed, self._formed = None, False

    @property
    def nodes(self) -> list[NodeChange]:
        """The processes that are shown: all that are known, or those of the moment."""
        with self._lock:
            return list(self._shown.values())

    @property
    def _shown(self) -> dict[str, NodeChange]:
        return self._nodes if self._moment is None else self._moment

    @property
    def state(self) -> State:
        """The state of the workflow, from its processes."""
        return state_of(counts(self.nodes))

    def node(self, processid: str) -> NodeChange | None:
        """One of the processes that are shown."""
        with self._lock:
            return self._shown.get(processid)

    def open(self, part: str) -> None:
        """Open a fold; if there is no room for all that are open, the oldest is closed."""
        with self._lock:
            others = [each for each in self.sight.opened if each != part]
            self.sight.opened = [*others, part][-MOST_OPENED:]

    def close(self, part: str) -> None:
        """Close an opened fold, with all that was opened in it; an empty text closes all."""
        with self._lock:
            inside = {each.id for each in self._fold.opened if part in self._around(each.within)}
            self.sight.opened = [
                each for each in self.sight.opened if part and each != part and each not in inside
            ]

    def view(self) -> View:
        """What is to be on the screen now; to be called by one thread at a time."""
        with self._lock:
            nodes = dict(self._shown)
            self._arrange(nodes)
            fold, layout, part_of = self._fold, self._layout, self._part_of
            everything = dict.fromkeys([*nodes, *self._seen])
            changed = everything if self._changed is None else self._changed
            self._changed = {}
        details, self._seen = self.sight.details, list(nodes)
        rows = self._roll.take(nodes, changed)
        numbers = self._roll.numbers
        if self._drawn_as[0] is not fold or self._drawn_as[1] != details:
            self._drawn_as = (fold, details)
            self._drawn = sketch(nodes, fold, layout, rows=numbers, details=details)
        else:
            parts = {part_of[each].id: part_of[each] for each in changed if each in part_of}
            self._drawn = self._drawn | {
                name: node_element(part, nodes, layout.places[name], rows=numbers, details=details)
                for name, part in parts.items()
            }
        top = heading(self.title, self.processgraphid, list(nodes.values()))
        top |= {"trouble": self.trouble, "note": self._note, "past": self._moment is not None}
        return View(heading=top | self._folding(fold, nodes), drawn=self._drawn, rows=rows)

    @property
    def rows(self) -> list[Row]:
        """The rows of all processes that were ever shown, in the order of their numbers."""
        return self._roll.rows

    def picture(self) -> str:
        """The static picture of what is drawn."""
        with self._lock:
            nodes = dict(self._shown)
            self._arrange(nodes)
            return svg(list(nodes.values()), self.title, (self._fold, self._plain))

    def foremost(self) -> list[NodeChange]:
        """The processes that a saved list has room for, failed ones first if not all."""
        nodes = self.nodes
        if len(nodes) <= MOST_ROWS:
            return nodes
        return sorted(nodes, key=lambda node: node.state != State.FAILED)[:MOST_ROWS]

    def table(self) -> list[dict[str, str]]:
        """The table twin of the picture, as it is saved."""
        return [
            {
                "nodename": node.nodename,
                "state": state_text(node),
                "funcname": node.funcname,
                "executortype": node.executortype,
            }
            for node in self.foremost()
        ]

    def text(self) -> str:
        """The state in words and a small table, for places without pictures."""
        nodes = self.nodes
        numbers = counts(nodes)
        rows = self.foremost()
        width = max((len(short(node.nodename, 40)) for node in rows), default=0)
        lines = [f"{self.title}: {state_of(numbers).word}, {progress_text(numbers)}"]
        lines += [
            f"  {short(node.nodename, 40):{width}}  {LOOKS[node.state].glyph[0]} "
            f"{state_text(node):10}  {short(node.funcname, 40)}"
            for node in rows[:40]
        ]
        if len(nodes) > 40:
            lines.append(f"  … and {len(nodes) - 40} more")
        return "\n".join(lines)

    def _arrange(self, nodes: Mapping[str, NodeChange]) -> None:
        """Fold and lay out again what needs it: another form, other folds open, other failures."""
        if not self._formed:
            self._formed = True
            parents = {each: node.parents for each, node in nodes.items()}
            functions = {each: node.funcname for each, node in nodes.items()}
            if (parents, functions) != self._form:
                self._form = (parents, functions)
                self._folder, self._wish = Folder(Shape(parents, functions)), ()
        sight = self.sight
        apart = list(dict.fromkeys([sight.selected, *conspicuous(nodes.values())]))
        wish = (sight.unfolded, *sight.opened, "", *apart)
        if wish == self._wish:
            return
        self._wish = wish
        one_by_one = sight.unfolded and self._folder.elements <= MOST_UNFOLDED
        fold = (
            self._folder.unfolded()
            if one_by_one
            else self._folder.fold(opened=sight.opened, apart=apart)
        )
        there = {part.id for part in fold.opened}
        if self._moment is None and not one_by_one and not there.issuperset(sight.opened):
            self._note = FULL if sight.opened[-1] not in there else ""
            sight.opened = [each for each in sight.opened if each in there]
        else:
            self._note = ""
        if fold != self._fold:
            self._fold, self._plain = fold, arranged(fold)
            self._layout = self._moved(self._plain)
            self._part_of = {each: part for part in fold.parts for each in part.members}

    def _moved(self, layout: Layout) -> Layout:
        """A new layout, moved sideways so that most known nodes stay where they are."""
        before = self._layout.places
        shifts = Counter(
            round(before[each].x - place.x, 1)
            for each, place in layout.places.items()
            if each in before
        )
        aside = shifts.most_common(1)[0][0] if shifts else 0.0
        return layout.aside(aside)

    def _around(self, part: str) -> list[str]:
        """A fold and those it came out of."""
        within = {each.id: each.within for each in self._fold.opened}
        return [part, *self._around(within.get(part, ""))] if part else []

    def _folding(self, fold: Fold, nodes: Mapping[str, NodeChange]) -> Json:
        """What the heading says of folds: which are open, and that one could not be."""
        opened = [
            {
                "id": part.id,
                "title": part_title(part, [nodes[each] for each in part.members]),
                "counts": counts_text(counts([nodes[each] for each in part.members])),
            }
            for part in fold.opened
        ]
        return {
            "folded": fold.folded,
            "opened": opened,
            "shown": len(fold.parts),
            "foldable": not self._folder.small,
            "unfoldable": self._folder.elements <= MOST_UNFOLDED,
        }


def heading(title: str, processgraphid: str, nodes: list[NodeChange]) -> Json:
    """What stands above the graph: title, state, progress, and the legend with its counts."""
    numbers = counts(nodes)
    look = LOOKS[state_of(numbers)]
    return {
        "title": title,
        "id": processgraphid,
        "state": {"glyph": look.glyph, "word": look.word, "fill": look.fill},
        "progress": progress_text(numbers),
        "finished": finished(numbers),
        "total": len(nodes),
        "legend": [
            {"glyph": look.glyph, "word": look.word, "fill": look.fill, "count": numbers[state]}
            for state, look in LOOKS.items()
        ],
    }
