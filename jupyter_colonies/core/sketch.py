"""The graph of a run as JSON: what is drawn, where, and what has changed since.

A sketch is a mapping of ids to elements in the form that cytoscape takes, for whoever draws it: the
widget, or a page that asks a server. It is made here, with the fold and the layout, so that no
drawing program has to know how.

A node is `{"group": "nodes", "data": {…}, "position": {"x": …, "y": …}}`, the position being its
centre in pixels, y growing downwards. Its data:

`id`
: the process id, or the id of a fold
`kind`
: `process` or `fold`
`name`, `label`
: what it is called, and the lines that are written on it
`about`
: all of it in words, for a tooltip and for screen readers
`state`
: the word for its state; that of a fold is the state a workflow of its processes would have
`members`, `failed`
: how many processes it stands for, and how many of these failed
`counts`
: of a fold, the number of its processes in each state, by the words for them
`fills`, `stops`
: where it has more than one colour: colours from left to right and where they stand, in percent
`rows`
: the numbers of its processes in the list of all, in the order in which they became known
`within`
: the id of the opened fold it came out of, or an empty text
`tall`
: whether it has three lines
`since`
: of a running process with details, when it began, in milliseconds since 1970

An edge is `{"group": "edges", "data": {…}}` with `id`, `source`, `target`, `count` (the edges
between the processes that it stands for) and `weights` and `distances`: the control points of its
curve as cytoscape counts them. A weight says how far along the line between the two centres a
point is, a distance how far beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jupyter_colonies.core.edge import edge_data
from jupyter_colonies.core.fold import Fold, Part
from jupyter_colonies.core.graph import state_of
from jupyter_colonies.core.layout import Layout, Place, layered
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.palette import (
    BY_PROGRESS,
    LOOKS,
    NAME_COLUMNS,
    counts,
    counts_text,
    glyphs_text,
    said_of,
    share_of,
    short,
    state_text,
    status_text,
)
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import NEVER

FEW_FAILURES = 60
"""Up to so many failed processes are shown each, also those that failed because of another."""

DONE = "#06477c"
"""The part of a running node's box that is done."""

Json = dict[str, Any]
Sketch = dict[str, Json]


def arranged(fold: Fold) -> Layout:
    """Where the parts of a fold are drawn."""
    above: dict[str, list[str]] = {part.id: [] for part in fold.parts}
    for source, target in fold.edges:
        above[target].append(source)
    return layered(above)


def conspicuous(nodes: Iterable[NodeChange]) -> list[str]:
    """The processes that must not be hidden in a fold: those that failed by themselves come first.

    When one fails, everything unfinished of its workflow does; all of them are shown only if they
    are few.
    """
    known = list(nodes)
    failed = [node for node in known if node.state == State.FAILED]
    if not failed:
        return []
    by_id = {node.processid: node for node in known}
    causes = [
        node.processid
        for node in failed
        if all(by_id[p].state == State.SUCCESS for p in node.parents if p in by_id)
    ]
    others = [node.processid for node in failed] if len(failed) <= FEW_FAILURES else []
    return list(dict.fromkeys([*causes, *others]))


def sketch(
    nodes: Mapping[str, NodeChange],
    fold: Fold,
    layout: Layout,
    *,
    rows: Mapping[str, int],
    details: bool = False,
) -> Sketch:
    """The elements of a graph by their ids.

    `nodes` are the processes by their ids, `rows` their numbers in the list of all. With `details`
    each process says which executor has it and since when.
    """
    drawn = {
        part.id: node_element(part, nodes, layout.places[part.id], rows=rows, details=details)
        for part in fold.parts
    }
    for (source, target), count in fold.edges.items():
        data = edge_data(layout, source, target)
        drawn[data["id"]] = {"group": "edges", "data": data | {"count": count}}
    return drawn


def node_element(
    part: Part,
    nodes: Mapping[str, NodeChange],
    place: Place,
    *,
    rows: Mapping[str, int],
    details: bool = False,
) -> Json:
    """One node of a sketch; see `sketch`."""
    data = (
        node_data(nodes[part.id], details=details)
        if part.single
        else fold_data(part, [nodes[member] for member in part.members])
    )
    data |= {"rows": [rows[member] for member in part.members], "within": part.within}
    return {"group": "nodes", "data": data, "position": {"x": place.x, "y": place.y}}


def changes(before: Sketch, after: Sketch) -> Json:
    """What turns one sketch into another.

    `add` has whole elements, nodes before the edges that need them; `remove` ids, edges first;
    `data` the changed fields of an element by its id; `move` the new positions of nodes.
    """
    gone = [each for each in before if each not in after]
    told: Json = {
        "add": [element for name, element in after.items() if name not in before],
        "remove": sorted(gone, key=lambda name: before[name]["group"]),
        "data": {},
        "move": {},
    }
    for name, element in after.items():
        former = before.get(name)
        if former is None or former is element:
            continue
        if former["data"] != element["data"]:
            told["data"][name] = _changed(former["data"], element["data"])
        if former.get("position") != element.get("position"):
            told["move"][name] = element["position"]
    return {key: value for key, value in told.items() if value}


def node_data(node: NodeChange, *, details: bool = False) -> Json:
    """What is drawn of a process."""
    name = short(node.nodename or node.funcname, NAME_COLUMNS)
    lines = [name, status_text(node)]
    said = said_of(node)
    data: Json = {
        "id": node.processid,
        "kind": "process",
        "name": node.nodename or node.funcname,
        "state": node.state.word,
        "members": 1,
        "failed": int(node.state == State.FAILED),
        "about": f"{node.nodename or node.funcname}: {state_text(node)}; function {node.funcname}"
        + (f"; {said}" if said else ""),
    }
    if details:
        lines.append(short(node.executorname, NAME_COLUMNS) or "no executor yet")
        data["tall"] = True
        if node.state == State.RUNNING and node.starttime > NEVER:
            data["since"] = round(node.starttime.timestamp() * 1000)
    share = share_of(node)
    if share is not None:
        done = f"{100 * share:.0f}%"
        fill = LOOKS[node.state].fill
        data |= {"fills": [DONE, DONE, fill, fill], "stops": ["0%", done, done, "100%"]}
    return data | {"label": "\n".join(lines)}


def fold_data(part: Part, members: Sequence[NodeChange]) -> Json:
    """What is drawn of several processes that are one node."""
    numbers = counts(members)
    look = LOOKS[state_of(numbers)]
    title = part_title(part, members)
    failed = numbers[State.FAILED]
    lines = [short(title, NAME_COLUMNS + 4), glyphs_text(numbers)]
    if failed:
        lines.append(f"{LOOKS[State.FAILED].glyph} {failed:,} failed")
    elif spread := names_text(part, members):
        lines.append(short(spread, NAME_COLUMNS + 6))
    fills, stops = _shares(numbers)
    return {
        "id": part.id,
        "kind": "fold",
        "name": title,
        "label": "\n".join(lines),
        "about": f"Fold of {len(members):,} processes: {title}; {counts_text(numbers)}",
        "state": look.word,
        "members": len(members),
        "failed": failed,
        "counts": {LOOKS[state].word: number for state, number in numbers.items() if number},
        "fills": fills,
        "stops": stops,
    }


def part_title(part: Part, members: Sequence[NodeChange]) -> str:
    """What a fold is called: `1,000 × map`, `12 in a row · step`, `300 · 4 functions`."""
    functions = list(dict.fromkeys(node.funcname for node in members))
    what = functions[0] if len(functions) == 1 else f"{len(functions)} functions"
    if part.depth == len(members):
        return f"{len(members):,} in a row · {what}"
    if part.depth > 1:
        tail = f" · {what}" if len(functions) == 1 else ""
        return f"{len(members):,} in {part.depth:,} layers{tail}"
    return f"{len(members):,} × {what}"


def names_text(part: Part, members: Sequence[NodeChange]) -> str:
    """The first and the last name of a fold that came out of another one, to tell them apart."""
    if not part.within:
        return ""
    first, last = (members[place].nodename or members[place].funcname for place in (0, -1))
    return first if first == last else f"{short(first, 11)} … {short(last, 11)}"


def _shares(numbers: Mapping[State, int]) -> tuple[list[str], list[str]]:
    """Colours and where they begin and end, in percent, in the proportions of the states."""
    total = sum(numbers.values())
    fills, stops, so_far = [], [], 0
    for state in BY_PROGRESS:
        if number := numbers[state]:
            fills += [LOOKS[state].fill, LOOKS[state].fill]
            stops += [f"{100 * so_far / total:.2f}%", f"{100 * (so_far + number) / total:.2f}%"]
            so_far += number
    return fills, stops


def _changed(before: Json, after: Json) -> Json:
    """The fields that differ; one that is gone is None."""
    return {key: after.get(key) for key in {**before, **after} if before.get(key) != after.get(key)}
