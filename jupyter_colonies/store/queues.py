"""Taking work: the first ready process that fits an executor, whichever queue it is in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    ScalarSelect,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from jupyter_colonies.store.heads import ONE, Search, any_but_plain, plain_head
from jupyter_colonies.store.pauses import PAUSED
from jupyter_colonies.store.processes import processes
from jupyter_colonies.store.statement import Statement

_P = processes.c
_ZERO: ColumnElement[int] = literal_column("0")
# Written out, since SQLAlchemy leaves the tables' names away in what SQLite returns.
_DESCRIBED: ColumnElement[bool] = literal_column(
    "EXISTS (SELECT 1 FROM attributes WHERE attributes.process = processes.seq)"
).label("described")
_NOW: BindParameter[int] = bindparam("now")
_COUNT: ColumnElement[int] = bindparam("count", type_=Integer)
# How many heads of each queue several takers look at, of which others may hold some.
_FEW: ColumnElement[int] = literal_column("64")
# More than all writers of some servers take at one time.
_MANY: ColumnElement[int] = literal_column("2048")


def _first(many: ColumnElement[int] = ONE) -> ScalarSelect[int]:
    """The first processes that fit, for the only taker."""
    heads = Search(many, lateral=False).heads()
    return (
        select(heads.c.seq)
        .order_by(heads.c.prioritytime, heads.c.seq)
        .limit(many)
        .scalar_subquery()
    )


def _first_unlocked(depth: ColumnElement[int], many: ColumnElement[int] = ONE) -> ScalarSelect[int]:
    """The same for several takers, past those that others hold at this moment.

    Only the process that is taken may be locked: a taker that locked the heads of all queues
    would hide the others of them from everybody else, who would go to sleep beside ready work.
    """
    heads = Search(depth, lateral=True).heads()
    candidates = (
        select(heads.c.seq).order_by(heads.c.prioritytime, heads.c.seq).subquery("candidates")
    )
    held = processes.alias("held")
    # Said so that the lookup takes the primary key and not an index of ready processes.
    still_ready = (held.c.state < ONE, held.c.pending < ONE)
    locked = (
        select(held.c.seq)
        .where(held.c.seq == candidates.c.seq, *still_ready)
        .with_for_update(skip_locked=True)
        .lateral("locked")
    )
    return (
        select(locked.c.seq)
        .select_from(candidates.join(locked, true()))
        .limit(many)
        .scalar_subquery()
    )


def _claim(chosen: ColumnElement[bool]) -> ReturningUpdate[Any]:
    return (
        update(processes)
        .where(chosen, ~PAUSED)
        .values(
            state=ONE,
            isassigned=ONE,
            assignedexecutorid=bindparam("executorid"),
            executorname=bindparam("executorname"),
            starttime=_NOW,
            execdeadline=case(
                (_P.maxexectime > _ZERO, _NOW + _P.maxexectime * literal_column("1000000000")),
                else_=_P.execdeadline,
            ),
        )
        .returning(processes, _DESCRIBED)
    )


def _claim_several(depth: ColumnElement[int]) -> ReturningUpdate[Any]:
    # An array is made once, where a subquery might be run again for each row.
    return _claim(_P.seq == any_(func.array(_first_unlocked(depth, _COUNT))))


# Most work needs no size and names one executor at most: its search is a third of the whole.
_QUICKLY = case((any_but_plain(), _first()), else_=plain_head().scalar_subquery())

CLAIM = Statement(_claim(_P.seq == _QUICKLY), postgresql=_claim(_P.seq == _first_unlocked(_FEW)))
CLAIM_SEVERAL = Statement(
    _claim(_P.seq.in_(_first(_COUNT))), postgresql=_claim_several(_COUNT + _FEW)
)
# For when others hold all that was looked at, with several takers only.
CLAIM_DEEPER = Statement(_claim_several(_MANY))
