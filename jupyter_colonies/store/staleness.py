"""Statements about executors without a lease, and when they were last heard from."""

from __future__ import annotations

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Exists,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    update,
)

from jupyter_colonies.store.members import executors
from jupyter_colonies.store.processes import processes
from jupyter_colonies.store.statement import Statement

_X = executors.c
_P = processes.c
_ZERO: ColumnElement[int] = literal_column("0")
_HEARD: BindParameter[int] = bindparam("heard")
# Whoever never asked for work is never silent.
_known = (_X.lease == _ZERO, _X.state != literal_column("3"), _X.lastheardfromtime > _ZERO)


def _runs(deadline: ColumnElement[bool]) -> Exists:
    return exists().where(
        _P.assignedexecutorid == _X.executorid,
        _P.state == literal_column("1"),
        _P.colonyname == _X.colonyname,
        deadline,
    )


HEARD = Statement(
    update(executors)
    .where(_X.seq == bindparam("at_seq"), *_known, _X.lastheardfromtime < _HEARD)
    .values(lastheardfromtime=_HEARD)
)
SILENT = Statement(
    select(_X.seq, _X.colonyname, _X.executorname, _X.executorid)
    .where(
        *_known,
        _X.lastheardfromtime <= bindparam("since"),
        ~_runs(_P.execdeadline > bindparam("now")),
        or_(bindparam("give_back") == literal_column("1"), ~_runs(_P.execdeadline == _ZERO)),
    )
    .order_by(_X.seq)
    .limit(literal_column("100"))
    .with_for_update(skip_locked=True, of=executors)
)
WITHOUT_DEADLINE = Statement(
    select(_P.assignedexecutorid)
    .where(
        _P.colonyname == bindparam("colonyname"),
        _P.state == literal_column("1"),
        _P.execdeadline == _ZERO,
    )
    .distinct()
)
