"""Processes, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import BIG, big, partial_index, wide_text


def _queues(table: str, name: str, process: str, *, ready: str) -> Iterator[Index]:
    """What keeps ready work in order, see `store.heads`; `name` says whom it is for."""
    queue = ("colonyname", "executortype", name, "location")
    order = ("prioritytime", process)
    sized = f"{ready} AND (cpu > 0 OR mem > 0)"
    yield partial_index(f"{table}_ready", *queue, *order, where=f"{ready} AND cpu = 0 AND mem = 0")
    yield partial_index(f"{table}_ready_sized", *queue, *order, where=sized)
    yield partial_index(f"{table}_ready_by_size", *queue, "cpu", "mem", *order, where=sized)


class Process(SQLModel, table=True):
    """A process. `pending` counts parents that have not succeeded; 0 means it may be assigned.

    `target` is empty for anyone, the one executor's name, or `*` when several are named.
    `keptfrom` is the process of an earlier run whose result this one has, empty if it is its own.
    `addedby` is the number of the process that added this one while it ran, 0 for what was
    submitted; `inserted` is 1 if it was put between that one and its children.
    """

    __tablename__ = "processes"
    __table_args__ = (
        *_queues("processes", "target", "seq", ready="state = 0 AND pending = 0"),
        # Its condition is true: so it serves the statements that name it, and spoils no other.
        partial_index(
            "processes_submitted", "colonyname", "submissiontime", "seq", where="submissiontime > 0"
        ),
        partial_index("processes_waiting", "colonyname", "prioritytime", "seq", where="state = 0"),
        partial_index("processes_running", "colonyname", "starttime", where="state = 1"),
        partial_index("processes_ended", "colonyname", "state", "endtime", where="state > 1"),
        partial_index(
            "processes_failed", "colonyname", "endtime", where="state = 3 AND errors <> '[]'"
        ),
        partial_index("processes_held", "assignedexecutorid", where="state = 1"),
        partial_index("processes_wait_due", "waitdeadline", where="state = 0 AND waitdeadline > 0"),
        partial_index("processes_run_due", "execdeadline", where="state = 1 AND execdeadline > 0"),
        partial_index("processes_of_graph", "graphseq", "seq", where="graphseq > 0"),
        partial_index(
            "processes_alone", "colonyname", "state", "submissiontime", "seq", where="graphseq = 0"
        ),
        partial_index("processes_kept", "endtime", where="state = 2 AND graphseq = 0"),
    )

    seq: int = Field(sa_column=big(primary_key=True))
    processid: str = Field(unique=True)
    colonyname: str
    graphseq: int = Field(sa_column=big())
    processgraphid: str
    nodename: str
    funcname: str
    executortype: str
    location: str
    target: str
    label: str
    initiatorid: str
    initiatorname: str
    state: int
    pending: int
    prioritytime: int = Field(sa_column=big())
    submissiontime: int = Field(sa_column=big())
    starttime: int = Field(sa_column=big())
    endtime: int = Field(sa_column=big())
    waitdeadline: int = Field(sa_column=big())
    execdeadline: int = Field(sa_column=big())
    maxwaittime: int = Field(sa_column=big())
    maxexectime: int = Field(sa_column=big())
    maxretries: int = Field(sa_column=big())
    retries: int
    cpu: int = Field(sa_column=big())
    mem: int = Field(sa_column=big())
    isassigned: int
    assignedexecutorid: str
    executorname: str
    input: str = Field(sa_column=wide_text())
    output: str = Field(sa_column=wide_text())
    errors: str = Field(sa_column=wide_text())
    spec: str = Field(sa_column=wide_text())
    keptfrom: str
    addedby: int = Field(sa_column=big())
    inserted: int


class Target(SQLModel, table=True):
    """One of several executors that a process names.

    It stands in that executor's queue with a copy of what decides; `ready` is 1 while the process
    may be assigned. A trigger keeps it so with each change of the process.
    """

    __tablename__ = "targets"
    __table_args__ = (*_queues("targets", "executorname", "process", ready="ready = 1"),)

    process: int = Field(sa_column=big(primary_key=True))
    executorname: str = Field(primary_key=True)
    colonyname: str
    executortype: str
    location: str
    prioritytime: int = Field(sa_column=big())
    cpu: int = Field(sa_column=big())
    mem: int = Field(sa_column=big())
    ready: int


class Edge(SQLModel, table=True):
    """A parent and a child, with the child's place among the parent's children and vice versa."""

    __tablename__ = "edges"
    __table_args__ = (
        Index("edges_of_parent", "parent", "childposition"),
        Index("edges_of_child", "child", "parentposition"),
    )

    seq: int = Field(sa_column=big(primary_key=True))
    parent: int = Field(sa_column=big())
    child: int = Field(sa_column=big())
    parentposition: int
    childposition: int


class Attribute(SQLModel, table=True):
    """A key and a text of a process; environment variables are attributes of type 3."""

    __tablename__ = "attributes"

    seq: int = Field(sa_column=big(primary_key=True))
    attributeid: str = Field(unique=True)
    process: int = Field(sa_column=Column(BIG, nullable=False, index=True))
    attributetype: int
    key: str
    value: str = Field(sa_column=wide_text())
