"""Workflows."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer
from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import BIG, big, partial_index


class Graph(SQLModel, table=True):
    """A submitted workflow with the number of its processes in each state.

    `name` is what it was called, or else what it does (`core.runname`); it is empty for those of
    before there were names. One that repairs another names that one in `original`, and in `family`
    the first of them all.
    """

    __tablename__ = "graphs"
    __table_args__ = (
        Index("graphs_by_state", "colonyname", "state", "submissiontime"),
        partial_index(
            "graphs_submitted", "colonyname", "submissiontime", "seq", where="submissiontime > 0"
        ),
        partial_index("graphs_kept", "endtime", where="state = 2"),
        partial_index("graphs_of_family", "family", where="family <> ''"),
    )

    seq: int = Field(sa_column=big(primary_key=True))
    processgraphid: str = Field(unique=True)
    colonyname: str
    initiatorid: str
    initiatorname: str
    state: int
    submissiontime: int = Field(sa_column=big())
    starttime: int = Field(sa_column=big())
    endtime: int = Field(sa_column=big())
    revision: int = Field(sa_column=big())
    waiting: int
    running: int
    success: int
    failed: int
    cancelled: int
    original: str
    family: str
    name: str


class Remainder(SQLModel, table=True):
    """What is left to do of a change that takes several transactions; see `store.remainders`.

    It is about a workflow, or with `graphseq` 0 about the whole colony. Processes up to the number
    `reached` are done, of a colony those from it on; after the moment `until` somebody else carries
    on.
    """

    __tablename__ = "remainders"

    graphseq: int = Field(
        sa_column=Column(BIG, primary_key=True, autoincrement=False, nullable=False)
    )
    colonyname: str = Field(primary_key=True)
    purpose: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    reached: int = Field(sa_column=big())
    until: int = Field(sa_column=big())
