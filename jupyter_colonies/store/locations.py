"""Statements about the named places of a colony."""

from __future__ import annotations

from sqlalchemy import BindParameter, Table, bindparam, delete, select

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, inserting

locations: Table = tables.Location.__table__  # type: ignore[attr-defined]

_COLONY: BindParameter[str] = bindparam("colonyname")
_of_colony = locations.c.colonyname == _COLONY
_named = locations.c.name == bindparam("name")

ADD = Statement(inserting(locations))
GET = Statement(select(locations).where(_of_colony, _named))
LIST = Statement(select(locations).where(_of_colony).order_by(locations.c.seq))
REMOVE = Statement(delete(locations).where(_of_colony, _named))
REMOVE_ALL = Statement(delete(locations).where(_of_colony))
