"""Statements about what is written down as work goes on: events and logs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    FunctionElement,
    Select,
    Table,
    bindparam,
    func,
    literal_column,
    select,
)

from jupyter_colonies.store import tables
from jupyter_colonies.store.processes import processes
from jupyter_colonies.store.statement import Statement, inserting

events: Table = tables.Event.__table__  # type: ignore[attr-defined]
logs: Table = tables.Log.__table__  # type: ignore[attr-defined]

_P = processes.c
_L = logs.c

ADD_EVENT = Statement(inserting(events))
CHANGED_SINCE = Statement(
    select(
        _P.seq,
        _P.processid,
        _P.nodename,
        _P.funcname,
        _P.executortype,
        _P.executorname,
        _P.state,
        _P.retries,
        _P.starttime,
        _P.endtime,
    )
    .where(
        _P.seq.in_(
            select(events.c.process).where(
                events.c.graphseq == bindparam("graphseq"),
                events.c.graphseq > literal_column("0"),
                events.c.revision > bindparam("after"),
            )
        )
    )
    .order_by(_P.seq)
)

ADD_LOG = Statement(inserting(logs))
LAST = Statement(
    select(
        select(func.max(_L.timestamp))
        .where(_L.processid == bindparam("processid"))
        .scalar_subquery()
        .label("process"),
        select(func.max(_L.timestamp))
        .where(
            _L.colonyname == bindparam("colonyname"),
            _L.executorname == bindparam("executorname"),
        )
        .scalar_subquery()
        .label("executor"),
    )
)

_COUNT: BindParameter[int] = bindparam("count")


def _of_process(*, latest: bool) -> Statement:
    query = select(logs).where(
        _L.processid == bindparam("processid"), _L.timestamp > bindparam("since")
    )
    order = _L.timestamp.desc() if latest else _L.timestamp
    return Statement(query.order_by(order).limit(_COUNT))


def _of_executor(*, latest: bool) -> Statement:
    query = select(logs).where(
        _L.colonyname == bindparam("colonyname"),
        _L.executorname == bindparam("executorname"),
        _L.timestamp > bindparam("since"),
    )
    order = (_L.timestamp.desc(), _L.seq.desc()) if latest else (_L.timestamp, _L.seq)
    return Statement(query.order_by(*order).limit(_COUNT))


OF_PROCESS = _of_process(latest=False)
NEWEST_OF_PROCESS = _of_process(latest=True)
OF_EXECUTOR = _of_executor(latest=False)
NEWEST_OF_EXECUTOR = _of_executor(latest=True)


def _search(place: FunctionElement[int]) -> Select[tuple[Any, ...]]:
    return (
        select(logs)
        .where(
            _L.colonyname == bindparam("colonyname"),
            _L.timestamp > bindparam("since"),
            place > literal_column("0"),
        )
        .order_by(_L.timestamp.desc(), _L.seq.desc())
        .limit(_COUNT)
    )


SEARCH = Statement(
    _search(func.instr(_L.message, bindparam("text"))),
    postgresql=_search(func.strpos(_L.message, bindparam("text"))),
)
