"""Which nodes of a large DAG are drawn as one, so that any DAG is a picture of bounded size.

Nodes that are alike (the same function in the same layer, with like parents and children) become
one counted part, long runs without a branch another, and where that is not enough, bands of whole
layers. A part can be opened into smaller ones, and single nodes (failed ones, the selected one)
are taken out of the part they would be hidden in. Parts keep their ids while their nodes change
their states, and while nodes are added, as long as their first node stays the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jupyter_colonies.core.division import Piece, Shape, beside, ways

MOST_ELEMENTS = 399
"""Nodes and edges of a folded picture."""

FEW_ELEMENTS = 120
"""Nodes and edges up to which nothing is folded, however wide the picture becomes."""

WIDEST = 20
"""Nodes side by side up to which a picture of more elements than that is not folded."""

DEEPEST = 40
"""Layers up to which it is not."""

BASE = 199
"""Elements of the picture in which nothing was opened.

With this, any of its parts can be opened into two at least: that adds a node and no more edges
than there are.
"""

OPENED = 299
"""Elements up to which parts are opened as finely as possible; the rest is room for failures."""

SMALL = 4
"""Nodes of a part that is not worth folding as long as there is room."""

DENSEST = 3
"""Edges for each node from which on a picture of more than a few nodes could not be read."""

FEW = 6
"""Nodes between which there may be any number of edges."""

MOST_APART = 150
"""Nodes that are taken out of the parts in which they would be hidden."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A node of the picture: one process, whose id it has, or several that are drawn as one.

    `members` are the ids of its processes and `depth` is the number of layers they are in;
    `within` is the id of the opened part it came out of.
    """

    id: str
    members: tuple[str, ...]
    depth: int = 1
    within: str = ""

    @property
    def single(self) -> bool:
        """Whether this is one process and not a fold."""
        return len(self.members) == 1


@dataclass(frozen=True, kw_only=True)
class Fold:
    """A DAG as it is drawn: its parts, and the number of edges between each two of them.

    Each process is in exactly one part. `opened` are the parts that were opened, as they were
    before, outermost first.
    """

    parts: list[Part]
    edges: dict[tuple[str, str], int]
    opened: list[Part]

    @property
    def folded(self) -> bool:
        """Whether any part stands for several processes."""
        return any(not part.single for part in self.parts)


class Folder:
    """Folds one DAG again and again; what does not depend on what is opened is done once."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._last: tuple[tuple[str, ...], _Cut] | None = None

    @property
    def elements(self) -> int:
        """Nodes and edges of the DAG."""
        return self._shape.elements

    @property
    def small(self) -> bool:
        """Whether the DAG is drawn as it is."""
        shape = self._shape
        return shape.elements <= FEW_ELEMENTS or (
            shape.elements <= MOST_ELEMENTS
            and shape.widest <= WIDEST
            and max(shape.layers, default=0) < DEEPEST
        )

    def fold(self, *, opened: Sequence[str] = (), apart: Sequence[str] = ()) -> Fold:
        """Fold the DAG into at most `MOST_ELEMENTS` nodes and edges.

        `opened` are the ids of parts to be opened, the last one being the one that matters most:
        if not all can be, those before it stay closed. `apart` are ids of processes that are to be
        drawn on their own, the most important one first; as many are as fit.
        """
        if self.small:
            return self.unfolded()
        cut = self._opened(tuple(dict.fromkeys(opened))).copy()
        for processid in apart[:MOST_APART]:
            if (node := self._shape.numbers.get(processid)) is not None:
                cut.take_out(node)
        return cut.fold()

    def unfolded(self) -> Fold:
        """The DAG as it is, each process a part of its own."""
        ids = self._shape.ids
        return Fold(
            parts=[Part(id=each, members=(each,)) for each in ids],
            edges={
                (ids[parent], ids[node]): 1
                for node, above in enumerate(self._shape.parents)
                for parent in above
            },
            opened=[],
        )

    def _opened(self, opened: tuple[str, ...]) -> _Cut:
        if self._last is None or self._last[0] != opened:
            self._last = (opened, _opened(self._shape, list(opened)))
        return self._last[1]


@dataclass(kw_only=True)
class _Cell:
    """A part while the picture is made."""

    key: str
    members: Piece
    within: str
    depth: int


@dataclass(kw_only=True)
class _Cut:
    """A division of all nodes into cells, with the links between these."""

    shape: Shape
    cells: dict[int, _Cell]
    at: list[int]
    links: Counter[tuple[int, int]]
    opened: dict[str, tuple[Part, str]]

    @classmethod
    def uncut(cls, shape: Shape) -> _Cut:
        """One cell with all nodes."""
        everything = list(range(len(shape.ids)))
        return cls(
            shape=shape,
            cells={0: _Cell(key="", members=everything, within="", depth=-1)},
            at=[0] * len(everything),
            links=Counter(),
            opened={},
        )

    def copy(self) -> _Cut:
        """Another one like this, which can be changed without changing this."""
        return replace(
            self,
            cells={number: replace(cell) for number, cell in self.cells.items()},
            at=list(self.at),
            links=Counter(self.links),
        )

    @property
    def elements(self) -> int:
        """Nodes and edges of the picture."""
        return len(self.cells) + len(self.links)

    def divide(self, number: int, room: int) -> list[int]:
        """Divide a cell as finely as `room` elements allow; the new cells, none if nothing fits."""
        cell = self.cells[number]
        if len(cell.members) < 2:
            return []
        for pieces in ways(self.shape, cell.members):
            if len(pieces) > room:
                continue
            elements = self._elements_with(number, pieces)
            added = elements - self.elements - len(pieces)
            tangled = len(pieces) > FEW and added > DENSEST * len(pieces)
            if elements <= room and not tangled:
                return self._replace(number, pieces, within=cell.key, depth=cell.depth + 1)
        return []

    def spread(self, numbers: Sequence[int], room: int) -> None:
        """Draw the nodes of small cells one by one as long as there is room."""
        small = [each for each in numbers if 1 < len(self.cells[each].members) <= SMALL]
        for number in sorted(small, key=lambda each: len(self.cells[each].members)):
            cell = self.cells[number]
            pieces = [[node] for node in cell.members]
            # A small band may have edges of its own, and is divided as a DAG all the same.
            if self._elements_with(number, pieces) <= room:
                self._replace(number, pieces, within=cell.within, depth=cell.depth)

    def open(self, key: str) -> bool:
        """Divide the cell of this key; whether there is one, and it could be."""
        number = next((n for n, c in self.cells.items() if c.key == key and key), None)
        if number is None or len(self.cells[number].members) < 2:
            return False
        cell = self.cells[number]
        before = self._part(cell)
        pieces = self.divide(number, OPENED) or self.divide(number, MOST_ELEMENTS)
        if pieces:
            self.opened[key] = (before, cell.within)
            self.spread(pieces, OPENED)
        return bool(pieces)

    def around(self, key: str) -> list[str]:
        """The keys of the opened cells that a cell came out of."""
        cell = next((cell for cell in self.cells.values() if cell.key == key), None)
        within = self.opened[key][1] if key in self.opened else cell.within if cell else ""
        return [within, *self.around(within)] if within else []

    def take_out(self, node: int) -> None:
        """Give a node a cell of its own if there is room for it."""
        number = self.at[node]
        cell = self.cells[number]
        if len(cell.members) == 1:
            return
        rest = beside(self.shape, cell.members, node)
        layers = {self.shape.layers[each] for each in cell.members}
        if len(layers) > 1:
            pieces = [[node], *rest]
            if self._elements_with(number, pieces) <= MOST_ELEMENTS:
                self._replace(number, pieces, within=cell.within, depth=cell.depth, keep=rest[0])
            return
        alone = self._new(_Cell(key="", members=[node], within=cell.within, depth=cell.depth))
        self._move(node, alone)
        if self.elements > MOST_ELEMENTS:
            self._move(node, number)
            del self.cells[alone]
        else:
            cell.members = rest[0]

    def fold(self) -> Fold:
        """The picture."""
        parts = {number: self._part(cell) for number, cell in self.cells.items()}
        order = sorted(self.cells, key=lambda number: self.cells[number].members[0])
        return Fold(
            parts=[parts[number] for number in order],
            edges={(parts[a].id, parts[b].id): count for (a, b), count in self.links.items()},
            opened=[part for part, _ in self.opened.values()],
        )

    def _part(self, cell: _Cell) -> Part:
        members = tuple(self.shape.ids[node] for node in cell.members)
        name = members[0] if len(members) == 1 else cell.key
        depth = len({self.shape.layers[node] for node in cell.members})
        return Part(id=name, members=members, depth=depth, within=cell.within)

    def _elements_with(self, number: int, pieces: list[Piece]) -> int:
        """How many elements there would be with these pieces in the place of a cell."""
        place = {node: piece for piece, nodes in enumerate(pieces) for node in nodes}
        links: set[tuple[int, int]] = set()
        for node, piece in place.items():
            for parent in self.shape.parents[node]:
                # Cells get negative numbers here, so that they are no pieces.
                above = place.get(parent, ~self.at[parent])
                if above != piece:
                    links.add((above, piece))
            for child in self.shape.children[node]:
                if child not in place:
                    links.add((piece, ~self.at[child]))
        former = sum(1 for link in self.links if number in link)
        return self.elements - 1 - former + len(pieces) + len(links)

    def _replace(
        self,
        number: int,
        pieces: list[Piece],
        *,
        within: str,
        depth: int,
        keep: Piece | None = None,
    ) -> list[int]:
        """Put pieces in the place of a cell, whose key goes to the piece `keep`."""
        former = self.cells.pop(number)
        for link in [link for link in self.links if number in link]:
            del self.links[link]
        numbers = []
        for piece in pieces:
            key = former.key if piece is keep else f"{depth}:{self.shape.ids[piece[0]]}"
            if keep is not None and piece is not keep:
                key = f"{depth}+:{self.shape.ids[piece[0]]}"
            numbers.append(self._new(_Cell(key=key, members=piece, within=within, depth=depth)))
            for node in piece:
                self.at[node] = numbers[-1]
        fresh = set(numbers)
        for node in former.members:
            here = self.at[node]
            for parent in self.shape.parents[node]:
                if (above := self.at[parent]) != here:
                    self.links[above, here] += 1
            for child in self.shape.children[node]:
                if (below := self.at[child]) not in fresh:
                    self.links[here, below] += 1
        return numbers

    def _move(self, node: int, to: int) -> None:
        """Bring a node that has no edges to others of its cell to another cell."""
        came_from, self.at[node] = self.at[node], to
        for link, now in self._ends(node, came_from, to):
            self.links[now] += 1
            self.links[link] -= 1
            if not self.links[link]:
                del self.links[link]

    def _ends(
        self, node: int, came_from: int, to: int
    ) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        for parent in self.shape.parents[node]:
            above = self.at[parent]
            yield (above, came_from), (above, to)
        for child in self.shape.children[node]:
            below = self.at[child]
            yield (came_from, below), (to, below)

    def _new(self, cell: _Cell) -> int:
        number = max(self.cells, default=-1) + 1
        self.cells[number] = cell
        return number


def _opened(shape: Shape, wanted: list[str]) -> _Cut:
    """The picture in which these cells are open; the first ones give way if there is no room."""
    while True:
        cut = _Cut.uncut(shape)
        cut.spread(cut.divide(0, BASE), BASE)
        missed = [each for each in wanted if not cut.open(each)]
        if not missed or missed[-1] != wanted[-1]:
            return cut
        # What the last one is in stays open for it.
        keep = {*missed, *cut.around(wanted[-1])}
        spare = next((each for each in wanted if each not in keep), None)
        if spare is None:
            return cut
        wanted.remove(spare)
