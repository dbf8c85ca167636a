"""Changing ids: whoever holds the old key names the new id (protocol part 01, section 4.9).

The reply is the request. From then on only the new key is known.
"""

from __future__ import annotations

from jupyter_colonies.core.messages.registry import Message, Request, declare
from jupyter_colonies.core.policy import Role


class ChangeUserId(Request):
    """The user who signs is known by another id from now on."""

    colonyname: str = ""
    userid: str = ""


class ChangeExecutorId(Request):
    """The executor that signs is known by another id from now on; it keeps what it runs."""

    colonyname: str = ""
    executorid: str = ""


class ChangeColonyId(Request):
    """The colony is owned by another id from now on; other colonies of the owner stay."""

    colonyname: str = ""
    colonyid: str = ""


class ChangeServerId(Request):
    """The server is owned by another id from now on, also after a restart."""

    serverid: str = ""


CHANGE_USER_ID = declare(
    Message(
        "changeuseridmsg",
        "change_user_id",
        ChangeUserId,
        ChangeUserId,
        does="change user Id",
        role=Role.MEMBER_OR_PENDING,
        colony="colonyname",
        needs=("userid", "Failed to change user Id, user Id is empty"),
    )
)
CHANGE_EXECUTOR_ID = declare(
    Message(
        "changeexecutoridmsg",
        "change_executor_id",
        ChangeExecutorId,
        ChangeExecutorId,
        does="change executor Id",
        role=Role.MEMBER_OR_PENDING,
        colony="colonyname",
        needs=("executorid", "Failed to change executor Id, executor Id is empty"),
    )
)
CHANGE_COLONY_ID = declare(
    Message(
        "changecolonyidmsg",
        "change_colony_id",
        ChangeColonyId,
        ChangeColonyId,
        does="change colony Id",
        role=Role.COLONY_OWNER,
        colony="colonyname",
        needs=("colonyid", "Failed to change colony Id, colony Id is empty"),
    )
)
CHANGE_SERVER_ID = declare(
    Message(
        "changeserveridmsg",
        "change_server_id",
        ChangeServerId,
        ChangeServerId,
        does="change server Id",
        role=Role.SERVER_OWNER,
        needs=("serverid", "Failed to change colony Id, colony Id is empty"),
    )
)
