"""Which names of the notebook a piece of code uses, itself or through functions it calls."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

NOTEBOOK = "__main__"


def used(code: CodeType, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The names that code uses and that exist in its namespace, with what they stand for."""
    return {name: namespace[name] for name in _named(code) if name in namespace}


def reached(code: CodeType, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """As `used`, with what the functions of the notebook among them use, and so on."""
    found: dict[str, Any] = {}
    waiting = [(code, namespace)]
    while waiting:
        for name, value in used(*waiting.pop()).items():
            if name in found:
                continue
            found[name] = value
            function = inspect.unwrap(value) if callable(value) else value
            if isinstance(function, FunctionType) and function.__module__ == NOTEBOOK:
                waiting.append((function.__code__, function.__globals__))
    return found


def _named(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _named(constant)
