"""Following one process: its log, attributes and state as they change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from jupyter_colonies.client.client import Client
from jupyter_colonies.core.messages.logs import Notes
from jupyter_colonies.core.process import Attribute

SUBSCRIPTION = 3600
PAGE = 500
UNTOLD = 2.0
"""Seconds between two looks at a server that pushes no lines."""


async def follow_notes(
    client: Client, processid: str, *, since: int = 0, pushed: bool = True
) -> AsyncGenerator[Notes, None]:
    """What is noted of a process, first what is there, until it has ended.

    `since` is the time of the last line that is known, in nanoseconds. Without `pushed`, for a
    server without the `subscribenotesmsg` extension, it is looked every two seconds. Raises what
    the server refuses with, and ServerUnreachable as soon as it is away: go on from the last line.
    """
    known = Notes()
    while True:
        told = False
        frames = _pushed(client, processid, since) if pushed else _looked(client, processid, since)
        async with aclosing(frames):
            async for news in frames:
                told = True
                since = news.lines[-1].timestamp if news.lines else since
                known = _without_known(news, known)
                if news != Notes():
                    yield news
                if news.ended:
                    return
        if not (pushed and told):
            await asyncio.sleep(UNTOLD)


def _pushed(client: Client, processid: str, since: int) -> AsyncGenerator[Notes, None]:
    return client.subscribe_notes(processid=processid, since=since, timeout=SUBSCRIPTION)


async def _looked(client: Client, processid: str, since: int) -> AsyncGenerator[Notes, None]:
    """What there is now, from a server that has to be asked."""
    process = await client.get_process(processid=processid)
    colonyname = process.spec.conditions.colonyname
    notes = Notes(attributes=process.attributes or [], state=process.state)
    while True:
        page = await client.get_logs(
            colonyname=colonyname, processid=processid, count=PAGE, since=since
        )
        notes.lines += page
        if len(page) < PAGE:
            break
        since = page[-1].timestamp
    notes.ended = process.state.finished
    yield notes


def _without_known(news: Notes, known: Notes) -> Notes:
    """Leave out of the news what was told before; gives what is known now.

    A subscription that was made anew begins with all attributes and the state.
    """
    now = Notes(
        attributes=known.attributes if news.attributes is msgspec.UNSET else news.attributes,
        state=known.state if news.state is msgspec.UNSET else news.state,
    )
    if _texts(news.attributes) == _texts(known.attributes):
        news.attributes = msgspec.UNSET
    return now


def _texts(
    attributes: list[Attribute] | msgspec.UnsetType,
) -> list[tuple[str, int, str]] | None:
    if attributes is msgspec.UNSET:
        return None
    return [(each.key, each.attributetype, each.value) for each in attributes]
