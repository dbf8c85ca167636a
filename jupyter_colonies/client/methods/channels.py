"""Methods for the messages in `channels`; written by `client.generate`, do not edit."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.channel import ChannelEntry
from jupyter_colonies.core.messages import Empty, channels


class ChannelsMethods(Operations):
    """Methods for the messages in `channels`."""

    async def append_to_channel(
        self,
        *,
        processid: str = "",
        name: str = "",
        sequence: int = 0,
        inreplyto: int = 0,
        payload: bytes | list[int] | None = None,
        payloadtype: str = "",
    ) -> Empty:
        """Append to channel.

        Write to a channel; `sequence` counts the sender's own messages.

        `payload` is base64 or a list of the bytes as numbers, at most 10 MiB. `payloadtype` is
        `data` if it is empty; `end` and `error` are in use as well.

        Sent as `channelappendmsg`; for the submitter or the assigned executor of the process.
        """
        reply: Empty = await self.call(
            channels.APPEND_TO_CHANNEL,
            channels.AppendToChannel(
                processid=processid,
                name=name,
                sequence=sequence,
                inreplyto=inreplyto,
                payload=payload,
                payloadtype=payloadtype,
            ),
        )
        return reply

    async def read_channel(
        self,
        *,
        processid: str = "",
        name: str = "",
        afterseq: int = 0,
        limit: int = 0,
    ) -> list[ChannelEntry]:
        """Read channel.

        Read a channel after its first `afterseq` entries, at most `limit`; 0 for all there are.

        One reply carries at most 64 MiB of payload.

        Sent as `channelreadmsg`; for the submitter or the assigned executor of the process.
        """
        reply: list[ChannelEntry] = await self.call(
            channels.READ_CHANNEL,
            channels.ReadChannel(
                processid=processid,
                name=name,
                afterseq=afterseq,
                limit=limit,
            ),
        )
        return reply

    def subscribe_channel(
        self,
        *,
        processid: str = "",
        name: str = "",
        afterseq: int = 0,
        timeout: int = 0,
    ) -> AsyncGenerator[list[ChannelEntry], None]:
        """Subscribe channel.

        Be sent a channel after its first `afterseq` entries; `timeout` in seconds, 0 for 30.

        Sent as `subscribechannelmsg`; for the submitter or the assigned executor of the process.
        """
        return self.stream(
            channels.SUBSCRIBE_CHANNEL,
            channels.SubscribeChannel(
                processid=processid,
                name=name,
                afterseq=afterseq,
                timeout=timeout,
            ),
        )
