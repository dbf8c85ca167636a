"""First replies to requests that carry an idempotency key."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import big, wide_text


class Reply(SQLModel, table=True):
    """What was answered to a caller's key; `digest` is that of the request, `reply` is JSON."""

    __tablename__ = "replies"
    __table_args__ = (Index("replies_by_age", "at"),)

    callerid: str = Field(primary_key=True)
    idempotencykey: str = Field(primary_key=True)
    digest: str
    at: int = Field(sa_column=big())
    reply: str = Field(sa_column=wide_text())
