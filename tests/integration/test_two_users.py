"""Two people with a colony each on one server, and what one sees of the other: nothing."""

import json
import re
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
import websocket
from botocore.exceptions import ClientError

from jupyter_colonies.core import envelope, identity
from jupyter_colonies.core.messages import REGISTRY
from jupyter_colonies.core.policy import Role
from jupyter_colonies.server.rest import sockets
from jupyter_colonies.server.rest.api import resources
from jupyter_colonies.store.address import parse
from jupyter_colonies.testing import server_in_thread
from tests.integration.boto import client_of
from tests.integration.test_server_port import ask, rpc, sealed

MARK = "nobody-else-s-business"
REFUSED = {401, 403, 404}
NEEDED = {r"colonies/([^/]+)/log": "?text=nobody", r"colonies/([^/]+)/files": "?label=/a"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request, tmp_path_factory):
    """Ada has the colony `dev` and work in it, Bob has the colony `other` and nothing."""
    folder = tmp_path_factory.mktemp("shared")
    settings = {"metrics_token": "a token that is long"}
    with ExitStack() as stack:
        if request.param == "postgresql":
            postgres = request.getfixturevalue("postgres")
            url = stack.enter_context(postgres.database(template="template_colonies"))
            settings["database"] = parse(url)
        server = stack.enter_context(server_in_thread(folder, **settings))
        owner, bob = identity.new_private_key(), identity.new_private_key()
        colony = {"colonyid": identity.id_of(owner), "name": "other"}
        rpc(server, "addcolonymsg", server.server_key, colony=colony)
        user = {"colonyname": "other", "userid": identity.id_of(bob), "name": "bob"}
        rpc(server, "addusermsg", owner, user=user)
        yield SimpleNamespace(server=server, bob=bob, owner=owner, ids=adas_work(server))


def adas_work(server):
    executor = identity.new_private_key()
    named = {"colonyname": "dev", "executorname": MARK}
    fields = {**named, "executortype": MARK, "executorid": identity.id_of(executor)}
    rpc(server, "addexecutormsg", server.colony_key, executor=fields)
    rpc(server, "approveexecutormsg", server.colony_key, **named)
    conditions = {"colonyname": "dev", "executortype": MARK}
    spec = {"nodename": "a", "funcname": MARK, "args": [MARK], "conditions": conditions}
    graph = {"colonyname": "dev", "functionspecs": [spec]}
    workflow = rpc(server, "submitworkflowspecmsg", server.user_key, spec=graph)
    taken = rpc(server, "assignprocessmsg", executor, colonyname="dev", timeout=10)
    processid = taken["processid"]
    rpc(server, "addlogmsg", executor, processid=processid, message=MARK)
    keys = rpc(server, "getcredentialsmsg", server.user_key, colonyname="dev")
    storage = client_of(server, keys)
    storage.put_object(Bucket="colonies", Key=MARK, Body=MARK.encode())
    storage.close()
    return {
        "processid": processid,
        "processgraphid": workflow["processgraphid"],
        "colonyname": "dev",
        "executorname": MARK,
        "executortype": MARK,
    }


def test_over_the_rpc(shared):
    """Every message that is about a colony, or about something in one."""
    asked = 0
    for message in REGISTRY.values():
        if message.streams or message.role is Role.ANYONE:
            continue
        fields = {
            name: shared.ids[name]
            for name in message.request.__struct_fields__
            if name in shared.ids
        }
        if not fields:
            continue
        asked += 1
        for key in (shared.bob, shared.owner):
            body = sealed(message.type, key, **fields)
            status, _, answer = ask(shared.server, "POST", "/api", body)
            assert MARK not in answer.decode(), message.type
            if status < 400:
                assert envelope.result(answer)[1] in (b"[]", b"null", b"{}"), message.type
    assert asked > 60


def test_over_rest(shared):
    token = rpc(
        shared.server, "addtokenmsg", shared.bob, colonyname="other", name="t", scopes=["read"]
    )
    secret = next(value for name, value in token.items() if str(value).startswith("colonies"))
    headers = {"Authorization": f"Bearer {secret}"}
    for path, offered in resources(inside=False).items():
        if "GET" not in offered:
            continue
        address = filled(path, shared.ids)
        asked = f"/v1/{address}{NEEDED.get(path, '')}"
        status, _, body = ask(shared.server, "GET", asked, headers=headers)
        assert MARK not in body.decode().replace(address, ""), path
        if status not in REFUSED:
            # The list holds one's own; what the API is, anybody may know.
            assert address in ("colonies", "docs", "openapi.json")
            assert address != "colonies" or "dev" not in body.decode()
    for path in sockets.PATHS:
        address = filled(path, shared.ids)
        assert ask(shared.server, "GET", f"/v1/{address}", headers=headers)[0] in REFUSED
    # A token is good for its colony: even the list of colonies holds no other.
    own = ask(shared.server, "GET", "/v1/colonies/other/processes", headers=headers)
    assert own[0] == 200


def filled(path, ids):
    values = iter(
        [ids["processgraphid"]] if path.startswith("workflows") else
        [ids["processid"]] if path.startswith("processes") else ["dev"]
    )  # fmt: skip
    return re.sub(r"\(\[\^/\]\+\)", lambda _: next(values, MARK), path)


def test_over_subscriptions(shared):
    server = shared.server
    connection = websocket.create_connection(f"ws://{server.host}:{server.port}/pubsub", timeout=30)
    for message in REGISTRY.values():
        if not message.streams:
            continue
        fields = {
            name: shared.ids[name]
            for name in message.request.__struct_fields__
            if name in shared.ids
        }
        connection.send(sealed(message.type, shared.bob, **fields, timeout=5).decode())
        answer = connection.recv()
        assert json.loads(answer)["error"], message.type
        assert MARK not in answer
    connection.close()


def test_over_files(shared):
    keys = rpc(shared.server, "getcredentialsmsg", shared.bob, colonyname="other")
    storage = client_of(shared.server, keys)
    assert "Contents" not in storage.list_objects_v2(Bucket="colonies")
    with pytest.raises(ClientError, match="NoSuchKey"):
        storage.get_object(Bucket="colonies", Key=MARK)
    with pytest.raises(ClientError, match="NoSuchBucket"):
        storage.get_object(Bucket="dev", Key=MARK)
    storage.close()


def test_over_metrics(shared):
    """Numbers are the operator's: neither signature nor token of a member opens them."""
    for key in (shared.bob, shared.owner):
        headers = {"Authorization": f"Bearer {key}"}
        assert ask(shared.server, "GET", "/metrics", headers=headers)[0] == 401
