"""JSON values as a tree that is sent in parts: what is large is cut and fetched when it is opened.

A node is an object with `kind`: `plain` has its `text`; `text` and `form` have a `text` and, if it
was cut, its whole `size` in characters; `list` and `object` have their `size` and the first
`items`, of an object as pairs; `stored` stands for what is kept as a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from jupyter_colonies.client.values.forms import FILE, VALUE

MOST_ITEMS = 40
"""Items of a list or object that are sent at a time."""

MOST_NODES = 300
"""Nodes that are sent at a time."""

LONGEST = 4000
INNER = 500
MORE = 100_000
"""Characters of a text that are sent at first, alone or in a list or object; later `MORE`."""

DEEP = 3
"""Levels that are sent at a time."""

Node = dict[str, Any]
Path = Sequence[str | int]


def tree(value: Any, *, first: int = 0, longest: int = LONGEST) -> Node:
    """A value as a node; of a list, object or text what follows after the `first` items."""
    return _Branching(longest).node(value, DEEP, first)


def at(value: Any, path: Path) -> Any:
    """What stands at a path of keys and indexes. Raises LookupError if there is nothing."""
    found: Any = value
    for step in path:
        if not isinstance(found, list if isinstance(step, int) else dict):
            raise LookupError(f"{path} leads nowhere")  # noqa: TRY004 - nobody passed a type
        found = found[step]  # type: ignore[index]
    return found


class _Branching:
    def __init__(self, longest: int) -> None:
        self._left = MOST_NODES
        self._longest = longest

    def node(self, value: Any, depth: int, first: int = 0) -> Node:
        self._left -= 1
        if isinstance(value, str):
            return self._text("text", value, first, self._longest if depth == DEEP else INNER)
        if isinstance(value, dict):
            return self._object(value, depth, first)
        if isinstance(value, list):
            items = self._items(value, depth, first)
            return {"kind": "list", "size": len(value), "first": first, "items": items}
        return {"kind": "plain", "text": msgspec.json.encode(value).decode()}

    def _object(self, value: dict[str, Any], depth: int, first: int) -> Node:
        if FILE in value:
            return stored(value)
        if VALUE in value and isinstance(value.get("type"), str):
            inner = value[VALUE]
            text = inner if isinstance(inner, str) else msgspec.json.encode(inner).decode()
            return {**self._text("form", text, first), "type": value["type"]}
        keys = list(value)[first:]
        nodes = self._items([value[key] for key in keys], depth, 0)
        items = [[key, node] for key, node in zip(keys, nodes, strict=False)]
        return {"kind": "object", "size": len(value), "first": first, "items": items}

    def _items(self, values: list[Any], depth: int, first: int) -> list[Node]:
        found: list[Node] = []
        if depth <= 0:
            return found
        for value in values[first : first + MOST_ITEMS]:
            if self._left <= 0:
                break
            found.append(self.node(value, depth - 1))
        return found

    def _text(self, kind: str, text: str, first: int, longest: int = LONGEST) -> Node:
        piece = text[first : first + longest]
        whole = first == 0 and len(piece) == len(text)
        return {"kind": kind, "text": piece, **({} if whole else {"size": len(text)})}


def stored(reference: dict[str, Any]) -> Node:
    """A value that is kept as a file, as a node."""
    size = reference.get("size")
    return {
        "kind": "stored",
        "file": str(reference.get(FILE, "")),
        "type": str(reference.get("type", "value")),
        "size": size if isinstance(size, int) else 0,
    }
