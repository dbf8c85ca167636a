"""The REST API on the own port: whoever signs is who acts."""

import http.client
import json
import secrets
import time
from typing import Any

import pytest
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver

from jupyter_colonies.core import enrolment, identity
from jupyter_colonies.server.signatures import ColoniesSignature, Message
from tests.integration.test_server_port import ask


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, key):
        self.key = key

    def resolve_private_key(self, key_id):
        return self.key


class Answer:
    """Status, headers and the decoded body of a reply."""

    def __init__(self, answer):
        self.status = answer.status
        self.headers = answer.headers
        text = answer.read()
        self.bytes = text
        is_json = "json" in (answer.headers["Content-Type"] or "")
        self.body = json.loads(text) if text and is_json else None


def signed(method, url, key, body=b""):
    """The headers of a signed request."""
    message = Message(method, url, {})
    HTTPMessageSigner(signature_algorithm=ColoniesSignature, key_resolver=Keys(key)).sign(
        message,
        key_id=identity.id_of(key),
        nonce=secrets.token_hex(8),
        covered_component_ids=("@method", "@target-uri"),
        body=body or None,
    )
    return message.headers


class Api:
    """A client of the REST API with one identity."""

    def __init__(self, server, key):
        self.server, self.key = server, key

    def __call__(self, method, path, body=None, *, headers=None):
        text = body or b"" if isinstance(body, bytes | None) else json.dumps(body).encode()
        url = f"http://{self.server.host}:{self.server.port}/v1/{path}"
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=30)
        sent = {
            **signed(method, url, self.key, text),
            "Content-Type": "application/json",
            **(headers or {}),
        }
        connection.request(method, f"/v1/{path}", text or None, sent)
        try:
            return Answer(connection.getresponse())
        finally:
            connection.close()


@pytest.fixture
def user(colony_server):
    return Api(colony_server, colony_server.user_key)


@pytest.fixture
def owner(colony_server):
    return Api(colony_server, colony_server.colony_key)


EXECUTOR = "colonies/dev/executors/worker"
WORKFLOW: list[dict[str, Any]] = [
    {"nodename": "a", "funcname": "sum", "args": [1, 2], "conditions": {"executortype": "worker"}},
    {
        "nodename": "b",
        "funcname": "sum",
        "conditions": {"executortype": "worker", "dependencies": ["a"]},
    },
]


@pytest.fixture
def worker(colony_server, owner):
    """An executor that the colony's owner has registered."""
    worker = Api(colony_server, identity.new_private_key())
    registration = {
        "executortype": "worker",
        "executorid": identity.id_of(worker.key),
        "functions": [{"funcname": "sum", "args": [{"name": "x", "type": "float"}]}],
    }
    answer = owner("PUT", EXECUTOR, registration)
    assert answer.status == 201
    assert answer.body["functions"][0]["funcname"] == "sum"
    return worker


def test_a_workflow_from_beginning_to_end(user, worker):
    answer = user("POST", "colonies/dev/workflows", WORKFLOW)
    graph = answer.body["processgraphid"]
    assert answer.status == 201
    assert answer.headers["Location"] == f"/v1/workflows/{graph}"
    for expected in ([1, 2], [3]):
        assigned = worker("POST", f"{EXECUTOR}/assignments?wait=10")
        assert assigned.status == 200
        process = f"processes/{assigned.body['processid']}"
        numbers = assigned.body["spec"]["args"] + assigned.body["in"]
        assert numbers == expected
        assert worker("POST", f"{process}/log", {"message": "adding"}).status == 204
        assert worker("PUT", f"{process}/success", {"out": [sum(numbers)]}).status == 204
        assert worker("PUT", f"{process}/success", {"out": [0]}).status == 204
        assert user("GET", process).body["out"] == [3]
    whole = user("GET", f"workflows/{graph}").body
    assert whole["workflow"]["state"] == 2
    assert [each["spec"]["nodename"] for each in whole["processes"]] == ["a", "b"]
    assert worker("POST", f"{EXECUTOR}/assignments").status == 204


def test_more_processes_than_a_list_gives(user, worker):
    specs = [{**WORKFLOW[0], "nodename": f"n{number}"} for number in range(120)]
    graph = user("POST", "colonies/dev/workflows", specs).body["processgraphid"]
    assert len(user("GET", f"workflows/{graph}").body["processes"]) == 120


def test_failing(user, worker):
    user("POST", "colonies/dev/workflows", WORKFLOW)
    processid = worker("POST", f"{EXECUTOR}/assignments").body["processid"]
    assert worker("PUT", f"processes/{processid}/failure", {"errors": ["no"]}).status == 204
    process = user("GET", f"processes/{processid}").body
    assert (process["state"], process["errors"]) == (3, ["no"])


def test_an_executor_of_this_machine_enrols_itself(colony_server, user):
    worker = Api(colony_server, identity.new_private_key())
    secret = colony_server.broker.secret
    proof = enrolment.proof(secret, "dev", "worker", identity.id_of(worker.key))
    registration = {"executortype": "worker", "proof": proof, "lease": 60}
    assert worker("PUT", EXECUTOR, registration).status == 201
    assert worker("POST", f"{EXECUTOR}/assignments").status == 204
    stranger = Api(colony_server, identity.new_private_key())
    assert stranger("PUT", EXECUTOR, registration).status == 403
    assert worker("DELETE", EXECUTOR).status == 204
    assert worker("POST", f"{EXECUTOR}/assignments").status == 403


def test_the_owner_removes_an_executor(owner, worker, user):
    assert user("DELETE", EXECUTOR).status == 403
    assert owner("DELETE", EXECUTOR).status == 204
    assert worker("POST", f"{EXECUTOR}/assignments").status == 403


def test_nobody_acts_for_another(colony_server, owner, user, worker):
    user("POST", "colonies/dev/workflows", WORKFLOW)
    assert user("POST", f"{EXECUTOR}/assignments").status == 403
    processid = worker("POST", f"{EXECUTOR}/assignments").body["processid"]
    other = Api(colony_server, identity.new_private_key())
    for api in (user, owner, other):
        assert api("PUT", f"processes/{processid}/success", {"out": []}).status == 403
        assert api("POST", f"processes/{processid}/log", {"message": "x"}).status == 403
    assert other("GET", f"processes/{processid}").status == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        ("POST", "colonies/dev/workflows", {"functionspecs": []}, 400, "array"),
        ("POST", "colonies/dev/workflows", [], 400, "no function specs"),
        ("POST", "colonies/dev/workflows", [{"nodname": "a"}], 400, "'nodname' in $[0]"),
        ("POST", "colonies/dev/workflows", [{"conditions": {"x": 1}}], 400, "'x' in $[0].cond"),
        ("POST", "colonies/dev/workflows", [{**WORKFLOW[1]}], 400, "depends on 'a'"),
        ("POST", "colonies/dev/workflows", [{**WORKFLOW[0], "args": 1}], 400, "args"),
        ("POST", "colonies/no/workflows", WORKFLOW, 403, "<no>"),
        ("GET", "workflows/" + "0" * 64, None, 404, "graph is nil"),
        ("GET", "processes/" + "0" * 64, None, 404, "not found"),
        ("PUT", "colonies/dev/workflows", None, 405, "DELETE, GET, HEAD, OPTIONS, POST"),
        ("PATCH", EXECUTOR, None, 405, "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("PUT", EXECUTOR, {"executortype": "x"}, 400, "executorid"),
        ("PUT", EXECUTOR, {}, 400, "executortype"),
        ("POST", f"{EXECUTOR}/assignments?wait=soon", None, 400, "wait"),
    ],
)
def test_what_is_wrong_is_said_as_problem_details(user, method, path, body, status, detail):
    answer = user(method, path, body)
    assert answer.status == answer.body["status"] == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert detail in answer.body["detail"]


def test_a_body_that_is_no_json(user, colony_server):
    answer = user("POST", "colonies/dev/workflows", "text")
    assert (answer.status, answer.body["title"]) == (400, "Bad Request")


def test_unsigned_requests_are_told_how_to_sign(colony_server):
    status, headers, body = ask(colony_server, "GET", "/v1/processes/1")
    assert status == 401
    assert "content-digest" in headers["Accept-Signature"]
    assert "RFC 9421" in json.loads(body)["detail"]


def test_an_unknown_resource(colony_server):
    status, headers, _ = ask(colony_server, "GET", "/v1/nothing")
    assert (status, headers["Content-Type"]) == (404, "application/problem+json")


def test_a_long_poll_ends_in_time(worker):
    started = time.monotonic()
    assert worker("POST", f"{EXECUTOR}/assignments?wait=1").status == 204
    assert time.monotonic() - started >= 1
