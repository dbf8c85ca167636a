"""What happened: logs and events."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import big, partial_index, wide_text


class Log(SQLModel, table=True):
    """A line of a log; `timestamp` grows strictly within a process."""

    __tablename__ = "logs"
    __table_args__ = (
        Index("logs_of_process", "processid", "timestamp"),
        Index("logs_of_executor", "colonyname", "executorname", "timestamp"),
        Index("logs_of_colony", "colonyname", "timestamp"),
    )

    seq: int = Field(sa_column=big(primary_key=True))
    processid: str
    colonyname: str
    executorname: str
    timestamp: int = Field(sa_column=big())
    message: str = Field(sa_column=wide_text())


class Event(SQLModel, table=True):
    """A change of a process, written with the change itself; `revision` counts per workflow.

    `state`, `executorname` and `retries` are those of the process after the change.
    """

    __tablename__ = "events"
    __table_args__ = (
        partial_index("events_of_graph", "graphseq", "revision", where="graphseq > 0"),
        {"sqlite_autoincrement": True},
    )

    seq: int = Field(sa_column=big(primary_key=True))
    colonyname: str
    graphseq: int = Field(sa_column=big())
    revision: int = Field(sa_column=big())
    process: int = Field(sa_column=big())
    state: int
    executorname: str
    retries: int
    at: int = Field(sa_column=big())
