"""Statements about attributes that are replaced."""

from __future__ import annotations

from sqlalchemy import bindparam, delete

from jupyter_colonies.store.processes import attributes
from jupyter_colonies.store.statement import Statement

REMOVE_ATTRIBUTE = Statement(
    delete(attributes).where(attributes.c.attributeid == bindparam("attributeid"))
)
