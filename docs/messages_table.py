"""Writes the reference of the messages from their declarations."""

from pathlib import Path
from typing import Any

import msgspec

from jupyter_colonies.core.messages import REGISTRY, Message


def write(path: Path) -> None:
    """Write the reference as Markdown, unless it is there and current."""
    text = "\n".join(_section(message) for message in REGISTRY.values())
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def _section(message: Message[Any, Any]) -> str:
    fields = [f for f in msgspec.structs.fields(message.request) if f.name != "msgtype"]
    names = ", ".join(f"`{field.encode_name}`" for field in fields) or "none"
    where = "websocket" if message.streams else "HTTP"
    kind = "Extension of this server. " if message.extension else ""
    doc = " ".join((message.request.__doc__ or "").split())
    return (
        f"## `{message.type}`\n\n{kind}{doc}\n\n"
        f"| | |\n|---|---|\n| Who | {message.role.value} |\n| Fields | {names} |\n"
        f"| Reply | {_name(message.reply)} |\n| Sent over | {where} |\n"
        f"| In Python | `client.{message.method}` |\n"
    )


def _name(kind: Any) -> str:
    arguments = getattr(kind, "__args__", ())
    if arguments:
        return f"list of {arguments[0].__name__}"
    return "`{}`" if kind.__name__ == "Empty" else str(kind.__name__)
