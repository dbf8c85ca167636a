"""A function's signature: what it is called with, checked before anything is submitted."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import inspect
import numbers
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Self

import msgspec

from jupyter_colonies.core.member import FunctionArgument

GIVEN = ("inputs", "process")
"""Parameters that the executor fills."""

_CONTAINERS = (list, tuple, set, frozenset, dict)
_NUMBERS: dict[type, type] = {int: numbers.Integral, float: numbers.Real}
_FROM_TEXT = (datetime, date, time, timedelta)
_NAMED: dict[str, type] = {
    each.__name__: each for each in (int, float, bool, str, list, dict, tuple, set, frozenset)
}

Deferred = Callable[[Any], bool]
"""Whether a value is not known yet, such as the result of a node."""


class CallError(TypeError):
    """Arguments don't fit a function's signature."""


class Signature:
    """The parameters that a caller of a function fills, with their annotations."""

    def __init__(self, function: Callable[..., Any], funcname: str = "") -> None:
        self.funcname = funcname or getattr(function, "__name__", type(function).__name__)
        self.whole = inspect.signature(function)
        self.hints = _hints(function)
        self.called = inspect.Signature(
            [
                each.replace(annotation=self.hints.get(each.name, each.annotation))
                for each in self.whole.parameters.values()
                if each.name not in GIVEN
            ],
            return_annotation=self.hints.get("return", self.whole.return_annotation),
        )

    @classmethod
    def registered(cls, funcname: str, arguments: Sequence[FunctionArgument]) -> Self:
        """The signature of a function as an executor registered it.

        Types it can't be known of what they are count as any. Raises ValueError for arguments
        that are none of Python's.
        """
        parameters = [_parameter(each) for each in arguments]
        made = cls.__new__(cls)
        made.funcname = funcname
        made.whole = made.called = inspect.Signature(parameters)
        made.hints = {each.name: each.annotation for each in parameters}
        return made

    def __str__(self) -> str:
        return f"{self.funcname}{self.called}"

    @property
    def returns(self) -> Any:
        """The annotation of what the function returns."""
        return self.hints.get("return", Any)

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> inspect.BoundArguments:
        """Parameters and their values. Raises CallError for missing and unknown arguments."""
        try:
            return self.called.bind(*args, **kwargs)
        except TypeError as error:
            raise CallError(f"{self}: {error}{self._meant(kwargs)}") from None

    def check(self, args: Sequence[Any], kwargs: Mapping[str, Any], deferred: Deferred) -> None:
        """Raise CallError unless the arguments fit names, number and plain annotations."""
        for name, value, hint in self._each(self.bind(args, kwargs)):
            if fault := _fault(value, hint, name, deferred):
                raise CallError(f"{self}: {fault}")

    def converted(self, bound: inspect.BoundArguments) -> inspect.BoundArguments:
        """Arguments that came as JSON in the types of their annotations, where that has a meaning.

        A list becomes a tuple or a set, an object a dataclass, a text a date. Raises CallError for
        what does not fit.
        """
        for name, value, hint in list(self._each(bound)):
            fitting = _converted(value, hint)
            if fault := _fault(fitting, hint, name, lambda _: False):
                raise CallError(f"{self}: {fault}")
            if name in bound.arguments and fitting is not value:
                bound.arguments[name] = fitting
        return bound

    def _each(self, bound: inspect.BoundArguments) -> Iterator[tuple[str, Any, Any]]:
        for name, value in bound.arguments.items():
            hint = self.hints.get(name, Any)
            kind = self.called.parameters[name].kind
            if kind is inspect.Parameter.VAR_POSITIONAL:
                yield from ((f"*{name}[{at}]", each, hint) for at, each in enumerate(value))
            elif kind is inspect.Parameter.VAR_KEYWORD:
                yield from ((key, each, hint) for key, each in value.items())
            else:
                yield name, value, hint

    def _meant(self, kwargs: Mapping[str, Any]) -> str:
        unknown = [name for name in kwargs if name not in self.called.parameters]
        close = difflib.get_close_matches(unknown[0], self.called.parameters, 1) if unknown else []
        return f"; did you mean {close[0]}?" if close else ""


_BY_STARS = (
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.VAR_KEYWORD,
)


class _Own:
    """A default that only the function's executor knows."""

    def __repr__(self) -> str:
        return "…"


_OWN = _Own()


def _parameter(argument: FunctionArgument) -> inspect.Parameter:
    name = argument.name.lstrip("*")
    stars = len(argument.name) - len(name)
    kind = _BY_STARS[stars]
    hint = typing.Literal[tuple(argument.enum)] if argument.enum else _named_type(argument.type)
    default = inspect.Parameter.empty if argument.required or stars else _OWN
    return inspect.Parameter(name, kind, default=default, annotation=hint)


def _named_type(text: str) -> Any:
    """The plain type that an annotation's text stands for; Any for all others."""
    try:
        return _type_of(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, TypeError, RecursionError):
        return Any


def _type_of(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=None):
            return None
        case ast.Name(id=name) if name in _NAMED:
            return _NAMED[name]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _type_of(left) | _type_of(right)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=inner)) if name in _NAMED:
            return types.GenericAlias(_NAMED[name], tuple(map(_type_of, inner)))
        case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in _NAMED:
            return types.GenericAlias(_NAMED[name], (_type_of(inner),))
    raise ValueError(ast.dump(node))


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(inspect.unwrap(function))
    except Exception:  # noqa: BLE001 - an annotation may be any expression, also one that fails
        return {}


def _fault(value: Any, hint: Any, place: str, deferred: Deferred) -> str:
    """What is wrong with a value; empty if nothing is, or if the annotation is no plain type."""
    if deferred(value):
        return ""
    if not _fits(value, hint):
        said = inspect.formatannotation(hint)
        return f"{place} has to be {said}, not {value!r:.60} of type {type(value).__name__}"
    faults = (_fault(*part, deferred) for part in _parts(value, hint, place))
    return next(filter(None, faults), "")


def _parts(value: Any, hint: Any, place: str) -> Iterator[tuple[Any, Any, str]]:
    """Every value inside a list or dict whose annotation says what it holds."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is list and isinstance(value, list):
        yield from ((each, inner[0], f"{place}[{at}]") for at, each in enumerate(value))
    elif origin is dict and isinstance(value, dict):
        yield from ((each, inner[1], f"{place}[{key!r}]") for key, each in value.items())


def _fits(value: Any, hint: Any) -> bool:
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return _fits(value, typing.get_args(hint)[0])
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, each) for each in typing.get_args(hint))
    if origin is typing.Literal:
        return value in typing.get_args(hint)
    kind = type(None) if hint is None else origin or hint
    if not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return True
    if origin is not None and kind not in _CONTAINERS:
        return True
    return _is(value, kind)


def _is(value: Any, kind: type) -> bool:
    if kind in _NUMBERS:
        return isinstance(value, _NUMBERS[kind])
    if kind is bool:
        return type(value).__name__ in ("bool", "bool_")
    if kind in _CONTAINERS and kind is not dict:
        return isinstance(value, list | tuple | set | frozenset | range)
    if (isinstance(value, dict) and _is_record(kind)) or (
        isinstance(value, str) and kind in _FROM_TEXT
    ):
        return True
    try:
        return isinstance(value, kind)
    except TypeError:  # a kind that instances can't be asked for
        return True


def _is_record(kind: type) -> bool:
    return dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct)


def _converted(value: Any, hint: Any) -> Any:
    kind = typing.get_origin(hint) or hint
    if isinstance(value, list):
        wanted = kind in (tuple, set, frozenset) or typing.get_origin(hint) is list
    elif isinstance(value, dict):
        wanted = (isinstance(kind, type) and _is_record(kind)) or typing.get_origin(hint) is dict
    else:
        wanted = isinstance(value, str) and kind in _FROM_TEXT
    if not wanted:
        return value
    try:
        return msgspec.convert(value, hint)
    except (msgspec.ValidationError, TypeError):
        return value
