"""Statements about signatures that were used."""

from __future__ import annotations

from sqlalchemy import Table, bindparam, delete, select

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, inserting

nonces: Table = tables.Nonce.__table__  # type: ignore[attr-defined]

SEEN = Statement(select(nonces.c.until).where(nonces.c.digest == bindparam("of_digest")))
ADD = Statement(inserting(nonces))
FORGET = Statement(delete(nonces).where(nonces.c.until < bindparam("now")))
