"""The documents of S3: what clients send and what they get."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as Tree
from xml.sax.saxutils import escape

from jupyter_colonies.core.times import SECOND, to_wire
from jupyter_colonies.server.s3.refusal import Refusal, malformed

MEDIA_TYPE = "application/xml"
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
LARGEST = 4 * 1024 * 1024
MOST_KEYS = 1000

# No document can hold these; clients that have such keys ask for `encoding-type=url`.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Content = str | int | Sequence[tuple[str, Any]]


def document(name: str, content: Sequence[tuple[str, Any]], *, plain: bool = False) -> bytes:
    """A document: each pair is an element with a text, or with a sequence of pairs inside."""
    space = "" if plain else f' xmlns="{NAMESPACE}"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{space}>{_inside(content)}</{name}>'
    ).encode()


def error(refusal: Refusal, resource: str) -> bytes:
    """The document of an error."""
    content = [("Code", refusal.code), ("Message", refusal.message), ("Resource", resource)]
    return document("Error", content, plain=True)


class Ready(str):
    """A text that is XML already."""

    __slots__ = ()


def listed_object(key: str, modified: int, etag: str, size: int) -> Ready:
    """An object in a listing; there are a thousand of them in one document."""
    return Ready(
        f"<Key>{_text(key)}</Key><LastModified>{moment(modified)}</LastModified>"
        f"<ETag>&quot;{etag}&quot;</ETag><Size>{size}</Size>"
        "<StorageClass>STANDARD</StorageClass>"
    )


def moment(nanoseconds: int) -> str:
    """A moment as it stands in documents."""
    return to_wire(nanoseconds).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def http_date(nanoseconds: int) -> datetime:
    """A moment as headers have it, in whole seconds."""
    return datetime.fromtimestamp(nanoseconds // SECOND, UTC)


def copied(name: str, etag: str, modified: int) -> bytes:
    """What became of a copy; `modified` in nanoseconds since 1970."""
    content = [("ETag", f'"{etag}"'), ("LastModified", moment(modified))]
    return document(name, content)


def chosen_parts(body: bytes) -> list[tuple[int, str]]:
    """Number and ETag of each part of which an object is to be made. Raises Refusal."""
    what = "list of parts"
    chosen = []
    for part in _read(body, what).iter():
        if _name(part) == "Part":
            fields = {_name(field): (field.text or "").strip() for field in part}
            if not fields.get("PartNumber", "").isdecimal() or not fields.get("ETag"):
                raise malformed(what)
            chosen.append((int(fields["PartNumber"]), fields["ETag"]))
    return chosen


def doomed(body: bytes) -> tuple[list[str], bool]:
    """The keys to remove, and whether only mistakes are to be answered. Raises Refusal."""
    root = _read(body, "list of objects to remove")
    keys = [field.text or "" for field in root.iter() if _name(field) == "Key"]
    if len(keys) > MOST_KEYS:
        raise malformed(f"list of {MOST_KEYS} objects at most")
    quiet = any(_name(each) == "Quiet" and each.text == "true" for each in root.iter())
    return keys, quiet


def _read(body: bytes, what: str) -> Tree.Element:
    if b"<!" in body:  # no document type, so no entities that could grow without end
        raise malformed(what)
    try:
        return Tree.fromstring(body)  # noqa: S314 - see above
    except Tree.ParseError:
        raise malformed(what) from None


def _name(element: Tree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _inside(content: Content) -> str:
    if isinstance(content, Ready):
        return content
    if isinstance(content, str | int):
        return _text(str(content))
    pairs: Iterable[tuple[str, Any]] = content
    return "".join(f"<{name}>{_inside(value)}</{name}>" for name, value in pairs)


def _text(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\ufffd", text))
