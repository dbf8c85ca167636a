"""Statements about channels and what is written in them."""

from __future__ import annotations

from functools import cache

from sqlalchemy import (
    BindParameter,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from jupyter_colonies.store import tables
from jupyter_colonies.store.processes import numbers, processes
from jupyter_colonies.store.statement import Statement, inserting

channels: Table = tables.Channel.__table__  # type: ignore[attr-defined]
entries: Table = tables.ChannelEntry.__table__  # type: ignore[attr-defined]

_C = channels.c
_E = entries.c
_P = processes.c
_CHANNEL: BindParameter[int] = bindparam("channel")
_ORDER = (_E.turn, _E.sequence, _E.seq)

INSERT = Statement(inserting(channels))
NAMED = Statement(
    select(channels).where(_C.process == bindparam("process"), _C.name == bindparam("name"))
)
SPENT = Statement(
    select(func.max(_C.spent).label("until")).where(_C.process == bindparam("process"))
)
GROW = Statement(
    update(channels)
    .where(_C.seq == bindparam("at_seq"))
    .values(
        entries=_C.entries + literal_column("1"),
        bytes=_C.bytes + bindparam("more"),
        spent=bindparam("spent_until"),
        turn=bindparam("new_turn"),
        speaker=bindparam("new_speaker"),
    )
)
ADD_ENTRY = Statement(inserting(entries))
IN_ORDER = Statement(
    select(_E.seq, _E.size)
    .where(_E.channel == _CHANNEL)
    .order_by(*_ORDER)
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)
ARRIVED_SINCE = Statement(
    select(_E.seq, _E.size)
    .where(_E.channel == _CHANNEL, _E.seq > bindparam("since"))
    # Entries are not taken out one by one, so their numbers rise with their arrival.
    .order_by(_E.seq)
)
LAST_ARRIVAL = Statement(select(func.max(_E.seq).label("last")).where(_E.channel == _CHANNEL))


@cache
def numbered_entries(many: int) -> Statement:
    """So many entries by their numbers; see `processes.numbered`."""
    return Statement(select(entries).where(_E.seq.in_(numbers(many))))


# Of processes that have ended or were removed; endtime 0 for the latter.
LEFT_BEHIND = Statement(
    select(_C.seq, func.coalesce(_P.endtime, literal_column("0")).label("endtime"))
    .select_from(channels.outerjoin(processes, _P.seq == _C.process))
    .where(or_(_P.seq.is_(None), _P.state > literal_column("1")))
    .order_by(_C.seq)
)
REMOVE = (
    Statement(delete(entries).where(_E.channel == bindparam("seq"))),
    Statement(delete(channels).where(_C.seq == bindparam("seq"))),
)


def _remove_of(*of: object) -> tuple[Statement, Statement]:
    owners = select(_P.seq).where(*of)  # type: ignore[arg-type]
    found = select(_C.seq).where(_C.process.in_(owners))
    return (
        Statement(delete(entries).where(_E.channel.in_(found))),
        Statement(delete(channels).where(_C.process.in_(owners))),
    )


REMOVE_OF_PROCESS = _remove_of(_P.seq == bindparam("seq"))
REMOVE_OF_GRAPH = _remove_of(
    _P.graphseq == bindparam("graphseq"), _P.graphseq > literal_column("0")
)
REMOVE_OF_PART = _remove_of(
    _P.graphseq == bindparam("graphseq"),
    _P.graphseq > literal_column("0"),
    _P.seq <= bindparam("last"),
)
REMOVE_OF_COLONY = _remove_of(_P.colonyname == bindparam("colonyname"))
