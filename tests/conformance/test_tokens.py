"""Bearer tokens, an extension: for whom one stands, for how long, and for what."""

import asyncio
import json

import pytest

from jupyter_colonies.broker.tokens import MOST, NoToken
from jupyter_colonies.core.messages import REGISTRY, processes, workflows
from jupyter_colonies.core.scope import Scope
from jupyter_colonies.errors import AccessDenied, NotFound
from jupyter_colonies.store.statement import Statement
from jupyter_colonies.store.tokens import tokens
from tests.conformance.wire import id_of, new_key, refused

ALL = [str(scope) for scope in Scope]


def on(server, coroutine):
    """The result of a coroutine on the server's loop."""
    return asyncio.run_coroutine_threadsafe(coroutine, server.loop).result(60)


def made(member, *scopes, **fields):
    names = {"colonyname": member.colony.name, "name": "t"}
    return member.call("addtokenmsg", scopes=list(scopes) or ALL, **names | fields)


def test_it_stands_for_who_made_it_and_its_secret_is_told_once(server, e1, user, owner) -> None:
    for member in (e1, user, owner):
        new = made(member, "read", "execute", lifetime=60)
        found = on(server, server.broker.bearer(new["secret"]))
        assert found.id == id_of(member.key)
        assert found.grant.scopes == {Scope.READ, Scope.EXECUTE}
        (listed,) = [
            each
            for each in member.call("gettokensmsg", colonyname=member.colony.name)
            if each["tokenid"] == new["token"]["tokenid"]
        ]
        assert listed["lastused"] > listed["created"]
        assert listed == new["token"] | {"lastused": listed["lastused"]}
    row = on(server, server.broker.store.read(lambda tx: tx.all(Statement(tokens.select()))))
    assert new["secret"] not in json.dumps([dict(each) for each in row])


def test_members_see_their_own_and_the_owner_all(e1, user, owner) -> None:
    of_e1, of_user = (made(each)["token"]["tokenid"] for each in (e1, user))
    colony = {"colonyname": e1.colony.name}
    assert [each["tokenid"] for each in e1.call("gettokensmsg", **colony)] == [of_e1]
    assert [each["tokenid"] for each in owner.call("gettokensmsg", **colony)] == [of_e1, of_user]
    with refused(404):
        e1.call("removetokenmsg", tokenid=of_user, **colony)
    owner.call("removetokenmsg", tokenid=of_user, **colony)
    with refused(404):
        user.call("removetokenmsg", tokenid=of_user, **colony)


def test_it_is_good_for_nothing_once_it_is_revoked(server, e1) -> None:
    new = made(e1)
    e1.call("removetokenmsg", colonyname=e1.colony.name, tokenid=new["token"]["tokenid"])
    with pytest.raises(NoToken, match="revoked"):
        on(server, server.broker.bearer(new["secret"]))


def test_it_does_not_outlive_whom_it_stands_for(server, colony, user, owner) -> None:
    of_user, of_owner = made(user)["secret"], made(owner)["secret"]
    executor = colony.executor(name="short")
    of_executor = made(executor)["secret"]
    colony.wire.call("removeusermsg", colony.ownerkey, colonyname=colony.name, name="U")
    colony.wire.call(
        "rejectexecutormsg", colony.ownerkey, colonyname=colony.name, executorname="short"
    )
    colony.wire.call(
        "changecolonyidmsg", colony.ownerkey, colonyname=colony.name, colonyid=id_of(new_key())
    )
    for secret in (of_user, of_owner, of_executor):
        with pytest.raises(NoToken, match="not in colony"):
            on(server, server.broker.bearer(secret))


def test_it_expires(ticking, e) -> None:
    new = made(e, lifetime=60)
    on(ticking.server, ticking.server.broker.bearer(new["secret"]))
    ticking.clock.advance(61)
    with pytest.raises(NoToken, match="expired"):
        on(ticking.server, ticking.server.broker.bearer(new["secret"]))
    ticking.clock.advance(40 * 86_400)
    made(e)
    found = e.call("gettokensmsg", colonyname=e.colony.name)
    assert len(found) == 1, "what is long past is removed when the next one is made"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": ""}, "Failed to add token, it has no name"),
        ({"scopes": []}, "The token has no scopes"),
        ({"scopes": None}, "The token has no scopes"),
        ({"scopes": ["read", "all"]}, "'all' is no scope"),
        ({"lifetime": 0}, "The token's lifetime is 0 seconds"),
        ({"lifetime": 10**9}, "The token's lifetime"),
    ],
)
def test_what_can_be_no_token(e1, fields, text) -> None:
    with refused(400, text):
        e1.call(
            "addtokenmsg", **{"colonyname": e1.colony.name, "name": "t", "scopes": ALL} | fields
        )


def test_there_are_not_too_many(e1) -> None:
    for _ in range(MOST):
        new = made(e1)
    with refused(500, f"There are {MOST} tokens"):
        made(e1)
    e1.call("removetokenmsg", colonyname=e1.colony.name, tokenid=new["token"]["tokenid"])
    made(e1)


def asked(server, message, secret, **fields):
    async def ask():
        found = await server.broker.bearer(secret)
        request = message.request(msgtype=message.type, **fields)
        return await server.broker.call(message, request, found.id, grant=found.grant)

    return on(server, ask())


def test_it_is_good_for_its_scopes_and_its_colony(server, wire, e1) -> None:
    process = e1.submit()
    elsewhere = wire.new_colony()
    wire.call(
        "addusermsg",
        elsewhere.ownerkey,
        user={"colonyname": elsewhere.name, "name": "same", "userid": id_of(e1.key)},
    )
    secret = made(e1, "read")["secret"]
    here, there = ({"colonyname": name} for name in (e1.colony.name, elsewhere.name))
    assert asked(server, processes.GET_PROCESS, secret, processid=process["processid"])
    assert asked(server, workflows.GET_GRAPHS, secret, **here) == []
    with pytest.raises(AccessDenied, match=f"good for colony <{e1.colony.name}>"):
        asked(server, workflows.GET_GRAPHS, secret, **there)
    with pytest.raises(AccessDenied, match="lacks the scope 'execute'"):
        asked(server, processes.ASSIGN_PROCESS, secret, **here, timeout=-1)
    with pytest.raises(NotFound):
        asked(server, processes.GET_PROCESS, secret, processid="0" * 64)


def test_results_in_a_batch_are_confined_too(server, wire, e1) -> None:
    foreign = wire.new_colony().executor()
    theirs = foreign.submit()["processid"]
    foreign.assign()
    secret = made(e1)["secret"]
    item = processes.Result(processid=theirs, out=[1])
    with pytest.raises(AccessDenied, match="no other"):
        asked(server, processes.CLOSE_PROCESSES, secret, items=[item])


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("addtokenmsg", {"name": "t"}),
        ("changeuseridmsg", {"userid": "0" * 64}),
        ("getcredentialsmsg", {}),
    ],
)
def test_what_lasts_needs_the_key(server, e1, name, fields) -> None:
    secret = made(e1)["secret"]
    with pytest.raises(AccessDenied, match="no token may do this"):
        asked(server, REGISTRY[name], secret, colonyname=e1.colony.name, **fields)
