"""How a value is shown: as a table, a picture, a text or a tree; and what its author saw of it.

Values come from any member of the colony. Pictures are data of known types, HTML is marked as what
has to be shown where nothing in it can run.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from jupyter_colonies.client.values.forms import FILE, VALUE
from jupyter_colonies.widgets.inspector.tree import tree

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
"""Types of pictures that an image element shows, in which nothing runs."""

LARGEST_RICH = 2 << 20
"""Characters of the largest picture or HTML that goes to the page."""

MOST_ROWS = 50
MOST_COLUMNS = 40
LONGEST_CELL = 200

Shown = dict[str, Any]

_DATA = re.compile(r"data:(image/[a-z+]+);base64,([A-Za-z0-9+/=\s]+)\Z")
_MAGIC = {
    b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}  # fmt: skip


def shown(name: str, value: Any) -> Shown:
    """A value under a name: always its `tree`, and a `table`, `bundle` or `stored` if it is one."""
    found: Shown = {"name": name, "tree": tree(value)}
    if isinstance(value, dict) and FILE in value:
        found["stored"] = str(value[FILE])
    elif picture := _picture(value):
        found["bundle"] = picture
    elif isinstance(value, dict) and any(key in value for key in (*PICTURES, "text/html")):
        found["bundle"] = bundle(value)
    elif rows := table(value):
        found["table"] = rows
    return found


def bundle(data: Mapping[str, Any]) -> Shown:
    """The richest form that can be shown of what a notebook shows, by MIME type.

    `kind` is `picture` with `mime` and `data`, `html` or `text` with `text`, `large` with its
    `size`, or `none`.
    """
    for mime in PICTURES:
        if isinstance(text := _joined(data.get(mime)), str):
            return _of_picture(mime, text)
    if isinstance(html := _joined(data.get("text/html")), str):
        return _limited({"kind": "html", "text": html}, len(html))
    for mime in ("text/markdown", "text/latex", "text/plain"):
        if isinstance(text := _joined(data.get(mime)), str):
            return _limited({"kind": "text", "text": text}, len(text))
    return {"kind": "none"}


def table(value: Any, first: int = 0) -> Shown | None:
    """A value as `columns` and `rows` of texts, if it is one; the rows after the `first`.

    Rows are a list of objects with the same keys, a list of equally long lists, or an object of
    `columns` and `data`, as pandas writes it.
    """
    found = _split(value)
    if found is None:
        return None
    columns, rows = found
    kept = columns[:MOST_COLUMNS]
    return {
        "columns": [_cell(each) for each in kept],
        "rows": [
            [_cell(each) for each in row[: len(kept)]] for row in rows[first : first + MOST_ROWS]
        ],
        "first": first,
        "size": len(rows),
        "left_out": len(columns) - len(kept),
    }


def _split(value: Any) -> tuple[Sequence[Any], Sequence[Sequence[Any]]] | None:
    if isinstance(value, dict):
        columns, rows = value.get("columns"), value.get("data")
        if isinstance(columns, list) and isinstance(rows, list) and _are_rows(rows, len(columns)):
            return columns, rows
        return None
    if not isinstance(value, list) or not value:
        return None
    head = value[0]
    if isinstance(head, dict) and head and VALUE not in head and FILE not in head:
        keys = list(head)
        if all(isinstance(each, dict) and list(each) == keys for each in value):
            rows = [list(each.values()) for each in value]
            return (keys, rows) if _are_rows(rows, len(keys)) else None
    elif isinstance(head, list) and len(value) > 1 < len(head) and _are_rows(value, len(head)):
        return [str(number) for number in range(len(head))], value
    return None


def _are_rows(rows: Sequence[Any], width: int) -> bool:
    return bool(rows) and all(
        isinstance(row, list)
        and len(row) == width
        and not any(isinstance(cell, list | dict) for cell in row)
        for row in rows
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _picture(value: Any) -> Shown | None:
    if isinstance(value, str) and (match := _DATA.match(value)) and match[1] in PICTURES:
        return _of_picture(match[1], match[2])
    if isinstance(value, dict) and value.get("type") == "bytes":
        data = value.get(VALUE)
        for magic, mime in _MAGIC.items():
            begin = base64.b64encode(magic).rstrip(b"=")[: len(magic) * 4 // 3].decode()
            if isinstance(data, str) and data.startswith(begin):
                return _of_picture(mime, data)
    return None


def _of_picture(mime: str, text: str) -> Shown:
    """A picture as base64, in which nothing else can stand."""
    if mime == "image/svg+xml" and text.lstrip().startswith("<"):
        data = base64.b64encode(text.encode()).decode()
    else:
        try:
            data = base64.b64encode(base64.b64decode(text)).decode()
        except (binascii.Error, ValueError):
            return {"kind": "none"}
    return _limited({"kind": "picture", "mime": mime, "data": data}, len(data))


def _limited(found: Shown, size: int) -> Shown:
    return found if size <= LARGEST_RICH else {"kind": "large", "size": size}


def _joined(value: Any) -> Any:
    """A notebook file may hold a text as a list of lines."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "".join(value)
    return value
