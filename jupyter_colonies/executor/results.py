"""What a run returns, as the JSON that the protocol carries."""

from __future__ import annotations

import math
from typing import Any

_LOWEST, _HIGHEST = -(2**63), 2**64 - 1


class NotJson(TypeError):
    """A value has no JSON form: the message names its type and where it stands."""


def as_output(value: Any) -> list[Any]:
    """The output list of a process: None is `[]`, a list stays one, any other value is `[value]`.

    Raises NotJson.
    """
    if value is None:
        return []
    if isinstance(value, list):
        return [as_json(item, f"[{index}]") for index, item in enumerate(value)]
    return [as_json(value, "")]


def as_json(value: Any, place: str = "") -> Any:
    """The value in JSON's own types; tuples become lists. Raises NotJson.

    `place` says where the value stands inside a larger one, as in `[2].name`.
    """
    try:
        return _plain(value, place)
    except RecursionError:
        raise NotJson(
            f"{_subject(value, place)} is nested too deeply for JSON, or contains itself"
        ) from None


def _plain(value: Any, place: str) -> Any:
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, int):
        if not _LOWEST <= value <= _HIGHEST:
            raise NotJson(f"{_subject(value, place)} has more than 64 bits: send it as a text")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotJson(f"{_subject(value, place)} is {value}, which JSON can't express")
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(item, f"{place}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {_key(key, place): _plain(item, f"{place}.{key}") for key, item in value.items()}
    raise NotJson(f"{_subject(value, place)} can't be sent as JSON{_hint(value)}")


def _key(key: Any, place: str) -> str:
    if not isinstance(key, str):
        raise NotJson(
            f"a dict{_at(place)} has a key of type {_type_name(key)}: JSON knows only texts as keys"
        )
    return _text(key, place)


def _text(value: str, place: str) -> str:
    text = str.__str__(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NotJson(f"{_subject(value, place)} is not valid Unicode: {error.reason}") from None
    return text


def _hint(value: Any) -> str:
    if hasattr(value, "tolist"):
        return ": return its .tolist()"
    if hasattr(value, "to_dict"):
        return ": return its .to_dict()"
    if isinstance(value, set | frozenset):
        return ": return a sorted list of it"
    return ": return numbers, texts, lists or dicts made of it"


def _subject(value: Any, place: str) -> str:
    return f"the value{_at(place)} of type {_type_name(value)}"


def _at(place: str) -> str:
    return f" at {place.removeprefix('.')}" if place else ""


def _type_name(value: Any) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
