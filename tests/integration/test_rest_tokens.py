"""The REST API with a bearer token: an executor without a key, and what a token is not good for."""

import http.client
import json
import threading

import pytest

from jupyter_colonies.core.scope import Scope
from jupyter_colonies.server.proofs import Presented, Proofs
from jupyter_colonies.server.rest import api  # noqa: F401 - importing it declares all operations
from jupyter_colonies.server.rest.declaration import OPERATIONS
from jupyter_colonies.server.rest.events import MEDIA
from jupyter_colonies.server.rest.scopes import NAMED, needed
from tests.conformance.wire import Member, Wire
from tests.restclient import RestClient, bearer

ALL = [str(scope) for scope in Scope]
EXECUTOR = "colonies/dev/executors/worker"
WORKFLOW = [{"nodename": "a", "funcname": "f", "conditions": {"executortype": "worker"}}]


class Desk:
    """Makes tokens of the server's user and owner."""

    def __init__(self, server):
        self.server = server
        wire = Wire(server.host, server.port, server.server_key)
        colony = wire.colony(server.colonyname, server.colony_key)
        self.user = Member(colony, server.username, "", server.user_key)
        self.owner = Member(colony, "owner", "", server.colony_key)

    def made(self, *scopes, member=None):
        fields = {"colonyname": "dev", "name": "t", "scopes": list(scopes) or ALL}
        return (member or self.user).call("addtokenmsg", **fields)

    def client(self, *scopes, member=None):
        secret = self.made(*scopes, member=member)["secret"]
        return bearer(self.server.host, self.server.port, secret)


@pytest.fixture(scope="module")
def desk(server):
    return Desk(server)


def test_an_executor_needs_no_key(desk) -> None:
    submitter, executor = desk.client("submit", "read"), desk.client("execute")
    registration = {"executortype": "worker", "lease": 60, "functions": [{"funcname": "f"}]}
    registered = executor("PUT", EXECUTOR, registration)
    assert registered.status == 201
    assert registered.body["executor"]["state"] == 1
    graph = submitter("POST", "colonies/dev/workflows", WORKFLOW).body["processgraphid"]
    taken = executor("POST", f"{EXECUTOR}/assignments?wait=10")
    process = f"processes/{taken.body['processid']}"
    assert executor("POST", f"{process}/log", {"message": "at it"}).status == 204
    assert submitter("PUT", f"{process}/success", {"out": []}).status == 403
    assert executor("PUT", f"{process}/success", {"out": [1]}).status == 204
    assert submitter("GET", f"workflows/{graph}").body["workflow"]["state"] == 2
    assert executor("DELETE", EXECUTOR).status == 204


def test_nobody_takes_work_with_an_executor_of_others(desk) -> None:
    mine = desk.client("execute")
    assert mine("PUT", EXECUTOR, {"executortype": "worker"}).status == 201
    theirs = desk.client("execute", member=desk.owner.colony.user(name="other"))
    for answer in (
        theirs("POST", f"{EXECUTOR}/assignments"),
        theirs("DELETE", EXECUTOR),
    ):
        assert answer.status == 403
        assert "not registered by you" in answer.body["detail"]
    assert desk.client("manage", member=desk.owner)("DELETE", EXECUTOR).status == 204


def test_a_revoked_token_is_nobodys_and_a_poll_with_it_ends(desk) -> None:
    made = desk.made("execute")
    client = bearer(desk.server.host, desk.server.port, made["secret"])
    assert client("PUT", EXECUTOR, {"executortype": "worker"}).status == 201
    answers = []
    poll = threading.Thread(
        target=lambda: answers.append(client("POST", f"{EXECUTOR}/assignments?wait=60"))
    )
    poll.start()
    desk.user.call("removetokenmsg", colonyname="dev", tokenid=made["token"]["tokenid"])
    poll.join(50)
    refused = client("POST", f"{EXECUTOR}/assignments")
    assert refused.status == answers[0].status == 401
    assert "revoked" in refused.body["detail"]
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="colonies"'
    assert "@target-uri" in refused.headers["Accept-Signature"]


def test_tokens_are_made_listed_and_revoked_by_rest(desk) -> None:
    jupyter = RestClient(desk.server.host, desk.server.port)
    assert jupyter("POST", "colonies/dev/tokens", {"name": "x", "scopes": ["read"]}).status == 401
    for method, path in (("POST", ""), ("GET", ""), ("DELETE", "/" + "0" * 64)):
        body = {"name": "x", "scopes": ["read"]} if method == "POST" else None
        answer = desk.client()(method, f"colonies/dev/tokens{path}", body)
        assert (answer.status, "no token may" in answer.body["detail"]) == (403, True)


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS.values() if not each.open], ids=lambda each: each.name
)
def test_every_operation_needs_its_scope(desk, operation) -> None:
    if operation.method != "GET" and not operation.inside:
        assert operation.name in NAMED, "say in rest/scopes.py what a token needs"
    path = operation.path
    for name in operation.parameters:
        path = path.replace(f"{{{name}}}", "dev" if name == "colonyname" else "0" * 64)
    wanted = needed(operation)
    for scope in set(Scope) - wanted:
        answer = clients(desk)[scope](operation.method, path)
        if operation.inside:
            assert answer.status == 404
        else:
            assert answer.status == 403
            assert "token" in answer.body["detail"]
    if operation.media == MEDIA:
        return
    for scope in wanted:
        answer = clients(desk)[scope](operation.method, path)
        assert answer.status != 401
        assert answer.status != 403 or "token" not in answer.body["detail"]


CLIENTS: dict[int, dict[Scope, RestClient]] = {}


def clients(desk):
    """A client for each scope alone."""
    if id(desk) not in CLIENTS:
        CLIENTS[id(desk)] = {scope: desk.client(scope) for scope in Scope}
    return CLIENTS[id(desk)]


@pytest.mark.parametrize(
    ("headers", "query", "text"),
    [
        ({}, "", "Nothing proves"),
        ({}, "?access_token=colonies_x", "token in the address"),
        ({"Authorization": "Bearer colonies_x"}, "", "no token of this server"),
        ({"Authorization": "Bearer colonies_" + "x" * 43}, "", "not known here"),
        ({"Authorization": "token abc"}, "", "not 'Bearer'"),
        ({"Authorization": "Basic YTpi"}, "", "not 'Bearer'"),
        ({"Authorization": "Bearer"}, "", "not 'Bearer'"),
        ({"Authorization": "Bearer a b"}, "", "not 'Bearer'"),
        (
            {"Authorization": "Bearer x", "Signature": "x"},
            "",
            "one of them",
        ),
        ({"Signature": "x"}, "", "can't be accepted"),
    ],
)
def test_what_proves_nothing(server, headers, query, text) -> None:
    answer = RestClient(server.host, server.port, **headers)("GET", f"processes/1{query}")
    assert answer.status == 401
    assert text in answer.body["detail"]


def test_a_token_is_not_taken_twice_or_in_the_clear(desk, server) -> None:
    secret = desk.made("read")["secret"]
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    connection.putrequest("GET", "/v1/processes/1")
    for _ in range(2):
        connection.putheader("Authorization", f"Bearer {secret}")
    connection.endheaders()
    assert connection.getresponse().status == 401
    connection.close()


async def test_another_machine_needs_tls(tmp_path) -> None:
    """What a request from elsewhere looks like, as this machine can't make one."""
    from tornado.httputil import HTTPHeaders

    from jupyter_colonies.errors import AccessDenied, Unproven
    from jupyter_colonies.testing import running_server

    headers = HTTPHeaders({"Authorization": "Bearer colonies_" + "x" * 43})
    async with running_server(tmp_path) as server:
        given = Presented("GET", "http://h/v1/processes/1", headers, b"", private=False)
        with pytest.raises(AccessDenied, match="without TLS"):
            await Proofs(server.broker).visitor(given)
        with pytest.raises(Unproven, match="not known"):
            await Proofs(server.broker, plaintext_tokens=True).visitor(given)
        with pytest.raises(Unproven, match="not known"):
            await Proofs(server.broker).visitor(given._replace(private=True))


def test_no_secret_is_told_again(desk) -> None:
    made = desk.made("read")
    listed = desk.owner.call("gettokensmsg", colonyname="dev")
    assert made["secret"] not in json.dumps(listed)
