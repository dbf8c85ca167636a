"""Which value of a request a database can't hold, when it has only said that there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

_LARGEST = 2**31


def named(request: msgspec.Struct) -> str:
    """Where a text with a NUL character is, else a very large number, as the end of a text."""
    found = list(_leaves(msgspec.to_builtins(request), "$"))
    for suspicious in (_has_nul, _is_large):
        for path, value in found:
            if suspicious(value):
                return f" - at `{path}`"
    return ""


def _has_nul(value: Any) -> bool:
    return isinstance(value, str) and "\0" in value


def _is_large(value: Any) -> bool:
    return isinstance(value, int) and not -_LARGEST <= value < _LARGEST


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield f"{path}.{key}", key
            yield from _leaves(each, f"{path}.{key}")
    elif isinstance(value, list):
        for position, each in enumerate(value):
            yield from _leaves(each, f"{path}[{position}]")
    else:
        yield path, value
