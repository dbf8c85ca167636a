"""Channels of processes."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import big


class Channel(SQLModel, table=True):
    """A channel of a process that has not ended, or only just.

    `entries` and `bytes` count what it holds; `spent` is the moment up to which messages at the
    steady rate are used up. A turn is a stretch of entries of one sender: the log is in the order
    of turns and, within one, of the sender's sequence.
    """

    __tablename__ = "channels"
    __table_args__ = (Index("channels_by_name", "process", "name", unique=True),)

    seq: int = Field(sa_column=big(primary_key=True))
    process: int = Field(sa_column=big())
    name: str
    entries: int
    bytes: int = Field(sa_column=big())
    spent: int = Field(sa_column=big())
    turn: int
    speaker: str


class ChannelEntry(SQLModel, table=True):
    """A message in a channel; `seq` is also the order of arrival, `size` counts payload bytes."""

    __tablename__ = "channel_entries"
    __table_args__ = (
        Index("channel_entries_in_order", "channel", "turn", "sequence", "seq"),
        Index("channel_entries_by_arrival", "channel", "seq"),
    )

    seq: int = Field(sa_column=big(primary_key=True))
    channel: int = Field(sa_column=big())
    turn: int
    sequence: int = Field(sa_column=big())
    inreplyto: int = Field(sa_column=big())
    timestamp: int = Field(sa_column=big())
    senderid: str
    payloadtype: str
    size: int
    payload: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
