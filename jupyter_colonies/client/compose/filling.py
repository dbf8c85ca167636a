"""The arguments of a call by the parameters that an executor registered.

A parameter's value stands among `args` if it came by position, and among `kwargs` otherwise. A
parameter that takes any number (`*values`) needs those before it by position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_colonies.core.member import FunctionArgument

Json = Any
Filled = tuple[list[Json], dict[str, Json]]
"""`args` and `kwargs` of a function spec."""


def given(spec: Mapping[str, Json], arguments: Sequence[FunctionArgument]) -> dict[str, Json]:
    """What a function spec gives to each parameter, by the names under which they are registered.

    What is given to `*values` is a list, to `**options` an object; what is not given is missing.
    """
    args, kwargs = _arguments(spec)
    leading, many, other = _kinds(arguments)
    found = dict(zip(leading, args, strict=False))
    named = leading + [each for each in _plain(arguments) if each not in leading]
    found |= {name: kwargs[name] for name in named if name in kwargs and name not in found}
    if many and len(args) > len(leading):
        found[many] = args[len(leading) :]
    rest = {name: value for name, value in kwargs.items() if name not in named}
    if other and rest:
        found[other] = rest
    return found


def filled(
    spec: Mapping[str, Json], arguments: Sequence[FunctionArgument], name: str, value: Json
) -> Filled:
    """`args` and `kwargs` with another value for one parameter; None for a value not given."""
    args, kwargs = _arguments(spec)
    leading, many, other = _kinds(arguments)
    values = given(spec, arguments)
    before = {key: each for key, each in kwargs.items() if key not in _plain(arguments)}
    values = {key: each for key, each in values.items() if key != name}
    if value is not None:
        values[name] = value
    rest = values.get(other, {}) if other else before
    if many and values.get(many):
        # Only by position can something stand before what is any number of values.
        placed = [values.get(each) for each in leading] + list(values[many])
        left = [each for each in _plain(arguments) if each not in leading]
    else:
        positions = min(len(args), len(leading))
        count = next(
            (at for at, each in enumerate(leading[:positions]) if each not in values), positions
        )
        placed = [values[each] for each in leading[:count]]
        # Values too many, which the signature will complain about.
        placed += args[len(leading) :] if not many and count == len(leading) else []
        left = [each for each in _plain(arguments) if each not in leading[:count]]
    return placed, {**{each: values[each] for each in left if each in values}, **rest}


def _arguments(spec: Mapping[str, Json]) -> Filled:
    args, kwargs = spec.get("args"), spec.get("kwargs")
    return (
        args if isinstance(args, list) else [],
        dict(kwargs) if isinstance(kwargs, Mapping) else {},
    )


def _kinds(arguments: Sequence[FunctionArgument]) -> tuple[list[str], str, str]:
    """The parameters that can be given by position, and the names of `*values` and `**options`."""
    names = [each.name for each in arguments]
    many = next((each for each in names if each.startswith("*") and each[1:2] != "*"), "")
    other = next((each for each in names if each.startswith("**")), "")
    ahead = names[: names.index(many)] if many else names
    return [each for each in ahead if not each.startswith("*")], many, other


def _plain(arguments: Sequence[FunctionArgument]) -> list[str]:
    return [each.name for each in arguments if not each.name.startswith("*")]
