"""Statements about what has been kept long enough (protocol part 02, section 11)."""

from __future__ import annotations

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from jupyter_colonies.store.graphs import graphs
from jupyter_colonies.store.journal import events, logs
from jupyter_colonies.store.numbers import counters
from jupyter_colonies.store.processes import processes
from jupyter_colonies.store.statement import Statement

_P = processes.c
_G = graphs.c
_ZERO: ColumnElement[int] = literal_column("0")
_SUCCESS: ColumnElement[int] = literal_column("2")
_BEFORE: BindParameter[int] = bindparam("before")
_AFTER: BindParameter[int] = bindparam("after")

MOST_PROCESSES = 100
MOST_GRAPHS = 20
MOST_LINES = 1000

_alone = (_P.state == _SUCCESS, _P.graphseq == _ZERO)
OLD_PROCESSES = Statement(
    select(_P.seq)
    .where(*_alone, _P.endtime <= _BEFORE)
    .order_by(_P.endtime)
    .limit(literal_column(str(MOST_PROCESSES)))
    .with_for_update(skip_locked=True)
)
OLDEST_PROCESS = Statement(select(func.min(_P.endtime).label("ended")).where(*_alone))
OLD_GRAPHS = Statement(
    select(graphs)
    .where(_G.state == _SUCCESS, _G.endtime <= _BEFORE)
    .order_by(_G.endtime)
    .limit(literal_column(str(MOST_GRAPHS)))
    .with_for_update(skip_locked=True)
)
OLDEST_GRAPH = Statement(select(func.min(_G.endtime).label("ended")).where(_G.state == _SUCCESS))

# Lines of logs and events are written in the order of their times, so the first are the oldest.
_first_logs = select(logs.c.seq).order_by(logs.c.seq).limit(literal_column(str(MOST_LINES)))
REMOVE_LOGS = Statement(
    delete(logs).where(logs.c.seq.in_(_first_logs), logs.c.timestamp <= _BEFORE)
)
OLDEST_LOG = Statement(
    select(logs.c.timestamp.label("ended")).order_by(logs.c.seq).limit(literal_column("1"))
)
# Up to which number events were removed, so that nobody takes what is left for everything.
_MARK = counters.c.name == literal_column("'events forgotten'")
FORGOTTEN = Statement(select(counters.c.value).where(_MARK))
SET_FORGOTTEN = Statement(
    update(counters)
    .where(_MARK, counters.c.value < bindparam("last"))
    .values(value=bindparam("last"))
)
BEGIN_FORGETTING = Statement(
    insert(counters).values(name=literal_column("'events forgotten'"), value=0).inline()
)
_next_events = (
    select(events.c.seq, events.c.at)
    .where(events.c.seq > _AFTER)
    .order_by(events.c.seq)
    .limit(literal_column(str(MOST_LINES)))
    .subquery("stretch")
)
EVENTS_AFTER = Statement(
    select(
        func.coalesce(func.max(_next_events.c.seq), _ZERO).label("last"),
        func.coalesce(func.max(_next_events.c.at), _ZERO).label("newest"),
    )
)
REMOVE_EVENTS = Statement(
    delete(events).where(
        events.c.seq > _AFTER, events.c.seq <= bindparam("last"), events.c.graphseq == _ZERO
    )
)
