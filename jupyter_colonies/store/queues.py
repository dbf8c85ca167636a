"""Taking work: the first ready process that fits an executor, whichever queue it is in.

Three queues may hold it: work for anyone, for this executor alone, and for one of several.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    ScalarSelect,
    Select,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from jupyter_colonies.store.pauses import PAUSED
from jupyter_colonies.store.processes import SEVERAL, processes, targets
from jupyter_colonies.store.statement import Statement

_P = processes.c
_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")
_NOW: BindParameter[int] = bindparam("now")
_COLONY: BindParameter[str] = bindparam("colonyname")
_COUNT: ColumnElement[int] = bindparam("count", type_=Integer)


def _ready(*conditions: ColumnElement[bool]) -> Select[tuple[int, int]]:
    """The processes of one queue that fit."""
    return select(_P.seq, _P.prioritytime).where(
        _P.state == _ZERO,
        _P.pending == _ZERO,
        _P.colonyname == _COLONY,
        _P.executortype == bindparam("executortype"),
        *conditions,
        _P.location.in_((literal_column("''"), bindparam("location"))),
        _P.cpu <= bindparam("cpu"),
        _P.mem <= bindparam("mem"),
    )


_queues = (
    _ready(_P.target == literal_column("''")),
    _ready(_P.target == bindparam("executorname")),
    _ready(
        _P.target == literal_column(f"'{SEVERAL}'"),
        exists().where(
            targets.c.process == _P.seq, targets.c.executorname == bindparam("executorname")
        ),
    ),
)


def _merged_queues(depth: ColumnElement[int]) -> CompoundSelect[tuple[int, int]]:
    """The heads of three queues: walks along the index of ready processes that end soon."""
    heads = (queue.order_by(_P.prioritytime, _P.seq).limit(depth).subquery() for queue in _queues)
    return union_all(*(select(head.c.seq, head.c.prioritytime) for head in heads))


def _first_of_three_queues(many: ColumnElement[int] = _ONE) -> ScalarSelect[int]:
    merged = _merged_queues(many).subquery()
    return (
        select(merged.c.seq)
        .order_by(merged.c.prioritytime, merged.c.seq)
        .limit(many)
        .scalar_subquery()
    )


def _first_unlocked(depth: int, many: ColumnElement[int] = _ONE) -> ScalarSelect[int]:
    """The same for several takers, past those that others hold at this moment.

    Only the process that is taken may be locked: a taker that locked the heads of all queues
    would hide two of them from others, who would go to sleep beside ready work.
    """
    merged = _merged_queues(literal_column(str(depth))).subquery()
    candidates = (
        select(merged.c.seq).order_by(merged.c.prioritytime, merged.c.seq).subquery("candidates")
    )
    held = processes.alias("held")
    # Said so that the lookup takes the primary key and not the index of ready processes.
    still_ready = (held.c.state < _ONE, held.c.pending < _ONE)
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
            state=_ONE,
            isassigned=_ONE,
            assignedexecutorid=bindparam("executorid"),
            executorname=bindparam("executorname"),
            starttime=_NOW,
            execdeadline=case(
                (_P.maxexectime > _ZERO, _NOW + _P.maxexectime * literal_column("1000000000")),
                else_=_P.execdeadline,
            ),
        )
        .returning(processes)
    )


CLAIM = Statement(
    _claim(_P.seq == _first_of_three_queues()), postgresql=_claim(_P.seq == _first_unlocked(64))
)
# For when others hold all of those: more than all writers of some servers take at one time.
CLAIM_DEEPER = Statement(_claim(_P.seq == _first_unlocked(8192)))
CLAIM_SEVERAL = Statement(
    _claim(_P.seq.in_(_first_of_three_queues(_COUNT))),
    # An array is made once, where a subquery might be run again for each row.
    postgresql=_claim(_P.seq == any_(func.array(_first_unlocked(1024, _COUNT)))),
)
