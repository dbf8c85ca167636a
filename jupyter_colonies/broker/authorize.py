"""From a message's declaration to a checked call: looks up the subject, then the role.

The order is the protocol's: an object that a message names by id is looked up before the role is
checked in its colony (protocol part 02, section 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jupyter_colonies.broker.call import Call, Facts
from jupyter_colonies.core import enrolment, policy, scope
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.messages import Message, Request
from jupyter_colonies.core.messages import processes as process_messages
from jupyter_colonies.core.messages.registry import Subject
from jupyter_colonies.core.policy import Caller, ExecutorFacts, Grant, Role
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import AccessDenied, UnknownObject
from jupyter_colonies.store import (
    blueprints,
    crons,
    generators,
    graphs,
    members,
    presence,
    processes,
)
from jupyter_colonies.store.statement import Row, Transaction

SERVERS_OWNER = "serverid"
# Nanoseconds between signs of life of an executor without a lease that are written down.
SIGN_AFTER = 60 * SECOND

Finder = Callable[[Transaction, Any, str], Row | None]


def authorize(
    tx: Transaction, facts: Facts, message: Message[Any, Any], request: Request, callerid: str
) -> Call:
    """The call if the caller may make it.

    Raises the declared error for a missing subject, AccessDenied for a missing role.
    """
    subject = None
    if message.subject:
        subject = _subject(tx, message.subject, request, changes=not message.reads)
    if message.colony:
        colonyname = message.colony_of(request)
    else:
        colonyname = str(subject["colonyname"]) if subject is not None else ""
    if colonyname and not message.reads and message.role is not Role.SERVER_OWNER:
        presence.keep(tx, colonyname)
    caller = Caller(callerid)
    match message.role:
        case Role.ANYONE | Role.SIGNER:
            pass
        case Role.SERVER_OWNER:
            policy.check_server_owner(callerid, owner_of_server(tx, facts.serverid))
        case Role.COLONY_OWNER:
            policy.check_colony_owner(callerid, colonyname, _owner(tx, colonyname))
        case Role.MEMBER_OR_OWNER:
            caller = _member_or_owner(tx, colonyname, callerid, renew=not message.reads)
        case Role.ENROLLED:
            _check_enrolled(tx, facts, colonyname, request)
        case _:
            pending = message.role in (Role.MEMBER_OR_PENDING, Role.ITSELF)
            caller = member(tx, colonyname, callerid, pending=pending, renew=not message.reads)
    if message.role is Role.ITSELF:
        _check_itself(caller, request)
    return Call(tx, facts, caller, colonyname, subject)


def confine(tx: Transaction, message: Message[Any, Any], request: Request, grant: Grant) -> None:
    """Raise AccessDenied unless what is asked for lies within a grant.

    Whether the identity itself may do it is left to `authorize`.
    """
    needed = scope.SCOPES.get(message.type, scope.READING if message.reads else scope.NO_TOKEN)
    scope.check(needed, grant.scopes)
    for colonyname in _concerned(tx, message, request):
        if colonyname != grant.colonyname:
            raise AccessDenied(
                f"Access denied, the token is good for colony <{grant.colonyname}> and no other"
            )


def _concerned(tx: Transaction, message: Message[Any, Any], request: Any) -> Iterator[str]:
    """The colonies that a request is about, those that it names first."""
    if message.colony:
        yield message.colony_of(request)
    if message is process_messages.CLOSE_PROCESSES:
        for item in request.items or []:
            row = tx.one(processes.BY_ID, processid=item.processid)
            if row is not None:  # what does not exist is in none
                yield str(row["colonyname"])
    elif message.subject:
        row = _subject(tx, message.subject, request, changes=False)
        yield str(row["name" if message.subject.kind == "colony" else "colonyname"])


def member(
    tx: Transaction, colonyname: str, callerid: str, *, pending: bool = False, renew: bool = False
) -> Caller:
    """The caller as a member of a colony. Raises AccessDenied if it is none.

    `renew` takes the call as a sign of life of an executor.
    """
    row = tx.one(members.EXECUTOR_OF_ID, colonyname=colonyname, id=callerid)
    executor = None
    if row is not None:
        executor = ExecutorFacts(
            row["seq"],
            row["executorname"],
            row["executortype"],
            row["locationname"],
            ExecutorState(row["state"]),
        )
        if renew and _is_news(row, tx.now):
            heard_from(tx, row["seq"])
    caller = Caller(callerid, executor)
    if policy.is_member(caller, pending=pending):
        return caller
    user = tx.one(members.USERNAME_OF_ID, colonyname=colonyname, id=callerid)
    if user is not None:
        return Caller(callerid, executor, user["name"])
    raise policy.not_a_member(colonyname, exists=_owner(tx, colonyname) is not None)


def _member_or_owner(tx: Transaction, colonyname: str, callerid: str, *, renew: bool) -> Caller:
    """The caller as member or owner; who is neither is refused as not being the owner."""
    owner = _owner(tx, colonyname)
    if owner == callerid:
        return Caller(callerid, owner=True)
    try:
        return member(tx, colonyname, callerid, renew=renew)
    except AccessDenied:
        policy.check_colony_owner(callerid, colonyname, owner)
        raise


def owner_of_server(tx: Transaction, founder: str) -> str:
    """The id that owns the server: the one it started with, unless it was changed."""
    row = tx.one(members.GET_SETTING, name=SERVERS_OWNER)
    return founder if row is None else str(row["value"])


def _is_news(row: Row, now: int) -> bool:
    """Whether a sign of life is worth writing down; who never asked for work gives none."""
    if row["lease"]:
        return bool(0 < row["leasedeadline"] < now + row["lease"] * SECOND * 3 // 4)
    return bool(0 < row["lastheardfromtime"] < now - SIGN_AFTER)


def heard_from(tx: Transaction, seq: int) -> None:
    """An executor gave a sign of life."""
    tx.last(_at_the_end(seq), members.HEARD_FROM, at_seq=seq, now=tx.now)


def still_there(tx: Transaction, seq: int, executorid: str) -> None:
    """An executor gave a sign of life, and has to be registered under this id to the end."""
    tx.last(
        _at_the_end(seq),
        members.STILL_THERE,
        needed=True,
        at_seq=seq,
        executorid=executorid,
        now=tx.now,
    )


def _at_the_end(seq: int) -> tuple[str, str]:
    return ("executors", f"{seq:020}")


def _owner(tx: Transaction, colonyname: str) -> str | None:
    row = tx.one(members.GET_COLONY, name=colonyname)
    return row["colonyid"] if row is not None else None


def _check_itself(caller: Caller, request: Any) -> None:
    if caller.executor is None or caller.executor.executorname != request.executorname:
        raise AccessDenied(
            f"Access denied, only executor <{request.executorname}> itself may do this"
        )


def _check_enrolled(tx: Transaction, facts: Facts, colonyname: str, request: Any) -> None:
    if _owner(tx, colonyname) is None:
        raise AccessDenied(f"Colony with name <{colonyname}> does not exists")
    executor = request.executor
    expected = enrolment.proof(facts.secret, colonyname, executor.executorname, executor.executorid)
    if not facts.secret or not enrolment.matches(expected, request.proof):
        raise AccessDenied(
            "Access denied, the proof of enrolment is wrong: the server was restarted or this is "
            "another server; read its runtime file again"
        )


def _subject(tx: Transaction, subject: Subject, request: Any, *, changes: bool) -> Row:
    """The row a message is about, nobody else's to change while this message changes it."""
    value: Any = request
    for name in subject.field.split("."):
        # A part that is missing altogether names no object either.
        value = getattr(value, name, "")
    find = (changes and _FINDERS_TO_CHANGE.get(subject.kind)) or _FINDERS[subject.kind]
    row = find(tx, request, value)
    if row is None:
        raise type(subject.missing)(subject.missing.message.format(value))
    return row


def _log(tx: Transaction, request: Any, processid: str) -> Row | None:
    if not request.executorname:
        return tx.one(processes.BY_ID, processid=processid)
    row = tx.one(
        members.GET_EXECUTOR,
        colonyname=request.colonyname,
        executorname=request.executorname,
    )
    if row is None:
        raise UnknownObject("Failed to get logs, executor does not exist")
    return row


def _executor(tx: Transaction, request: Any, executorname: str) -> Row | None:
    return tx.one(members.GET_EXECUTOR, colonyname=request.colonyname, executorname=executorname)


_FINDERS: dict[str, Finder] = {
    "process": lambda tx, _, value: tx.one(processes.BY_ID, processid=value),
    "processgraph": lambda tx, _, value: tx.one(graphs.BY_ID, processgraphid=value),
    "attribute": lambda tx, _, value: tx.one(processes.ATTRIBUTE, attributeid=value),
    "colony": lambda tx, _, value: tx.one(members.GET_COLONY, name=value),
    "executor": _executor,
    "identified executor": lambda tx, request, value: tx.one(
        members.GET_EXECUTOR_BY_ID, colonyname=request.colonyname, id=value
    ),
    "function": lambda tx, _, value: tx.one(members.FUNCTION, functionid=value),
    "log": _log,
    "blueprint": lambda tx, _, value: tx.one(blueprints.BY_ID, blueprintid=value),
    "cron": lambda tx, _, value: tx.one(crons.BY_ID, cronid=value),
    "generator": lambda tx, _, value: tx.one(generators.BY_ID, generatorid=value),
    "generator to pack": lambda tx, _, value: tx.one(generators.BY_ID, generatorid=value),
}
_FINDERS_TO_CHANGE: dict[str, Finder] = {
    "process": lambda tx, _, value: tx.one(processes.BY_ID_TO_CHANGE, processid=value),
    "executor": lambda tx, request, value: tx.one(
        members.GET_EXECUTOR_TO_CHANGE, colonyname=request.colonyname, executorname=value
    ),
    "cron": lambda tx, _, value: tx.one(crons.BY_ID_TO_CHANGE, cronid=value),
    "generator": lambda tx, _, value: tx.one(generators.BY_ID_TO_REMOVE, generatorid=value),
    "generator to pack": lambda tx, _, value: tx.one(generators.BY_ID_TO_PACK, generatorid=value),
}
