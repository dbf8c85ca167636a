"""Statements about what an executor leaves behind when it has died."""

from __future__ import annotations

from sqlalchemy import BindParameter, ColumnElement, bindparam, case, literal_column, select, update

from jupyter_colonies.store.members import executors
from jupyter_colonies.store.processes import HEAD, processes
from jupyter_colonies.store.statement import Statement

_P = processes.c
_X = executors.c
_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")
_NOW: BindParameter[int] = bindparam("now")
_held = (
    _P.assignedexecutorid == bindparam("executorid"),
    _P.state == _ONE,
    _P.colonyname == bindparam("colonyname"),
)

RUNNING = Statement(select(_P.processid).where(*_held))
KEEP_LEASE = Statement(
    update(executors)
    .where(
        _X.executorid == bindparam("executorid"),
        _X.state != literal_column("3"),
        _X.leasedeadline > _ZERO,
        _X.leasedeadline < _NOW + _X.lease * literal_column("500000000"),
    )
    .values(leasedeadline=_NOW + _X.lease * literal_column("1000000000"))
)
LEFT_BEHIND = Statement(select(*HEAD).where(*_held).order_by(_P.seq).with_for_update())
TRY_AGAIN = Statement(
    update(processes)
    .where(_P.seq == bindparam("at_seq"), _P.state == _ONE)
    .values(
        state=_ZERO,
        isassigned=_ZERO,
        assignedexecutorid="",
        executorname="",
        retries=_P.retries + _ONE,
        starttime=_ZERO,
        endtime=_ZERO,
        waitdeadline=case(
            (_P.maxwaittime > _ZERO, _NOW + _P.maxwaittime * literal_column("1000000000")),
            else_=_ZERO,
        ),
    )
    .returning(*HEAD)
)
