"""Statements about crons."""

from __future__ import annotations

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    update,
)

from jupyter_colonies.store import tables
from jupyter_colonies.store.graphs import graphs
from jupyter_colonies.store.processes import edges, processes
from jupyter_colonies.store.statement import Statement, inserting

crons: Table = tables.Cron.__table__  # type: ignore[attr-defined]

_C = crons.c
_ZERO: ColumnElement[int] = literal_column("0")
_NOW: BindParameter[int] = bindparam("now")
_COLONY: BindParameter[str] = bindparam("colonyname")
_SEQ: BindParameter[int] = bindparam("at_seq")

INSERT = Statement(inserting(crons))
_by_id = select(crons).where(_C.cronid == bindparam("cronid"))
BY_ID = Statement(_by_id)
BY_ID_TO_CHANGE = Statement(_by_id.with_for_update())
BY_NAME = Statement(select(crons).where(_C.colonyname == _COLONY, _C.name == bindparam("name")))
REMOVE = Statement(delete(crons).where(_C.seq == _SEQ))
REMOVE_OF_COLONY = Statement(delete(crons).where(_C.colonyname == _COLONY))

# Waits for the end of the workflow that it started last.
_HELD = and_(
    _C.waitforprevprocessgraph == literal_column("1"),
    exists().where(graphs.c.seq == _C.prevgraphseq, graphs.c.state < literal_column("2")),
)
_DUE = and_(_C.nextrun > _ZERO, _C.nextrun <= _NOW)

DUE = Statement(
    select(crons)
    .where(_DUE, not_(_HELD))
    .order_by(_C.nextrun, _C.seq)
    .limit(literal_column("20"))
    .with_for_update(of=crons, skip_locked=True)
)
HELD = Statement(select(_C.prevgraphseq).where(_DUE, _HELD))
IS_HELD = Statement(select(_C.seq).where(_C.seq == _SEQ, _HELD))
NEXT_DUE = Statement(
    select(func.min(_C.nextrun).label("due")).where(
        _C.nextrun > _ZERO, or_(_C.nextrun > _NOW, not_(_HELD))
    )
)
STARTED = Statement(
    update(crons)
    .where(_C.seq == _SEQ)
    .values(
        nextrun=bindparam("new_nextrun"),
        lastrun=_NOW,
        prevgraphseq=bindparam("new_graphseq"),
        prevprocessgraphid=bindparam("new_processgraphid"),
    )
)
SWITCH = Statement(
    update(crons)
    .where(_C.seq == _SEQ)
    .values(disabled=bindparam("new_disabled"), nextrun=bindparam("new_nextrun"))
)
POSTPONE = Statement(update(crons).where(_C.seq == _SEQ).values(nextrun=bindparam("new_nextrun")))

LEAVES = Statement(
    select(processes.c.processid, processes.c.output)
    .where(
        processes.c.graphseq == bindparam("graphseq"),
        processes.c.graphseq > _ZERO,
        processes.c.output != literal_column("'[]'"),
        not_(exists().where(edges.c.parent == processes.c.seq)),
    )
    .order_by(processes.c.seq)
)


def listing(colonyname: str, count: int) -> Select[tuple[object, ...]]:
    """The first crons of a colony by name (part 02, section 8.5)."""
    return (
        select(crons)
        .where(_C.colonyname == colonyname)
        .order_by(_C.name)
        .limit(literal_column(str(int(count))))
    )
