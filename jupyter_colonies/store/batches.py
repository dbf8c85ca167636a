"""What many processes of one request need, with one statement of each kind."""

from __future__ import annotations

from functools import cache

from sqlalchemy import (
    Table,
    bindparam,
    case,
    func,
    literal_column,
    select,
    update,
)

from jupyter_colonies.store.processes import (
    HEAD,
    edges,
    numbers,
    processes,
    release,
)
from jupyter_colonies.store.statement import Statement

_P = processes.c
_E = edges.c
_child: Table = processes.alias("child")  # type: ignore[assignment]

# For rows that are known to be running and nobody else's to change.
CLOSE_HELD = Statement(
    update(processes)
    .where(_P.seq == bindparam("at_seq"))
    .values(
        state=literal_column("2"),
        endtime=bindparam("now"),
        output=case(
            (bindparam("new_output") == literal_column("'[]'"), _P.output),
            else_=bindparam("new_output"),
        ),
    )
)
FAIL_HELD = Statement(
    update(processes)
    .where(_P.seq == bindparam("at_seq"))
    .values(state=literal_column("3"), endtime=bindparam("now"), errors=bindparam("new_errors"))
)


@cache
def inputs_of(many: int) -> Statement:
    """Outputs of the parents of so many processes, in their order; see `numbered`."""
    return Statement(
        select(_E.child, _P.output)
        .select_from(edges.join(processes, _P.seq == _E.parent))
        .where(_E.child.in_(numbers(many)))
        .order_by(_E.child, _E.parentposition)
    )


@cache
def to_change(many: int) -> Statement:
    """Processes by their ids, nobody else's to change; see `numbered`."""
    return Statement(
        select(*HEAD).where(_P.processid.in_(numbers(many))).order_by(_P.seq).with_for_update(),
    )


@cache
def parents_among(many: int) -> Statement:
    """Which of so many processes have children; see `numbered`."""
    return Statement(select(_E.parent).where(_E.parent.in_(numbers(many))).distinct())


@cache
def release_children_of(many: int) -> Statement:
    """As RELEASE_CHILDREN after so many parents have succeeded; see `numbered`."""
    parents = numbers(many)
    of_child = edges.alias("of_child")
    fewer = (
        select(func.count())
        # A child has few parents, a parent may have thousands of children: not by the parent.
        .where(of_child.c.child == _P.seq, (of_child.c.parent + literal_column("0")).in_(parents))
        .scalar_subquery()
    )
    in_order = (
        select(_child.c.seq)
        .select_from(edges.join(_child, _child.c.seq == _E.child))
        .where(_E.parent.in_(parents))
        .order_by(_child.c.seq)
        .with_for_update(of=_child)
    )
    return Statement(
        release(select(_E.child).where(_E.parent.in_(parents)), fewer),
        postgresql=release(in_order, fewer),
    )
