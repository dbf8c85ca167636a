"""Statements about workflows: one row per graph with its counts, and its members."""

from __future__ import annotations

from functools import cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from jupyter_colonies.store import tables
from jupyter_colonies.store.processes import attributes, edges, numbers, processes, targets
from jupyter_colonies.store.statement import Statement, inserting

graphs: Table = tables.Graph.__table__  # type: ignore[attr-defined]
events: Table = tables.Event.__table__  # type: ignore[attr-defined]
logs: Table = tables.Log.__table__  # type: ignore[attr-defined]

_G = graphs.c
_P = processes.c
_E = edges.c
_ZERO: ColumnElement[int] = literal_column("0")
_COLONY: BindParameter[str] = bindparam("colonyname")
_SEQ: BindParameter[int] = bindparam("graphseq")

COUNTS = ("waiting", "running", "success", "failed", "cancelled")

INSERT = Statement(inserting(graphs, *graphs.columns.keys()))
BY_ID = Statement(select(graphs).where(_G.processgraphid == bindparam("processgraphid")))
BY_SEQ = Statement(select(graphs).where(_G.seq == _SEQ))
BY_SEQ_TO_CHANGE = Statement(select(graphs).where(_G.seq == _SEQ).with_for_update())


def _state_after() -> ColumnElement[int]:
    """The graph's state once the counts have changed (protocol part 02, section 5.7).

    A graph that runs stays running when its only running process goes back to the queue.
    """
    after = {name: _G[name] + bindparam(f"more_{name}") for name in COUNTS}
    return case(
        (after["failed"] > _ZERO, literal_column("3")),
        (after["cancelled"] > _ZERO, literal_column("4")),
        (
            and_(after["success"] > _ZERO, after["waiting"] == _ZERO, after["running"] == _ZERO),
            literal_column("2"),
        ),
        (or_(after["success"] > _ZERO, after["running"] > _ZERO), literal_column("1")),
        else_=_G.state,
    )


COUNT = Statement(
    update(graphs)
    .where(_G.seq == bindparam("at_seq"))
    .values(
        {
            **{name: _G[name] + bindparam(f"more_{name}") for name in COUNTS},
            "revision": _G.revision + literal_column("1"),
            "state": _state_after(),
            "starttime": case(
                (
                    and_(_G.starttime == _ZERO, _state_after() == literal_column("1")),
                    bindparam("now"),
                ),
                else_=_G.starttime,
            ),
            "endtime": case(
                (
                    and_(_G.endtime == _ZERO, _state_after() > literal_column("1")),
                    bindparam("now"),
                ),
                else_=_G.endtime,
            ),
        }
    )
    .returning(_G.seq, _G.processgraphid, _G.colonyname, _G.revision, _G.state)
)
MEMBERS = Statement(
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
    .where(_P.graphseq == _SEQ, _P.graphseq > _ZERO)
    .order_by(_P.seq)
)
# What the processes of a workflow said of how far they are, and of kept results.
SAID = Statement(
    select(attributes.c.process, attributes.c.key, attributes.c.value)
    .select_from(attributes.join(processes, _P.seq == attributes.c.process))
    .where(
        _P.graphseq == _SEQ,
        _P.graphseq > _ZERO,
        attributes.c.key.in_([literal_column("'progress'"), literal_column("'cache'")]),
    )
)
_parents = processes.alias("parents")
_children = processes.alias("children")
EDGES_WITH_IDS = Statement(
    select(
        _parents.c.processid.label("parentid"),
        _children.c.processid.label("childid"),
        _E.parentposition,
        _E.childposition,
    )
    .select_from(
        edges.join(_parents, _parents.c.seq == _E.parent).join(
            _children, _children.c.seq == _E.child
        )
    )
    .where(_parents.c.graphseq == _SEQ, _parents.c.graphseq > _ZERO)
)
COUNT_BY_STATE = Statement(
    select(_G.state, func.count().label("count"))
    .where(or_(_G.colonyname == _COLONY, literal_column("''") == _COLONY))
    .group_by(_G.state)
)


@cache
def vertices_of(many: int) -> Statement:
    """The processes of so many workflows, those of each in their order; see `numbered`."""
    return Statement(
        select(_P.graphseq, _P.seq, _P.processid, _P.nodename, _P.state)
        .where(_P.graphseq.in_(numbers(many)), _P.graphseq > _ZERO)
        .order_by(_P.graphseq, _P.seq)
    )


@cache
def edges_of(many: int) -> Statement:
    """Parents and children in so many workflows, a parent's children in their order."""
    return Statement(
        select(_E.parent, _E.child)
        .select_from(processes.join(edges, _P.seq == _E.parent))
        .where(_P.graphseq.in_(numbers(many)), _P.graphseq > _ZERO)
        .order_by(_P.graphseq, _P.seq, _E.childposition)
    )


_MEMBER_SEQS = select(_P.seq).where(_P.graphseq == _SEQ, _P.graphseq > _ZERO)
REMOVE = (
    Statement(delete(edges).where(_E.parent.in_(_MEMBER_SEQS))),
    Statement(delete(attributes).where(attributes.c.process.in_(_MEMBER_SEQS))),
    Statement(delete(targets).where(targets.c.process.in_(_MEMBER_SEQS))),
    Statement(delete(events).where(events.c.graphseq == _SEQ, events.c.graphseq > _ZERO)),
    Statement(delete(processes).where(_P.graphseq == _SEQ, _P.graphseq > _ZERO)),
    Statement(delete(graphs).where(_G.seq == _SEQ)),
)

_PART_SEQS = _MEMBER_SEQS.where(_P.seq <= bindparam("last"))
REMOVE_PART = (
    Statement(delete(edges).where(_E.parent.in_(_PART_SEQS))),
    Statement(delete(attributes).where(attributes.c.process.in_(_PART_SEQS))),
    Statement(delete(targets).where(targets.c.process.in_(_PART_SEQS))),
    Statement(
        delete(processes).where(
            _P.graphseq == _SEQ, _P.graphseq > _ZERO, _P.seq <= bindparam("last")
        )
    ),
)
REMOVE_ROW = Statement(delete(graphs).where(_G.seq == _SEQ))
_next = (
    select(_P.seq)
    .where(_P.graphseq == _SEQ, _P.graphseq > _ZERO, _P.seq > bindparam("after"))
    .order_by(_P.seq)
    .limit(bindparam("many", type_=Integer))
    .subquery("next")
)
END_OF_PART = Statement(select(func.max(_next.c.seq).label("last")))
_first_events = (
    select(events.c.seq)
    .where(events.c.graphseq == _SEQ, events.c.graphseq > _ZERO)
    .order_by(events.c.revision)
    .limit(bindparam("many", type_=Integer))
)
REMOVE_EVENTS = Statement(delete(events).where(events.c.seq.in_(_first_events)))

_COLONY_SEQS = select(_P.seq).where(_P.colonyname == _COLONY)
REMOVE_OF_COLONY = (
    Statement(delete(edges).where(_E.parent.in_(_COLONY_SEQS))),
    Statement(delete(attributes).where(attributes.c.process.in_(_COLONY_SEQS))),
    Statement(delete(targets).where(targets.c.process.in_(_COLONY_SEQS))),
    *(
        Statement(delete(table).where(table.c.colonyname == _COLONY))
        for table in (events, logs, processes, graphs)
    ),
)


def listing(colonyname: str, state: int, count: int) -> Select[tuple[object, ...]]:
    """Workflows of a colony in one state, newest first (part 02, section 6.2)."""
    return (
        select(graphs)
        .where(_G.colonyname == colonyname, _G.state == state)
        .order_by(_G.submissiontime.desc(), _G.seq.desc())
        .limit(literal_column(str(int(count))))
    )
