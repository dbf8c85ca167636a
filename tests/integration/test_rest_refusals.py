"""What every operation refuses, in which words: without proof, of others, and what is wrong."""

import http.client
import json
import re

import pytest

from jupyter_colonies.core import identity
from jupyter_colonies.server.rest.declaration import OPERATIONS
from tests.integration.test_rest_signed import Api

CLOSED = {name: each for name, each in OPERATIONS.items() if not each.open and not each.inside}
WITH_BODY = [name for name, each in CLOSED.items() if each.body not in (None, bytes)]
STRANGE = "0" * 64


@pytest.fixture(scope="module")
def house(server):
    return server


@pytest.fixture(scope="module")
def stranger(house):
    """The owner, with a user, of another colony on the same server."""
    owner = Api(house, identity.new_private_key())
    root = Api(house, house.server_key)
    root("PUT", "colonies/other", {"colonyid": identity.id_of(owner.key)})
    user = Api(house, identity.new_private_key())
    owner("PUT", "colonies/other/members/eve", {"userid": identity.id_of(user.key)})
    return [owner, user]


@pytest.fixture(scope="module")
def things(house):
    """One of everything in colony `dev`, whose words nobody else may read."""
    owner, user = Api(house, house.colony_key), Api(house, house.user_key)
    worker = Api(house, identity.new_private_key())
    registration = {"executortype": "mute", "executorid": identity.id_of(worker.key)}
    owner("PUT", "colonies/dev/executors/mute", registration)
    spec = {"funcname": "confidential", "conditions": {"executortype": "mute"}, "channels": ["c"]}
    here = "colonies/dev/"
    user("POST", here + "processes", spec)
    taken = worker("POST", here + "executors/mute/assignments").body["processid"]
    added = worker("POST", f"processes/{taken}/attributes", {"key": "confidential", "value": "x"})
    nodes = [{**spec, "nodename": "a"}]
    more = {"functionspecs": nodes, "name": "confidential"}
    file = {"label": "/confidential", "name": "f", "size": 1, "checksum": "x"}
    return {
        "colonyname": "dev",
        "executorname": "mute",
        "membername": "tester",
        "processid": taken,
        "attributeid": added.body["attributeid"],
        "workflowid": user("POST", here + "workflows", nodes).body["processgraphid"],
        "cronid": user("POST", here + "crons", {**more, "interval": 3600}).body["cronid"],
        "generatorid": user("POST", here + "generators", {**more, "trigger": 9}).body[
            "generatorid"
        ],
        "fileid": user("POST", here + "files", file).body["fileid"],
        "snapshotid": user(
            "POST", here + "snapshots", {"label": "/confidential", "name": "s"}
        ).body["snapshotid"],
        "channelname": "c",
        "functionid": STRANGE,
        "locationname": "x",
        "tokenid": STRANGE,
    }


BODIES = {
    "add_colony": {"colonyid": STRANGE},
    "set_pause": {"ispaused": True},
    "register_executor": {"executortype": "t", "executorid": STRANGE},
    "approve_executor": {"approved": True},
    "renew_lease": {"lease": 60},
    "add_member": {"userid": STRANGE},
    "add_function": {"funcname": "f"},
    "set_output": {"out": []},
    "close_processes": [{"processid": STRANGE}],
    "add_child": {"spec": {}},
    "add_log": {"message": "x"},
    "add_executor_log": {"message": "x"},
    "add_attribute": {"key": "k", "value": "v"},
    "set_attributes": {"texts": {"k": "v"}},
    "submit_workflow": [{"nodename": "a"}],
    "add_cron": {"name": "n", "functionspecs": [], "interval": 5},
    "switch_cron": {"enabled": False},
    "add_generator": {"name": "n", "functionspecs": [], "trigger": 1},
    "switch_generator": {"enabled": False},
    "pack_generator": {"arg": "x"},
    "write_channel": {"sequence": 1},
    "create_snapshot": {"label": "/", "name": "n"},
    "add_file": {"label": "/", "name": "n", "size": 1, "checksum": "x"},
    "move_files": {"label": "/a", "tolabel": "/b"},
    "add_token": {"name": "n", "scopes": ["read"]},
}
QUERIES = {
    "remove_file": "?label=/confidential&name=f",
    "put_file": "?label=/confidential&name=f",
    "search_log": "?text=x",
}


def path_of(name, things):
    return CLOSED[name].path.format(**things) + QUERIES.get(name, "")


def body_of(name):
    return BODIES.get(name, {}) if CLOSED[name].body is not None else None


@pytest.mark.parametrize("name", CLOSED)
def test_a_member_of_another_colony_sees_and_changes_nothing(stranger, things, name):
    operation = CLOSED[name]
    for api in stranger:
        answer = api(operation.method, path_of(name, things), body_of(name))
        assert answer.status in (403, 404), answer.body
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "confidential" not in json.dumps(answer.body).replace("/confidential", "")


def test_nothing_was_changed(house, stranger, things):
    user = Api(house, house.user_key)
    assert user("GET", f"processes/{things['processid']}").body["state"] == 1
    for path in ("crons/{cronid}", "generators/{generatorid}", "workflows/{workflowid}"):
        assert user("GET", path.format(**things)).status == 200
    assert user("GET", "colonies/dev/pause").body == {"ispaused": False}


class Raw:
    """Sends bytes as they are, with a token that may do everything."""

    def __init__(self, server, api):
        made = api("POST", "colonies/dev/tokens",
                   {"name": "raw", "scopes": ["read", "submit", "execute", "manage"]})  # fmt: skip
        self._connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
        self._token = made.body["secret"]

    def close(self):
        self._connection.close()

    def __call__(self, method, path, body=None, media="application/json", **more):
        headers = {"Authorization": f"Bearer {self._token}", **more}
        if body is not None:
            headers["Content-Type"] = media
        self._connection.request(method, f"/v1/{path}", body, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.headers["Content-Type"] == "application/problem+json", text
        told = json.loads(text)
        assert told["status"] == answer.status
        return told


@pytest.fixture(scope="module")
def raw(house):
    raw = Raw(house, Api(house, house.user_key))
    yield raw
    raw.close()


DEEP = b"[" * 2000 + b"]" * 2000


@pytest.mark.parametrize("name", WITH_BODY)
def test_bodies_that_are_none(house, raw, things, name):
    operation, path = CLOSED[name], path_of(name, things)
    wrong = b"[7]" if operation.replies and not str(operation.body).startswith("list") else b"{}"
    if not _may(raw, operation, path):
        return
    for body in (b"", b"{", b'"\xff"', DEEP, b"null", wrong, b"7"):
        told = raw(operation.method, path, body)
        assert told["status"] == 400, (body, told)
        assert told["errors"][0]["pointer"] is not None
    told = raw(operation.method, path, b"a=b", media="application/x-www-form-urlencoded")
    assert told["status"] == 415
    unknown = json.dumps({"strange": 1} if wrong == b"[7]" else [{"strange": 1}]).encode()
    told = raw(operation.method, path, unknown)
    assert told["status"] == 400
    assert told["errors"][0]["pointer"].endswith("/strange")
    assert "'strange'" in told["detail"]


def _may(raw, operation, path):
    """Whether a user's token gets as far as the body."""
    told = raw(operation.method, path, b"{")
    assert told["status"] in (400, 403)
    return told["status"] == 400


@pytest.mark.parametrize("name", CLOSED)
def test_queries_that_are_not_declared(raw, things, name):
    operation, path = CLOSED[name], path_of(name, things)
    body = b"{}" if operation.body is not None else None
    told = raw(operation.method, f"{path}{'&' if '?' in path else '?'}strange=1", body)
    if told["status"] != 403:
        assert told["status"] == 400
        assert told["errors"] == [{"parameter": "strange", "detail": told["detail"]}]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("colonies/dev/processes?limit=0", "limit"),
        ("colonies/dev/processes?limit=soon", "limit"),
        ("colonies/dev/processes?limit=1&limit=2", "limit"),
        ("colonies/dev/processes?state=2", "state"),
        ("colonies/dev/processes?since=yesterday", "since"),
        ("colonies/dev/processes?sort=name", "sort"),
        ("colonies/dev/processes?sort=priority", "sort"),
        ("colonies/dev/processes?cursor=x", "cursor"),
        ("colonies/dev/processes?cursor=WzEsMl0=", "cursor"),
        ("colonies/dev/files?revisions=perhaps", "revisions"),
        (f"processes/{STRANGE}/log?since=-1", "since"),
        ("colonies/dev/log", "text"),
        ("colonies/dev/log?text=", "text"),
        (f"colonies/{'x' * 300}", "colonyname"),
        ("colonies/a%00b", "colonyname"),
        ("colonies/dev/processes?label=%ff", ""),
    ],
)
def test_the_faulty_parameter_is_named(raw, path, name):
    told = raw("GET", path)
    assert told["status"] == 400
    assert told["errors"][0]["parameter"] == name
    assert f"'{name}'" in told["detail"] or not name


def test_a_cursor_is_for_its_own_list(house):
    user = Api(house, house.user_key)
    for _ in range(2):
        user("POST", "colonies/dev/processes", {"conditions": {"executortype": "cursor"}})
    cursor = user("GET", "colonies/dev/processes?executortype=cursor&limit=1").body["next"]
    for path in ("processes", "processes?executortype=other", "workflows"):
        joint = "&" if "?" in path else "?"
        answer = user("GET", f"colonies/dev/{path}{joint}cursor={cursor}")
        assert answer.status == 400
        assert "belongs to another list" in answer.body["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([{"conditions": {"nodes": "many"}}], "/0/conditions/nodes"),
        ([{"nodename": "a"}, {"nodename": "a"}], "/1/nodename"),
        ([{"nodename": "a"}, {"nodename": "b", "fs": {"x/y": 1}}], "/1/fs/x~1y"),
        ([{"maxretries": 1 << 70}], "/0/maxretries"),
    ],
)
def test_the_faulty_field_is_named(house, body, pointer):
    answer = Api(house, house.user_key)("POST", "colonies/dev/workflows", body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (400, pointer)
    assert answer.body["instance"] == "/v1/colonies/dev/workflows"
    assert re.fullmatch(r"urn:colonies:problem:[a-z-]+", answer.body["type"])


def test_headers_that_mean_nothing_here(raw, things):
    path = f"processes/{things['processid']}"
    told = raw("POST", f"{path}/log", b'{"message": "x"}', **{"Idempotency-Key": "k"})
    assert (told["status"], told["errors"][0]["header"]) == (400, "Idempotency-Key")
    told = raw("DELETE", path, None, **{"If-Match": '"x"'})
    assert (told["status"], told["errors"][0]["header"]) == (400, "If-Match")


def test_a_body_that_is_too_large(raw):
    told = raw("POST", "colonies/dev/moves", b" " * (5 << 20))
    assert told["status"] == 413
