"""Statements about colonies whose assignments are paused."""

from __future__ import annotations

from sqlalchemy import BindParameter, Table, bindparam, delete, exists, select

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, inserting

pauses: Table = tables.Pause.__table__  # type: ignore[attr-defined]

_COLONY: BindParameter[str] = bindparam("colonyname")
PAUSED = exists().where(pauses.c.colonyname == _COLONY)

ADD = Statement(inserting(pauses))
IS_PAUSED = Statement(select(PAUSED.label("paused")))
REMOVE = Statement(delete(pauses).where(pauses.c.colonyname == _COLONY))
