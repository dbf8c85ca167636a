"""How deeply a request's JSON may be nested, so that it can be read, stored and written again."""

from __future__ import annotations

import re
from itertools import accumulate

import msgspec

DEEPEST = 200

_OTHERS = bytes(each for each in range(256) if each not in b"[]{}")
_STEPS = [0] * 256
for _bracket in b"[{":
    _STEPS[_bracket] = 1
for _bracket in b"]}":
    _STEPS[_bracket] = -1
_TEXT = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_TOKEN = re.compile(_TEXT + rb"(?:\s*(:))?|[\[\]{}]", re.DOTALL)


def check(data: bytes) -> None:
    """Raise msgspec.ValidationError, which names the field, for JSON that is too deep.

    Few brackets can't be deep, and counting all of them is cheap; only those within texts, which
    may count too much, need a closer look.
    """
    if data.count(b"[") + data.count(b"{") <= DEEPEST:
        return
    brackets = data.translate(None, _OTHERS)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > DEEPEST:
        _check_closely(data)


def _check_closely(data: bytes) -> None:
    path: list[bytes] = []
    key = b""
    for token in _TOKEN.finditer(data):
        text = token.group()
        if text in (b"[", b"{"):
            path.append(key)
            key = b""
            if len(path) > DEEPEST:
                raise msgspec.ValidationError(
                    f"JSON is nested too deeply, more than {DEEPEST} levels - at `{_place(path)}`"
                )
        elif text in (b"]", b"}"):
            key = path.pop() if path else b""
        elif token.group(1):
            key = text[: text.rindex(b'"')].removeprefix(b'"')


def _place(path: list[bytes]) -> str:
    names = [each.decode(errors="replace") for each in path if each][:5]
    return ".".join(["$", *names])
