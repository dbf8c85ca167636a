"""Statements about workflows that run others again, and about what they keep of them."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    bindparam,
    case,
    exists,
    insert,
    literal_column,
    or_,
    select,
)

from jupyter_colonies.store.graphs import graphs
from jupyter_colonies.store.processes import edges, numbers, processes
from jupyter_colonies.store.statement import Statement

_P = processes.c
_G = graphs.c
_E = edges.c
_ZERO: ColumnElement[int] = literal_column("0")
_EMPTY: ColumnElement[str] = literal_column("''")
_GRAPH: BindParameter[int] = bindparam("graphseq")

MEMBERS = Statement(
    select(_P.seq, _P.processid, _P.nodename, _P.state, _P.addedby, _P.inserted)
    .where(_P.graphseq == _GRAPH, _P.graphseq > _ZERO)
    .order_by(_P.seq)
)
# The children of one parent in their order, and the parents of one child in theirs.
EDGES = Statement(
    select(_E.parent, _E.child)
    .select_from(processes.join(edges, _P.seq == _E.parent))
    .where(_P.graphseq == _GRAPH, _P.graphseq > _ZERO)
    .order_by(_E.parentposition, _P.seq, _E.childposition)
)
PARENTS = Statement(
    select(_P.state, _P.output)
    .select_from(edges.join(processes, _P.seq == _E.parent))
    .where(_E.child == bindparam("child"))
    .order_by(_E.parentposition)
)


@cache
def specs_of(many: int) -> Statement:
    """Specs of so many processes, and the input of those without parents; see `numbered`."""
    has_parents = exists().where(_E.child == _P.seq).correlate(processes)
    return Statement(
        select(
            _P.seq,
            _P.spec,
            case((has_parents, literal_column("'[]'")), else_=_P.input).label("input"),
        ).where(_P.seq.in_(numbers(many)))
    )


def _kept() -> dict[str, ColumnElement[Any]]:
    """What a copy has of its own; the rest is its original's."""
    return {
        "seq": bindparam("new_seq", type_=_P.seq.type),
        "processid": bindparam("new_processid", type_=_P.processid.type),
        "graphseq": bindparam("new_graphseq", type_=_P.graphseq.type),
        "processgraphid": bindparam("new_processgraphid", type_=_P.processgraphid.type),
        "addedby": bindparam("new_addedby", type_=_P.addedby.type),
        "keptfrom": case((_P.keptfrom == _EMPTY, _P.processid), else_=_P.keptfrom),
    }


_columns = {column.name: _kept().get(column.name, column) for column in processes.columns}
# Within the database: what a process put out may be large, and nobody has to look at it.
KEEP = Statement(
    insert(processes).from_select(
        list(_columns),
        select(*_columns.values()).where(_P.seq == bindparam("of_seq", type_=_P.seq.type)),
        include_defaults=False,
    )
)

OF_FAMILY = Statement(
    select(graphs)
    .where(
        _G.colonyname == bindparam("colonyname"),
        or_(
            _G.processgraphid == bindparam("first"),
            _G.seq.in_(select(_G.seq).where(_G.family != _EMPTY, _G.family == bindparam("first"))),
        ),
    )
    .order_by(_G.submissiontime, _G.seq)
)
