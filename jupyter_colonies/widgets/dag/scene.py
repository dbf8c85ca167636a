"""What a view of a workflow shows, apart from any widget: nodes, edges, heading.

Changes of the workflow go in through `learn`, whenever they come. `update` gives what has to be
changed on the screen since it was last called, so that many changes become one update.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_colonies.core.graph import state_of
from jupyter_colonies.core.layout import Layout, layered
from jupyter_colonies.core.messages.workflows import NodeChange, WorkflowChange
from jupyter_colonies.core.palette import (
    LOOKS,
    counts,
    finished,
    progress_text,
    short,
    state_text,
    status_text,
)
from jupyter_colonies.core.picture import NAME_COLUMNS, folded_svg, svg
from jupyter_colonies.core.process import State
from jupyter_colonies.widgets.dag.edge import edge_data

MOST_ELEMENTS = 1_000
"""Nodes and edges that are drawn one by one; above that the drawing is folded by layer."""

MOST_ROWS = 1_000
"""Rows of the table twin; failed processes come first if there are more."""

Json = dict[str, Any]


@dataclass(kw_only=True)
class Update:
    """What has to change on the screen; data and positions as cytoscape takes them."""

    heading: Json
    folded: bool = False
    added_nodes: list[Json] = field(default_factory=list)
    added_edges: list[Json] = field(default_factory=list)
    removed_nodes: list[str] = field(default_factory=list)
    removed_edges: list[str] = field(default_factory=list)
    nodes: dict[str, Json] = field(default_factory=dict)
    positions: dict[str, Json] = field(default_factory=dict)
    edges: dict[str, Json] = field(default_factory=dict)

    @property
    def news(self) -> Json:
        """The part that concerns what is already drawn: one message."""
        return {
            "heading": self.heading,
            "nodes": self.nodes,
            "positions": self.positions,
            "edges": self.edges,
        }


class Scene:
    """The known state of one workflow and what of it has been shown; safe for several threads."""

    def __init__(self, processgraphid: str, title: str) -> None:
        self.processgraphid = processgraphid
        self.title = title
        self.trouble = ""
        self._nodes: dict[str, NodeChange] = {}
        self._moment: dict[str, NodeChange] | None = None
        self._lock = threading.Lock()
        self._drawn: dict[str, Json] = {}
        self._positions: dict[str, Json] = {}
        self._edges: dict[str, Json] = {}
        self._shape: dict[str, tuple[str, ...]] = {}

    def learn(self, change: WorkflowChange) -> None:
        """Take a change in."""
        with self._lock:
            self._nodes.update((node.processid, node) for node in change.nodes)

    def show_states(self, nodes: Sequence[NodeChange] | None) -> None:
        """Show these processes, those of another moment, in place of the known ones; None ends it.

        What is learnt meanwhile is kept and shown afterwards.
        """
        with self._lock:
            self._moment = None if nodes is None else {node.processid: node for node in nodes}

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

    @property
    def folded(self) -> bool:
        """Whether there is more than can be drawn one by one."""
        nodes = self.nodes
        return len(nodes) + sum(len(node.parents) for node in nodes) > MOST_ELEMENTS

    def update(self) -> Update:
        """What to change on the screen; to be called by one thread at a time."""
        nodes = self.nodes
        update = Update(heading=heading(self.title, self.processgraphid, nodes))
        update.heading["trouble"] = self.trouble
        update.folded = self.folded
        if update.folded:
            return update
        for node in nodes:
            data = _node_data(node)
            if self._drawn.get(node.processid, data) != data:
                update.nodes[node.processid] = data
            self._drawn[node.processid] = data
        shape = {node.processid: tuple(node.parents) for node in nodes}
        if shape != self._shape:
            self._shape = shape
            self._arrange(layered(shape), update)
        return update

    def picture(self) -> str:
        """The static picture, folded if the drawing is."""
        draw = folded_svg if self.folded else svg
        return draw(self.nodes, self.title)

    def node(self, processid: str) -> NodeChange | None:
        """One of the processes that are shown."""
        with self._lock:
            return self._shown.get(processid)

    def foremost(self) -> list[NodeChange]:
        """The processes that a list has room for, failed ones first if not all."""
        nodes = self.nodes
        if len(nodes) <= MOST_ROWS:
            return nodes
        return sorted(nodes, key=lambda node: node.state != State.FAILED)[:MOST_ROWS]

    def table(self) -> list[dict[str, str]]:
        """The table twin of the picture."""
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

    def _arrange(self, layout: Layout, update: Update) -> None:
        """Give new elements their places and move the known ones where the layout needs it."""
        aside = self._aside(layout)
        for processid, place in layout.places.items():
            position = {"x": round(place.x + aside, 1), "y": place.y}
            if processid not in self._positions:
                update.added_nodes.append({"data": self._drawn[processid], "position": position})
            elif self._positions[processid] != position:
                update.positions[processid] = position
            self._positions[processid] = position
        edges = {
            f"{parent}-{child}": edge_data(layout, parent, child)
            for child, parents in self._shape.items()
            for parent in dict.fromkeys(parents)
            if parent in layout.places
        }
        update.removed_edges = [edge for edge in self._edges if edge not in edges]
        for edge, data in edges.items():
            if edge not in self._edges:
                update.added_edges.append({"data": data})
            elif self._edges[edge] != data:
                update.edges[edge] = data
        self._edges = edges
        update.removed_nodes = [each for each in self._positions if each not in layout.places]
        for processid in update.removed_nodes:
            del self._positions[processid]
            del self._drawn[processid]

    def _aside(self, layout: Layout) -> float:
        """How far to move a new layout sideways so that most known nodes stay where they are."""
        shifts = Counter(
            round(self._positions[processid]["x"] - place.x, 1)
            for processid, place in layout.places.items()
            if processid in self._positions
        )
        return shifts.most_common(1)[0][0] if shifts else 0.0


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


def _node_data(node: NodeChange) -> Json:
    name = short(node.nodename or node.funcname, NAME_COLUMNS)
    return {
        "id": node.processid,
        "name": node.nodename,
        "label": f"{name}\n{status_text(node)}",
        "state": node.state.word,
    }
