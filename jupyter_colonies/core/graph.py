"""Workflows as graphs: the rules of the DAG, its state, and where its nodes are drawn."""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from jupyter_colonies.core.process import State
from jupyter_colonies.core.spec import FunctionSpec, check_priority
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import InvalidWorkflow

BOX_WIDTH = 150
BOX_GAP = 50
LEVEL_HEIGHT = 80

BACKGROUND = {
    State.WAITING: "#eee8d8",
    State.RUNNING: "#4689cd",
    State.SUCCESS: "#92d050",
    State.FAILED: "#cb4239",
    State.CANCELLED: "#f5a623",
}


class Label(msgspec.Struct, kw_only=True):
    """Text of a drawn node."""

    label: str = ""


class Position(msgspec.Struct, kw_only=True):
    """Place of a drawn node in pixels; y grows downwards."""

    x: int = 0
    y: int = 0


class Style(msgspec.Struct, kw_only=True):
    """Colours of a drawn node."""

    color: str = ""
    background: str = ""


class Node(msgspec.Struct, kw_only=True):
    """A process as the original dashboard draws it (protocol part 02, section 1.11)."""

    id: str
    data: Label = msgspec.field(default_factory=Label)
    position: Position = msgspec.field(default_factory=Position)
    type: str = ""
    style: Style = msgspec.field(default_factory=Style)


class Edge(msgspec.Struct, kw_only=True):
    """A parent and a child; animated while the parent runs."""

    id: str
    source: str
    target: str
    animated: bool = False


class ProcessGraph(msgspec.Struct, kw_only=True):
    """A submitted workflow (protocol part 02, section 1.11).

    `original` is an extension: the workflow that this one runs again.
    """

    processgraphid: str = ""
    initiatorid: str = ""
    initiatorname: str = ""
    colonyname: str = ""
    rootprocessids: list[str] | None = msgspec.field(default_factory=list)
    state: State = State.WAITING
    submissiontime: datetime = NEVER
    starttime: datetime = NEVER
    endtime: datetime = NEVER
    processids: list[str] | None = msgspec.field(default_factory=list)
    nodes: list[Node] | None = msgspec.field(default_factory=list)
    edges: list[Edge] | None = msgspec.field(default_factory=list)
    original: str | msgspec.UnsetType = msgspec.UNSET


class Vertex(NamedTuple):
    """What drawing needs to know of a process."""

    processid: str
    nodename: str
    state: State
    parents: Sequence[str]
    children: Sequence[str]


def check_workflow(specs: Sequence[FunctionSpec]) -> None:
    """Raise unless the specs form a DAG (protocol part 02, section 6.1).

    Raises InvalidWorkflow for an empty list, a missing or repeated node name, an unknown
    dependency and a cycle, InvalidRequest for a priority out of range.
    """
    if not specs:
        raise InvalidWorkflow("Failed to submit workflow, no function specs")
    seen: set[str] = set()
    in_order = True
    for position, spec in enumerate(specs):
        check_priority(spec)
        if not spec.nodename and len(specs) > 1:
            raise InvalidWorkflow(
                "Nodename is missing, check function spec for errors: "
                f"function spec {position + 1} ('{spec.funcname}') has no nodename",
                (position,),
            )
        if spec.nodename in seen:
            raise InvalidWorkflow(f"Duplicate nodename: {spec.nodename}", (position, "nodename"))
        in_order = in_order and seen.issuperset(spec.conditions.dependencies or ())
        seen.add(spec.nodename)
    # Where every node comes after those it depends on, nothing is unknown and nothing goes round.
    if not in_order:
        _check_dependencies(specs, seen)


def _check_dependencies(specs: Sequence[FunctionSpec], known: set[str]) -> None:
    for position, spec in enumerate(specs):
        for dependency in spec.dependencies:
            if dependency not in known:
                raise InvalidWorkflow(
                    "Failed to submit workflow, invalid dependencies, are you depending on a "
                    f"nodename that does not exits?: node '{spec.nodename}' depends on "
                    f"'{dependency}', which is not in the workflow",
                    (position, "conditions", "dependencies"),
                )
    try:
        graphlib.TopologicalSorter({spec.nodename: spec.dependencies for spec in specs}).prepare()
    except graphlib.CycleError as error:
        raise InvalidWorkflow(
            "Failed to submit workflow, dependencies contain a cycle: " + " → ".join(error.args[1])
        ) from None


def state_of(counts: Mapping[State, int]) -> State:
    """State of a graph from the number of its processes in each state (part 02, 5.7)."""
    if counts.get(State.FAILED):
        return State.FAILED
    if counts.get(State.CANCELLED):
        return State.CANCELLED
    if (
        counts.get(State.SUCCESS)
        and not counts.get(State.WAITING)
        and not counts.get(State.RUNNING)
    ):
        return State.SUCCESS
    if counts.get(State.SUCCESS) or counts.get(State.RUNNING):
        return State.RUNNING
    return State.WAITING


def depth_first(vertices: Sequence[Vertex]) -> list[Vertex]:
    """Vertices in depth-first pre-order from the roots, each once (part 02, 1.11)."""
    by_id = {vertex.processid: vertex for vertex in vertices}
    seen: set[str] = set()
    order: list[Vertex] = []
    stack = [v.processid for v in reversed(vertices) if not v.parents]
    while stack:
        processid = stack.pop()
        if processid in seen:
            continue
        seen.add(processid)
        vertex = by_id[processid]
        order.append(vertex)
        stack.extend(child for child in reversed(vertex.children) if child not in seen)
    return order


def levels(vertices: Iterable[Vertex]) -> dict[str, int]:
    """Layer of each process: one more than the deepest of its parents."""
    parents = {vertex.processid: vertex.parents for vertex in vertices}
    depth: dict[str, int] = {}
    for processid in graphlib.TopologicalSorter(parents).static_order():
        depth[processid] = 1 + max((depth[p] for p in parents[processid]), default=-1)
    return depth


def positions(vertices: Sequence[Vertex]) -> dict[str, Position]:
    """Layered layout: rows by level, each row centred under the widest (part 02, 1.11)."""
    depth = levels(vertices)
    rows: dict[int, list[str]] = {}
    for vertex in vertices:
        rows.setdefault(depth[vertex.processid], []).append(vertex.processid)
    widths = {level: _row_width(len(row)) for level, row in rows.items()}
    widest = max(widths.values(), default=0)
    return {
        processid: Position(
            x=(widest // 2 - widths[level] // 2 if widths[level] < widest else 0)
            + column * (BOX_WIDTH + BOX_GAP),
            y=level * LEVEL_HEIGHT,
        )
        for level, row in rows.items()
        for column, processid in enumerate(row)
    }


def drawing(vertices: Sequence[Vertex]) -> tuple[list[Node], list[Edge]]:
    """Nodes and edges of a graph as the original dashboard expects them."""
    order = depth_first(vertices)
    places = positions(order)
    nodes = [
        Node(
            id=vertex.processid,
            data=Label(label=vertex.nodename),
            position=places[vertex.processid],
            type="input" if not vertex.parents else "output" if not vertex.children else "",
            style=Style(background=BACKGROUND[vertex.state]),
        )
        for vertex in order
    ]
    edges = [
        Edge(
            id=f"{vertex.processid}-{child}",
            source=vertex.processid,
            target=child,
            animated=vertex.state == State.RUNNING,
        )
        for vertex in order
        for child in vertex.children
    ]
    return nodes, edges


def _row_width(boxes: int) -> int:
    return boxes * BOX_WIDTH + (boxes - 1) * BOX_GAP
