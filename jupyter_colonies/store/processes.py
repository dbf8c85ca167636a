"""Statements about processes, their edges and attributes.

Each use-case runs a fixed number of these, whatever the size of the workflow and of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from jupyter_colonies.store import tables
from jupyter_colonies.store.remainders import hidden
from jupyter_colonies.store.statement import Statement, inserting

processes: Table = tables.Process.__table__  # type: ignore[attr-defined]
edges: Table = tables.Edge.__table__  # type: ignore[attr-defined]
attributes: Table = tables.Attribute.__table__  # type: ignore[attr-defined]
targets: Table = tables.Target.__table__  # type: ignore[attr-defined]

_P = processes.c
_E = edges.c
_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")
_SEQ: BindParameter[int] = bindparam("seq")
_NOW: BindParameter[int] = bindparam("now")
_COLONY: BindParameter[str] = bindparam("colonyname")

MOST_NUMBERS = 256

_ENDED = (2, 3, 4)
# Always true of what has ended. SQLite takes the index of what has ended only where the index' own
# condition is repeated, and looks for one state in it only if the moment has two bounds.
IS_ENDED = and_(
    _P.state > _ONE, _P.endtime > _ZERO, _P.endtime < literal_column("9223372036854775807")
)

ANYONE = ""
SEVERAL = "*"
# The number of parents of a process that waits for none and is not in the queue yet.
OUTSIDE = -1

_TOUCHED = (
    _P.seq,
    _P.processid,
    _P.colonyname,
    _P.graphseq,
    _P.processgraphid,
    _P.executortype,
    _P.location,
    _P.target,
    _P.state,
    _P.pending,
    _P.waitdeadline,
    _P.executorname,
    _P.retries,
    _P.starttime,
)
HEAD = (
    *_TOUCHED,
    _P.funcname,
    _P.initiatorid,
    _P.assignedexecutorid,
    _P.isassigned,
    _P.submissiontime,
    _P.maxretries,
)

INSERT = Statement(inserting(processes, *processes.columns.keys()))
INSERT_EDGE = Statement(inserting(edges))
INSERT_ATTRIBUTE = Statement(inserting(attributes))
INSERT_TARGET = Statement(inserting(targets))
# What a row of `targets` repeats of its process.
IN_QUEUE = ("colonyname", "executortype", "location", "prioritytime", "cpu", "mem")
_by_id = select(*HEAD).where(_P.processid == bindparam("processid"))
BY_ID = Statement(_by_id)
BY_ID_TO_CHANGE = Statement(_by_id.with_for_update())
WHOLE = Statement(select(processes).where(_P.processid == bindparam("processid")))
WHOLE_BY_SEQ = Statement(select(processes).where(_P.seq == _SEQ))


GIVE_BACK = Statement(
    update(processes)
    .where(
        _P.seq == bindparam("at_seq"),
        _P.state == _ONE,
        _P.assignedexecutorid == bindparam("executorid"),
        _P.starttime == bindparam("since"),
    )
    .values(
        state=_ZERO,
        isassigned=_ZERO,
        assignedexecutorid="",
        executorname="",
        starttime=_ZERO,
        execdeadline=_ZERO,
    )
    .returning(*_TOUCHED)
)
SET_INPUT = Statement(
    update(processes).where(_P.seq == bindparam("at_seq")).values(input=bindparam("new_input"))
)
FAIL = Statement(
    update(processes)
    .where(_P.seq == bindparam("at_seq"), _P.state == bindparam("from_state"))
    .values(state=literal_column("3"), endtime=_NOW, errors=bindparam("new_errors"))
    .returning(*HEAD)
)
CANCEL = Statement(
    update(processes)
    .where(_P.seq == bindparam("at_seq"), _P.state < literal_column("2"))
    .values(state=literal_column("4"), endtime=_NOW)
    .returning(*HEAD)
)
END_GRAPH = Statement(
    update(processes)
    .where(
        _P.graphseq == bindparam("of_graph"), _P.graphseq > _ZERO, _P.state < literal_column("2")
    )
    .values(state=bindparam("new_state"), endtime=_NOW)
    .returning(*HEAD)
)
SET_OUTPUT = Statement(
    update(processes)
    .where(
        _P.seq == bindparam("at_seq"),
        _P.state == _ONE,
        _P.assignedexecutorid == bindparam("executorid"),
    )
    .values(output=bindparam("new_output"))
)
RETRY = Statement(
    update(processes)
    .where(
        _P.seq == bindparam("at_seq"),
        _P.state == _ONE,
        _P.execdeadline > _ZERO,
        _P.execdeadline <= _NOW,
    )
    .values(
        state=_ZERO,
        isassigned=_ZERO,
        assignedexecutorid="",
        executorname="",
        retries=_P.retries + _ONE,
        endtime=_NOW,
        waitdeadline=case(
            (_P.maxwaittime > _ZERO, _NOW + _P.maxwaittime * literal_column("1000000000")),
            else_=_ZERO,
        ),
    )
    .returning(*_TOUCHED)
)
REQUEUE_OF_EXECUTOR = Statement(
    update(processes)
    .where(
        _P.assignedexecutorid == bindparam("executorid"), _P.state == _ONE, _P.colonyname == _COLONY
    )
    .values(
        state=_ZERO,
        isassigned=_ZERO,
        assignedexecutorid="",
        executorname="",
        starttime=_ZERO,
        endtime=_ZERO,
    )
    .returning(*_TOUCHED)
)
_child = processes.alias("child")
_children_in_order = (
    select(_child.c.seq)
    .select_from(edges.join(_child, _child.c.seq == _E.child))
    .where(_E.parent == bindparam("parent"))
    .order_by(_child.c.seq)
    .with_for_update(of=_child)
)


def release(children: Select[tuple[int]], fewer: ColumnElement[int] = _ONE) -> ReturningUpdate[Any]:
    """Let children wait for so many parents less."""
    return (
        update(processes)
        .where(_P.seq.in_(children))
        .values(
            pending=_P.pending - fewer,
            waitdeadline=case(
                (
                    and_(_P.pending == fewer, _P.maxwaittime > _ZERO),
                    _NOW + _P.maxwaittime * literal_column("1000000000"),
                ),
                else_=_P.waitdeadline,
            ),
        )
        .returning(*_TOUCHED)
    )


RELEASE_CHILDREN = Statement(
    release(select(_E.child).where(_E.parent == bindparam("parent"))),
    postgresql=release(_children_in_order),
)
LOCK_CHILDREN = Statement(_children_in_order)
# Counted, so that ten thousand numbers don't travel for nothing.
LOCK_UNFINISHED = Statement(
    select(func.count()).select_from(
        select(_P.seq)
        .where(
            _P.graphseq == bindparam("of_graph"),
            _P.graphseq > _ZERO,
            _P.state < literal_column("2"),
        )
        .order_by(_P.seq)
        .with_for_update()
        .subquery("unfinished")
    )
)
ADD_PENDING = Statement(
    update(processes)
    .where(_P.seq == bindparam("at_seq"))
    .values(pending=_P.pending + bindparam("more"), waitdeadline=_ZERO)
)

_part = (
    _P.graphseq == bindparam("of_graph"),
    _P.graphseq > _ZERO,
    _P.seq > bindparam("after"),
    _P.seq <= bindparam("last"),
)
END_PART = Statement(
    update(processes)
    .where(*_part, _P.state < literal_column("2"))
    .values(state=bindparam("new_state"), endtime=_NOW)
    .returning(*HEAD)
)
LOCK_PART = Statement(
    select(func.count()).select_from(
        select(_P.seq)
        .where(*_part, _P.state < literal_column("2"))
        .order_by(_P.seq)
        .with_for_update()
        .subquery("unfinished")
    )
)
OPEN_PART = Statement(
    update(processes)
    .where(*_part, _P.state == _ZERO, _P.pending < _ZERO)
    .values(
        pending=_ZERO,
        waitdeadline=case(
            (_P.maxwaittime > _ZERO, _NOW + _P.maxwaittime * literal_column("1000000000")),
            else_=_ZERO,
        ),
    )
    .returning(*_TOUCHED)
)
OPEN = Statement(
    update(processes)
    .where(_P.seq == bindparam("at_seq"))
    .values(pending=bindparam("new_pending"), waitdeadline=bindparam("new_waitdeadline"))
)

HAS_CHILDREN = Statement(select(exists().where(_E.parent == bindparam("parent")).label("any")))
INPUTS = Statement(
    select(_P.processid, _P.output)
    .select_from(edges.join(processes, _P.seq == _E.parent))
    .where(_E.child == bindparam("child"))
    .order_by(_E.parentposition)
)
CHILDREN = Statement(
    select(*_TOUCHED)
    .select_from(edges.join(processes, _P.seq == _E.child))
    .where(_E.parent == bindparam("parent"))
    .order_by(_E.childposition)
)
LAST_CHILD_POSITION = Statement(
    select(func.coalesce(func.max(_E.childposition), literal_column("-1")).label("last")).where(
        _E.parent == bindparam("parent")
    )
)
LAST_PARENT_POSITION = Statement(
    select(func.coalesce(func.max(_E.parentposition), literal_column("-1")).label("last")).where(
        _E.child == bindparam("child")
    )
)
_siblings = edges.alias("siblings")
MOVE_TO_PARENT = Statement(
    update(edges)
    .where(_E.parent == bindparam("old_parent"))
    .values(
        parent=bindparam("new_parent"),
        parentposition=select(func.max(_siblings.c.parentposition) + _ONE)
        .where(_siblings.c.child == _E.child)
        .scalar_subquery(),
    )
)

ATTRIBUTES = Statement(
    select(attributes).where(attributes.c.process == _SEQ).order_by(attributes.c.seq)
)
ATTRIBUTE = Statement(
    select(attributes, _P.processid, _P.colonyname, _P.processgraphid, _P.state)
    .select_from(attributes.join(processes, _P.seq == attributes.c.process))
    .where(attributes.c.attributeid == bindparam("attributeid"))
)
REMOVE = (
    Statement(delete(attributes).where(attributes.c.process == _SEQ)),
    Statement(delete(targets).where(targets.c.process == _SEQ)),
    Statement(delete(processes).where(_P.seq == _SEQ)),
)

NEXT_WAIT_DUE = Statement(
    select(func.min(_P.waitdeadline).label("due")).where(_P.state == _ZERO, _P.waitdeadline > _ZERO)
)
NEXT_RUN_DUE = Statement(
    select(func.min(_P.execdeadline).label("due")).where(_P.state == _ONE, _P.execdeadline > _ZERO)
)
WAITED_TOO_LONG = Statement(
    select(*HEAD)
    .where(_P.state == _ZERO, _P.waitdeadline > _ZERO, _P.waitdeadline <= _NOW)
    .order_by(_P.waitdeadline, _P.seq)
    .limit(literal_column("200"))
    .with_for_update(skip_locked=True)
)
RAN_TOO_LONG = Statement(
    select(*HEAD)
    .where(_P.state == _ONE, _P.execdeadline > _ZERO, _P.execdeadline <= _NOW)
    .order_by(_P.execdeadline, _P.seq)
    .limit(literal_column("200"))
    .with_for_update(skip_locked=True)
)
COUNT_BY_STATE = Statement(
    select(_P.state, func.count().label("count"))
    .where((_P.colonyname == _COLONY) | (literal_column("''") == _COLONY), ~hidden(_P.graphseq))
    .group_by(_P.state)
)
ANY_OPEN = Statement(
    select((exists().where(_P.state == _ZERO) | exists().where(_P.state == _ONE)).label("any"))
)


def listing(
    colonyname: str,
    state: int,
    count: int,
    *,
    executortype: str = "",
    label: str = "",
    initiatorname: str = "",
) -> Select[tuple[object, ...]]:
    """Processes of a colony in one state, in the order of part 02, section 10.1."""
    order = {
        0: (_P.prioritytime, _P.seq),
        1: (_P.starttime, _P.seq),
    }.get(state, (_P.endtime.desc(), _P.seq.desc()))
    query = select(processes).where(
        _P.colonyname == colonyname,
        _P.state == literal_column(str(int(state))),
        ~hidden(_P.graphseq),
    )
    if state in _ENDED:
        query = query.where(IS_ENDED)
    if executortype:
        query = query.where(_P.executortype == executortype)
    if label:
        query = query.where(_P.label == label)
    if initiatorname:
        query = query.where(_P.initiatorname == initiatorname)
    return query.order_by(*order).limit(literal_column(str(int(count))))


def _history(state: int, since: ColumnElement[bool]) -> Statement:
    return Statement(
        select(processes)
        .where(
            _P.colonyname == _COLONY,
            _P.state == literal_column(str(state)),
            ~hidden(_P.graphseq),
            since,
            _P.submissiontime >= bindparam("since"),
            or_(
                _P.assignedexecutorid == bindparam("executorid"),
                literal_column("''") == bindparam("executorid"),
            ),
        )
        .order_by(_P.submissiontime, _P.seq)
    )


# What began or ended before a moment was submitted before it: so the indexes of states serve.
HISTORY = {
    0: _history(0, true()),
    1: _history(1, _P.starttime >= bindparam("since")),
    **{
        state: _history(state, and_(IS_ENDED, _P.endtime >= bindparam("since"))) for state in _ENDED
    },
}


@cache
def relatives(many: int) -> Statement:
    """Edges from and to so many processes, with the ids at both ends; see `numbered`."""
    parent = processes.alias("parents")
    child = processes.alias("children")
    seqs = numbers(many)
    return Statement(
        select(
            _E.parent,
            _E.child,
            parent.c.processid.label("parentid"),
            child.c.processid.label("childid"),
            _E.parentposition,
            _E.childposition,
        )
        .select_from(
            edges.join(parent, parent.c.seq == _E.parent).join(child, child.c.seq == _E.child)
        )
        .where(or_(_E.parent.in_(seqs), _E.child.in_(seqs)))
    )


@cache
def wholes(many: int) -> Statement:
    """So many processes by their ids; see `numbered`."""
    return Statement(select(processes).where(_P.processid.in_(numbers(many))))


@cache
def attributes_of(many: int) -> Statement:
    """Attributes of so many processes; see `numbered`."""
    return Statement(
        select(attributes).where(attributes.c.process.in_(numbers(many))).order_by(attributes.c.seq)
    )


@cache
def said_by(many: int) -> Statement:
    """What so many processes said of how far they are, and of kept results; see `numbered`."""
    keys: list[ColumnElement[str]] = [literal_column("'progress'"), literal_column("'cache'")]
    return Statement(
        select(attributes.c.process, attributes.c.key, attributes.c.value).where(
            attributes.c.process.in_(numbers(many)), attributes.c.key.in_(keys)
        )
    )


def numbered(
    statement: Callable[[int], Statement], keys: Sequence[Any]
) -> Iterator[tuple[Statement, dict[str, Any]]]:
    """A statement about given processes as few statements of few sizes, with their parameters.

    Sizes are powers of two, filled up by repeating a process, so that each is compiled once.
    """
    for start in range(0, len(keys), MOST_NUMBERS):
        part = keys[start : start + MOST_NUMBERS]
        many = 1 << (len(part) - 1).bit_length()
        filled = [*part, *([part[-1]] * (many - len(part)))]
        yield statement(many), {f"key_{index}": key for index, key in enumerate(filled)}


def numbers(many: int) -> list[BindParameter[Any]]:
    """The parameters of a statement that is used with `numbered`."""
    return [bindparam(f"key_{index}") for index in range(many)]
