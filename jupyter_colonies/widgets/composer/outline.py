"""The picture of a draft: what the page draws, and what stands for it where nothing is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from jupyter_colonies.client.compose.draft import Draft
from jupyter_colonies.client.compose.problems import Problem
from jupyter_colonies.core.edge import edge_data
from jupyter_colonies.core.layout import layered
from jupyter_colonies.core.palette import NAME_COLUMNS, short
from jupyter_colonies.core.picture import Sketched, sketch_svg

Json = Any
Shape = dict[str, tuple[str, ...]]


class Outline:
    """Draws drafts one after the other; the layout is made anew only for another shape."""

    def __init__(self) -> None:
        self._shape: Shape | None = None
        self._places: dict[str, Json] = {}
        self._edges: list[Json] = []

    def draw(self, draft: Draft, problems: Sequence[Problem]) -> Json:
        """Nodes and edges as cytoscape takes them."""
        shape = shape_of(draft)
        if shape != self._shape:
            layout = layered(shape)
            self._shape = shape
            self._places = {
                key: {"x": place.x, "y": place.y} for key, place in layout.places.items()
            }
            self._edges = [
                edge_data(layout, parent, child)
                for child, parents in shape.items()
                for parent in parents
            ]
        wrong = Counter(problem.key for problem in problems)
        nodes = [
            {
                "id": node.key,
                "label": f"{short(node.name, NAME_COLUMNS)}\n{_line(node.funcname, count)}",
                "state": "Wrong" if count else "Draft",
                **self._places[node.key],
            }
            for node in draft.nodes
            for count in (wrong[node.key],)
        ]
        return {"nodes": nodes, "edges": self._edges}


def shape_of(draft: Draft) -> Shape:
    """The keys of each node's parents."""
    keys = {node.name: node.key for node in draft.nodes}
    return {node.key: tuple(keys[name] for name in node.parents) for node in draft.nodes}


def picture(draft: Draft, problems: Sequence[Problem], title: str) -> str:
    """The draft as an SVG."""
    wrong = Counter(problem.key for problem in problems)
    shape = shape_of(draft)
    nodes = [
        Sketched(
            key=node.key,
            name=node.name,
            line=_line(node.funcname, wrong[node.key]),
            about=f"function {node.funcname}; executor type {node.executortype}",
            parents=shape[node.key],
        )
        for node in draft.nodes
    ]
    return sketch_svg(nodes, title, said(draft, problems))


def said(draft: Draft, problems: Sequence[Problem]) -> str:
    """A draft in a few words: `Draft · 4 nodes · 2 problems`."""
    parts = ["Draft", _counted(len(draft.nodes), "node")]
    if problems:
        parts.append(_counted(len(problems), "problem"))
    return " · ".join(parts)


def _line(funcname: str, wrong: int) -> str:
    return f"⚠ {_counted(wrong, 'problem')}" if wrong else short(funcname, NAME_COLUMNS + 2)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
