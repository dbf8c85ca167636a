"""Messages that were good once: one or two places of each are spoiled, by a given random source.

Spoiling what would be accepted reaches further than nonsense alone: each message passes all
checks but those of the spoiled place.
"""

from __future__ import annotations

import base64
import copy
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from tests.conformance.wire import signature

LONG = random.Random(1).randbytes(3000).hex()
NONSENSE: list[Any] = [
    None, True, False, 0, 1, -1, 7, 2**31, -(2**31) - 1, 2**53, 2**63 - 1, -(2**63), 2**63, 10**30,
    0.5, 1e300, -0.0, "", " ", "0", "*", "%", "a:b", "..", "/", "null", "{}", "é", "\U0001f600",
    "x" * 300, "y" * 70_000, "\0", "a\0b", "\ud800", "\uffff", "2026-13-45T99:99:99Z", "-5Gi",
    "1e9", "9" * 40 + "Gi", "* * * * * *", "' OR 1=1 --", "f" * 64, LONG,
    [], [[]], [None], ["*"] * 300, {}, {"a": None}, {"": {}}, {"a": {"b": [1, {"c": []}]}},
]  # fmt: skip
DEEP = 5000


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place within a JSON value, as the path to it."""
    inside: Sequence[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    for key, each in inside:
        yield (*path, key)
        yield from places(each, (*path, key))


def at(value: Any, path: Sequence[Any]) -> Any:
    """What is at a place."""
    for key in path:
        value = value[key]
    return value


def put(value: Any, path: Sequence[Any], new: Any) -> Any:
    """A copy with something else at a place."""
    result = copy.deepcopy(value)
    at(result, path[:-1])[path[-1]] = new
    return result


def spoiled(message: dict[str, Any], chance: random.Random, others: list[Any]) -> dict[str, Any]:
    """A message with one or two places changed; `others` are values from other messages."""
    for _ in range(chance.choice((1, 1, 1, 2))):
        found = [path for path in places(message) if path != ("msgtype",)]
        if not found:
            return message | {chance.choice(("colonyname", "spec", "x")): chance.choice(NONSENSE)}
        path = chance.choice(found)
        old = at(message, path)
        if chance.random() < 0.1:
            message = copy.deepcopy(message)
            del at(message, path[:-1])[path[-1]]
        else:
            message = put(message, path, _instead_of(old, chance, others))
    return message


def _instead_of(old: Any, chance: random.Random, others: list[Any]) -> Any:
    """Something else: mostly of the same type, so that it is not refused for that alone."""
    nonsense = chance.choice(NONSENSE)
    choices = [nonsense, [old]]
    choices += [
        chance.choice([each for each in many if type(each) is type(old)] or [nonsense])
        for many in (others, others, NONSENSE, NONSENSE)
    ]
    if isinstance(old, str):
        choices.append("".join(_letter(chance) for _ in range(chance.randrange(1, 12))))
    elif isinstance(old, dict):
        choices.append(old | {chance.choice(("", "x", "colonyname")): nonsense})
    elif isinstance(old, list):
        choices.append([*old * 3, nonsense])
    return chance.choice(choices)


def _letter(chance: random.Random) -> str:
    return chr(chance.choice((chance.randrange(0x20, 0x7F), chance.randrange(0xA0, 0xD7FF))))


def encoded(message: dict[str, Any], chance: random.Random) -> bytes:
    """The JSON of a message, sometimes with broken bytes in it."""
    text = json.dumps(message).encode()
    match chance.randrange(30):
        case 0:
            place = chance.randrange(len(text))
            return text[:place] + bytes([chance.randrange(256)]) + text[place + 1 :]
        case 1:
            return text[: chance.randrange(len(text))]
        case 2:
            return text.replace(b'"', b'"\xff\xfe', 2)
        case 3:
            return text[:-1] + b', "deep": ' + b"[" * DEEP + b"]" * DEEP + b"}"
        case 4:
            return text + chance.choice((b" ", b"{}", b"\0", b"]"))
    return text


def enveloped(payloadtype: str, message: bytes, key: str, chance: random.Random) -> bytes:
    """A signed request, sometimes with a fault in the envelope itself."""
    payload = base64.b64encode(message).decode()
    body: dict[str, Any] = {
        "payloadtype": payloadtype,
        "payload": payload,
        "signature": signature(payload, key),
    }
    match chance.randrange(60):
        case 0:
            body[chance.choice(list(body))] = chance.choice(NONSENSE)
        case 1:
            del body[chance.choice(list(body))]
        case 2:
            body["payload"] = payload[: chance.randrange(len(payload) + 1)]
        case 3:
            place = chance.randrange(130)
            body["signature"] = body["signature"][:place] + "0" + body["signature"][place + 1 :]
        case 4:
            sealed = json.dumps(body).encode()
            return sealed[: chance.randrange(len(sealed))]
        case 5:
            broken = bytearray(json.dumps(body).encode())
            broken[chance.randrange(len(broken))] = chance.randrange(256)
            return bytes(broken)
    return json.dumps(body).encode()
