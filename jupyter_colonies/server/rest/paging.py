"""Pages of lists: what may be asked, what is answered, and the cursors that lead on.

A cursor says where a list was left, and of which list it is. It is no secret and no proof: each
page asks anew who may see it.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from jupyter_colonies.core.messages.pages import MOST, Found
from jupyter_colonies.core.messages.registry import Message
from jupyter_colonies.core.times import from_wire
from jupyter_colonies.errors import FaultyField
from jupyter_colonies.server.rest.declaration import Reply, Visit

T = TypeVar("T")

LAST = (1 << 63) - 1

Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST, description="The most entries of a page.")]
Cursor = Annotated[
    str, msgspec.Meta(max_length=2000, description="Where to go on: `next` of the page before.")
]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Text = Annotated[str, msgspec.Meta(max_length=255)]


class Paging(msgspec.Struct, kw_only=True):
    """Which part of a list."""

    limit: Limit = 100
    cursor: Cursor = ""


class Page(msgspec.Struct, Generic[T], kw_only=True):
    """A part of a list; `next` is the cursor of what follows, absent at the end."""

    items: list[T]
    next: str | msgspec.UnsetType = msgspec.UNSET


async def page(
    visit: Visit,
    message: Message[Any, Any],
    query: Paging,
    *,
    sort: str = "",
    filters: dict[str, Any] | None = None,
    **about: str,
) -> Reply:
    """One page of a list. What is empty or unset filters nothing."""
    wanted = {
        name: _plain(value)
        for name, value in (filters or {}).items()
        if value not in ("", msgspec.UNSET, None)
    }
    mark = _mark(message, sort, wanted, about)
    found: Found = await visit.ask(
        message,
        sort=sort,
        filters=wanted,
        after=_opened(query.cursor, mark) if query.cursor else [],
        limit=query.limit,
        **about,
    )
    if found.last is None:
        return Reply(200, Page(items=found.items))
    cursor = base64.urlsafe_b64encode(msgspec.json.encode([mark, *found.last])).decode()
    return Reply(200, Page(items=found.items, next=cursor), next=cursor)


def _plain(value: Any) -> int | str:
    if isinstance(value, datetime):
        # What lies before or after every moment that there can be, is as good as the first or last.
        return max(-LAST, min(from_wire(value), LAST))
    plain: int | str = value
    return plain


def _mark(message: Message[Any, Any], sort: str, filters: Any, about: Any) -> str:
    said = [message.type, sort, sorted(filters.items()), sorted(about.items())]
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:12]


def _opened(cursor: str, mark: str) -> list[Any]:
    try:
        text = base64.b64decode(cursor.encode("ascii"), b"-_", validate=True)
        said, *after = msgspec.json.decode(text, type=list[int | str])
    except ValueError:
        raise _faulty("is no cursor: take it from the page before") from None
    if said != mark or not after:
        raise _faulty("belongs to another list: leave filters and sort as they were")
    if any(isinstance(each, int) and not -LAST <= each <= LAST for each in after):
        raise _faulty("is no cursor: take it from the page before")
    return after


def _faulty(why: str) -> FaultyField:
    return FaultyField(f"'cursor' {why}", "parameter", "cursor")
