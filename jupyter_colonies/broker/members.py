"""Colonies and users (protocol part 01, sections 4.1 and 4.2)."""

from __future__ import annotations

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.core.member import Colony, ExecutorState, Statistics, User, check_name
from jupyter_colonies.core.messages import Empty, Request, colonies, server
from jupyter_colonies.core.messages.colonies import (
    AddColony,
    AddUser,
    IdentifiedUser,
    NamedColony,
    NamedUser,
)
from jupyter_colonies.core.messages.server import Cluster, ClusterNode
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import Absent, InvalidRequest, NameTaken, NotFound, UnknownObject
from jupyter_colonies.store import (
    blueprints,
    channels,
    crons,
    files,
    generators,
    graphs,
    locations,
    members,
    objects,
    pauses,
    presence,
    processes,
    remainders,
    tokens,
)
from jupyter_colonies.store.statement import Row

ID_LENGTH = 64


@answers(colonies.ADD_COLONY)
def add_colony(call: Call, request: AddColony) -> Colony:
    """Create a colony."""
    colony = request.colony or Colony()
    if len(colony.colonyid) != ID_LENGTH:
        raise InvalidRequest(
            "Failed to add colony, invalid colony Id length: 64 hexadecimal characters expected"
        )
    check_name(colony.name, "colony")
    if call.tx.one(members.GET_COLONY, name=colony.name) is not None:
        raise NameTaken(f"A Colony with name <{colony.name}> already exists")
    call.tx.run(members.ADD_COLONY, name=colony.name, colonyid=colony.colonyid)
    return colony


@answers(colonies.REMOVE_COLONY)
def remove_colony(call: Call, request: NamedColony) -> Empty:
    """Remove a colony with everything in it."""
    colonyname = request.colonyname
    call.tx.end_batch()
    presence.keep_alone(call.tx, colonyname)
    call.tx.lock(members.LOCK_COLONY, colonyname=colonyname)
    # First what could start something new in a colony that is being removed.
    call.tx.lock(generators.LOCK_OF_COLONY, colonyname=colonyname)
    for statement in (
        crons.REMOVE_OF_COLONY,
        *generators.REMOVE_OF_COLONY,
        remainders.REMOVE_OF_COLONY,
        *channels.REMOVE_OF_COLONY,
        *files.REMOVE_OF_COLONY,
        *graphs.REMOVE_OF_COLONY,
        *blueprints.REMOVE_OF_COLONY,
        *objects.REMOVE_OF_COLONY,
        *members.REMOVE_MEMBERS,
        locations.REMOVE_ALL,
        pauses.REMOVE,
        tokens.REMOVE_OF_COLONY,
    ):
        call.tx.run(statement, colonyname=colonyname)
    if not call.tx.run(members.REMOVE_COLONY, colonyname=colonyname):
        raise Absent(f"Colony with name <{colonyname}> not found")
    return Empty()


@answers(colonies.GET_COLONIES)
def get_colonies(call: Call, _: Request) -> list[Colony]:
    """All colonies in the order they were made."""
    return [as_colony(row) for row in call.tx.all(members.LIST_COLONIES)]


@answers(colonies.GET_COLONY)
def get_colony(call: Call, request: NamedColony) -> Colony:
    """One colony, for its members."""
    row = call.tx.one(members.GET_COLONY, name=request.colonyname)
    if row is None:
        raise Absent(f"Colony with name <{request.colonyname}> not found")
    return as_colony(row)


@answers(colonies.GET_COLONY_STATISTICS)
def get_colony_statistics(call: Call, request: NamedColony) -> Statistics:
    """Counts of a colony."""
    return _statistics(call, request.colonyname, colonies_counted=1)


@answers(server.SERVER_STATISTICS)
def get_server_statistics(call: Call, _: Request) -> Statistics:
    """Counts over all colonies; unregistered executors are not counted as executors."""
    row = call.tx.one(members.COUNT_COLONIES)
    statistics = _statistics(call, "", colonies_counted=row["count"] if row else 0)
    statistics.executors -= statistics.unregisteredexecutors
    return statistics


@answers(server.CLUSTER)
def get_cluster(call: Call, _: Request) -> Cluster:
    """This server; of others on the same database nobody has to know."""
    nodes = [
        ClusterNode(name=f"{each.host}:{each.port}", host=each.host, apiport=each.port)
        for each in call.facts.backends
    ]
    return Cluster(nodes=nodes, leader=nodes[0] if nodes else ClusterNode())


@answers(colonies.ADD_USER)
def add_user(call: Call, request: AddUser) -> User:
    """Create a user; it is active at once."""
    user = request.user or User()
    check_name(user.name, "user")
    call.tx.lock(members.LOCK_COLONY, colonyname=user.colonyname)
    if _user(call, user.colonyname, user.name) is not None:
        raise NameTaken(
            f"A user with name <{user.name}> already exists in Colony with name <{user.colonyname}>"
        )
    if call.tx.one(members.USER_HOLDS_ID, colonyname=user.colonyname, userid=user.userid):
        raise NameTaken(
            f"A user with Id <{user.userid}> already exists in Colony with name <{user.colonyname}>"
        )
    call.tx.run(
        members.ADD_USER,
        colonyname=user.colonyname,
        name=user.name,
        userid=user.userid,
        email=user.email,
        phone=user.phone,
    )
    return user


@answers(colonies.GET_USERS)
def get_users(call: Call, request: NamedColony) -> list[User]:
    """All users of a colony."""
    rows = call.tx.all(members.LIST_USERS, colonyname=request.colonyname)
    return [as_user(row) for row in rows]


@answers(colonies.GET_USER)
def get_user(call: Call, request: NamedUser) -> User:
    """One user of a colony."""
    row = _user(call, request.colonyname, request.name)
    if row is None:
        raise UnknownObject("Failed to get user, user is nil")
    return as_user(row)


@answers(colonies.GET_USER_BY_ID)
def get_user_by_id(call: Call, request: IdentifiedUser) -> User:
    """The user with an id."""
    row = call.tx.one(members.GET_USER_BY_ID, colonyname=request.colonyname, userid=request.userid)
    if row is None:
        raise NotFound(
            f"Failed to get user by ID, user is nil: there is none with id '{request.userid}'"
        )
    return as_user(row)


@answers(colonies.REMOVE_USER)
def remove_user(call: Call, request: NamedUser) -> Empty:
    """Remove a user; what it submitted stays."""
    if not call.tx.run(members.REMOVE_USER, colonyname=request.colonyname, name=request.name):
        raise Absent(f"User with name <{request.name}> not found")
    return Empty()


def _user(call: Call, colonyname: str, name: str) -> Row | None:
    return call.tx.one(members.GET_USER, colonyname=colonyname, name=name)


def as_colony(row: Row) -> Colony:
    """A colony as it is told."""
    return Colony(colonyid=row["colonyid"], name=row["name"])


def as_user(row: Row) -> User:
    """A user as it is told."""
    return User(
        colonyname=row["colonyname"],
        userid=row["userid"],
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
    )


def _statistics(call: Call, colonyname: str, *, colonies_counted: int) -> Statistics:
    def counts(statement: object) -> dict[int, int]:
        rows = call.tx.all(statement, colonyname=colonyname)  # type: ignore[arg-type]
        return {row["state"]: row["count"] for row in rows}

    of_executors = counts(members.COUNT_EXECUTORS)
    of_processes = counts(processes.COUNT_BY_STATE)
    of_graphs = counts(graphs.COUNT_BY_STATE)
    return Statistics(
        colonies=colonies_counted,
        executors=sum(of_executors.values()),
        activeexecutors=of_executors.get(ExecutorState.APPROVED, 0),
        unregisteredexecutors=of_executors.get(ExecutorState.UNREGISTERED, 0),
        waitingprocesses=of_processes.get(State.WAITING, 0),
        runningprocesses=of_processes.get(State.RUNNING, 0),
        successfulprocesses=of_processes.get(State.SUCCESS, 0),
        failedprocesses=of_processes.get(State.FAILED, 0),
        cancelledprocesses=of_processes.get(State.CANCELLED, 0),
        waitingworkflows=of_graphs.get(State.WAITING, 0),
        runningworkflows=of_graphs.get(State.RUNNING, 0),
        successfulworkflows=of_graphs.get(State.SUCCESS, 0),
        failedworkflows=of_graphs.get(State.FAILED, 0),
        cancelledworkflows=of_graphs.get(State.CANCELLED, 0),
    )
