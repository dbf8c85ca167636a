"""Requests of every kind with every kind of nonsense in them, for hypothesis."""

from __future__ import annotations

import types
import typing
from typing import Any

import msgspec
from hypothesis import strategies as st

from jupyter_colonies.core.messages import REGISTRY
from tests.conformance.wire import Refused, Wire

# What the protocol answers with 500 although the request is at fault.
RULES = (
    "500: Failed to ",
    "500: Nodename is missing",
    "500: Duplicate nodename",
    "500: Could not derive InitiatorName",
)
integers = st.sampled_from([0, 1, -1, 5, 2**31, -(2**63), 2**63 - 1, 2**63, 2**70])
texts = st.text(max_size=6) | st.sampled_from(
    ["dev", "E1", "1G", "1m", "a:b", "\0", "é", "x" * 999]
)
scalars = st.none() | st.booleans() | integers | texts | st.floats(allow_nan=False)
anything = st.recursive(
    scalars.filter(lambda value: value not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def of_type(kind: Any) -> st.SearchStrategy[Any]:
    """Values that mostly have the type a struct declares."""
    return st.one_of(_proper(kind), _proper(kind), _proper(kind), anything)


def _proper(kind: Any) -> st.SearchStrategy[Any]:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        kinds = [each for each in typing.get_args(kind) if each is not msgspec.UnsetType]
        return st.one_of(*map(_proper, kinds))
    if origin is list:
        return st.lists(st.deferred(lambda: of_type(typing.get_args(kind)[0])), max_size=3)
    if isinstance(kind, type):
        return _plain(kind)
    return st.dictionaries(texts, anything, max_size=3) if origin is dict else anything


def _plain(kind: type) -> st.SearchStrategy[Any]:
    if issubclass(kind, msgspec.Struct):
        return st.deferred(lambda: struct(kind))
    if kind is bool:
        return st.booleans()
    if issubclass(kind, int):
        return integers
    return texts if kind is str else st.none() | texts


def struct(kind: type[msgspec.Struct]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of a struct's fields."""
    hints = typing.get_type_hints(kind)
    fields = {
        field.encode_name: of_type(hints[field.name]) for field in msgspec.structs.fields(kind)
    }
    fields.pop("msgtype", None)
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A message type that is answered over HTTP, and its fields."""
    names = sorted(name for name, message in REGISTRY.items() if not message.streams)
    # Everything else would end with the colony or the callers that the requests need.
    names = [name for name in names if name not in ("removecolonymsg", "leavecolonymsg")]
    name = draw(st.sampled_from(names))
    fields = draw(struct(REGISTRY[name].request))
    if name == "assignprocessmsg" and isinstance(fields.get("timeout"), int):
        fields["timeout"] = min(fields["timeout"], 0)
    return name, fields


def outcome(wire: Wire, name: str, key: str, fields: dict[str, Any]) -> str:
    """`200`, or status and message of the refusal."""
    try:
        wire.call(name, key, **fields)
    except Refused as refusal:
        return str(refusal)
    return "200"


def foreseen(found: str) -> bool:
    """Whether an outcome is one that the protocol knows."""
    return found.startswith(("200", "400", "403", "404", "409", *RULES))
