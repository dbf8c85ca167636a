"""A channel of a process, as one of its two parties uses it (protocol part 03, section 2)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.portal import Portal
from jupyter_colonies.client.runs.follow import channel_entries
from jupyter_colonies.core.channel import ChannelEntry


class Channel:
    """What one party writes and reads; all methods block.

    Iterating gives what the other party writes, from the beginning on, until the process has
    ended::

        for entry in colony.channel(process, "talk"):
            print(entry.text)

    Where one key is both parties, `read` shows everything.
    """

    def __init__(self, client: Client, portal: Portal, processid: str, name: str) -> None:
        self.processid = processid
        self.name = name
        self._client = client
        self._portal = portal
        self._sent: int | None = None
        self._received = 0

    def __repr__(self) -> str:
        return f"<Channel {self.name} of {self.processid}>"

    def __iter__(self) -> Iterator[ChannelEntry]:
        entries = self.entries()
        try:
            while (entry := self._portal.run(_next(entries))) is not None:
                if entry.senderid != self._client.id:
                    yield entry
        finally:
            self._portal.run(entries.aclose())

    def entries(self, after: int = 0) -> AsyncGenerator[ChannelEntry, None]:
        """All entries after so many, one's own included, until the process has ended.

        For an event loop. Raises NotFound where there is no such channel.
        """
        return channel_entries(self._client, self.processid, self.name, after)

    def send(
        self,
        payload: str | bytes,
        *,
        type: str = "",  # noqa: A002 - the wire's own word
        inreplyto: int = 0,
        sequence: int | None = None,
    ) -> int:
        """Write an entry, a text as UTF-8, and give its sequence.

        Without `sequence` one's own entries are counted on. Raises LimitReached or ServerRefused
        where a limit is reached, NotFound once the process has ended.
        """
        if sequence is None:
            sequence = (self._last_sent() if self._sent is None else self._sent) + 1
        self._portal.run(
            self._client.append_to_channel(
                processid=self.processid,
                name=self.name,
                sequence=sequence,
                inreplyto=inreplyto,
                payload=payload.encode() if isinstance(payload, str) else payload,
                payloadtype=type,
            )
        )
        self._sent = sequence
        return sequence

    def read(self, after: int = 0, limit: int = 0) -> list[ChannelEntry]:
        """Entries of both parties after the first so many; takes nothing away."""
        return self._portal.run(
            self._client.read_channel(
                processid=self.processid, name=self.name, afterseq=after, limit=limit
            )
        )

    def receive(self) -> ChannelEntry | None:
        """Wait for the next entry of the other party; None once the process has ended."""
        return self._portal.run(self._next_of_the_other())

    async def _next_of_the_other(self) -> ChannelEntry | None:
        entries = self.entries(self._received)
        try:
            async for entry in entries:
                self._received += 1
                if entry.senderid != self._client.id:
                    return entry
            return None
        finally:
            await entries.aclose()

    def _last_sent(self) -> int:
        mine = (each.sequence for each in self.read() if each.senderid == self._client.id)
        return max(mine, default=0)


async def _next(entries: AsyncGenerator[ChannelEntry, None]) -> ChannelEntry | None:
    return await anext(entries, None)
