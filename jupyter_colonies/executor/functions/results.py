"""What a run returns, as the output of its process."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.client.compose.arguments import is_large
from jupyter_colonies.client.values.forms import NotJson, encoded, refused
from jupyter_colonies.client.values.packing import Packed, pack, pack_json

LABEL = "/results"
LARGEST_RICH = 1024**2
"""Bytes of all that a notebook would show for a value, as JSON; more is not kept."""


@dataclass(frozen=True)
class Single:
    """What a task returned: one value, also where it is a list or None."""

    value: Any


class Output(NamedTuple):
    """The outputs of a process, and what has to be stored before they can be read."""

    values: list[Any]
    packed: list[Packed]


def as_output(value: Any, label: str = "") -> Output:
    """The outputs of a process: None is `[]`, a list stays one, any other value is `[value]`.

    What JSON can't hold is packed as a file with that label; without one it is refused. An
    `Output` stays what it is. Raises NotJson.
    """
    if isinstance(value, Output):
        return value
    if isinstance(value, Single):
        given = [(value.value, "")]
    elif isinstance(value, list):
        given = [(item, f"[{index}]") for index, item in enumerate(value)]
    else:
        given = [] if value is None else [(value, "")]
    packed: list[Packed] = []

    def keep(each: Packed) -> dict[str, Any]:
        packed.append(each)
        return each.reference

    def other(item: Any, place: str) -> Any:
        return keep(pack(item, place, label, rich_form)) if label else refused(item, place)

    values = [encoded(item, other, place) for item, place in given]
    if label:
        values = [keep(pack_json(each, label)) if is_large(each) else each for each in values]
    return Output(values, packed)


def label_of(processid: str) -> str:
    """The label of the files that hold what a process returned."""
    return f"{LABEL}/{processid}"


def as_json(value: Any, place: str = "") -> Any:
    """The JSON form of a value that stands in a function spec; tuples become lists.

    `place` says where the value stands inside a larger one, as in `[2].name`. Raises NotJson.
    """
    return encoded(value, refused, place)


def rich_form(value: Any) -> dict[str, Any]:
    """What this notebook would show for a value, by MIME type; empty if nothing but text."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or shell.display_formatter is None:
        return {}
    shown, _ = shell.display_formatter.format(value, exclude=("text/plain",))
    try:
        return shown if shown and len(msgspec.json.encode(shown)) <= LARGEST_RICH else {}
    except (TypeError, ValueError):
        return {}


__all__ = ["NotJson", "Output", "Single", "as_json", "as_output", "label_of", "rich_form"]
