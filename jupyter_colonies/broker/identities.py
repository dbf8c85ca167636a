"""Changing ids (protocol part 01, section 4.9).

What has not ended, and what will be started, follows its initiator and its executor to the new
id; what has ended keeps the old one. Somebody else who was about to change the same id comes too
late and is refused.
"""

from __future__ import annotations

from jupyter_colonies.broker.authorize import SERVERS_OWNER
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.signals import Dismissed
from jupyter_colonies.core import identity
from jupyter_colonies.core.messages import identities
from jupyter_colonies.core.messages.identities import (
    ChangeColonyId,
    ChangeExecutorId,
    ChangeServerId,
    ChangeUserId,
)
from jupyter_colonies.errors import AccessDenied, InvalidRequest
from jupyter_colonies.store import identities as statements
from jupyter_colonies.store import members


@answers(identities.CHANGE_USER_ID)
def change_user_id(call: Call, request: ChangeUserId) -> ChangeUserId:
    """A user is known by another id; others of the colony may have the same."""
    old = call.caller.id
    row = call.tx.one(members.GET_USER_BY_ID, colonyname=request.colonyname, userid=old)
    if row is None and call.caller.executor is None:
        raise AccessDenied(_superseded(old))
    if row is None:
        raise InvalidRequest("Failed to change user Id, user not found")
    _check(request.userid, "user")
    call.tx.end_batch()
    changed = call.tx.run(
        statements.CHANGE_USER, of_colony=request.colonyname, old=old, new=request.userid
    )
    if not changed:
        raise AccessDenied(_superseded(old))
    _follow(call, row["name"], request.userid)
    return request


@answers(identities.CHANGE_EXECUTOR_ID)
def change_executor_id(call: Call, request: ChangeExecutorId) -> ChangeExecutorId:
    """An executor is known by another id, and goes on with what it runs."""
    executor, old, new = call.caller.executor, call.caller.id, request.executorid
    if executor is None:
        raise InvalidRequest("Failed to change executor Id, executor not found")
    _check(new, "executor")
    names = {"colonyname": request.colonyname, "executorname": executor.executorname}
    call.tx.end_batch()
    call.tx.lock(members.LOCK_COLONY, colonyname=request.colonyname)
    if call.tx.one(members.EXECUTOR_HOLDS_ID, id=new, **names) is not None:
        raise InvalidRequest(
            "Executor not unique, both Name and ExecutorId must be unique within a Colony"
        )
    if not call.tx.run(statements.CHANGE_EXECUTOR, at_seq=executor.seq, old=old, new=new):
        raise AccessDenied(_superseded(old))
    place = {"of_colony": request.colonyname, "of_name": executor.executorname}
    call.tx.run(statements.CHANGE_HOLDER, old=old, new=new, **place)
    _follow(call, executor.executorname, new)
    call.tx.announce(Dismissed(request.colonyname, executor.executorname))
    return request


@answers(identities.CHANGE_COLONY_ID)
def change_colony_id(call: Call, request: ChangeColonyId) -> ChangeColonyId:
    """A colony is owned by another id."""
    old = call.caller.id
    _check(request.colonyid, "colony")
    changed = call.tx.run(
        statements.CHANGE_COLONY, of_colony=request.colonyname, old=old, new=request.colonyid
    )
    if not changed:
        raise AccessDenied("Access denied, not colony owner")
    return request


@answers(identities.CHANGE_SERVER_ID)
def change_server_id(call: Call, request: ChangeServerId) -> ChangeServerId:
    """The server is owned by another id; the database knows, so all servers on it do."""
    _check(request.serverid, "server")
    if call.tx.one(members.GET_SETTING, name=SERVERS_OWNER) is None:
        call.tx.run(members.PUT_SETTING, name=SERVERS_OWNER, value=request.serverid)
    elif not call.tx.run(
        statements.CHANGE_SERVER, setting=SERVERS_OWNER, old=call.caller.id, new=request.serverid
    ):
        raise AccessDenied("Access denied, not server owner")
    return request


def _follow(call: Call, name: str, new: str) -> None:
    """What a member has initiated and has not ended is initiated by the new id."""
    of = {"of_colony": call.colonyname, "of_name": name, "old": call.caller.id}
    for statement in statements.LOCK_INITIATED:
        call.tx.lock(statement, **of)
    for statement in statements.CHANGE_INITIATOR:
        call.tx.run(statement, **of, new=new)


def _check(new: str, what: str) -> None:
    if not identity.is_id(new):
        raise InvalidRequest(
            f"Failed to change {what} Id, new {what} Id is not 64 characters: 64 lower-case "
            "hexadecimal characters are expected"
        )


def _superseded(old: str) -> str:
    return f"Access denied, the id {old} was changed in the meantime"
