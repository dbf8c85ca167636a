"""A workflow's graph as a static SVG: what a saved notebook, a page or a report shows.

It is drawn where the live view draws, in the same colours. The colours of the page around it are
JupyterLab's variables where they are known, and a white page otherwise. It has no scripts, no
links and no ids, and every text in it is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from jupyter_colonies.core.graph import state_of
from jupyter_colonies.core.layout import NODE_HEIGHT, NODE_WIDTH, Layout, Place, layered, layers
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.palette import (
    INK,
    LINE,
    LOOKS,
    SKETCH,
    counts,
    progress_text,
    short,
    state_text,
    status_text,
)
from jupyter_colonies.core.process import State

NAME_COLUMNS = 20
"""How much of a node's name fits into its box."""

_MARGIN = 20
_HEAD = 64
_FOOT = 30
_ARROW = 8
_BAND = 46
_BAND_WIDTH = 420
_LEGEND_STEP = 120
_LEAST_WIDTH = len(State) * _LEGEND_STEP + 2 * _MARGIN
_FAILURES_NAMED = 6
_STYLE = (
    "<style>"
    ".page{fill:var(--jp-layout-color0,#fff)}"
    ".strong{fill:var(--jp-ui-font-color0,#1b1f24)}"
    ".plain{fill:var(--jp-ui-font-color1,#424a53)}"
    "text{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}"
    "</style>"
)


def svg(nodes: Sequence[NodeChange], title: str) -> str:
    """The graph of these nodes: title, state and progress above, the legend below."""
    layout = layered({node.processid: node.parents for node in nodes})
    width = max(layout.width + 2 * _MARGIN, _LEAST_WIDTH)
    left = (width - layout.width) / 2
    parts = [f'<g transform="translate({left:g} {_HEAD})">']
    parts += [_edge(layout, parent, node.processid) for parent, node in _edges(nodes, layout)]
    parts += [_node(node, layout.places[node.processid]) for node in nodes]
    parts.append("</g>")
    return _sheet(nodes, title, width, layout.height, "\n".join(parts))


def folded_svg(nodes: Sequence[NodeChange], title: str) -> str:
    """The same workflow folded: a band for each layer with its counts, failures by name.

    This is for workflows with more nodes than a picture can show one by one.
    """
    by_id = {node.processid: node for node in nodes}
    rows = layers({node.processid: node.parents for node in nodes})
    bands = [[by_id[processid] for processid in row] for row in rows]
    widest = max(map(len, bands), default=1)
    parts = []
    for number, band in enumerate(bands):
        top = _HEAD + number * _BAND
        parts.append(_text(_MARGIN, top + 18, "plain", 12, f"Layer {number + 1}", 500))
        parts.append(_text(_MARGIN, top + 32, "plain", 11, short(_functions(band), 24)))
        parts += _bar(band, 190, top + 6, max(len(band) / widest * _BAND_WIDTH, 26))
        numbers = counts(band)
        words = " · ".join(
            f"{number} {LOOKS[state].word.lower()}" for state, number in numbers.items() if number
        )
        parts.append(_text(190, top + 36, "plain", 10, words))
    height = len(bands) * _BAND
    failed = [node.nodename for node in nodes if node.state == State.FAILED]
    if failed:
        named = ", ".join(short(name, NAME_COLUMNS) for name in failed[:_FAILURES_NAMED])
        more = len(failed) - _FAILURES_NAMED
        text = f"✗ Failed: {named}" + (f" and {more} more" if more > 0 else "")
        parts.append(_text(_MARGIN, _HEAD + height + 22, "strong", 12, text, 500))
        height += 34
    width = max(190 + _BAND_WIDTH + 2 * _MARGIN, _LEAST_WIDTH)
    return _sheet(nodes, f"{title} (folded by layer)", width, height, "\n".join(parts))


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
        _edge(layout, parent, node.key)
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
        f"aria-label={_attribute(f'{title}: {summary}')}>"
    )
    return "\n".join(
        [
            opening,
            f"<title>{_escaped(f'{title}: {summary}')}</title>",
            f"<desc>{_escaped(described)}</desc>",
            _STYLE,
            f'<rect class="page" width="{width:g}" height="{height:g}" fill="#ffffff"/>',
            _text(_MARGIN, 28, "strong", 15, short(title, columns), 600),
            _text(_MARGIN, 48, "plain", 12, line or summary),
            *content,
            "</svg>",
        ]
    )


def _edges(nodes: Sequence[NodeChange], layout: Layout) -> Iterator[tuple[str, NodeChange]]:
    for node in nodes:
        for parent in dict.fromkeys(node.parents):
            if parent in layout.places:
                yield parent, node


def _edge(layout: Layout, source: str, target: str) -> str:
    start, end = layout.places[source], layout.places[target]
    tip = Place(end.x, end.y - NODE_HEIGHT / 2)
    curve = layout.curve(source, target)
    path = [f"M{start.x:g} {start.y + NODE_HEIGHT / 2:g}"]
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


def _node(node: NodeChange, place: Place) -> str:
    name = node.nodename or node.funcname
    about = (
        f"{name}: {state_text(node)}; function {node.funcname}; executor type {node.executortype}"
    )
    return _box(place, LOOKS[node.state].fill, (name, status_text(node)), about)


def _box(place: Place, fill: str, lines: tuple[str, str], about: str) -> str:
    left, top = place.x - NODE_WIDTH / 2, place.y - NODE_HEIGHT / 2
    return (
        f"<g><title>{_escaped(about)}</title>"
        f'<rect x="{left:g}" y="{top:g}" width="{NODE_WIDTH}" height="{NODE_HEIGHT}" rx="8" '
        f'fill="{fill}"/>'
        + _label(place.x, place.y - 4, 13, short(lines[0], NAME_COLUMNS), 600)
        + _label(place.x, place.y + 13, 11, lines[1])
        + "</g>"
    )


def _bar(band: Sequence[NodeChange], left: float, top: float, width: float) -> Iterator[str]:
    for state, number in counts(band).items():
        if number:
            share = number / len(band) * width
            yield (
                f'<rect x="{left:g}" y="{top:g}" width="{share:g}" height="18" '
                f'fill="{LOOKS[state].fill}"/>'
            )
            if share >= 22:
                yield _label(left + share / 2, top + 13, 11, LOOKS[state].glyph)
            left += share


def _legend(numbers: dict[State, int], top: float) -> Iterator[str]:
    for place, (state, look) in enumerate(LOOKS.items()):
        left = _MARGIN + place * _LEGEND_STEP
        yield (
            f'<rect x="{left:g}" y="{top - 11:g}" width="16" height="16" rx="4" '
            f'fill="{look.fill}"/>'
        )
        yield _label(left + 8, top + 1, 10, look.glyph)
        yield _text(left + 22, top + 1, "plain", 11, f"{look.word} {numbers[state]}")


def _functions(band: Sequence[NodeChange]) -> str:
    names = list(dict.fromkeys(node.funcname for node in band))
    number = f"{len(band)} × " if len(band) > 1 else ""
    return number + (names[0] if len(names) == 1 else f"{len(names)} functions")


def _text(x: float, y: float, kind: str, size: int, text: str, weight: int = 400) -> str:
    fallback = "#1b1f24" if kind == "strong" else "#424a53"
    return (
        f'<text class="{kind}" x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" '
        f'font-family="sans-serif" fill="{fallback}">{_escaped(text)}</text>'
    )


def _label(x: float, y: float, size: int, text: str, weight: int = 400) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" '
        f'font-family="sans-serif" text-anchor="middle" fill="{INK}">{_escaped(text)}</text>'
    )


def _escaped(text: str) -> str:
    return escape(_legal(text))


def _attribute(text: str) -> str:
    return quoteattr(_legal(text))


def _legal(text: str) -> str:
    """The text without characters that XML forbids."""
    return "".join(
        char
        if char in "\t\n"
        or " " <= char <= "\ud7ff"
        or "\ue000" <= char <= "\ufffd"
        or char >= "\U00010000"
        else "\ufffd"
        for char in text
    )
