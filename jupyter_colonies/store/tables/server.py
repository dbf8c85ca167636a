"""The server itself: its facts, its counters and what it wrote last."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import big


class Setting(SQLModel, table=True):
    """A fact about the server, such as its id."""

    __tablename__ = "settings"

    name: str = Field(primary_key=True)
    value: str


class Counter(SQLModel, table=True):
    """The last number given out for a kind of row whose numbers are needed before the insert."""

    __tablename__ = "counters"

    name: str = Field(primary_key=True)
    value: int = Field(sa_column=big())


class Batch(SQLModel, table=True):
    """The last batch that a writing connection to PostgreSQL committed, at a moment.

    Asked when a connection was lost in the middle of a commit. SQLite needs none.
    """

    __tablename__ = "batches"

    writer: str = Field(primary_key=True)
    number: int = Field(sa_column=big())
    at: int = Field(sa_column=big())
