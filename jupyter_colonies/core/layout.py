"""Where the nodes of a workflow are drawn: layers from top to bottom with few crossings.

The steps are those of a layered drawing: a node's layer is the length of the longest path that
leads to it; an edge that skips layers passes through a narrow slot in each of them, so that it
never runs behind a node; barycentre sweeps reduce crossings; and each node is moved as close to
the middle of its neighbours as its layer's order allows. The same graph gives the same drawing.
"""

from __future__ import annotations

import graphlib
from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

NODE_WIDTH = 168
NODE_HEIGHT = 46
FOLD_HEIGHT = 58
"""Height of a node with three lines; the gap between layers has room for it."""
GAP = 26
LAYER_GAP = 48
LAYER_HEIGHT = NODE_HEIGHT + LAYER_GAP

_SLOT_WIDTH = 10
_SLOT_WEIGHT = 4.0
_STRAIGHT = 8
_ORDER_SWEEPS = 8
_PLACE_SWEEPS = 10
_MOST_SLOTS = 4_000
"""Above this many slots long edges are drawn straight: they would cost more than they show."""


class Place(NamedTuple):
    """A point in pixels; y grows downwards."""

    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A drawing: the centre of each node, and the points that long edges pass."""

    layers: list[list[str]]
    places: dict[str, Place]
    bends: dict[tuple[str, str], list[Place]]
    width: float
    height: float

    def aside(self, distance: float) -> Layout:
        """The same drawing, moved so many pixels to the right."""
        if not distance:
            return self

        def moved(place: Place) -> Place:
            return Place(round(place.x + distance, 1), place.y)

        return replace(
            self,
            places={node: moved(place) for node, place in self.places.items()},
            bends={edge: [*map(moved, points)] for edge, points in self.bends.items()},
        )

    def curve(self, source: str, target: str) -> list[Place]:
        """Control points of an edge that leaves its source below and enters its target above.

        Between two control points the line passes their middle, so that it is a chain of
        quadratic curves. It bends half-way between two layers only.
        """
        stops = [self.places[source], *self.bends.get((source, target), ()), self.places[target]]
        points: list[Place] = []
        for upper, lower in pairwise(stops):
            middle = (upper.y + lower.y) / 2
            points += [Place(upper.x, middle), Place(lower.x, middle)]
        return points


class _Slot(NamedTuple):
    """Room that an edge takes in a layer which it only passes."""

    source: str
    target: str
    layer: int


_Item = str | _Slot


def layered(parents: Mapping[str, Sequence[str]]) -> Layout:
    """Lay out a DAG given as the parents of each node, in the order in which siblings appear.

    Parents that are not nodes themselves are ignored. Raises graphlib.CycleError for a cycle.
    """
    known = {node: [p for p in dict.fromkeys(parents[node]) if p in parents] for node in parents}
    depth = depths(known)
    rows: list[list[_Item]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in known:
        rows[depth[node]].append(node)
    uppers = _connect(known, depth, rows)
    lowers: dict[_Item, list[_Item]] = {item: [] for row in rows for item in row}
    for item, above in uppers.items():
        for upper in above:
            lowers[upper].append(item)
    rows = _ordered(rows, uppers, lowers)
    xs = _placed(rows, uppers, lowers)
    return _drawn(rows, xs)


def layers(parents: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The layers alone, each in the order given; fast for very large graphs.

    Parents that are not nodes themselves are ignored. Raises graphlib.CycleError for a cycle.
    """
    depth = depths({node: [p for p in parents[node] if p in parents] for node in parents})
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in parents:
        rows[depth[node]].append(node)
    return rows


def depths(parents: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The layer of each node: the length of the longest path that leads to it.

    Raises graphlib.CycleError for a cycle.
    """
    depth: dict[str, int] = {}
    for node in graphlib.TopologicalSorter(parents).static_order():
        depth[node] = 1 + max((depth[parent] for parent in parents[node]), default=-1)
    return depth


def _connect(
    parents: Mapping[str, Sequence[str]], depth: Mapping[str, int], rows: list[list[_Item]]
) -> dict[_Item, list[_Item]]:
    """Neighbours above each item; slots for long edges are added to the rows."""
    skipped = sum(depth[node] - depth[parent] - 1 for node in parents for parent in parents[node])
    uppers: dict[_Item, list[_Item]] = {node: [] for node in parents}
    for node, above in parents.items():
        for parent in above:
            last: _Item = parent
            if skipped <= _MOST_SLOTS:
                for layer in range(depth[parent] + 1, depth[node]):
                    slot = _Slot(parent, node, layer)
                    rows[layer].append(slot)
                    uppers[slot] = [last]
                    last = slot
            uppers[node].append(last)
    return uppers


def _ordered(
    rows: list[list[_Item]],
    uppers: Mapping[_Item, Sequence[_Item]],
    lowers: Mapping[_Item, Sequence[_Item]],
) -> list[list[_Item]]:
    """The rows in the best order found by sweeping down and up."""
    best, fewest = rows, _crossings(rows, lowers)
    rank = {item: float(place) for row in rows for place, item in enumerate(row)}
    for sweep in range(_ORDER_SWEEPS):
        if not fewest:
            break
        downward = sweep % 2 == 0
        neighbours = uppers if downward else lowers
        swept: list[list[_Item]] = []
        for row in rows if downward else reversed(rows):
            centre = {item: _mean([rank[n] for n in neighbours[item]], rank[item]) for item in row}
            row = sorted(row, key=centre.__getitem__)  # noqa: PLW2901  a sorted copy
            rank.update((item, float(place)) for place, item in enumerate(row))
            swept.append(row)
        rows = swept if downward else swept[::-1]
        crossings = _crossings(rows, lowers)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _crossings(rows: list[list[_Item]], lowers: Mapping[_Item, Sequence[_Item]]) -> int:
    """Number of crossing pairs of edges between neighbouring rows."""
    rank = {item: place for row in rows for place, item in enumerate(row)}
    total = 0
    for row in rows:
        ends: list[int] = []
        for item in row:
            mine = [rank[lower] for lower in lowers[item]]
            total += sum(len(ends) - bisect_right(ends, end) for end in mine)
            for end in mine:
                insort(ends, end)
    return total


def _placed(
    rows: list[list[_Item]],
    uppers: Mapping[_Item, Sequence[_Item]],
    lowers: Mapping[_Item, Sequence[_Item]],
) -> dict[_Item, float]:
    """Horizontal centre of each item, close to its neighbours' middle."""
    xs: dict[_Item, float] = {}
    for row in rows:
        offsets = _offsets(row)
        xs.update((item, x - offsets[-1] / 2) for item, x in zip(row, offsets, strict=True))
    for sweep in range(_PLACE_SWEEPS):
        last = sweep >= _PLACE_SWEEPS - 2
        downward = sweep % 2 == 0
        for row in rows if downward else reversed(rows):
            wanted = []
            for item in row:
                near = uppers[item] if downward else lowers[item]
                if last:
                    near = [*uppers[item], *lowers[item]]
                wanted.append(_pull(item, near, xs))
            xs.update(zip(row, _settled(row, wanted), strict=True))
    for here, beyond in ((uppers, lowers), (lowers, uppers)):
        for row in rows:  # the ends of the graph follow last: nothing hangs on them
            wanted = [xs[i] if beyond[i] else _pull(i, here[i], xs) for i in row]
            xs.update(zip(row, _settled(row, wanted), strict=True))
    return xs


def _pull(item: _Item, near: Sequence[_Item], xs: Mapping[_Item, float]) -> float:
    """Where its neighbours want an item; the parts of a long edge want to be straight."""
    if not near:
        return xs[item]
    weights = [_STRAIGHT if isinstance(item, _Slot) and isinstance(n, _Slot) else 1 for n in near]
    return sum(w * xs[n] for w, n in zip(weights, near, strict=True)) / sum(weights)


def _settled(row: Sequence[_Item], wanted: Sequence[float]) -> list[float]:
    """Closest places to the wanted ones that keep order and distance (least squares).

    Neighbours whose wishes collide merge into a block, which stands at the mean of its wishes.
    """
    offsets = _offsets(row)
    blocks: list[tuple[float, float, int]] = []  # mean of (wanted - offset), weight, members
    for item, wish, offset in zip(row, wanted, offsets, strict=True):
        mean, weight, members = wish - offset, _weight(item), 1
        while blocks and blocks[-1][0] > mean:
            other, heavy, more = blocks.pop()
            mean = (mean * weight + other * heavy) / (weight + heavy)
            weight, members = weight + heavy, members + more
        blocks.append((mean, weight, members))
    means = [mean for mean, _, members in blocks for _ in range(members)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def _offsets(row: Sequence[_Item]) -> list[float]:
    """Places of a row's items if they stand as close as allowed, the first at 0."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (_width(left) + _width(right)) / 2 + GAP)
    return offsets


def _drawn(rows: list[list[_Item]], xs: Mapping[_Item, float]) -> Layout:
    left = min((xs[item] - _width(item) / 2 for row in rows for item in row), default=0.0)
    right = max((xs[item] + _width(item) / 2 for row in rows for item in row), default=0.0)
    places: dict[str, Place] = {}
    bends: dict[tuple[str, str], list[Place]] = {}
    for layer, row in enumerate(rows):
        for item in row:
            place = Place(round(xs[item] - left, 1), layer * LAYER_HEIGHT + NODE_HEIGHT / 2)
            if isinstance(item, _Slot):
                bends.setdefault((item.source, item.target), []).append(place)
            else:
                places[item] = place
    return Layout(
        layers=[[item for item in row if isinstance(item, str)] for row in rows],
        places=places,
        bends=bends,
        width=round(right - left, 1),
        height=max(len(rows) * LAYER_HEIGHT - LAYER_GAP, 0),
    )


def _width(item: _Item) -> float:
    return NODE_WIDTH if isinstance(item, str) else _SLOT_WIDTH


def _weight(item: _Item) -> float:
    return 1.0 if isinstance(item, str) else _SLOT_WEIGHT


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
