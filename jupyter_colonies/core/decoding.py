"""Reading requests the way every SDK writes them.

Exact keys and types come first; only when that fails one normalising pass repairs what clients
are known to send: null for "nothing", `10.0` for 10, keys in another case, broken UTF-8. Free
maps such as args, kwargs, env, in and out are never touched (protocol part 01, section 1.7).
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, TypeVar

import msgspec

from jupyter_colonies.core import nesting
from jupyter_colonies.errors import FaultyField

T = TypeVar("T")

# The whole numbers of requests have 64 bits, as in the original and in the databases.
Integer = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]

# Names and ids are keys of indexes: PostgreSQL takes some 2,700 bytes for all columns of one.
Name = Annotated[str, msgspec.Meta(max_length=255)]

_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


def decode(data: bytes, kind: type[T]) -> T:
    """Decode a JSON object into a struct type.

    Raises msgspec.MsgspecError if it can't be read even after normalising.
    """
    nesting.check(data)
    return _decode(data, kind)


def _decode(data: bytes, kind: type[T]) -> T:
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    try:
        return typing.cast("T", decoder.decode(data))
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        raw = msgspec.json.decode(data.decode(errors="replace"))
        return msgspec.convert(_normalised(raw, kind), kind)


def decode_exactly(data: bytes, kind: type[T]) -> T:
    """Decode JSON, refusing what the type does not know: the way of the REST API.

    Raises FaultyField with the place of the fault.
    """
    try:
        nesting.check(data)
        raw = msgspec.json.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise FaultyField(f"The body can't be read: {error}", "pointer", "") from None
    _refuse_unknown(raw, kind, "$")
    return converted(raw, kind)


def converted(raw: Any, kind: type[T], *, part: str = "pointer", strict: bool = True) -> T:
    """A value as a type, see `msgspec.convert`. Raises FaultyField with the place of the fault."""
    try:
        return msgspec.convert(raw, kind, strict=strict)
    except (msgspec.ValidationError, ValueError) as error:
        text, _, place = str(error).partition(" - at `")
        names = _place_in(place.removesuffix("`"))
        missing = re.fullmatch(r"Object missing required field `(.*)`", text)
        if missing:
            names.append(missing[1])
        if part == "parameter":
            raise FaultyField(f"'{names[-1]}': {text}", part, names[-1]) from None
        raise FaultyField(f"The body can't be read: {error}", part, pointer(names)) from None


def pointer(names: Iterable[str | int]) -> str:
    """The JSON pointer to a place (RFC 6901)."""
    return "".join("/" + str(name).replace("~", "~0").replace("/", "~1") for name in names)


def _place_in(path: str) -> list[str]:
    """The names in a path as msgspec writes it, `$[0].conditions`; a key of a map is unknown."""
    return [name or index for name, index in re.findall(r"\.([^.\[\]]+)|\[([^\]]*)\]", path)]


def _refuse_unknown(value: Any, kind: Any, place: str, names: tuple[str | int, ...] = ()) -> None:
    kind = _without_none(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(value, dict):
        fields = _fields(kind)
        for key, each in value.items():
            if key not in fields:
                at = pointer((*names, key))
                raise FaultyField(f"Unknown field '{key}' in {place}", "pointer", at)
            _refuse_unknown(each, fields[key], f"{place}.{key}", (*names, key))
    elif typing.get_origin(kind) is list and isinstance(value, list):
        (item,) = typing.get_args(kind)
        for position, each in enumerate(value):
            _refuse_unknown(each, item, f"{place}[{position}]", (*names, position))


def _normalised(value: Any, kind: Any) -> Any:
    kind = _without_none(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _normalised_struct(value, kind) if isinstance(value, dict) else value
    origin = typing.get_origin(kind)
    if origin is list and isinstance(value, list):
        (item,) = typing.get_args(kind)
        return [_normalised(each, item) for each in value]
    if origin is dict and isinstance(value, dict):
        _, item = typing.get_args(kind)
        return {key: _normalised(each, item) for key, each in value.items()}
    if isinstance(kind, type) and issubclass(kind, int) and kind is not bool:
        return int(value) if isinstance(value, float) and value.is_integer() else value
    return value


def _normalised_struct(value: dict[str, Any], kind: type[msgspec.Struct]) -> dict[str, Any]:
    fields = _fields(kind)
    result: dict[str, Any] = {}
    for key, each in value.items():
        name = key if key in fields else _spellings(kind).get(key.lower(), "")
        if name not in fields or (name != key and name in value):
            continue
        field_type = fields[name]
        if each is None and not _allows_none(field_type):
            continue
        if _is_time(field_type) and _is_never(each):
            continue
        result[name] = _normalised(each, field_type)
    return result


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.encode_name: hints[field.name] for field in msgspec.structs.fields(kind)}


@cache
def _spellings(kind: type[msgspec.Struct]) -> dict[str, str]:
    """The fields of a struct by their names in lower case."""
    return {name.lower(): name for name in _fields(kind)}


def _alternatives(kind: Any) -> tuple[Any, ...]:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return typing.get_args(kind)
    return (kind,)


def _without_none(kind: Any) -> Any:
    rest = [k for k in _alternatives(kind) if k not in (type(None), msgspec.UnsetType)]
    return rest[0] if len(rest) == 1 else kind


def _allows_none(kind: Any) -> bool:
    return kind is Any or type(None) in _alternatives(kind)


def _is_time(kind: Any) -> bool:
    return getattr(_without_none(kind), "__name__", "") == "datetime"


def _is_never(value: Any) -> bool:
    """An empty text, or the zero time as the original writes it in America (part 02, 1.3)."""
    return value == "" or (isinstance(value, str) and value.startswith("0000-"))
