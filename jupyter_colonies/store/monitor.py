"""Statements for a display of a whole colony: each walks an index of what is open or recent."""

from __future__ import annotations

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from jupyter_colonies.core.times import SECOND
from jupyter_colonies.core.timeslots import SLOT
from jupyter_colonies.store.members import executors
from jupyter_colonies.store.processes import IS_ENDED, attributes, numbers, processes
from jupyter_colonies.store.statement import Statement

_P = processes.c
_A = attributes.c
_ZERO: ColumnElement[int] = literal_column("0")
_COLONY: BindParameter[str] = bindparam("colonyname")
_SINCE: BindParameter[int] = bindparam("since")
_SLOT: ColumnElement[int] = literal_column(str(SLOT * SECOND), Integer)

MOST_RUNNING = 100
MOST_FAILED = 20
SAMPLE = 100
"""Processes of a slot whose times are looked at."""


def _state(state: int) -> ColumnElement[bool]:
    return _P.state == literal_column(str(state))


def _ready(size: ColumnElement[bool]) -> Select[tuple[str, int, int]]:
    return (
        select(_P.executortype, func.count().label("ready"), func.min(_P.seq).label("first"))
        .where(_P.colonyname == _COLONY, _state(0), _P.pending == _ZERO, size)
        .group_by(_P.executortype)
    )


# What needs a size and what needs none stand in two indexes; numbers rise with the submission.
_by_type = union_all(
    _ready(and_(_P.cpu == _ZERO, _P.mem == _ZERO)), _ready(or_(_P.cpu > _ZERO, _P.mem > _ZERO))
).subquery("by_type")
_queue = (
    select(
        _by_type.c.executortype,
        func.sum(_by_type.c.ready).label("ready"),
        func.min(_by_type.c.first).label("first"),
    )
    .group_by(_by_type.c.executortype)
    .subquery("queue")
)
QUEUES = Statement(
    select(
        _queue.c.executortype,
        _queue.c.ready,
        select(_P.submissiontime).where(_P.seq == _queue.c.first).scalar_subquery().label("oldest"),
    )
)
WAITING = Statement(select(func.count().label("count")).where(_P.colonyname == _COLONY, _state(0)))
LOAD = Statement(
    select(_P.executorname, func.count().label("count"))
    .where(_P.colonyname == _COLONY, _state(1))
    .group_by(_P.executorname)
)
_shown = (
    _P.processid,
    _P.processgraphid,
    _P.nodename,
    _P.funcname,
    _P.executortype,
    _P.executorname,
)
RUNNING = Statement(
    select(
        *_shown,
        _P.starttime,
        select(_A.value)
        .where(_A.process == _P.seq, _A.key == literal_column("'progress'"))
        .order_by(_A.seq)
        .limit(literal_column("1"))
        .scalar_subquery()
        .label("progress"),
    )
    .where(_P.colonyname == _COLONY, _state(1))
    .order_by(_P.starttime)
    .limit(literal_column(str(MOST_RUNNING)))
)
# What failed because another process did has no errors of its own.
FAILED = Statement(
    select(*_shown, _P.endtime, _P.errors)
    .where(_P.colonyname == _COLONY, _state(3), _P.errors != literal_column("'[]'"))
    .order_by(_P.endtime.desc())
    .limit(literal_column(str(MOST_FAILED)))
)


def _ended(state: int) -> tuple[ColumnElement[bool], ...]:
    return (_P.colonyname == _COLONY, _state(state), IS_ENDED, _P.endtime >= _SINCE)


def _by_slot(state: int) -> Statement:
    slot = (_P.endtime // _SLOT).label("slot")
    return Statement(select(slot, func.count().label("count")).where(*_ended(state)).group_by(slot))


SUCCEEDED_BY_SLOT = _by_slot(2)
FAILED_BY_SLOT = _by_slot(3)
TIMES = Statement(
    select(_P.submissiontime, _P.starttime, _P.endtime)
    .where(*_ended(2), _P.endtime < bindparam("until"))
    .order_by(_P.endtime)
    .limit(literal_column(str(SAMPLE)))
)


def names_of(many: int) -> Statement:
    """Names of so many executors of a colony; see `processes.numbered`."""
    return Statement(
        select(executors.c.executorname).where(
            executors.c.seq.in_(numbers(many)), executors.c.colonyname == _COLONY
        )
    )
