"""How a part of a large DAG is divided into smaller ones, from the finest way to the coarsest.

Every way keeps what is drawn a DAG: pieces are single nodes, nodes of one layer, runs in which
each piece has one follower and one predecessor, or bands of whole layers. Dividing a part never
looks at states, so a picture keeps its form while a run goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import TypeVar

from jupyter_colonies.core.layout import depths

MOST_SINGLES = 30
"""Nodes of a part that are drawn one by one when it is opened; more would not be readable."""

SHORTEST_RUN = 3
"""Pieces in a row that become one where there is no room for all."""

_MOST_CLASSES = 60
_BLOCKS = (12, 6, 4, 3, 2)
_BANDS = (24, 19, 16, 12, 9, 6, 4, 3, 2)
_ROUNDS = 6

Piece = list[int]

_T = TypeVar("_T")


class Shape:
    """A DAG with numbers for nodes: parents, children, layers, and which nodes are alike.

    `parents` gives the ids of each node's parents, in the order in which siblings appear, and
    `kinds` what a node does (its function). Parents that are no nodes themselves are ignored.
    Raises graphlib.CycleError for a cycle.
    """

    def __init__(self, parents: Mapping[str, Sequence[str]], kinds: Mapping[str, str]) -> None:
        known = {
            node: [p for p in dict.fromkeys(parents[node]) if p in parents] for node in parents
        }
        self.ids = list(known)
        numbers = {node: number for number, node in enumerate(known)}
        self.numbers: Mapping[str, int] = numbers
        self.parents = [[numbers[parent] for parent in known[node]] for node in known]
        self.children: list[list[int]] = [[] for _ in known]
        for node, above in enumerate(self.parents):
            for parent in above:
                self.children[parent].append(node)
        depth = depths(known)
        self.layers = [depth[node] for node in known]
        self.kinds = [kinds.get(node, "") for node in known]

    @property
    def elements(self) -> int:
        """Number of nodes and edges."""
        return len(self.ids) + sum(map(len, self.parents))

    @cached_property
    def widest(self) -> int:
        """Number of nodes in the layer that has most."""
        return max((len(row) for row in _grouped(range(len(self.ids)), self.layers)), default=0)

    @cached_property
    def classes(self) -> list[list[int]]:
        """The class of each node, coarse to fine.

        At first those of one layer that do the same are alike; then also their parents and
        children have to be, as far as one step, two steps, and so on.
        """
        classes = [_numbered(list(zip(self.layers, self.kinds, strict=True)))]
        for _ in range(_ROUNDS):
            last = classes[-1]
            finer = _numbered(
                [
                    (
                        last[node],
                        frozenset(last[parent] for parent in self.parents[node]),
                        frozenset(last[child] for child in self.children[node]),
                    )
                    for node in range(len(last))
                ]
            )
            if max(finer, default=0) == max(last, default=0):
                break
            classes.append(finer)
        return classes


def ways(shape: Shape, members: Sequence[int]) -> Iterator[list[Piece]]:
    """The ways to divide a part of several nodes, from the finest to the coarsest.

    The last one has two pieces.
    """
    if len(members) <= MOST_SINGLES:
        yield [[node] for node in members]
    rows = _layers(shape, members)
    if len(rows) == 1:
        yield from _ways_of_a_layer(shape, members)
        return
    for classes in reversed(shape.classes):
        pieces = _grouped(members, classes)
        yield pieces
        joined = _runs_joined(shape, pieces)
        if 1 < len(joined) < len(pieces):
            yield joined
    yield rows
    for number in _BANDS:
        if number < len(rows):
            yield [list(chain.from_iterable(band)) for band in _blocks(rows, number)]


def beside(shape: Shape, members: Sequence[int], node: int) -> list[Piece]:
    """What remains of a part without one of its nodes: before it, beside it, and after it.

    A part of several layers must be cut at the node's layer, or paths could lead out of it to
    the node and back into it.
    """
    layer = shape.layers[node]
    pieces = [
        [each for each in members if shape.layers[each] < layer],
        [each for each in members if shape.layers[each] == layer and each != node],
        [each for each in members if shape.layers[each] > layer],
    ]
    return [piece for piece in pieces if piece]


def _ways_of_a_layer(shape: Shape, members: Sequence[int]) -> Iterator[list[Piece]]:
    for classes in reversed(shape.classes):
        pieces = _grouped(members, classes)
        if 1 < len(pieces) <= _MOST_CLASSES:
            yield pieces
    for number in _BLOCKS:
        if number <= len(members):
            yield _blocks(members, number)


def _layers(shape: Shape, members: Sequence[int]) -> list[Piece]:
    rows = _grouped(members, shape.layers)
    return sorted(rows, key=lambda row: shape.layers[row[0]])


def _runs_joined(shape: Shape, pieces: list[Piece]) -> list[Piece]:
    """The pieces, those that follow each other without a branch made one."""
    place = {node: number for number, piece in enumerate(pieces) for node in piece}
    after = [{place.get(c, -1) for node in piece for c in shape.children[node]} for piece in pieces]
    before = [{place.get(p, -1) for node in piece for p in shape.parents[node]} for piece in pieces]
    follower = {
        number: follower
        for number, followers in enumerate(after)
        if len(followers) == 1 and (follower := min(followers)) >= 0 and len(before[follower]) == 1
    }
    joined: list[Piece] = []
    for first in sorted(set(range(len(pieces))) - set(follower.values())):
        run = [first]
        while run[-1] in follower:
            run.append(follower[run[-1]])
        if len(run) < SHORTEST_RUN:
            joined += [pieces[number] for number in run]
        else:
            joined.append([node for number in run for node in pieces[number]])
    return joined


def _blocks(items: Sequence[_T], number: int) -> list[list[_T]]:
    """So many blocks of neighbours, of sizes that differ by one at most."""
    ends = [round(len(items) * end / number) for end in range(number + 1)]
    return [list(items[start:end]) for start, end in pairwise(ends)]


def _grouped(members: Sequence[int], keys: Sequence[int]) -> list[Piece]:
    groups: defaultdict[int, Piece] = defaultdict(list)
    for node in members:
        groups[keys[node]].append(node)
    return list(groups.values())


def _numbered(keys: Sequence[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]
