"""Statements for the metrics of a server: all colonies at once, along indexes of what is open."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from jupyter_colonies.store.members import executors
from jupyter_colonies.store.processes import processes
from jupyter_colonies.store.statement import Statement

_P = processes.c
_E = executors.c
_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")


def _ready(size: ColumnElement[bool]) -> Select[tuple[str, str, int, int]]:
    return (
        select(
            _P.colonyname,
            _P.executortype,
            func.count().label("ready"),
            func.min(_P.seq).label("first"),
        )
        .where(_P.state == _ZERO, _P.pending == _ZERO, size)
        .group_by(_P.colonyname, _P.executortype)
    )


# As in `monitor`: two indexes, and numbers that rise with the submission.
_each = union_all(
    _ready(and_(_P.cpu == _ZERO, _P.mem == _ZERO)), _ready(or_(_P.cpu > _ZERO, _P.mem > _ZERO))
).subquery("each")
_queue = (
    select(
        _each.c.colonyname,
        _each.c.executortype,
        func.sum(_each.c.ready).label("ready"),
        func.min(_each.c.first).label("first"),
    )
    .group_by(_each.c.colonyname, _each.c.executortype)
    .subquery("queue")
)
QUEUES = Statement(
    select(
        _queue.c.colonyname,
        _queue.c.executortype,
        _queue.c.ready,
        select(_P.submissiontime).where(_P.seq == _queue.c.first).scalar_subquery().label("oldest"),
    )
)
WAITING = Statement(
    select(_P.colonyname, func.count().label("value"))
    .where(_P.state == _ZERO)
    .group_by(_P.colonyname)
)
RUNNING = Statement(
    select(
        _P.colonyname,
        _P.executortype,
        func.count().label("value"),
        func.min(_P.starttime).label("oldest"),
    )
    .where(_P.state == _ONE)
    .group_by(_P.colonyname, _P.executortype)
)
_silent = case(
    (and_(_E.lastheardfromtime > _ZERO, _E.lastheardfromtime < bindparam("before")), 1), else_=0
)
EXECUTORS = Statement(
    select(
        _E.colonyname,
        _E.executortype,
        _E.state,
        func.count().label("value"),
        func.sum(_silent).label("silent"),
    )
    .where(_E.state <= _ONE)
    .group_by(_E.colonyname, _E.executortype, _E.state)
)
