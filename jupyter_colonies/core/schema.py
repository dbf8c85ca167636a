"""What a definition's schema says about the spec of a blueprint (protocol part 03, section 3.6).

Exactly the original's subset: a stricter check would refuse documents that pass there. Fields the
schema does not name are allowed, `required` counts on the top level only, `integer` and unknown
types are not checked, defaults are not applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_colonies.core.blueprint import Property, Schema
from jupyter_colonies.errors import InvalidRequest

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


def check(schema: Schema | None, spec: Mapping[str, Any]) -> None:
    """Raise InvalidRequest that names the field if a spec does not fit its schema."""
    if schema is None:
        return
    for name in schema.required or ():
        if name not in spec:
            raise _invalid(f"spec.{name}", "is required")
    _check_properties(schema.properties, spec, "spec")


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; unlike in Python, true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _check_properties(
    properties: Mapping[str, Property] | None, found: Mapping[str, Any], place: str
) -> None:
    for name, wanted in (properties or {}).items():
        if name in found:
            _check_value(wanted, found[name], f"{place}.{name}")


def _check_value(wanted: Property, value: Any, place: str) -> None:
    types = _TYPES.get(wanted.type)
    if types and (not isinstance(value, types) or isinstance(value, bool) != (bool in types)):
        raise _invalid(place, f"must be of type {wanted.type}")
    if wanted.enum and not any(same(value, each) for each in wanted.enum):
        allowed = ", ".join(str(each) for each in wanted.enum)
        raise _invalid(place, f"must be one of: {allowed}")
    if isinstance(value, dict):
        _check_properties(wanted.properties, value, place)
    if isinstance(value, list) and wanted.items is not None:
        for position, item in enumerate(value):
            _check_value(wanted.items, item, f"{place}[{position}]")


def _invalid(place: str, fault: str) -> InvalidRequest:
    return InvalidRequest(f"blueprint validation failed: field '{place}' {fault}")
