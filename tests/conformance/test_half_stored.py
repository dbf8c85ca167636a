"""What is refused leaves no trace: not a row of the database differs afterwards."""

import pytest

from tests.conformance.contents import reader
from tests.conformance.wire import Refused, envelope, id_of, new_key


@pytest.fixture
def contents(server, colony):
    """Everything that is stored of the colony, by table."""
    return reader(server, colony.name)


def chain(member, length, **last):
    specs = [
        member.spec(
            nodename=f"n{place}", conditions={"dependencies": [f"n{place - 1}"] if place else []}
        )
        for place in range(length)
    ]
    return [*specs, member.spec(**last)]


BAD_LAST = {
    "no name": {"nodename": ""},
    "duplicate": {"nodename": "n0"},
    "unknown dependency": {"nodename": "x", "conditions": {"dependencies": ["missing"]}},
    "itself": {"nodename": "x", "conditions": {"dependencies": ["x"]}},
    "priority": {"nodename": "x", "priority": 10**6},
    "memory": {"nodename": "x", "conditions": {"mem": "5"}},
    "cpu": {"nodename": "x", "conditions": {"cpu": "xm"}},
    "type of args": {"nodename": "x", "args": {"a": 1}},
    "type of env": {"nodename": "x", "env": {"a": 1}},
    "number": {"nodename": "x", "maxexectime": 2**70},
}


@pytest.mark.parametrize("fault", BAD_LAST)
def test_a_workflow_with_one_fault(contents, e1, fault):
    specs = chain(e1, 30, **BAD_LAST[fault])
    before = contents()
    with pytest.raises(Refused):
        e1.submit_workflow(*specs)
    assert contents() == before


def requests(colony, e1, e2, waiting, running, graph):
    """Bad requests of every kind, as (caller's key, type, fields)."""
    child = {
        "processgraphid": graph["processgraphid"],
        "parentprocessid": graph["processids"][0],
        "spec": e1.spec(nodename="n"),
    }
    here = {"colonyname": colony.name}
    return [
        (e1.key, "submitfuncspecmsg", {"spec": e1.spec(priority=10**6)}),
        (e1.key, "submitfuncspecmsg", {"spec": e1.spec(env={"a": 1})}),
        (new_key(), "submitfuncspecmsg", {"spec": e1.spec(env={"a": "b"})}),
        (e1.key, "addchildmsg", child),
        (e1.key, "addchildmsg", child | {"parentprocessid": running["processid"]}),
        (e1.key, "addchildmsg", child | {"childprocessid": "f" * 64}),
        (e1.key, "closesuccessfulmsg", {"processid": waiting["processid"], "out": [1]}),
        (e2.key, "closesuccessfulmsg", {"processid": running["processid"], "out": [1]}),
        (e2.key, "closefailedmsg", {"processid": running["processid"], "errors": ["e"]}),
        (e2.key, "setoutputmsg", {"processid": running["processid"], "out": [1]}),
        (e1.key, "closefailedmsg", {"processid": running["processid"], "errors": [1]}),
        (e1.key, "closesuccessfulmsg", {"processid": running["processid"], "out": {}}),
        (e1.key, "cancelprocessmsg", {"processid": graph["processids"][0]}),
        (e1.key, "removeprocessmsg", {"processid": running["processid"]}),
        (new_key(), "removeprocessgraphmsg", {"processgraphid": graph["processgraphid"]}),
        (e2.key, "addattributemsg", {"attribute": {"targetid": running["processid"], "key": "k"}}),
        (e2.key, "addlogmsg", {"processid": running["processid"], "message": "m"}),
        (e2.key, "addfunctionmsg", {"fun": here | {"executorname": "E1", "funcname": "f"}}),
        (
            colony.ownerkey,
            "addexecutormsg",
            {"executor": here | {"executorname": "E1", "executorid": id_of(new_key())}},
        ),
        (
            colony.ownerkey,
            "addexecutormsg",
            {"executor": here | {"executorname": "new", "executorid": e1.id}},
        ),
        (
            e1.key,
            "addexecutormsg",
            {"executor": here | {"executorname": "new", "executorid": id_of(new_key())}},
        ),
        (colony.ownerkey, "addusermsg", {"user": here | {"name": "a:b"}}),
        (e1.key, "addusermsg", {"user": here | {"name": "new"}}),
        (colony.wire.serverkey, "addcolonymsg", {"colony": {"name": "x", "colonyid": "short"}}),
        (e1.key, "removecolonymsg", here),
        (colony.wire.serverkey, "removecolonymsg", {"colonyname": "nowhere"}),
        (e1.key, "assignprocessmsg", here | {"timeout": 0}),
        (e1.key, "assignprocessmsg", here | {"timeout": -1, "availablemem": "5"}),
    ]


def test_refused_requests_of_every_kind(contents, colony, e1, e2):
    e1.submit()
    running = e1.assign()
    waiting = e1.submit(conditions={"executortype": "x"})
    graph = e1.submit_workflow(a=[], b=["a"])
    before = contents()
    for key, payloadtype, fields in requests(colony, e1, e2, waiting, running, graph):
        with pytest.raises(Refused) as caught:
            colony.wire.call(payloadtype, key, **fields)
        assert caught.value.message
        assert contents() == before, (payloadtype, fields)


def test_a_request_that_breaks_off_halfway(contents, colony, e1):
    """The client is gone before its whole request is there."""
    before = contents()
    message = {"msgtype": "submitfuncspecmsg", "spec": e1.spec(args=["x" * 10_000])}
    body = envelope("submitfuncspecmsg", message, e1.key)
    for sent in (0, 1, len(body) // 2, len(body) - 1):
        connection = colony.wire.connection()
        connection.putrequest("POST", "/api")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:sent])
        connection.close()
    assert contents() == before
    e1.submit()
