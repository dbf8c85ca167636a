"""Python values as JSON, and back: arguments of function specs and outputs of processes.

What JSON has is written as JSON. Tuples become lists. What JSON lacks is an object with the key
`$value`, or, if it is large or has no such form, a reference to a file of the colony with the key
`$file`. `docs/compose.md` lists the forms.
"""

from __future__ import annotations

import base64
import dataclasses
import math
import numbers
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path, PosixPath, PurePath, WindowsPath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

VALUE = "$value"
FILE = "$file"
RESULT = "$result"
OUTPUTS = "$outputs"
REFERENCES = frozenset((FILE, RESULT, OUTPUTS))
"""Keys of objects that stand for what is elsewhere."""
RESERVED = REFERENCES | {VALUE}

LARGEST_BYTES = 4096  # bytes that stand in the JSON itself, as base64
_LOWEST, _HIGHEST = -(2**63), 2**64 - 1

Other = Callable[[Any, str], Any]
"""Gives the JSON form of a value that has none by itself; the second argument is its place."""

Special = Callable[[dict[str, Any]], Any]
"""Gives the value that an object with one of the keys in `REFERENCES` stands for."""


class NotJson(TypeError):
    """A value has no JSON form: the message names its type and where it stands."""


def refused(value: Any, place: str) -> Any:
    """The `Other` for where there are no files. Raises NotJson."""
    if isinstance(value, str):
        raise NotJson(f"{subject(value, place)} is not valid Unicode: surrogates not allowed")
    raise NotJson(f"{subject(value, place)} can't be sent as JSON{_hint(value)}")


def encoded(value: Any, other: Other, place: str = "") -> Any:
    """The JSON form of a value. Raises NotJson, and what `other` raises.

    `place` says where the value stands inside a larger one, as in `[2].name`.
    """
    try:
        return _encoded(value, other, place)
    except RecursionError:
        raise NotJson(
            f"{subject(value, place)} is nested too deeply for JSON, or contains itself"
        ) from None


def decoded(value: Any, special: Special) -> Any:
    """The value of a JSON form. Raises NotJson for a form that is none, and what `special` does."""
    if isinstance(value, list):
        return [decoded(item, special) for item in value]
    if not isinstance(value, dict):
        return value
    if not REFERENCES.isdisjoint(value):
        return special(value)
    if VALUE in value and (form := _FORMS.get(str(value.get("type")))):
        inner = value[VALUE]
        if form.nested:
            inner = decoded(inner, special)
        try:
            return form.back(inner, value)
        except (TypeError, ValueError, ArithmeticError) as error:
            raise NotJson(f"{value} can't be read as '{value['type']}': {error}") from None
    return {key: decoded(item, special) for key, item in value.items()}


def subject(value: Any, place: str) -> str:
    """How an error text calls a value."""
    return f"the value{_at(place)} of type {type_name(value)}"


def type_name(value: Any) -> str:
    """The name of a value's type, with its module unless it is built in."""
    kind = type(value)
    if kind.__module__ == "builtins":
        return kind.__name__
    return f"{kind.__module__}.{kind.__qualname__}"


@dataclasses.dataclass(frozen=True)
class _Form:
    """How values of a type are written under `$value`, and read back.

    `back` gets what stands there and the object around it. `nested`: other values stand inside.
    """

    type: type
    there: Callable[[Any], Any]
    back: Callable[[Any, Mapping[str, Any]], Any]
    nested: bool = False


def _moment(text: str, around: Mapping[str, Any]) -> datetime:
    zone = around.get("zone")
    moment = datetime.fromisoformat(text)
    return moment.astimezone(ZoneInfo(zone)) if zone else moment


def _period(value: timedelta) -> list[int]:
    return [value.days, value.seconds, value.microseconds]


def _object(fields: dict[str, Any], around: Mapping[str, Any]) -> Any:
    """An instance of a dataclass this kernel has; where it has none, the fields as a dict.

    Nothing is imported and no code of the class runs.
    """
    module, _, name = str(around.get("class")).partition(":")
    kind: Any = sys.modules.get(module)
    for part in name.split("."):
        kind = getattr(kind, part, None)
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        return fields
    if {each.name for each in dataclasses.fields(kind)} != set(fields):
        return fields
    made = object.__new__(kind)
    for name, item in fields.items():
        object.__setattr__(made, name, item)
    return made


_FORMS = {
    "int": _Form(int, str, lambda text, _: int(text)),
    "float": _Form(float, str, lambda text, _: float(text)),
    "complex": _Form(complex, str, lambda text, _: complex(text)),
    "datetime": _Form(datetime, datetime.isoformat, _moment),
    "date": _Form(date, date.isoformat, lambda text, _: date.fromisoformat(text)),
    "time": _Form(time, time.isoformat, lambda text, _: time.fromisoformat(text)),
    "timedelta": _Form(timedelta, _period, lambda parts, _: timedelta(*parts)),
    "decimal": _Form(Decimal, str, lambda text, _: Decimal(text)),
    "uuid": _Form(UUID, str, lambda text, _: UUID(text)),
    "bytes": _Form(
        bytes, lambda data: base64.b64encode(data).decode(), lambda text, _: base64.b64decode(text)
    ),
    "path": _Form(Path, str, lambda text, _: Path(text)),
    "range": _Form(range, lambda r: [r.start, r.stop, r.step], lambda parts, _: range(*parts)),
    "tuple": _Form(tuple, list, lambda items, _: tuple(items), nested=True),
    "set": _Form(set, list, lambda items, _: set(items), nested=True),
    "frozenset": _Form(frozenset, list, lambda items, _: frozenset(items), nested=True),
    "dict": _Form(dict, lambda d: [list(pair) for pair in d.items()],
                  lambda pairs, _: dict(pairs), nested=True),
    "dataclass": _Form(object, dict, _object, nested=True),
}  # fmt: skip
_NAMES = {form.type: name for name, form in _FORMS.items()}
_NAMES |= dict.fromkeys((PurePath, PosixPath, WindowsPath), "path")
_INLINE = {"int", "float", "dict", "tuple", "dataclass"}  # decided by more than the type
_AS_TEXT = {name for name, form in _FORMS.items() if not form.nested} - _INLINE


def _encoded(value: Any, other: Other, place: str) -> Any:
    if value is None or value is True or value is False:
        return value
    name = _NAMES.get(type(value), "")
    if name in _AS_TEXT:
        return _written(value, name, other, place)
    if isinstance(value, str | int | float):
        return other(value, place) if _broken(value) else _single(value)
    if isinstance(value, list | tuple):
        return [_encoded(item, other, f"{place}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, dict):
        return _mapping(value, other, place)
    return _unusual(value, name, other, place)


def _single(value: str | float) -> Any:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        fits = _LOWEST <= value <= _HIGHEST
        return int(value) if fits else {VALUE: str(int(value)), "type": "int"}
    number = float(value)
    return number if math.isfinite(number) else {VALUE: str(number), "type": "float"}


def _unusual(value: Any, name: str, other: Other, place: str) -> Any:
    if name in ("set", "frozenset"):
        items = [_key(item, other, f"{place}[…]") for item in value]
        return {VALUE: sorted(items, key=repr), "type": name}
    if dataclasses.is_dataclass(value) and _is_only_fields(value):
        return _fields(value, other, place)
    scalar = _scalar(value)
    return other(value, place) if scalar is None else _encoded(scalar, other, place)


def _written(value: Any, name: str, other: Other, place: str) -> Any:
    if name == "bytes" and len(value) > LARGEST_BYTES:
        return other(value, place)
    written = {VALUE: _FORMS[name].there(value), "type": name}
    if name == "datetime" and isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key:
        written["zone"] = value.tzinfo.key
    return written


def _mapping(value: dict[Any, Any], other: Other, place: str) -> Any:
    simple = all(isinstance(key, str) and not _broken(key) for key in value)
    if simple and RESERVED.isdisjoint(value):
        return {
            str.__str__(key): _encoded(item, other, f"{place}.{key}") for key, item in value.items()
        }
    pairs = [
        [_key(key, other, f"{place}.{key}"), _encoded(item, other, f"{place}.{key}")]
        for key, item in value.items()
    ]
    return {VALUE: pairs, "type": "dict"}


def _key(key: Any, other: Other, place: str) -> Any:
    """What has to be hashable on the other side, where a list is not."""
    if isinstance(key, tuple):
        items = [_key(item, other, f"{place}[{index}]") for index, item in enumerate(key)]
        return {VALUE: items, "type": "tuple"}
    return _encoded(key, other, place)


def _is_only_fields(value: Any) -> bool:
    """Whether a dataclass can be found again by its name and is made of its fields."""
    names = {each.name for each in dataclasses.fields(value)}
    return (
        "<locals>" not in type(value).__qualname__
        and all(hasattr(value, name) for name in names)
        and names.issuperset(getattr(value, "__dict__", ()))
    )


def _fields(value: Any, other: Other, place: str) -> Any:
    kind = type(value)
    fields = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    written = {name: _encoded(item, other, f"{place}.{name}") for name, item in fields.items()}
    return {VALUE: written, "type": "dataclass", "class": f"{kind.__module__}:{kind.__qualname__}"}


def _scalar(value: Any) -> Any:
    """The plain number of a library's own kind of number, such as NumPy's; None for the rest."""
    if isinstance(value, numbers.Integral):
        return int(value)
    if type(value).__module__ == "numpy" and type(value).__name__ in ("bool", "bool_"):
        return bool(value)
    if isinstance(value, numbers.Real) and type(value).__module__ == "numpy":
        return float(value)
    return None


def _broken(value: Any) -> bool:
    """Whether it is a text that is not valid Unicode."""
    try:
        if isinstance(value, str):
            value.encode()
    except UnicodeEncodeError:
        return True
    return False


def _hint(value: Any) -> str:
    if hasattr(value, "tolist"):
        return ": return its .tolist()"
    if hasattr(value, "to_dict"):
        return ": return its .to_dict()"
    return ": return numbers, texts, lists or dicts made of it"


def _at(place: str) -> str:
    return f" at {place.removeprefix('.')}" if place else ""
