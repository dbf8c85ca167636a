"""Every field of every message, spoiled in every way: the answer names it, nothing is stored."""

import itertools
import json
import types
import typing
from datetime import datetime

import msgspec
import pytest

from jupyter_colonies.core.messages import REGISTRY
from tests.conformance.arbitrary import foreseen
from tests.conformance.contents import reader
from tests.conformance.direct import ask
from tests.conformance.mutation import LONG
from tests.conformance.roles import EXTENSIONS, WHO
from tests.conformance.test_roles import ENDS_THE_CAST, REQUESTS, Cast
from tests.conformance.wire import envelope

MESSAGES = [message for message in REGISTRY.values() if not message.streams]
UNREAD = {"getserverinfomsg"}
DEEP = json.loads("[" * 300 + "]" * 300)
BROKEN = "broken"


def fields_of(kind, path=()):
    """Every field below a struct as path and type; what holds itself is followed twice."""
    hints = typing.get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        place = (*path, field.encode_name)
        yield place, hints[field.name]
        inner = plain(hints[field.name])
        if typing.get_origin(inner) is list:
            (item,) = typing.get_args(inner)
            if is_struct(plain(item)) and place.count(0) < 2:
                yield from fields_of(plain(item), (*place, 0))
        elif is_struct(inner) and len(place) < 7:
            yield from fields_of(inner, place)


def plain(kind):
    """A type without null, unset and limits."""
    if typing.get_origin(kind) is typing.Annotated:
        return plain(typing.get_args(kind)[0])
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        rest = [k for k in typing.get_args(kind) if k not in (type(None), msgspec.UnsetType)]
        return plain(rest[0]) if len(rest) == 1 else typing.Any
    return kind


def is_struct(kind):
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def wrong(kind):
    """Values whose JSON type is not the field's."""
    kind = plain(kind)
    origin = typing.get_origin(kind)
    found = []
    if origin is list:
        (item,) = typing.get_args(kind)
        found = ["x", 1, {"a": 1}, *([each] for each in wrong(item))][:5]
    elif origin is dict or is_struct(kind):
        found = ["x", 1, [1]]
    elif kind is str or kind is datetime:
        found = [1, True, ["x"], {"a": 1}]
    elif kind is bool:
        found = ["x", 1, []]
    elif kind is float:
        found = ["x", True, []]
    elif isinstance(kind, type) and issubclass(kind, int):
        found = ["x", 1.5, True, [], 2**63, -(2**63) - 1, 10**30]
    return found


def odd(kind):
    """Values of the right type that may be refused for what they are."""
    kind = plain(kind)
    if kind is str:
        return ["", LONG, "a:b", "\0", "\ud800", BROKEN]
    if isinstance(kind, type) and issubclass(kind, int) and kind is not bool:
        return [-1, 2**31, 2**63 - 1, -(2**63)]
    if kind is float:
        return [-1.0, 1e308]
    if typing.get_origin(kind) is list:
        return [[], [None], [None] * 1000]
    return [{}] if typing.get_origin(kind) is dict or is_struct(kind) else []


def with_value(fields, path, value):
    """A copy of a request with something at a place, its way there being made."""
    copy = json.loads(json.dumps(fields))
    here = copy
    for key, after in itertools.pairwise(path):
        if isinstance(here, list):
            here.extend([{}] * (not here))
            here = here[key]
        else:
            if not isinstance(here.get(key), dict | list):
                here[key] = [] if after == 0 else {}
            here = here[key]
    here[path[-1]] = value
    return copy


def request(message, key, fields):
    body = json.dumps({"msgtype": message.type, **fields}).encode()
    return envelope(message.type, body.replace(BROKEN.encode(), b"\xc3\x28\xff"), key)


@pytest.fixture(scope="module")
def cast(wire):
    return Cast(wire)


def caller(cast, message):
    may = (WHO | EXTENSIONS)[message.type].may
    return cast.keys[min(may, key=lambda name: name != "assigned", default="assigned")]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.type)
def test_a_wrong_type_is_refused_by_name(server, cast, message):
    contents = reader(server, cast.colony.name)
    fields = REQUESTS[message.type](cast)
    key = caller(cast, message)
    spoiled = [
        (path, value)
        for path, kind in fields_of(message.request)
        for value in (*wrong(kind), DEEP)
        if message.type not in UNREAD
    ]
    before = contents()
    replies = ask(server, [request(message, key, with_value(fields, *each)) for each in spoiled])
    assert [
        (path, str(value)[:40], reply.status, reply.text)
        for (path, value), reply in zip(spoiled, replies, strict=True)
        if reply.status != 400 or str(path[-1]) not in reply.text
    ] == []
    assert contents() == before


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.type)
def test_an_odd_value_is_taken_or_refused_and_nothing_between(wire, server, cast, message):
    if message.type in ENDS_THE_CAST:
        cast = Cast(wire)
    key = caller(cast, message)
    fields = REQUESTS[message.type](cast)
    bodies = [
        request(message, key, with_value(fields, path, value))
        for path, kind in fields_of(message.request)
        for value in (None, *odd(kind))
        if path != ("timeout",) or not value or value < 0
    ]
    refused = []
    for body in bodies:
        (reply,) = ask(server, [body])
        assert foreseen(f"{reply.status}: {reply.text}"), (reply.text, body)
        if reply.status != 200:
            refused.append(body)
    contents = reader(server, cast.colony.name)
    before = contents()
    # Again and together: what is refused leaves no trace, whatever it has for company.
    replies = ask(server, refused)
    if all(reply.status != 200 for reply in replies):
        assert contents() == before
