"""Channels: the two-way message logs of a process (protocol part 03, section 2)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jupyter_colonies.core.decoding import Integer
from jupyter_colonies.core.times import NEVER, SECOND
from jupyter_colonies.errors import LimitReached

MIB = 1 << 20

MOST_CHANNELS = 100
MOST_ENTRIES = 10_000
LARGEST_PAYLOAD = 10 * MIB
# Not in the original, which keeps everything in memory: what one channel may hold on disk.
MOST_STORED = 256 * MIB
# What goes out with one reply or frame; a single larger entry still goes.
LARGEST_READ = 64 * MIB
LARGEST_FRAME = 8 * MIB

BURST = 500
PER_SECOND = 100
_SHARE = SECOND // PER_SECOND

DATA = "data"
CUT_OFF = "subscriber disconnected: buffer full"


class ChannelEntry(msgspec.Struct, kw_only=True):
    """One message in a channel; `sequence` is the sender's own count.

    `inreplyto` names a `sequence` of the other side; `type` is `data`, `end`, `error` or whatever
    the sender wrote; `error` is the server's word to one subscriber.
    """

    sequence: Integer = 0
    inreplyto: Integer | msgspec.UnsetType = msgspec.UNSET
    timestamp: datetime = NEVER
    senderid: str = ""
    payload: bytes | None = None
    type: str | msgspec.UnsetType = msgspec.UNSET
    error: str | msgspec.UnsetType = msgspec.UNSET

    @property
    def text(self) -> str:
        """The payload as a text; bytes that are not UTF-8 become replacement characters."""
        return (self.payload or b"").decode(errors="replace")


def check_payload(payload: bytes | None) -> None:
    """Raise LimitReached for a payload above 10 MiB (protocol part 03, section 2.3)."""
    size = len(payload or b"")
    if size > LARGEST_PAYLOAD:
        raise LimitReached(
            f"message payload exceeds maximum size: it has {size} bytes, "
            f"at most {LARGEST_PAYLOAD} are taken"
        )


def check_room(entries: int, stored: int, more: int) -> None:
    """Raise LimitReached if a channel with so many entries and bytes can't take `more` bytes."""
    if entries >= MOST_ENTRIES:
        raise LimitReached(f"channel log is full: it holds {MOST_ENTRIES} entries")
    if stored + more > MOST_STORED:
        raise LimitReached(
            f"channel log is full: it holds {stored} bytes, at most {MOST_STORED} are kept"
        )


def spend(spent_until: int, now: int) -> int:
    """Take one message from a process's allowance of 500 at once and 100 per second.

    The allowance is one moment in nanoseconds: up to it, messages at the steady rate are spent.
    Gives the new one. Raises LimitReached if nothing is left.
    """
    spent = max(spent_until, now) + _SHARE
    if spent - now > BURST * _SHARE:
        raise LimitReached(
            f"rate limit exceeded: the channels of a process take {BURST} messages at once and "
            f"{PER_SECOND} per second, try again in a moment"
        )
    return spent
