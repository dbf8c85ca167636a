"""Channels of processes (protocol part 03, section 2)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from jupyter_colonies.core.channel import ChannelEntry
from jupyter_colonies.core.decoding import Integer
from jupyter_colonies.core.messages.registry import Empty, Message, Request, Subject, declare
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import NotFound

Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]


class AppendToChannel(Request):
    """Write to a channel; `sequence` counts the sender's own messages.

    `payload` is base64 or a list of the bytes as numbers, at most 10 MiB. `payloadtype` is
    `data` if it is empty; `end` and `error` are in use as well.
    """

    processid: str = ""
    name: str = ""
    sequence: Integer = 0
    inreplyto: Integer = 0
    payload: bytes | list[Byte] | None = None
    payloadtype: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.payload, list):
            self.payload = bytes(self.payload)


class ReadChannel(Request):
    """Read a channel after its first `afterseq` entries, at most `limit`; 0 for all there are.

    One reply carries at most 64 MiB of payload.
    """

    processid: str = ""
    name: str = ""
    afterseq: Integer = 0
    limit: Integer = 0


class SubscribeChannel(Request):
    """Be sent a channel after its first `afterseq` entries; `timeout` in seconds, 0 for 30."""

    processid: str = ""
    name: str = ""
    afterseq: Integer = 0
    timeout: Integer = 0


_OF_PROCESS = Subject(
    kind="process",
    field="processid",
    missing=NotFound("Process not found: there is none with id '{}'"),
)

APPEND_TO_CHANNEL = declare(
    Message(
        "channelappendmsg",
        "append_to_channel",
        AppendToChannel,
        Empty,
        does="append to channel",
        role=Role.PARTY,
        subject=_OF_PROCESS,
    )
)
READ_CHANNEL = declare(
    Message(
        "channelreadmsg",
        "read_channel",
        ReadChannel,
        list[ChannelEntry],
        does="read from channel",
        role=Role.PARTY,
        reads=True,
        subject=_OF_PROCESS,
    )
)
SUBSCRIBE_CHANNEL = declare(
    Message(
        "subscribechannelmsg",
        "subscribe_channel",
        SubscribeChannel,
        list[ChannelEntry],
        does="subscribe to channel",
        role=Role.PARTY,
        streams=True,
        reads=True,
        subject=_OF_PROCESS,
    )
)
