"""Statements about what is written down as work goes on: events and logs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    FunctionElement,
    Select,
    Table,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from jupyter_colonies.store import tables
from jupyter_colonies.store.processes import edges, processes
from jupyter_colonies.store.statement import Statement, inserting

events: Table = tables.Event.__table__  # type: ignore[attr-defined]
logs: Table = tables.Log.__table__  # type: ignore[attr-defined]

_P = processes.c
_L = logs.c

ADD_EVENT = Statement(inserting(events))
NEWEST_EVENT = Statement(
    select(func.coalesce(func.max(events.c.seq), literal_column("0")).label("seq"))
)
_of_type = (
    _P.colonyname == bindparam("colonyname"),
    _P.executortype == bindparam("executortype"),
)
_since = events.c.seq > bindparam("after")
# Which processes of a type reached a state, and how often.
REACHED_SINCE = Statement(
    select(_P.processid, func.count().label("times"))
    .select_from(events.join(processes, _P.seq == events.c.process))
    .where(*_of_type, _since, events.c.state == bindparam("of_state"))
    .group_by(_P.processid)
)
# What is submitted, and what is released by its last parent, is ready without an event of its own.
READY_SINCE = Statement(
    select(_P.processid).where(
        *_of_type,
        _P.state == literal_column("0"),
        _P.pending == literal_column("0"),
        _P.graphseq > literal_column("0"),
        or_(
            _P.submissiontime >= bindparam("since"),
            exists()
            .where(edges.c.child == _P.seq, edges.c.parent == events.c.process, _since)
            .where(events.c.state == literal_column("2"))
            .correlate(processes),
        ),
    )
)
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
        _P.submissiontime,
        _P.starttime,
        _P.endtime,
        _P.keptfrom,
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

_of_graph = (
    events.c.graphseq == bindparam("graphseq"),
    events.c.graphseq > literal_column("0"),
    events.c.revision > bindparam("after"),
)
_first_of_graph = (
    select(events.c.revision)
    .where(*_of_graph)
    .order_by(events.c.revision)
    .limit(bindparam("count"))
    .subquery("first")
)
# What happened in a workflow after a revision: so many events, and the rest of the last revision.
OF_GRAPH = Statement(
    select(
        _P.processid,
        _P.inserted,
        events.c.state,
        events.c.executorname,
        events.c.retries,
        events.c.revision,
        events.c.at,
    )
    .select_from(events.join(processes, _P.seq == events.c.process))
    .where(
        *_of_graph,
        events.c.revision <= select(func.max(_first_of_graph.c.revision)).scalar_subquery(),
    )
    .order_by(events.c.revision, events.c.seq)
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
