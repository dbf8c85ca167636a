"""Statements that replace one id by another wherever it gives rights."""

from __future__ import annotations

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Table,
    bindparam,
    func,
    literal_column,
    select,
    update,
)

from jupyter_colonies.store.crons import crons
from jupyter_colonies.store.generators import generators
from jupyter_colonies.store.graphs import graphs
from jupyter_colonies.store.members import colonies, executors, settings, users
from jupyter_colonies.store.processes import processes
from jupyter_colonies.store.statement import Statement

_COLONY: BindParameter[str] = bindparam("of_colony")
_OLD: BindParameter[str] = bindparam("old")
_NEW: BindParameter[str] = bindparam("new")
_NAME: BindParameter[str] = bindparam("of_name")
_WAITING: ColumnElement[int] = literal_column("0")
_RUNNING: ColumnElement[int] = literal_column("1")

# Each changes something only while the old id is the present one.
CHANGE_USER = Statement(
    update(users).where(users.c.colonyname == _COLONY, users.c.userid == _OLD).values(userid=_NEW)
)
CHANGE_EXECUTOR = Statement(
    update(executors)
    .where(executors.c.seq == bindparam("at_seq"), executors.c.executorid == _OLD)
    .values(executorid=_NEW)
)
CHANGE_COLONY = Statement(
    update(colonies)
    .where(colonies.c.name == _COLONY, colonies.c.colonyid == _OLD)
    .values(colonyid=_NEW)
)
CHANGE_SERVER = Statement(
    update(settings)
    .where(settings.c.name == bindparam("setting"), settings.c.value == _OLD)
    .values(value=_NEW)
)


def _added(table: Table) -> tuple[ColumnElement[bool], ...]:
    of = table.c
    return (of.colonyname == _COLONY, of.initiatorid == _OLD, of.initiatorname == _NAME)


def _initiated(table: Table, state: ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    return (*_added(table), table.c.state == state)


# Processes are locked in their order, as everywhere. Counted, so that no numbers travel.
LOCK_INITIATED = tuple(
    Statement(
        select(func.count()).select_from(
            select(processes.c.seq)
            .where(*_initiated(processes, state))
            .order_by(processes.c.seq)
            .with_for_update()
            .subquery("initiated")
        )
    )
    for state in (_WAITING, _RUNNING)
)
CHANGE_INITIATOR = (
    *(
        Statement(update(table).where(*_initiated(table, state)).values(initiatorid=_NEW))
        for table in (processes, graphs)
        for state in (_WAITING, _RUNNING)
    ),
    *(
        Statement(update(table).where(*_added(table)).values(initiatorid=_NEW))
        for table in (crons, generators)
    ),
)
CHANGE_HOLDER = Statement(
    update(processes)
    .where(
        processes.c.assignedexecutorid == _OLD,
        processes.c.state == _RUNNING,
        processes.c.colonyname == _COLONY,
        processes.c.executorname == _NAME,
    )
    .values(assignedexecutorid=_NEW)
)
