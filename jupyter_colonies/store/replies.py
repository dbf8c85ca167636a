"""Statements about first replies to requests with an idempotency key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, Table, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, inserting

replies: Table = tables.Reply.__table__  # type: ignore[attr-defined]

_R = replies.c
_MINE = (_R.callerid == bindparam("of_caller"), _R.idempotencykey == bindparam("of_key"))

GET = Statement(select(_R.digest, _R.reply).where(*_MINE))
ADD = Statement(inserting(replies, *replies.columns.keys()))
_values: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in replies.columns.keys()}  # noqa: SIM118
# Waits for whoever is carrying the same request out, and then changes nothing.
CLAIM = Statement(
    sqlite.insert(replies).values(_values).on_conflict_do_nothing(),
    postgresql=postgresql.insert(replies).values(_values).on_conflict_do_nothing(),
)
FILL = Statement(update(replies).where(*_MINE).values(reply=bindparam("new_reply")))
OLDEST = Statement(select(func.min(_R.at).label("at")))
REMOVE_OLD = Statement(delete(replies).where(_R.at <= bindparam("before")))
