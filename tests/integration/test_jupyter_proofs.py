"""Under Jupyter's address: its users, whoever proves who they are, and streams of events.

Once at the host of the data folder, once at a Jupyter server that forwards there.
"""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import websocket

from tests.integration.test_rest_signed import signed
from tests.programs.jupyter import TOKEN, Jupyter
from tests.restclient import OPEN, RestClient

NAMED = "--ServerApp.identity_provider_class=tests.programs.identityprovider.Named"
WORKFLOW = [{"nodename": "a", "funcname": "f", "conditions": {"executortype": "nobody"}}]


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """The host of a data folder, and another server of the same user."""
    folder = tmp_path_factory.mktemp("jupyter")
    options = ["--ColoniesExtension.port=0", NAMED]
    with Jupyter(folder, *options) as host:
        host.hosts()
        with Jupyter(folder, *options) as other:
            yield {"host": host, "other": other}


@pytest.fixture(params=["host", "other"])
def client(request, servers):
    """Makes clients of one of the servers."""
    parts = urlsplit(servers[request.param].url)
    root = f"{parts.path}colonies"

    def made(**headers):
        return RestClient(parts.hostname, parts.port, root, **headers)

    return made


@pytest.fixture(autouse=True)
def streams_are_closed():
    yield
    while OPEN:
        OPEN.pop().close()


def known(client, name=""):
    named = {"X_Name": name} if name else {}
    return client(Authorization=f"token {TOKEN}", **named)


def test_each_of_jupyters_users_is_a_user_of_the_colony(client, servers) -> None:
    ada, bob = known(client, "ada@example.org"), known(client, "bob")
    made = ada("POST", "colonies/dev/workflows", WORKFLOW).body
    assert made["initiatorname"] == "ada@example.org"
    assert bob("POST", "colonies/dev/workflows", WORKFLOW).body["initiatorname"] == "bob"
    runtime = json.loads(servers["host"].runtime_file.read_text())
    nameless = known(client)("POST", "colonies/dev/workflows", WORKFLOW).body
    assert nameless["initiatorname"] == runtime["username"]
    executor = "colonies/dev/executors/adas"
    assert ada("PUT", executor, {"executortype": "t"}).status == 201
    assert bob("POST", f"{executor}/assignments").status == 403
    assert ada("POST", f"{executor}/assignments").status == 204
    assert ada("DELETE", executor).status == 204


def test_names_have_limits(client) -> None:
    taken = known(client, "x" * 65)("GET", "colonies/dev/workflows")
    assert taken.status == 403
    assert "64 characters" in taken.body["detail"]


def test_a_token_of_the_colony_is_good_under_jupyters_address(client) -> None:
    new = {"name": "program", "scopes": ["read", "submit"]}
    made = known(client, "ada@example.org")("POST", "colonies/dev/tokens", new)
    assert made.status == 201
    program = client(Authorization=f"Bearer {made.body['secret']}")
    submitted = program("POST", "colonies/dev/workflows", WORKFLOW)
    assert submitted.body["initiatorname"] == "ada@example.org"
    assert program("DELETE", f"workflows/{submitted.body['processgraphid']}").status == 403
    for path in ("deployments", "metrics"):
        assert program("GET", path).status == 404
    token = made.body["token"]["tokenid"]
    assert known(client, "ada@example.org")("DELETE", f"colonies/dev/tokens/{token}").status == 204
    refused = program("GET", "colonies/dev/workflows")
    assert (refused.status, "revoked" in refused.body["detail"]) == (401, True)
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="colonies"'
    assert client()("GET", "colonies/dev/workflows").status == 403


def test_a_signature_is_good_once_under_jupyters_address(client, servers) -> None:
    runtime = json.loads(servers["host"].runtime_file.read_text())
    key = Path(runtime["userkeyfile"]).read_text().strip()
    plain = client()
    url = f"http://{plain.host}:{plain.port}{plain.root}/v1/colonies/dev/workflows"
    headers = {name.replace("-", "_"): text for name, text in signed("GET", url, key).items()}
    assert plain("GET", "colonies/dev/workflows", **headers).status == 200
    again = plain("GET", "colonies/dev/workflows", **headers)
    assert (again.status, "used before" in again.body["detail"]) == (401, True)


def test_a_workflow_is_followed_through_jupyter(client, servers) -> None:
    ada = known(client, "ada@example.org")
    graph = ada("POST", "colonies/dev/workflows", WORKFLOW).body["processgraphid"]
    stream = ada.stream(f"workflows/{graph}/events")
    assert stream.answer.headers["Content-Type"] == "text/event-stream"
    first = stream.until("change")
    address = f"ws://{ada.host}:{ada.port}{ada.root}/v1/workflows/{graph}/events/websocket"
    headers = [f"Authorization: token {TOKEN}", "X-Name: ada@example.org"]
    socket = websocket.create_connection(address, header=headers, timeout=60)
    assert json.loads(socket.recv())["id"] == first.id
    assert ada("PUT", f"workflows/{graph}/cancellation", {}).status in {200, 204}
    assert stream.until("change", state=4).id != first.id
    assert json.loads(socket.recv())["data"]["state"] == 4
    socket.close()
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        websocket.create_connection(address, timeout=60)
    assert refused.value.status_code == 403
    new = {"name": "program", "scopes": ["read"]}
    secret = ada("POST", "colonies/dev/tokens", new).body["secret"]
    socket = websocket.create_connection(
        address, header=[f"Authorization: Bearer {secret}"], timeout=60
    )
    assert json.loads(socket.recv())["data"]["state"] == 4
    socket.close()
