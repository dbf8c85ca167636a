"""Colonies, their members and what these offer."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer
from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import big, partial_index, wide_text


class Colony(SQLModel, table=True):
    """A colony and its owner's id."""

    __tablename__ = "colonies"

    seq: int = Field(sa_column=big(primary_key=True))
    name: str = Field(unique=True)
    colonyid: str


class User(SQLModel, table=True):
    """A user of a colony."""

    __tablename__ = "users"
    __table_args__ = (
        Index("users_by_name", "colonyname", "name", unique=True),
        Index("users_by_id", "colonyname", "userid"),
    )

    seq: int = Field(sa_column=big(primary_key=True))
    colonyname: str
    name: str
    userid: str
    email: str
    phone: str


class Pause(SQLModel, table=True):
    """A colony whose assignments are paused, since a moment."""

    __tablename__ = "pauses"

    colonyname: str = Field(primary_key=True)
    since: int = Field(sa_column=big())


class Location(SQLModel, table=True):
    """A named place of a colony, in degrees."""

    __tablename__ = "locations"
    __table_args__ = (Index("locations_by_name", "colonyname", "name", unique=True),)

    seq: int = Field(sa_column=big(primary_key=True))
    locationid: str
    colonyname: str
    name: str
    description: str = Field(sa_column=wide_text())
    long: float
    lat: float


class Executor(SQLModel, table=True):
    """An executor; `lease` is in seconds, 0 for none, `ownerid` the user that vouches for it."""

    __tablename__ = "executors"
    __table_args__ = (
        Index("executors_by_name", "colonyname", "executorname", unique=True),
        Index("executors_by_id", "colonyname", "executorid"),
        Index("executors_by_id_alone", "executorid"),
        partial_index("executors_by_lease", "leasedeadline", where="leasedeadline > 0"),
    )

    seq: int = Field(sa_column=big(primary_key=True))
    colonyname: str
    executorname: str
    executorid: str
    executortype: str
    state: int
    requirefuncreg: bool = Field(sa_column=Column(Integer, nullable=False))
    commissiontime: int = Field(sa_column=big())
    lastheardfromtime: int = Field(sa_column=big())
    locationname: str
    ownerid: str
    lease: int
    leasedeadline: int = Field(sa_column=big())
    blueprintid: str
    blueprintgen: int = Field(sa_column=big())
    capabilities: str = Field(sa_column=wide_text())
    allocations: str = Field(sa_column=wide_text())


class Function(SQLModel, table=True):
    """A function an executor offers, with the times of its runs in seconds."""

    __tablename__ = "functions"
    __table_args__ = (Index("functions_by_executor", "colonyname", "executorname", "funcname"),)

    seq: int = Field(sa_column=big(primary_key=True))
    functionid: str = Field(unique=True)
    colonyname: str
    executorname: str
    executortype: str
    funcname: str
    locationname: str
    counter: int = Field(sa_column=big())
    minwaittime: float
    maxwaittime: float
    minexectime: float
    maxexectime: float
    avgwaittime: float
    avgexectime: float
    description: str = Field(sa_column=wide_text())
    args: str = Field(sa_column=wide_text())
