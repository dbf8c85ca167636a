"""Blueprints, their definitions and their history."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import big, wide_text


class BlueprintDefinition(SQLModel, table=True):
    """A kind of blueprint; `definition` is its spec. Several definitions may name one `kind`."""

    __tablename__ = "blueprintdefinitions"
    __table_args__ = (
        Index("blueprintdefinitions_by_name", "colonyname", "name", unique=True),
        Index("blueprintdefinitions_by_kind", "colonyname", "kind", "name"),
    )

    seq: int = Field(sa_column=big(primary_key=True))
    blueprintdefinitionid: str
    colonyname: str
    name: str
    kind: str
    ownkind: str
    createdat: int = Field(sa_column=big())
    updatedat: int = Field(sa_column=big())
    definition: str = Field(sa_column=wide_text())


class Blueprint(SQLModel, table=True):
    """A desired state; `reconciledat` and `reconciledby` are its last reconciliation's.

    `location` is the name of the location in lower case, for matching.
    """

    __tablename__ = "blueprints"
    __table_args__ = (
        Index("blueprints_by_name", "colonyname", "name", unique=True),
        Index("blueprints_by_kind", "colonyname", "kind", "name"),
    )

    seq: int = Field(sa_column=big(primary_key=True))
    blueprintid: str = Field(unique=True)
    colonyname: str
    name: str
    kind: str
    locationname: str
    location: str
    generation: int = Field(sa_column=big())
    createdat: int = Field(sa_column=big())
    updatedat: int = Field(sa_column=big())
    reconciledat: int = Field(sa_column=big())
    reconciledby: str
    labels: str = Field(sa_column=wide_text())
    annotations: str = Field(sa_column=wide_text())
    status: str = Field(sa_column=wide_text())
    spec: str = Field(sa_column=wide_text())


class BlueprintChange(SQLModel, table=True):
    """A change of a blueprint that counted as a generation."""

    __tablename__ = "blueprintchanges"
    __table_args__ = (Index("blueprintchanges_of_blueprint", "colonyname", "blueprintid", "seq"),)

    seq: int = Field(sa_column=big(primary_key=True))
    historyid: str
    blueprintid: str
    colonyname: str
    name: str
    kind: str
    generation: int = Field(sa_column=big())
    at: int = Field(sa_column=big())
    changedby: str
    changetype: str
    status: str = Field(sa_column=wide_text())
    spec: str = Field(sa_column=wide_text())
