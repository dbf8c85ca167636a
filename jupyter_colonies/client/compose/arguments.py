"""The arguments of a node: values as JSON, and placeholders for what other nodes will return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.client.compose.node import Node, Pending
from jupyter_colonies.client.values.forms import encoded
from jupyter_colonies.client.values.packing import Packed, pack, pack_json

LABEL = "/arguments"
LARGEST_INLINE = 1024**2
"""Bytes of JSON of one argument or output; what is larger becomes a file."""


class Written(NamedTuple):
    """Arguments as a function spec carries them.

    `used` are the nodes whose results they are, each once, in the order of their appearance;
    `packed` is what has to be stored before they can be read.
    """

    args: list[Any]
    kwargs: dict[str, Any]
    used: list[Node]
    packed: list[Packed]


def written(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Written:
    """Arguments for a function spec. Raises NotJson for what can't be sent at all."""
    writer = _Writer()
    return Written(
        [writer.write(value, f"args[{at}]") for at, value in enumerate(args)],
        {name: writer.write(value, name) for name, value in kwargs.items()},
        list(writer.used.values()),
        writer.packed,
    )


def placed(value: Any, used: dict[str, Node]) -> Any:
    """A JSON value with placeholders for the results in it, whose nodes are added to `used`."""
    if isinstance(value, Pending):
        used[value.node.nodename] = value.node
        return value.placeholder()
    if isinstance(value, list | tuple):
        return [placed(item, used) for item in value]
    if isinstance(value, dict):
        return {key: placed(item, used) for key, item in value.items()}
    return value


def unwaited(name: str, parents: Iterable[str]) -> str:
    """What is wrong with the result of a node as an argument that is none of the parents'."""
    known = ", ".join(parents) or "there is none"
    return (
        f"an argument is the result of node '{name}', which is none of those that the "
        f"process waited for ({known})"
    )


class _Writer:
    def __init__(self) -> None:
        self.used: dict[str, Node] = {}
        self.packed: list[Packed] = []
        self._placeholders = 0

    def write(self, value: Any, place: str) -> Any:
        before = self._placeholders
        plain = encoded(value, self._other, place)
        # What names results has to stay where the executor looks for them.
        if self._placeholders == before and is_large(plain):
            return self._keep(pack_json(plain, LABEL))
        return plain

    def _other(self, value: Any, place: str) -> Any:
        if isinstance(value, Pending):
            self._placeholders += 1
            self.used[value.node.nodename] = value.node
            return value.placeholder()
        return self._keep(pack(value, place, LABEL))

    def _keep(self, packed: Packed) -> dict[str, Any]:
        self.packed.append(packed)
        return packed.reference


def is_large(plain: Any) -> bool:
    """Whether a JSON value is better kept as a file."""
    return isinstance(plain, list | dict | str) and len(msgspec.json.encode(plain)) > LARGEST_INLINE
