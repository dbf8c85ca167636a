"""A workflow's graph as a static SVG: what a saved notebook, a page or a report shows.

It is drawn where the live view draws, in the same colours. The colours of the page around it are
JupyterLab's variables where they are known, and a white page otherwise. It has no scripts, no
links and no ids, and every text in it is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from jupyter_colonies.core.division import Shape
from jupyter_colonies.core.fold import Fold, Folder
from jupyter_colonies.core.graph import state_of
from jupyter_colonies.core.layout import (
    FOLD_HEIGHT,
    NODE_HEIGHT,
    NODE_WIDTH,
    Layout,
    Place,
    layered,
)
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.palette import (
    LINE,
    LOOKS,
    NAME_COLUMNS,
    SKETCH,
    counts,
    progress_text,
    short,
    state_text,
    status_text,
)
from jupyter_colonies.core.process import State
from jupyter_colonies.core.sketch import Json, arranged, conspicuous, fold_data
from jupyter_colonies.core.svg import STYLE, attribute, escaped, label_at, text_at

_MARGIN = 20
_HEAD = 64
_FOOT = 30
_ARROW = 8
_LEGEND_STEP = 120
_LEAST_WIDTH = len(State) * _LEGEND_STEP + 2 * _MARGIN
_FAILURES_NAMED = 6


def svg(nodes: Sequence[NodeChange], title: str, drawn: tuple[Fold, Layout] | None = None) -> str:
    """The graph of these nodes: title, state and progress above, the legend below.

    It is drawn as `drawn` says, or else folded as far as it has to be.
    """
    fold, layout = drawn or folded(nodes)
    by_id = {node.processid: node for node in nodes}
    width = max(layout.width + 2 * _MARGIN, _LEAST_WIDTH)
    left = (width - layout.width) / 2
    parts = [f'<g transform="translate({left:g} {_HEAD})">']
    folds = {part.id for part in fold.parts if not part.single}
    parts += [_edge(layout, parent, child, folds) for parent, child in fold.edges]
    for part in fold.parts:
        place = layout.places[part.id]
        if part.single:
            parts.append(_node(by_id[part.id], place))
        else:
            parts.append(_fold(fold_data(part, [by_id[each] for each in part.members]), place))
    parts.append("</g>")
    height = layout.height
    if named := _failures(nodes) if fold.folded else "":
        parts.append(text_at(_MARGIN, _HEAD + height + 28, "strong", 12, named, 500))
        height += 34
    heading = f"{title} (folded)" if fold.folded else title
    return _sheet(nodes, heading, width, height, "\n".join(parts))


def folded(nodes: Sequence[NodeChange]) -> tuple[Fold, Layout]:
    """These nodes as they are drawn when nothing was opened, and where."""
    shape = Shape(
        {node.processid: node.parents for node in nodes},
        {node.processid: node.funcname for node in nodes},
    )
    fold = Folder(shape).fold(apart=conspicuous(nodes))
    return fold, arranged(fold)


class Sketched(NamedTuple):
    """A node of a graph that does not run; `parents` are keys, `about` is said beside its name."""

    key: str
    name: str
    line: str
    about: str
    parents: Sequence[str]


def sketch_svg(nodes: Sequence[Sketched], title: str, summary: str) -> str:
    """A graph that does not run: title and summary above, no states and no legend."""
    layout = layered({node.key: node.parents for node in nodes})
    width = max(layout.width + 2 * _MARGIN, _LEAST_WIDTH)
    parts = [f'<g transform="translate({(width - layout.width) / 2:g} {_HEAD})">']
    parts += [
        _edge(layout, parent, node.key, set())
        for node in nodes
        for parent in dict.fromkeys(node.parents)
        if parent in layout.places
    ]
    parts += [
        _box(layout.places[node.key], SKETCH, (node.name, node.line), f"{node.name}: {node.about}")
        for node in nodes
    ]
    described = "; ".join(f"{node.name or node.key}: {node.about}" for node in nodes[:200])
    return _paper(
        title, summary, described, (width, _HEAD + layout.height + _MARGIN), [*parts, "</g>"]
    )


def _sheet(nodes: Sequence[NodeChange], title: str, width: float, body: float, inner: str) -> str:
    numbers = counts(nodes)
    look = LOOKS[state_of(numbers)]
    described = "; ".join(
        f"{node.nodename or node.funcname}: {state_text(node)}" for node in nodes[:200]
    )
    legend = _legend(numbers, _HEAD + body + _MARGIN + 12)
    return _paper(
        title,
        f"{look.word}, {progress_text(numbers)}",
        described,
        (width, _HEAD + body + _MARGIN + _FOOT),
        [inner, *legend],
        line=f"{look.glyph} {look.word} · {progress_text(numbers)}",
    )


def _paper(
    title: str,
    summary: str,
    described: str,
    size: tuple[float, float],
    content: Sequence[str],
    *,
    line: str = "",
) -> str:
    """The page around a picture: title and a line, which is the summary unless one is given."""
    width, height = size
    columns = int((width - 2 * _MARGIN) / 9)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:g}" '
        f'height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
        f"aria-label={attribute(f'{title}: {summary}')}>"
    )
    return "\n".join(
        [
            opening,
            f"<title>{escaped(f'{title}: {summary}')}</title>",
            f"<desc>{escaped(described)}</desc>",
            STYLE,
            f'<rect class="page" width="{width:g}" height="{height:g}" fill="#ffffff"/>',
            text_at(_MARGIN, 28, "strong", 15, short(title, columns), 600),
            text_at(_MARGIN, 48, "plain", 12, line or summary),
            *content,
            "</svg>",
        ]
    )


def _edge(layout: Layout, source: str, target: str, folds: set[str]) -> str:
    start, end = layout.places[source], layout.places[target]
    tip = Place(end.x, end.y - _height(target, folds) / 2)
    curve = layout.curve(source, target)
    path = [f"M{start.x:g} {start.y + _height(source, folds) / 2:g}"]
    for control, following in pairwise(curve):
        path.append(
            f"Q{control.x:g} {control.y:g} "
            f"{(control.x + following.x) / 2:g} {(control.y + following.y) / 2:g}"
        )
    path.append(f"Q{curve[-1].x:g} {curve[-1].y:g} {tip.x:g} {tip.y - _ARROW + 1:g}")
    arrow = f"M{tip.x:g} {tip.y:g}l{-_ARROW / 2:g} {-_ARROW}h{_ARROW}z"
    return (
        f'<path d="{"".join(path)}" fill="none" stroke="{LINE}" stroke-width="1.6"/>'
        f'<path d="{arrow}" fill="{LINE}"/>'
    )


def _height(name: str, folds: set[str]) -> int:
    return FOLD_HEIGHT if name in folds else NODE_HEIGHT


def _node(node: NodeChange, place: Place) -> str:
    name = node.nodename or node.funcname
    about = (
        f"{name}: {state_text(node)}; function {node.funcname}; executor type {node.executortype}"
    )
    return _box(place, LOOKS[node.state].fill, (name, status_text(node)), about)


def _box(place: Place, fill: str, lines: tuple[str, str], about: str) -> str:
    left, top = place.x - NODE_WIDTH / 2, place.y - NODE_HEIGHT / 2
    return (
        f"<g><title>{escaped(about)}</title>"
        f'<rect x="{left:g}" y="{top:g}" width="{NODE_WIDTH}" height="{NODE_HEIGHT}" rx="8" '
        f'fill="{fill}"/>'
        + label_at(place.x, place.y - 4, 13, short(lines[0], NAME_COLUMNS), 600)
        + label_at(place.x, place.y + 13, 11, lines[1])
        + "</g>"
    )


def _fold(data: Json, place: Place) -> str:
    """A fold: a second sheet behind the first, and a stripe for each state by its share."""
    left, top = place.x - NODE_WIDTH / 2, place.y - FOLD_HEIGHT / 2
    size = f'width="{NODE_WIDTH}" height="{FOLD_HEIGHT}" rx="8"'
    fills, stops = data["fills"], [float(stop.rstrip("%")) / 100 for stop in data["stops"]]
    parts = [
        f"<g><title>{escaped(data['about'])}</title>",
        f'<rect x="{left + 5:g}" y="{top + 5:g}" {size} fill="{fills[0]}" opacity="0.45"/>',
        f'<rect x="{left:g}" y="{top:g}" {size} fill="{fills[0]}"/>',
    ]
    for number in range(2, len(fills), 2):
        begin = left + min(stops[number] * NODE_WIDTH, NODE_WIDTH - 8)
        parts.append(
            f'<path d="M{begin:g} {top:g}H{left + NODE_WIDTH - 8:g}a8 8 0 0 1 8 8'
            f'v{FOLD_HEIGHT - 16}a8 8 0 0 1 -8 8H{begin:g}z" fill="{fills[number]}"/>'
        )
    lines = data["label"].split("\n")
    first = place.y + 4 - 8 * (len(lines) - 1)
    for number, line in enumerate(lines):
        parts.append(label_at(place.x, first + 16 * number, 11, line, 500 if number else 600))
    return "".join([*parts, "</g>"])


def _failures(nodes: Sequence[NodeChange]) -> str:
    """The failures by name, as many as there is room for."""
    failed = [node.nodename or node.funcname for node in nodes if node.state == State.FAILED]
    if not failed:
        return ""
    named = ", ".join(short(name, NAME_COLUMNS) for name in failed[:_FAILURES_NAMED])
    more = len(failed) - _FAILURES_NAMED
    return f"{LOOKS[State.FAILED].glyph} Failed: {named}" + (
        f" and {more:,} more" if more > 0 else ""
    )


def _legend(numbers: dict[State, int], top: float) -> Iterator[str]:
    for place, (state, look) in enumerate(LOOKS.items()):
        left = _MARGIN + place * _LEGEND_STEP
        yield (
            f'<rect x="{left:g}" y="{top - 11:g}" width="16" height="16" rx="4" '
            f'fill="{look.fill}"/>'
        )
        yield label_at(left + 8, top + 1, 10, look.glyph)
        yield text_at(left + 22, top + 1, "plain", 11, f"{look.word} {numbers[state]}")
