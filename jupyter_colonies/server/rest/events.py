"""Events: what happens to a workflow, a process, a colony or an executor, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

import msgspec

from jupyter_colonies.broker.streams import Wish
from jupyter_colonies.core import events
from jupyter_colonies.core.events import End, Frame
from jupyter_colonies.core.messages.colonies import GET_COLONY_STATISTICS
from jupyter_colonies.core.messages.executors import GET_EXECUTOR
from jupyter_colonies.core.messages.logs import SUBSCRIBE_NOTES
from jupyter_colonies.core.messages.registry import Message
from jupyter_colonies.core.messages.workflows import SUBSCRIBE_WORKFLOW
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.server.rest.declaration import Reply, Visit, declare

MEDIA = "text/event-stream"
STOPPING = "The server is stopping: take the stream up again in a moment"
BEAT = 15.0
"""Seconds of silence after which a comment says that the server is still there."""

RETRY = b"retry: 2000\n\n"
STILL_THERE = b": still here\n\n"
HEADERS = {"X-Accel-Buffering": "no"}

After = Annotated[
    str,
    msgspec.Meta(
        max_length=events.LONGEST_ID,
        description="Id of the last event that came: everything after it is told. The header "
        "`Last-Event-ID` goes before it. Empty to begin with what is now.",
    ),
]


def told(*names: str) -> dict[str, type[msgspec.Struct]]:
    """The documents of a stream, by the names of its events."""
    return {name: events.DOCUMENTS[name] for name in (*names, "reset", "end")}


class Following(msgspec.Struct, kw_only=True):
    """From where on events are told."""

    after: After = ""


@declare(
    "GET",
    "workflows/{workflowid}/events",
    who=Role.MEMBER,
    replies={200: told("change")},
    media=MEDIA,
)
async def follow_workflow(visit: Visit, workflowid: str, *, query: Following) -> Reply:
    """Follow a workflow as server-sent events.

    `change` tells the nodes that changed up to a revision, which is the event's id; the first one
    of a stream without `after` tells all nodes. `reset` says that what follows begins anew, `end`
    that the stream is over and why.
    """
    return await _stream(visit, query, SUBSCRIBE_WORKFLOW, processgraphid=workflowid)


@declare(
    "GET",
    "colonies/{colonyname}/events",
    who=Role.MEMBER,
    replies={200: told("colony", "process", "workflow", "changed")},
    media=MEDIA,
)
async def follow_colony(visit: Visit, colonyname: str, *, query: Following) -> Reply:
    """Follow a colony as server-sent events.

    `colony` tells its numbers where a stream begins, `process` each change of a process, and
    `workflow` how the workflows of those are now. `changed` names kinds of things that changed
    otherwise. `reset` says that what follows begins anew, `end` that the stream is over and why.
    """
    return await _stream(visit, query, GET_COLONY_STATISTICS, colonyname=colonyname)


@declare(
    "GET",
    "colonies/{colonyname}/executors/{executorname}/events",
    who=Role.MEMBER,
    replies={200: told("executor", "process")},
    media=MEDIA,
)
async def follow_executor(
    visit: Visit, colonyname: str, executorname: str, *, query: Following
) -> Reply:
    """Follow an executor as server-sent events.

    `executor` tells its standing and all that it runs, at the beginning and whenever something is
    taken from it; `process` each change of a process that it has or had.
    """
    names = {"colonyname": colonyname, "executorname": executorname}
    return await _stream(visit, query, GET_EXECUTOR, **names)


@declare(
    "GET",
    "processes/{processid}/log/events",
    who=Role.MEMBER,
    replies={200: told("notes")},
    media=MEDIA,
)
async def follow_log(visit: Visit, processid: str, *, query: Following) -> Reply:
    """Follow the log of a process as server-sent events.

    `notes` tells lines as they are written, and with the first one and whenever they change all
    attributes and the state; the id is the time of the last line. `reset` says that what follows
    begins anew, `end` that the stream is over and why: after `notes` with `ended` because the
    process has ended.
    """
    return await _stream(visit, query, SUBSCRIBE_NOTES, processid=processid)


FOLLOWED: dict[str, tuple[Message[Any, Any], tuple[str, ...]]] = {
    "follow_workflow": (SUBSCRIBE_WORKFLOW, ("processgraphid",)),
    "follow_colony": (GET_COLONY_STATISTICS, ("colonyname",)),
    "follow_executor": (GET_EXECUTOR, ("colonyname", "executorname")),
    "follow_log": (SUBSCRIBE_NOTES, ("processid",)),
}
"""The messages by which operations are followed, and what the names in their paths are there."""


async def frames_of(
    visit: Visit, after: str, message: Message[Any, Any], **fields: str
) -> AsyncGenerator[Frame, None]:
    """The frames that a visitor asks for, with the last of them. Raises ColoniesError."""
    request = message.request(msgtype=message.type, **fields)
    visitor = visit.visitor
    wish = Wish(message, request, visitor.id, events.position(after), visitor.bearer)
    return _ended(await visit.broker.follow(wish), after)


async def _ended(frames: AsyncGenerator[Frame, None], after: str) -> AsyncGenerator[Frame, None]:
    """Frames, and the one that says why there are no more."""
    reason = STOPPING
    try:
        async with aclosing(frames):
            async for frame in frames:
                after = frame.id
                yield frame
    except ColoniesError as error:
        reason = error.message
    yield Frame(after, "end", End(reason=reason, after=after))


async def _stream(
    visit: Visit, query: Following, message: Message[Any, Any], **fields: str
) -> Reply:
    after = visit.headers.get("last-event-id", "") or query.after
    frames = await frames_of(visit, after, message, **fields)
    return Reply(200, media=MEDIA, stream=_text(frames, visit.gone), headers=HEADERS)


async def _text(frames: AsyncGenerator[Frame, None], gone: asyncio.Event) -> AsyncIterator[bytes]:
    """The frames as text, and a comment whenever there was none for a while."""
    yield RETRY
    left = asyncio.ensure_future(gone.wait())
    coming: asyncio.Future[Frame] | None = None
    try:
        while not gone.is_set():
            coming = coming or asyncio.ensure_future(anext(frames))
            waiting: list[asyncio.Future[Any]] = [coming, left]
            await asyncio.wait(waiting, timeout=BEAT, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                yield STILL_THERE
                continue
            try:
                frame = coming.result()
            except StopAsyncIteration:
                return
            coming = None
            yield events.as_text(frame)
    finally:
        left.cancel()
        if coming is not None:
            coming.cancel()
            await asyncio.wait([coming])
        await frames.aclose()
