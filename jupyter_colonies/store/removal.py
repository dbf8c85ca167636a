"""Statements that remove many processes, or many workflows, with everything that hangs on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Delete,
    Integer,
    Select,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
)

from jupyter_colonies.store.channels import channels, entries
from jupyter_colonies.store.graphs import COUNTS, events, graphs
from jupyter_colonies.store.processes import attributes, edges, numbers, processes, targets
from jupyter_colonies.store.statement import Statement

_P = processes.c
_G = graphs.c
_ZERO: ColumnElement[int] = literal_column("0")
_COLONY: BindParameter[str] = bindparam("colonyname")
_BEFORE: BindParameter[int] = bindparam("before")
_MANY: BindParameter[int] = bindparam("many", type_=Integer)

ANY_STATE = -1


def _in_state(column: ColumnElement[int]) -> ColumnElement[bool]:
    wanted: BindParameter[int] = bindparam("of_state")
    return or_(column == wanted, literal_column(str(ANY_STATE)) == wanted)


NEWEST_PROCESS = Statement(
    select(func.coalesce(func.max(_P.seq), _ZERO).label("last")).where(_P.colonyname == _COLONY)
)
NEWEST_GRAPH = Statement(
    select(func.coalesce(func.max(_G.seq), _ZERO).label("last")).where(_G.colonyname == _COLONY)
)
STANDALONE = Statement(
    select(_P.seq)
    .where(
        _P.colonyname == _COLONY,
        _P.graphseq == _ZERO,
        _in_state(_P.state),
        _P.seq < _BEFORE,
    )
    .order_by(_P.seq.desc())
    .limit(_MANY)
)
GRAPHS = Statement(
    select(_G.seq, *(_G[name] for name in COUNTS))
    .where(_G.colonyname == _COLONY, _in_state(_G.state), _G.seq < _BEFORE)
    .order_by(_G.seq.desc())
    .limit(_MANY)
)


def _numbered(clause: Callable[[list[BindParameter[Any]]], Select[Any] | Delete]) -> Any:
    @cache
    def statement(many: int) -> Statement:
        return Statement(clause(numbers(many)))

    return statement


# Nobody else's to change: what is about to be assigned is either removed before or not at all.
STANDALONE_STILL = _numbered(
    lambda seqs: (
        select(_P.seq)
        .where(_P.seq.in_(seqs), _in_state(_P.state))
        .order_by(_P.seq)
        .with_for_update()
    )
)
LOCK_MEMBERS = _numbered(
    lambda seqs: select(func.count()).select_from(
        select(_P.seq)
        .where(_P.graphseq.in_(seqs), _P.graphseq > _ZERO)
        .order_by(_P.seq)
        .with_for_update()
        .subquery("members")
    )
)
STILL_IN_STATE = _numbered(
    lambda seqs: (
        select(_G.seq, _G.processgraphid, _G.revision, _G.state)
        .where(_G.seq.in_(seqs), _in_state(_G.state))
        .order_by(_G.seq)
        .with_for_update()
    )
)
MEMBERS = _numbered(
    lambda seqs: select(_P.seq).where(_P.graphseq.in_(seqs), _P.graphseq > _ZERO).order_by(_P.seq)
)
REMOVE_PROCESSES = (
    _numbered(
        lambda seqs: delete(entries).where(
            entries.c.channel.in_(select(channels.c.seq).where(channels.c.process.in_(seqs)))
        )
    ),
    _numbered(lambda seqs: delete(channels).where(channels.c.process.in_(seqs))),
    _numbered(lambda seqs: delete(edges).where(edges.c.parent.in_(seqs))),
    _numbered(lambda seqs: delete(attributes).where(attributes.c.process.in_(seqs))),
    _numbered(lambda seqs: delete(targets).where(targets.c.process.in_(seqs))),
    _numbered(lambda seqs: delete(processes).where(_P.seq.in_(seqs))),
)
REMOVE_GRAPHS = (
    _numbered(
        lambda seqs: delete(events).where(events.c.graphseq.in_(seqs), events.c.graphseq > _ZERO)
    ),
    _numbered(lambda seqs: delete(graphs).where(_G.seq.in_(seqs))),
)
