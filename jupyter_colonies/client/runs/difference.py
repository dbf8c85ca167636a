"""What differs between two runs, node by node."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.core.palette import duration_text
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import NotFound

SHOWN = 200
"""Characters of a value that are shown."""

SOURCE = "source."
"""How the keys of attributes begin that say what code ran."""

COLUMNS = ["Node", "Ran", "What", "Before", "After"]

_NOTHING = "–"


class Change(NamedTuple):
    """A part of a process that differs: `before` and `after` are None where there is none."""

    part: str
    before: Any
    after: Any


class NodeDifference(NamedTuple):
    """A node in two runs; None for the process of a run that does not have it.

    `changes` are in what was asked for and in what came out. `kept` says that the later run did
    not run it. How long it ran is in `before` and `after`, and is no change by itself.
    """

    nodename: str
    before: Process | None
    after: Process | None
    changes: Sequence[Change]

    @property
    def kept(self) -> bool:
        """Whether the later run has the result of an earlier one."""
        return self.after is not None and bool(self.after.keptfrom)


class Difference(Sequence[NodeDifference]):
    """The nodes of two runs side by side; false if nothing but times differs.

    Nodes belong together if they have the same name; the several nodes of one name do in their
    order.
    """

    def __init__(
        self,
        before: str,
        after: str,
        earlier: Iterable[Process],
        later: Iterable[Process],
    ) -> None:
        self.before = before
        self.after = after
        self.nodes = [
            NodeDifference(name, old, new, tuple(_changes(old, new)))
            for name, old, new in _paired(earlier, later)
        ]

    def __getitem__(self, which: Any) -> Any:
        """The node at a position, or the first of a name. Raises NotFound."""
        if not isinstance(which, str):
            return self.nodes[which]
        for node in self.nodes:
            if node.nodename == which:
                return node
        raise NotFound(f"Neither run has a node '{which}'")

    def __len__(self) -> int:
        return len(self.nodes)

    def __bool__(self) -> bool:
        return any(node.changes for node in self.nodes)

    @property
    def changed(self) -> list[NodeDifference]:
        """The nodes that differ."""
        return [node for node in self.nodes if node.changes]

    def __repr__(self) -> str:
        lines = [f"{self.before[:8]} → {self.after[:8]}: {self.summary}"]
        for node in self.changed:
            lines.append(f"{node.nodename}  {_ran(node)}".rstrip())
            lines += ["  {}: {} → {}".format(each.part, *_sides(each)) for each in node.changes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in self.rows()
        )
        heads = "".join(f'<th scope="col">{head}</th>' for head in COLUMNS)
        caption = f"{self.before[:8]} → {self.after[:8]}: {self.summary}"
        return (
            f'<table style="text-align:left"><caption>{escape(caption)}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def rows(self) -> Iterator[list[str]]:
        """One row of texts for each change, under `COLUMNS`."""
        for node in self.changed:
            for place, change in enumerate(node.changes):
                first = ["", ""] if place else [node.nodename, _ran(node)]
                yield [*first, change.part, *_sides(change)]

    @property
    def summary(self) -> str:
        """How many nodes differ, and how many were kept."""
        kept = sum(node.kept for node in self.nodes)
        return f"{len(self.changed)} of {len(self)} nodes differ, {kept} kept"


def _paired(
    earlier: Iterable[Process], later: Iterable[Process]
) -> Iterator[tuple[str, Process | None, Process | None]]:
    waiting: dict[str, list[Process]] = {}
    for process in later:
        waiting.setdefault(_name(process), []).append(process)
    for process in earlier:
        partners = waiting.get(_name(process))
        yield _name(process), process, partners.pop(0) if partners else None
    for name, processes in waiting.items():
        for process in processes:
            yield name, None, process


def _changes(old: Process | None, new: Process | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change("node", old and old.state.word, new and new.state.word)
        return
    before, after = msgspec.to_builtins(old.spec), msgspec.to_builtins(new.spec)
    yield from _of_fields("", before, after)
    yield from _of_fields("", _sources(old), _sources(new))
    yield from _of_fields("", _results(old), _results(new))


def _of_fields(prefix: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        if key == "conditions":
            yield from _of_fields("conditions.", before or {}, after or {})
        elif before != after:
            yield Change(f"{prefix}{key}", before, after)


def _sources(process: Process) -> dict[str, Any]:
    return {
        attribute.key: attribute.value
        for attribute in process.attributes or ()
        if attribute.key.startswith(SOURCE)
    }


def _results(process: Process) -> dict[str, Any]:
    return {
        "state": process.state.word,
        "executor": process.assignedexecutorid or None,
        "input": process.input or [],
        "output": process.output or [],
        "errors": process.errors or [],
        "retries": process.retries,
    }


def _ran(node: NodeDifference) -> str:
    if node.kept:
        return "kept"
    return f"{_duration(node.before)} → {_duration(node.after)}"


def _duration(process: Process | None) -> str:
    if process is None or not _is_known(process.starttime, process.endtime):
        return _NOTHING
    return duration_text(process.endtime - process.starttime)


def _is_known(start: datetime, end: datetime) -> bool:
    return NEVER < start <= end


def _name(process: Process) -> str:
    return process.spec.nodename or process.spec.funcname


def _sides(change: Change) -> tuple[str, str]:
    """What was and what is; of texts of several lines those that differ."""
    before, after = change.before, change.after
    if not (isinstance(before, str) and isinstance(after, str) and "\n" in before + after):
        return _text(before), _text(after)
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    gone = [line[2:] for line in lines if line.startswith("-")]
    new = [line[2:] for line in lines if line.startswith("+")]
    return "\n".join(gone), "\n".join(new)


def _text(value: Any) -> str:
    if value is None:
        return _NOTHING
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
