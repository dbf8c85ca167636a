"""Colonies and users (protocol part 01, sections 4.1, 4.2, 4.10)."""

from __future__ import annotations

from jupyter_colonies.core.decoding import Name
from jupyter_colonies.core.member import Colony, Statistics, User
from jupyter_colonies.core.messages.registry import Empty, Message, Request, Subject, declare
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import Absent


class AddColony(Request):
    """Create a colony."""

    colony: Colony | None = None


class NamedColony(Request):
    """A request about one colony."""

    colonyname: Name = ""


class AddUser(Request):
    """Create a user of a colony."""

    user: User | None = None


class NamedUser(Request):
    """A request about one user of a colony."""

    colonyname: Name = ""
    name: Name = ""


class IdentifiedUser(Request):
    """A request about the user with an id."""

    colonyname: Name = ""
    userid: Name = ""


ADD_COLONY = declare(
    Message(
        "addcolonymsg",
        "add_colony",
        AddColony,
        Colony,
        does="add colony",
        role=Role.SERVER_OWNER,
        needs=("colony", "Failed to add colony, colony is <nil>"),
    )
)
REMOVE_COLONY = declare(
    Message(
        "removecolonymsg",
        "remove_colony",
        NamedColony,
        Empty,
        does="remove colony",
        role=Role.SERVER_OWNER,
    )
)
GET_COLONIES = declare(
    Message(
        "getcoloniesmsg",
        "get_colonies",
        Request,
        list[Colony],
        does="get colonies",
        role=Role.SERVER_OWNER,
        reads=True,
    )
)
GET_COLONY = declare(
    Message(
        "getcolonymsg",
        "get_colony",
        NamedColony,
        Colony,
        does="get colony",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
GET_COLONY_STATISTICS = declare(
    Message(
        "getcolonystatsmsg",
        "get_colony_statistics",
        NamedColony,
        Statistics,
        does="get colony statistics",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
        subject=Subject(
            kind="colony",
            field="colonyname",
            missing=Absent("Colony with name <{}> not found"),
        ),
    )
)

COLONY_EXISTS = Absent("Colony with name <{}> does not exists")

ADD_USER = declare(
    Message(
        "addusermsg",
        "add_user",
        AddUser,
        User,
        does="add user",
        role=Role.COLONY_OWNER,
        colony="user.colonyname",
        needs=("user", "Failed to add user, executor is nil"),
        subject=Subject(kind="colony", field="user.colonyname", missing=COLONY_EXISTS),
    )
)
GET_USERS = declare(
    Message(
        "getusersmsg",
        "get_users",
        NamedColony,
        list[User],
        does="get users",
        role=Role.MEMBER_OR_PENDING,
        colony="colonyname",
        reads=True,
        subject=Subject(kind="colony", field="colonyname", missing=COLONY_EXISTS),
    )
)
GET_USER = declare(
    Message(
        "getusermsg",
        "get_user",
        NamedUser,
        User,
        does="get user",
        role=Role.MEMBER_OR_PENDING,
        colony="colonyname",
        reads=True,
        subject=Subject(kind="colony", field="colonyname", missing=COLONY_EXISTS),
    )
)
GET_USER_BY_ID = declare(
    Message(
        "getuserbyidmsg",
        "get_user_by_id",
        IdentifiedUser,
        User,
        does="get user by ID",
        role=Role.MEMBER_OR_PENDING,
        colony="colonyname",
        reads=True,
        subject=Subject(kind="colony", field="colonyname", missing=COLONY_EXISTS),
    )
)
REMOVE_USER = declare(
    Message(
        "removeusermsg",
        "remove_user",
        NamedUser,
        Empty,
        does="remove user",
        role=Role.COLONY_OWNER,
        colony="colonyname",
        subject=Subject(kind="colony", field="colonyname", missing=COLONY_EXISTS),
    )
)
