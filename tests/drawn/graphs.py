"""Graphs of many forms, each process a function, the numbers of its parents, and a name."""

from __future__ import annotations

import random
from typing import Any, NamedTuple


class Process(NamedTuple):
    """A process of a graph, whose parents are said by their places in it.

    One without a name is called after its own place.
    """

    function: str
    parents: tuple[int, ...] = ()
    name: str = ""


Graph = list[Process]


def diamond() -> Graph:
    """The graph of the tutorial."""
    return [
        Process("load", (), "load"),
        Process("clean", (0,), "clean"),
        Process("train", (0,), "train"),
        Process("report", (1, 2), "report"),
    ]


def chain(length: int, functions: int = 1) -> Graph:
    """One after the other."""
    return [
        Process(f"step{each % functions}", (each - 1,) if each else ()) for each in range(length)
    ]


def fan(width: int, functions: int = 1) -> Graph:
    """One, many beside each other, one, and another one."""
    maps = [Process(f"map{each % functions}", (0,)) for each in range(width)]
    reduce = Process("reduce", tuple(range(1, width + 1)))
    return [Process("split"), *maps, reduce, Process("publish", (width + 1,))]


def pipelines(number: int, length: int) -> Graph:
    """Chains beside each other, with a beginning and an end in common."""
    graph = [Process("begin")]
    for _ in range(number):
        for place in range(length):
            graph.append(Process(f"stage{place}", (len(graph) - 1 if place else 0,)))
    ends = tuple(length * (row + 1) for row in range(number))
    return [*graph, Process("end", ends)]


def layered(seed: int, layers: int, width: int, edges: int) -> Graph:
    """Layers of about this width, each process with a few parents in the layer above."""
    chance = random.Random(seed)
    graph: Graph = []
    above: list[int] = []
    for layer in range(layers):
        row = []
        for _ in range(chance.randint(max(1, width // 2), width)):
            count = min(len(above), chance.randint(1, edges))
            parents = tuple(sorted(chance.sample(above, count)))
            row.append(len(graph))
            graph.append(Process(f"layer{layer}-{chance.randint(0, 2)}", parents))
        above = row
    return graph


def wild(seed: int, size: int, edges: int, functions: int = 4) -> Graph:
    """Any process may depend on any before it; some depend on none."""
    chance = random.Random(seed)
    graph: Graph = []
    for each in range(size):
        count = min(each, chance.randint(0, edges))
        near = max(0, each - chance.choice((3, 12, size)))
        parents = sorted(chance.sample(range(near, each), min(count, each - near)))
        graph.append(Process(f"f{chance.randrange(functions)}", tuple(parents)))
    return graph


def apart(*graphs: Graph) -> Graph:
    """Several graphs that have nothing to do with each other."""
    joined: Graph = []
    for graph in graphs:
        first = len(joined)
        joined += [
            Process(function, tuple(first + parent for parent in parents), name)
            for function, parents, name in graph
        ]
    return joined


def states(seed: int, graph: Graph, reached: float, failures: float = 0.0) -> str:
    """A state for each process as a digit: as far as it was reached when this was looked at."""
    chance = random.Random(seed)
    found: list[int] = []
    for place, process in enumerate(graph):
        above = [found[parent] for parent in process.parents]
        if any(state in (3, 4) for state in above):
            found.append(3)
        elif any(state != 2 for state in above) or place > reached * len(graph):
            found.append(0)
        elif chance.random() < failures:
            found.append(3)
        else:
            found.append(chance.choice((1, 2, 2, 2, 2)))
    return "".join(map(str, found))


def written(graph: Graph) -> list[list[Any]]:
    """A graph as it is kept: how often, function, parents before it, and the name if it has one.

    Parents are counted back from the process; those in a row are a pair of first and last.
    """
    entries: list[list[Any]] = []
    for number, (function, parents, name) in enumerate(graph):
        back = _rows([parent - number for parent in parents])
        entry = [1, function, back, name] if name else [1, function, back]
        if entries and entries[-1][1:] == entry[1:]:
            entries[-1][0] += 1
        else:
            entries.append(entry)
    return entries


def _rows(numbers: list[int]) -> list[int | list[int]]:
    rows: list[int | list[int]] = []
    place = 0
    while place < len(numbers):
        end = place
        while end + 1 < len(numbers) and numbers[end + 1] == numbers[end] + 1:
            end += 1
        rows.append(numbers[place] if end == place else [numbers[place], numbers[end]])
        place = end + 1
    return rows
