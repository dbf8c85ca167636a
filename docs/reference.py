"""Writes the reference of the messages from their declarations and the recorded examples."""

import json
import types
import typing
from collections.abc import Iterator
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

import msgspec
from glossary import meaning

from jupyter_colonies.broker import service  # noqa: F401 - registers what answers the messages
from jupyter_colonies.broker.call import PROCEDURES, USE_CASES
from jupyter_colonies.core.messages import REGISTRY, Message
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import rpc_status

EXAMPLES = Path(__file__).with_name("examples.json")

REFUSALS = {
    Role.SERVER_OWNER: "`Access denied, not server owner`",
    Role.COLONY_OWNER: "`Access denied, not colony owner`",
    Role.MEMBER_OR_OWNER: "`Access denied, not colony owner`",
    Role.ENROLLED: "`Access denied, the proof of enrolment is wrong`",
    Role.ITSELF: "`Access denied, only executor <NAME> itself may do this`",
}
MEMBER = "`Access denied, not a member of Colony with name <NAME>`"
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false",
         datetime: "time", Any: "anything"}  # fmt: skip


def write(path: Path) -> None:
    """Write the reference as Markdown, unless it is there and current."""
    text = pages()
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def pages() -> str:
    """The whole reference: every message, then every object in them."""
    examples = json.loads(EXAMPLES.read_text())
    messages = sorted(REGISTRY.values(), key=lambda message: message.type)
    sections = [_section(message, examples.get(message.type, {})) for message in messages]
    objects = [_object(kind) for kind in objects_of(messages)]
    return "\n".join([*sections, "## Objects\n", *objects])


def objects_of(messages: list[Message[Any, Any]]) -> list[type[msgspec.Struct]]:
    """Every object within requests and replies, by name."""
    found: dict[str, type[msgspec.Struct]] = {}

    def note(hint: Any) -> None:
        for kind in _structs(hint):
            if kind.__name__ not in found:
                found[kind.__name__] = kind
                for inner in typing.get_type_hints(kind).values():
                    note(inner)

    for message in messages:
        for hint in typing.get_type_hints(message.request).values():
            note(hint)
        note(message.reply)
    found.pop("Empty", None)
    return [found[name] for name in sorted(found)]


def _section(message: Message[Any, Any], example: dict[str, Any]) -> str:
    kind = "Extension of this server. " if message.extension else ""
    parts = [f"## `{message.type}`\n", kind + _text(message.request.__doc__)]
    does = USE_CASES.get(message.type) or PROCEDURES.get(message.type)
    if does is not None and does.__doc__:
        parts.append(_text(does.__doc__))
    rows = [
        ("Who", message.role.value),
        ("Sent over", "websocket `/pubsub`" if message.streams else "`POST /api`"),
        ("Reply", _spelled(message.reply) + (", one for each event" if message.streams else "")),
        ("In Python", f"`client.{message.method}`"),
    ]
    parts.append("| | |\n|---|---|\n" + "\n".join(f"| {a} | {b} |" for a, b in rows))
    if len(msgspec.structs.fields(message.request)) > 1:
        parts.append(_fields(message.request))
    parts.append("Refused with\n\n" + "\n".join(f"- {text}" for text in _errors(message)))
    for title, value in (("Request", example.get("request")), ("Reply", example.get("reply"))):
        if value is not None:
            parts.append(f"{title}\n\n```json\n{json.dumps(value, indent=1)}\n```")
    return "\n\n".join(parts) + "\n"


def _errors(message: Message[Any, Any]) -> Iterator[str]:
    yield f"400 `Failed to {message.does}, invalid JSON`, which names the field"
    if message.needs is not None:
        yield f"400 `{message.needs[1]}`"
    if message.subject is not None:
        missing = message.subject.missing
        yield f"{rpc_status(missing)} `{missing.message.format('…')}`"
    if message.role not in (Role.ANYONE, Role.SIGNER):
        yield f"403 {REFUSALS.get(message.role, MEMBER)}"


def _object(kind: type[msgspec.Struct]) -> str:
    return f"### {kind.__name__}\n\n{_text(kind.__doc__)}\n\n{_fields(kind)}\n"


def _fields(kind: type[msgspec.Struct]) -> str:
    hints = typing.get_type_hints(kind)
    rows = [
        f"| `{field.encode_name}` | {_spelled(hints[field.name])} | "
        f"{meaning(kind.__name__, field.encode_name)} |"
        for field in msgspec.structs.fields(kind)
        if field.name != "msgtype"
    ]
    return "\n".join(["| Field | Type | Meaning |", "|---|---|---|", *rows])


def _spelled(hint: Any) -> str:
    """A type in words; objects link to their section."""
    kinds = [each for each in _alternatives(hint) if each not in (type(None), msgspec.UnsetType)]
    if len(kinds) != 1:
        return " or ".join(map(_spelled, kinds))
    (kind,) = kinds
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is list:
        return f"list of {_spelled(arguments[0])}"
    if origin is dict:
        return f"object of {_spelled(arguments[1])}"
    return WORDS.get(kind) or _named(kind)


def _named(kind: Any) -> str:
    if not isinstance(kind, type):
        return "anything"
    if issubclass(kind, msgspec.Struct):
        name = kind.__name__
        return "`{}`" if name == "Empty" else f"[{name}](#{name.lower()})"
    return "whole number" if issubclass(kind, IntEnum) else "base64 text"


def _structs(hint: Any) -> Iterator[type[msgspec.Struct]]:
    for argument in typing.get_args(hint):
        yield from _structs(argument)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint


def _alternatives(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return typing.get_args(hint)
    return (hint,)


def _text(doc: str | None) -> str:
    return " ".join((doc or "").split())
