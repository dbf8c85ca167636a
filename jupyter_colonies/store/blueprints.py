"""Statements about blueprints, their definitions and their history."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Table,
    bindparam,
    delete,
    literal_column,
    select,
    update,
)

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, inserting

definitions: Table = tables.BlueprintDefinition.__table__  # type: ignore[attr-defined]
blueprints: Table = tables.Blueprint.__table__  # type: ignore[attr-defined]
changes: Table = tables.BlueprintChange.__table__  # type: ignore[attr-defined]

_D = definitions.c
_B = blueprints.c
_C = changes.c
_COLONY: BindParameter[str] = bindparam("colonyname")
_NAME: BindParameter[str] = bindparam("name")
_KIND: BindParameter[str] = bindparam("kind")

ADD_DEFINITION = Statement(inserting(definitions))
DEFINITION = Statement(select(definitions).where(_D.colonyname == _COLONY, _D.name == _NAME))
# Kinds are not unique: the first by name counts.
DEFINITION_OF_KIND = Statement(
    select(definitions)
    .where(_D.colonyname == _COLONY, _D.kind == _KIND)
    .order_by(_D.name)
    .limit(literal_column("1"))
)
DEFINITIONS = Statement(
    select(definitions).where(_D.colonyname == _COLONY).order_by(_D.name, _D.seq)
)
REMOVE_DEFINITION = Statement(delete(definitions).where(_D.colonyname == _COLONY, _D.name == _NAME))

ADD = Statement(inserting(blueprints))
BY_ID = Statement(select(blueprints).where(_B.blueprintid == bindparam("blueprintid")))
BY_NAME = Statement(select(blueprints).where(_B.colonyname == _COLONY, _B.name == _NAME))
_CHANGED = (
    "kind",
    "locationname",
    "location",
    "generation",
    "updatedat",
    "labels",
    "annotations",
    "status",
    "spec",
)
UPDATE = Statement(
    update(blueprints)
    .where(_B.seq == bindparam("at_seq"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
)
SET_STATUS = Statement(
    update(blueprints)
    .where(_B.colonyname == _COLONY, _B.name == _NAME)
    .values(status=bindparam("new_status"))
)
SET_RECONCILED = Statement(
    update(blueprints)
    .where(_B.blueprintid == bindparam("of_blueprint"))
    .values(
        generation=bindparam("new_generation"),
        reconciledat=bindparam("now"),
        reconciledby=bindparam("processid"),
    )
)
REMOVE = Statement(delete(blueprints).where(_B.colonyname == _COLONY, _B.name == _NAME))
OF_KIND = Statement(
    select(_B.seq).where(_B.colonyname == _COLONY, _B.kind == _KIND).limit(literal_column("1"))
)
AT_LOCATION = Statement(
    select(_B.seq)
    .where(_B.colonyname == _COLONY, _B.kind == _KIND, _B.locationname == bindparam("locationname"))
    .limit(literal_column("1"))
)

ADD_CHANGE = Statement(inserting(changes))
REMOVE_OF_COLONY = tuple(
    Statement(delete(table).where(table.c.colonyname == _COLONY))
    for table in (definitions, blueprints, changes)
)


def listing(colonyname: str, kind: str, location: str) -> Select[Any]:
    """Blueprints by name; `location`, in lower case, counts only with a kind (part 03, B-8)."""
    wanted: list[ColumnElement[bool]] = [_B.colonyname == colonyname]
    if kind:
        wanted.append(_B.kind == kind)
    if kind and location:
        wanted.append(_B.location == location)
    return select(blueprints).where(*wanted).order_by(_B.name)


def history(colonyname: str, blueprintid: str, limit: int) -> Select[Any]:
    """Changes of a blueprint, newest first; no more than `limit` if that is positive."""
    found = (
        select(changes)
        .where(_C.colonyname == colonyname, _C.blueprintid == blueprintid)
        .order_by(_C.seq.desc())
    )
    return found.limit(literal_column(str(limit))) if limit > 0 else found
