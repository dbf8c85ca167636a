"""Statements about what is left to do of changes that take several transactions.

A change of very many processes in one transaction would keep all others waiting. So it is done in
parts, and a row says what is left: whoever finds it after a crash carries on.
"""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Table,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    update,
)

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, inserting

remainders: Table = tables.Remainder.__table__  # type: ignore[attr-defined]


class Purpose(IntEnum):
    """What a change is for.

    DISCARD: the processes of a workflow that is not there yet, or no more, are removed; nobody
    sees them. OPEN: those that wait for no parent enter the queue. CANCEL: what is unfinished of
    a workflow is cancelled; REMOVE: and then the workflow is removed.

    The others are about a whole colony: its processes that belong to no workflow, or its workflows,
    are removed, all or those in one state. These go from the newest to the oldest, so that what
    comes meanwhile stays, and `reached` is the oldest that has been looked at.
    """

    DISCARD = 1
    OPEN = 2
    CANCEL = 3
    REMOVE = 4
    PROCESSES = 10
    WAITING_PROCESSES = 11
    SUCCESSFUL_PROCESSES = 12
    FAILED_PROCESSES = 13
    CANCELLED_PROCESSES = 14
    GRAPHS = 20
    WAITING_GRAPHS = 21
    SUCCESSFUL_GRAPHS = 22
    FAILED_GRAPHS = 23
    CANCELLED_GRAPHS = 24


_R = remainders.c
_NOW: BindParameter[int] = bindparam("now")
_key = (
    _R.graphseq == bindparam("of_graph"),
    _R.colonyname == bindparam("of_colony"),
    _R.purpose == bindparam("of_purpose"),
)

ADD = Statement(inserting(remainders))
FIND = Statement(select(remainders).where(*_key))
# Holds the row, so that no two carry on with the same at a time.
RENEW = Statement(
    update(remainders).where(*_key).values(until=bindparam("new_until")).returning(_R.reached)
)
REACH = Statement(update(remainders).where(*_key).values(reached=bindparam("new_reached")))
TURN = Statement(
    update(remainders)
    .where(*_key)
    .values(purpose=bindparam("new_purpose"), reached=literal_column("0"))
)
REMOVE = Statement(delete(remainders).where(*_key))
REMOVE_OF_GRAPH = Statement(
    delete(remainders).where(
        _R.graphseq == bindparam("of_graph"),
        _R.graphseq > literal_column("0"),
        _R.purpose != literal_column(str(int(Purpose.DISCARD))),
    )
)
REMOVE_OF_COLONY = Statement(delete(remainders).where(_R.colonyname == bindparam("colonyname")))
# The only server of a database carries on with everything it finds when it starts.
ABANDON = Statement(update(remainders).values(until=literal_column("1")))
DUE = Statement(
    select(remainders)
    .where(_R.until <= _NOW)
    .order_by(_R.graphseq, _R.purpose)
    .limit(literal_column("1"))
    .with_for_update(skip_locked=True)
)
NEXT_DUE = Statement(select(func.min(_R.until).label("due")))


def hidden(graphseq: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether nobody may see the processes of a workflow."""
    return exists().where(
        _R.graphseq == graphseq, _R.purpose == literal_column(str(int(Purpose.DISCARD)))
    )
