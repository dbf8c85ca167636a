"""Crons and generators."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import big, partial_index, wide_text


class Cron(SQLModel, table=True):
    """A cron; `interval` is in seconds. `nextrun` is the moment of the next start, 0 for never.

    `disabled` is 1 for one that starts nothing by itself.
    """

    __tablename__ = "crons"
    __table_args__ = (
        Index("crons_by_name", "colonyname", "name", unique=True),
        partial_index("crons_due", "nextrun", where="nextrun > 0"),
    )

    seq: int = Field(sa_column=big(primary_key=True))
    cronid: str = Field(unique=True)
    colonyname: str
    name: str
    initiatorid: str
    initiatorname: str
    cronexpression: str
    interval: int = Field(sa_column=big())
    random: int
    waitforprevprocessgraph: int
    nextrun: int = Field(sa_column=big())
    lastrun: int = Field(sa_column=big())
    prevgraphseq: int = Field(sa_column=big())
    prevprocessgraphid: str
    disabled: int
    workflowspec: str = Field(sa_column=wide_text())


class Generator(SQLModel, table=True):
    """A generator; `due` is when it is to be looked at though nothing was packed, 0 for never.

    `disabled` is 1 for one that starts nothing by itself.
    """

    __tablename__ = "generators"
    __table_args__ = (
        Index("generators_by_name", "colonyname", "name", unique=True),
        partial_index("generators_due", "due", where="due > 0"),
    )

    seq: int = Field(sa_column=big(primary_key=True))
    generatorid: str = Field(unique=True)
    colonyname: str
    name: str
    initiatorid: str
    initiatorname: str
    trigger: int = Field(sa_column=big())
    timeout: int = Field(sa_column=big())
    firstpack: int = Field(sa_column=big())
    lastrun: int = Field(sa_column=big())
    due: int = Field(sa_column=big())
    disabled: int
    workflowspec: str = Field(sa_column=wide_text())


class Pack(SQLModel, table=True):
    """An argument packed for a generator; `seq` is its place in the queue."""

    __tablename__ = "packs"
    __table_args__ = (Index("packs_of_generator", "generator", "seq"),)

    seq: int = Field(sa_column=big(primary_key=True))
    generator: int = Field(sa_column=big())
    arg: str = Field(sa_column=wide_text())
