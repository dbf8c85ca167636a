"""Logs: lines that executors write, for a process or of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated, Any

import msgspec

from jupyter_colonies.core.member import Log
from jupyter_colonies.core.messages import logs, pages
from jupyter_colonies.core.messages.registry import Message
from jupyter_colonies.core.policy import Role
from jupyter_colonies.server.rest import executors, processes
from jupyter_colonies.server.rest.declaration import Reply, Visit, declare
from jupyter_colonies.server.rest.paging import Page, Paging, Text, page

DAYS = 30


class Sort(Enum):
    """An order; with `-` the newest line first."""

    OLDEST = "timestamp"
    NEWEST = "-timestamp"


class LinePaging(Paging, kw_only=True):
    """Which lines: those after `since`, in nanoseconds since 1970."""

    since: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)] = 0
    sort: Sort = Sort.OLDEST


class SearchPaging(Paging, kw_only=True):
    """Which lines: those with `text` in them, of the last days."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    days: Annotated[int, msgspec.Meta(ge=1, le=DAYS)] = DAYS
    executorname: Text = ""


class Line(msgspec.Struct, kw_only=True):
    """Body of a line for a log."""

    message: str


@declare("GET", processes.ONE + "/log", who=Role.MEMBER, replies={200: Page[Log]})
async def list_log(visit: Visit, processid: str, *, query: LinePaging) -> Reply:
    """Lines of a process's log. Their times grow strictly: `since` the last gives what is new."""
    about = {"processid": processid}
    return await _lines(visit, pages.LINES, query, **about)


@declare("POST", processes.ONE + "/log", who=processes.HOLDER, replies={204: None})
async def add_log(visit: Visit, processid: str, *, body: Line) -> Reply:
    """Write a line to the log of a running process."""
    holder = await visit.visitor.holder(processid)
    await visit.ask(logs.ADD_LOG, holder, processid=processid, message=body.message)
    return Reply(204)


@declare("GET", executors.ONE + "/log", who=Role.MEMBER, replies={200: Page[Log]})
async def list_executor_log(
    visit: Visit, colonyname: str, executorname: str, *, query: LinePaging
) -> Reply:
    """Lines that an executor wrote: its own, and those of its processes."""
    about = {"colonyname": colonyname, "executorname": executorname}
    return await _lines(visit, pages.EXECUTOR_LINES, query, **about)


@declare("POST", executors.ONE + "/log", who=executors.ITSELF, replies={204: None})
async def add_executor_log(
    visit: Visit, colonyname: str, executorname: str, *, body: Line
) -> Reply:
    """Write a line to an executor's own log, which belongs to no process."""
    executorid = await visit.visitor.executor(colonyname, executorname)
    about = {"colonyname": colonyname, "executorname": executorname, "message": body.message}
    await visit.ask(logs.ADD_EXECUTOR_LOG, executorid, **about)
    return Reply(204)


@declare("GET", "colonies/{colonyname}/log", who=Role.MEMBER, replies={200: Page[Log]})
async def search_log(visit: Visit, colonyname: str, *, query: SearchPaging) -> Reply:
    """Lines of a colony with a text in them, the newest first."""
    # A whole day, so that the cursor of a page fits the next one.
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    filters = {
        "text": query.text,
        "executorname": query.executorname,
        "since": today - timedelta(days=query.days),
    }
    return await page(visit, pages.COLONY_LINES, query, filters=filters, colonyname=colonyname)


async def _lines(
    visit: Visit, message: Message[Any, Any], query: LinePaging, **about: str
) -> Reply:
    filters = {"since": query.since or None}
    return await page(visit, message, query, sort=query.sort.value, filters=filters, **about)
