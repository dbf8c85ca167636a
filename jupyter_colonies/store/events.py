"""Statements about events for those who follow a colony or an executor."""

from __future__ import annotations

from functools import cache

from sqlalchemy import BindParameter, Select, bindparam, literal_column, or_, select

from jupyter_colonies.store.graphs import graphs
from jupyter_colonies.store.journal import events
from jupyter_colonies.store.processes import numbers, processes
from jupyter_colonies.store.statement import Statement

PAGE = 500

_E = events.c
_P = processes.c
_G = graphs.c
_NAME: BindParameter[str] = bindparam("executorname")
# An empty name of an executor stands for all of the colony.
_followed = (
    _E.colonyname == bindparam("colonyname"),
    or_(_E.executorname == _NAME, literal_column("''") == _NAME),
)


def _told() -> Select[tuple[object, ...]]:
    """Events with what is known of their processes and workflows by now."""
    return select(
        _E.seq,
        _E.at,
        _E.state,
        _E.executorname,
        _E.retries,
        _E.revision,
        _P.processid,
        _P.nodename,
        _P.funcname,
        _P.executortype,
        _G.processgraphid,
        _G.revision.label("latest"),
        _G.state.label("graphstate"),
        *(_G[name] for name in ("waiting", "running", "success", "failed", "cancelled")),
    ).select_from(
        events.outerjoin(processes, _P.seq == _E.process).outerjoin(graphs, _G.seq == _E.graphseq)
    )


AFTER = Statement(
    _told()
    .where(*_followed, _E.seq > bindparam("after"))
    .order_by(_E.seq)
    .limit(literal_column(str(PAGE)))
)
BETWEEN = Statement(
    select(_E.seq)
    .where(*_followed, _E.seq > bindparam("after"), _E.seq <= bindparam("top"))
    .order_by(_E.seq)
)


@cache
def numbered(many: int) -> Statement:
    """So many events by their numbers; see `processes.numbered`."""
    return Statement(_told().where(_E.seq.in_(numbers(many))).order_by(_E.seq))
