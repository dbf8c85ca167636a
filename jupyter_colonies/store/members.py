"""Statements about colonies, users, executors and functions."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Table,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, inserting

colonies: Table = tables.Colony.__table__  # type: ignore[attr-defined]
users: Table = tables.User.__table__  # type: ignore[attr-defined]
executors: Table = tables.Executor.__table__  # type: ignore[attr-defined]
functions: Table = tables.Function.__table__  # type: ignore[attr-defined]
settings: Table = tables.Setting.__table__  # type: ignore[attr-defined]

_NAME: BindParameter[str] = bindparam("name")
_COLONY: BindParameter[str] = bindparam("colonyname")
_EXECUTOR: BindParameter[str] = bindparam("executorname")


GET_SETTING = Statement(select(settings.c.value).where(settings.c.name == _NAME))
PUT_SETTING = Statement(inserting(settings))

ADD_COLONY = Statement(inserting(colonies))
GET_COLONY = Statement(select(colonies).where(colonies.c.name == _NAME))
LOCK_COLONY = Statement(select(colonies.c.seq).where(colonies.c.name == _COLONY).with_for_update())
LIST_COLONIES = Statement(select(colonies).order_by(colonies.c.seq))
REMOVE_COLONY = Statement(delete(colonies).where(colonies.c.name == _COLONY))

ADD_USER = Statement(inserting(users))
GET_USER = Statement(select(users).where(users.c.colonyname == _COLONY, users.c.name == _NAME))
LIST_USERS = Statement(select(users).where(users.c.colonyname == _COLONY).order_by(users.c.seq))
REMOVE_USER = Statement(delete(users).where(users.c.colonyname == _COLONY, users.c.name == _NAME))
USERNAME_OF_ID = Statement(
    select(users.c.name).where(users.c.colonyname == _COLONY, users.c.userid == bindparam("id"))
)
GET_USER_BY_ID = Statement(
    select(users)
    .where(users.c.colonyname == _COLONY, users.c.userid == bindparam("userid"))
    .order_by(users.c.seq)
)
USER_HOLDS_ID = Statement(
    select(users.c.name).where(users.c.colonyname == _COLONY, users.c.userid == bindparam("userid"))
)

ADD_EXECUTOR = Statement(inserting(executors))
_executor = select(executors).where(
    executors.c.colonyname == _COLONY, executors.c.executorname == _EXECUTOR
)
GET_EXECUTOR = Statement(_executor)
GET_EXECUTOR_TO_CHANGE = Statement(_executor.with_for_update())
GET_EXECUTOR_BY_ID = Statement(
    select(executors)
    .where(executors.c.executorid == bindparam("id"))
    .order_by(
        case((executors.c.colonyname == _COLONY, literal_column("0")), else_=literal_column("1")),
        executors.c.seq,
    )
    .limit(literal_column("1"))
)
LIST_EXECUTORS = Statement(
    select(executors).where(executors.c.colonyname == _COLONY).order_by(executors.c.seq)
)
EXECUTOR_OF_ID = Statement(
    select(
        executors.c.seq,
        executors.c.executorname,
        executors.c.executortype,
        executors.c.locationname,
        executors.c.state,
        executors.c.lease,
        executors.c.leasedeadline,
        executors.c.lastheardfromtime,
    )
    .where(executors.c.colonyname == _COLONY, executors.c.executorid == bindparam("id"))
    .order_by(case((executors.c.state == literal_column("1"), 0), else_=1), executors.c.seq.desc())
    .limit(literal_column("1"))
)
EXECUTOR_HOLDS_ID = Statement(
    select(executors.c.executorname).where(
        executors.c.colonyname == _COLONY,
        executors.c.executorid == bindparam("id"),
        executors.c.executorname != _EXECUTOR,
        executors.c.state != literal_column("3"),
    )
)
RENEW_EXECUTOR = Statement(
    update(executors)
    .where(executors.c.seq == bindparam("at_seq"))
    .values(
        {
            c.name: bindparam(c.name)
            for c in executors.columns
            if c.name not in ("seq", "colonyname", "executorname")
        }
    )
)
SET_EXECUTOR_STATE = Statement(
    update(executors)
    .where(executors.c.seq == bindparam("at_seq"))
    .values(state=bindparam("new_state"))
)
SET_CAPABILITIES = Statement(
    update(executors)
    .where(executors.c.seq == bindparam("at_seq"))
    .values(capabilities=bindparam("said"))
)
SET_ALLOCATIONS = Statement(
    update(executors)
    .where(executors.c.seq == bindparam("at_seq"))
    .values(allocations=bindparam("said"))
)
UNREGISTER_EXECUTOR = Statement(
    update(executors)
    .where(executors.c.seq == bindparam("at_seq"))
    .values(state=literal_column("3"), leasedeadline=literal_column("0"))
)
# With several writers, one that began earlier may write later.
_heard = case(
    (executors.c.lastheardfromtime > bindparam("now"), executors.c.lastheardfromtime),
    else_=bindparam("now"),
)
_heard_from = (
    update(executors)
    .where(executors.c.seq == bindparam("at_seq"), executors.c.state != literal_column("3"))
    .values(
        lastheardfromtime=_heard,
        leasedeadline=case(
            (
                executors.c.lease > literal_column("0"),
                bindparam("now")
                + cast(executors.c.lease, BigInteger) * literal_column("1000000000"),
            ),
            else_=literal_column("0"),
        ),
    )
)
HEARD_FROM = Statement(_heard_from)
STILL_THERE = Statement(_heard_from.where(executors.c.executorid == bindparam("executorid")))
SET_LEASE = Statement(
    update(executors)
    .where(executors.c.seq == bindparam("at_seq"))
    .values(
        lease=bindparam("new_lease"),
        leasedeadline=bindparam("deadline"),
        lastheardfromtime=bindparam("now"),
    )
)
SILENT_EXECUTORS = Statement(
    select(
        executors.c.seq, executors.c.colonyname, executors.c.executorname, executors.c.executorid
    )
    .where(
        executors.c.leasedeadline > literal_column("0"),
        executors.c.leasedeadline <= bindparam("now"),
        executors.c.state != literal_column("3"),
    )
    .order_by(executors.c.leasedeadline)
    .limit(literal_column("100"))
    .with_for_update(skip_locked=True)
)
NEXT_LEASE_END = Statement(
    select(func.min(executors.c.leasedeadline).label("due")).where(
        executors.c.leasedeadline > literal_column("0")
    )
)
COUNT_EXECUTORS = Statement(
    select(executors.c.state, func.count().label("count"))
    .where(or_(executors.c.colonyname == _COLONY, literal_column("''") == _COLONY))
    .group_by(executors.c.state)
)

ADD_FUNCTION = Statement(inserting(functions))
FUNCTION = Statement(select(functions).where(functions.c.functionid == bindparam("functionid")))
REMOVE_FUNCTION = Statement(
    delete(functions).where(functions.c.functionid == bindparam("functionid"))
)
LIST_FUNCTIONS = Statement(
    select(functions)
    .where(
        functions.c.colonyname == _COLONY,
        or_(functions.c.executorname == _EXECUTOR, literal_column("''") == _EXECUTOR),
    )
    .order_by(functions.c.seq)
)
REMOVE_FUNCTIONS = Statement(
    delete(functions).where(
        functions.c.colonyname == _COLONY, functions.c.executorname == _EXECUTOR
    )
)


def _statistics(what: str) -> dict[str, object]:
    """The shortest, longest and average time once so many runs more are counted; 0 is unknown.

    With each run the average becomes the half of its sum with the run's time, so an old average
    is worth `weight` after several.
    """
    least, most, average = (functions.c[f"{name}{what}time"] for name in ("min", "max", "avg"))
    unknown: ColumnElement[int] = literal_column("0")
    shortest: BindParameter[float] = bindparam(f"{what}_least")
    longest: BindParameter[float] = bindparam(f"{what}_most")
    weight: BindParameter[float] = bindparam("weight")
    return {
        least.name: case((or_(least == unknown, shortest < least), shortest), else_=least),
        most.name: case((or_(most == unknown, longest > most), longest), else_=most),
        average.name: case(
            (average == unknown, bindparam(f"{what}_first")),
            else_=average * weight + bindparam(f"{what}_added"),
        ),
    }


COUNT_RUNS = Statement(
    update(functions)
    .where(
        and_(
            functions.c.colonyname == _COLONY,
            functions.c.executorname == _EXECUTOR,
            functions.c.funcname == bindparam("of_function"),
        )
    )
    .values(
        {
            "counter": functions.c.counter + bindparam("runs"),
            **_statistics("wait"),
            **_statistics("exec"),
        }
    )
)
COUNT_COLONIES = Statement(select(func.count().label("count")).select_from(colonies))
REMOVE_MEMBERS = tuple(
    Statement(delete(table).where(table.c.colonyname == _COLONY))
    for table in (users, executors, functions)
)
