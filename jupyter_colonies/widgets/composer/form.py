"""The form of one node: what the page shows of its fields, and what it says when they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from jupyter_colonies.client.compose.draft import Draft, DraftNode
from jupyter_colonies.client.compose.filling import filled, given
from jupyter_colonies.client.compose.offers import Offer, matching
from jupyter_colonies.client.values.forms import RESULT
from jupyter_colonies.core.member import FunctionArgument
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.widgets.composer.fields import (
    ARGUMENT,
    BY_ID,
    FIELDS,
    Argument,
    argument,
    heard,
    shown,
)

Json = Any


def form(draft: Draft, node: DraftNode, known: Sequence[Offer]) -> Json:
    """Everything that the page needs to show a node's form."""
    offer = offer_of(node, known)
    arguments = offer.arguments if offer else ()
    named = {each.name: each for each in arguments}
    values = {field.id: shown(field.kind, node.at(field.steps)) for field in FIELDS}
    values["args"] = shown("list", _surplus(node, arguments))
    values["kwargs"] = shown("values", _unknown(node, arguments))
    typed = [argument(each) for each in arguments]
    there = given(node.spec, arguments)
    for each in typed:
        values[each.id] = shown(each.kind, there.get(each.title)) if each.title in there else ""
        if each.kind in ("values", "list") and not values[each.id]:
            values[each.id] = []
    return {
        "key": node.key,
        "title": offer.signature if offer else f"{node.funcname or '…'}(…)",
        "description": offer.description if offer else "",
        "offered": _offered(offer),
        "arguments": [_sent(each) for each in typed],
        "values": values,
        "results": {
            f"{ARGUMENT}.{name}": value[RESULT]
            for name, value in there.items()
            if name in named and isinstance(value, dict) and value.keys() == {RESULT}
        },
        "surplus": not arguments or bool(values["args"]),
        "unknown": not arguments or bool(values["kwargs"]),
        "others": [
            {"key": other.key, "name": other.name, "on": other.name in node.parents}
            for other in draft.nodes
            if other.key != node.key
        ],
    }


def offer_of(node: DraftNode, known: Sequence[Offer]) -> Offer | None:
    """The offer whose parameters a node's form has; None if nobody offers its function."""
    return next(iter(matching(known, node.funcname, node.executortype)), None)


def put(draft: Draft, key: str, field: str, typed: Json, known: Sequence[Offer]) -> Draft:
    """The draft after somebody typed into a field of a node.

    Raises what the draft refuses, and InvalidRequest for a field there is none of.
    """
    node = draft[key]
    offer = offer_of(node, known)
    arguments = offer.arguments if offer else ()
    if field == "args":
        kept = list(node.at(("args",)) or [])
        leading = len(kept) - len(_surplus(node, arguments))
        return draft.put(key, ("args",), kept[:leading] + heard("list", typed))
    if field == "kwargs":
        rest = _unknown(node, arguments)
        named = {k: v for k, v in (node.at(("kwargs",)) or {}).items() if k not in rest}
        return draft.put(key, ("kwargs",), {**named, **heard("values", typed)})
    if field in BY_ID:
        return draft.put(key, BY_ID[field].steps, heard(BY_ID[field].kind, typed))
    registered = _registered(field, arguments)
    return _fill(draft, node, arguments, registered.name, heard(argument(registered).kind, typed))


def use(draft: Draft, key: str, field: str, other: str, known: Sequence[Offer]) -> Draft:
    """The draft in which an argument of a node is the result of another one, which it waits for.

    `other` is a key; empty for an argument that is not given. Raises as `put` does.
    """
    node = draft[key]
    offer = offer_of(node, known)
    registered = _registered(field, offer.arguments if offer else ())
    if other:
        draft = draft.connect(other, key)
    value = {RESULT: draft[other].name} if other else None
    return _fill(draft, draft[key], offer.arguments if offer else (), registered.name, value)


def title(field: str) -> str:
    """What a field is called."""
    return BY_ID[field].title if field in BY_ID else field.partition(".")[2]


def _registered(field: str, arguments: Sequence[FunctionArgument]) -> FunctionArgument:
    for each in arguments:
        if f"{ARGUMENT}.{each.name}" == field:
            return each
    raise InvalidRequest(f"A node has no field '{field}'")


def _fill(
    draft: Draft,
    node: DraftNode,
    arguments: Sequence[FunctionArgument],
    name: str,
    value: Json,
) -> Draft:
    empty = isinstance(value, list | dict) and not value
    args, kwargs = filled(node.spec, arguments, name, None if empty else value)
    return draft.put(node.key, ("args",), args).put(node.key, ("kwargs",), kwargs)


def _surplus(node: DraftNode, arguments: Sequence[FunctionArgument]) -> list[Json]:
    """Arguments by position that no registered parameter takes."""
    args = node.at(("args",))
    if not isinstance(args, list):
        return []
    plain = [each for each in arguments if not each.name.startswith("*")]
    many = any(each.name.startswith("*") and each.name[1:2] != "*" for each in arguments)
    return [] if many else args[len(plain) :]


def _unknown(node: DraftNode, arguments: Sequence[FunctionArgument]) -> dict[str, Json]:
    """Arguments by name that no registered parameter takes."""
    kwargs = node.at(("kwargs",))
    names = {each.name for each in arguments}
    if not isinstance(kwargs, dict) or any(name.startswith("**") for name in names):
        return {}
    return {name: value for name, value in kwargs.items() if name not in names}


def _offered(offer: Offer | None) -> str:
    if offer is None:
        return "No executor offers it now: a process waits until one does"
    number = len(offer.executors)
    by = "1 executor" if number == 1 else f"{number} executors"
    return f"Offered by {by}: {', '.join(offer.executors)}"


def _sent(each: Argument) -> Json:
    return asdict(each)
