"""Channels: messages between the submitter of a process and the executor that runs it."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import msgspec

from jupyter_colonies.core.channel import ChannelEntry
from jupyter_colonies.core.decoding import Integer
from jupyter_colonies.core.messages import channels, processes
from jupyter_colonies.core.messages.pages import MOST
from jupyter_colonies.core.process import Process
from jupyter_colonies.server.rest.declaration import MIB, Reply, Visit, declare
from jupyter_colonies.server.rest.paging import Limit
from jupyter_colonies.server.rest.processes import ONE

CHANNEL = ONE + "/channels/{channelname}"
PARTIES = "the submitter of the process, or whoever may act for its executor"


class Side(Enum):
    """Who speaks: the submitter of the process, or the executor that runs it."""

    SUBMITTER = "submitter"
    EXECUTOR = "executor"


class Speaking(msgspec.Struct, kw_only=True):
    """As whom: unless it is said as the submitter by whoever submitted, else as the executor."""

    side: Side | None = None


class Reading(Speaking, kw_only=True):
    """Which entries: those after the first `after`."""

    after: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)] = 0
    limit: Limit = MOST


class Entries(msgspec.Struct, kw_only=True):
    """Entries of a channel; `after` asks for what follows them."""

    items: list[ChannelEntry]
    after: int


class NewEntry(msgspec.Struct, kw_only=True):
    """Body of a message: `sequence` counts the sender's own from 1, `payload` is base64.

    `payloadtype` is `data` if it is empty; `end` and `error` are in use as well.
    """

    sequence: Integer
    payload: bytes = b""
    payloadtype: str = ""
    inreplyto: Integer = 0


@declare("GET", CHANNEL, who=PARTIES, replies={200: Entries})
async def read_channel(visit: Visit, processid: str, channelname: str, *, query: Reading) -> Reply:
    """Read a channel."""
    entries: list[ChannelEntry] = await visit.ask(
        channels.READ_CHANNEL,
        await _speaker(visit, processid, query.side),
        processid=processid,
        name=channelname,
        afterseq=query.after,
        limit=query.limit,
    )
    return Reply(200, Entries(items=entries, after=query.after + len(entries)))


@declare("POST", CHANNEL, who=PARTIES, replies={204: None}, largest=16 * MIB)
async def write_channel(
    visit: Visit, processid: str, channelname: str, *, query: Speaking, body: NewEntry
) -> Reply:
    """Write to a channel, at most 10 MiB at a time."""
    await visit.ask(
        channels.APPEND_TO_CHANNEL,
        await _speaker(visit, processid, query.side),
        processid=processid,
        name=channelname,
        sequence=body.sequence,
        inreplyto=body.inreplyto,
        payload=body.payload,
        payloadtype=body.payloadtype,
    )
    return Reply(204)


async def _speaker(visit: Visit, processid: str, side: Side | None) -> str:
    if side is Side.SUBMITTER:
        return visit.visitor.id
    if side is None:
        process: Process = await visit.ask(processes.GET_PROCESS, processid=processid)
        if process.initiatorid == visit.visitor.id:
            return visit.visitor.id
    return await visit.visitor.holder(processid)
