"""A port scan's view: what answers, on every listener, to somebody who proves nothing.

What is open stands here by name, and in docs/security.md.
"""

import re
import socket
from pathlib import Path

import pytest

from jupyter_colonies.server import listener, metrics
from jupyter_colonies.server.presence import Presence
from jupyter_colonies.testing import server_in_thread
from tests.integration.test_server_port import ask
from tests.integration.test_server_routes import METHODS, example, own_rules, path_of

SHUT = {401, 403, 404, 405}
OPEN = {"GET /health", "GET /pubsub", "GET /v1/docs", "GET /v1/openapi.json", "POST /api"}
OTHERS = ("/", "/.well-known/x", "/v1", "/v1/", "/v2/x", "/colonies", "/colonies/object", "/S3/x")
DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "security.md"
FORGED = (
    {"Authorization": "Bearer " + "0" * 64},
    {"Authorization": "token letmein"},
    {"Authorization": "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/s3/aws4_request, "
     "SignedHeaders=host, Signature=" + "0" * 64},
    {"Cookie": "username-localhost=x", "X-Forwarded-For": "127.0.0.1"},
    {"Colonies-User": "root"},
)  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doors")
    with server_in_thread(folder, metrics_token="a token that is long") as server:
        yield server


def answering(server, paths, headers=None):
    return {
        f"{method} {path}": status
        for path in paths
        for method in METHODS
        if (status := ask(server, method, path, headers=headers)[0]) not in SHUT
    }


def paths_of(server):
    routes = listener.application(server.broker, Presence())
    known = {example(path_of(rule)) for rule in own_rules(routes)} - {"/v1(?:/.*)?"}
    return sorted({*known, "/api", "/metrics", *OTHERS})


def test_the_own_port_without_a_proof(server):
    found = answering(server, paths_of(server))
    assert {each for each in found if not each.startswith("HEAD")} == OPEN
    # An envelope that is none, no websocket, and nothing at all.
    assert (found["POST /api"], found["GET /pubsub"], found["GET /health"]) == (400, 400, 200)


@pytest.mark.parametrize("headers", FORGED, ids=["bearer", "jupyter", "s3", "cookie", "door"])
def test_the_own_port_with_a_forged_proof(server, headers):
    paths = ["/v1/colonies/dev/executors", "/metrics", "/colonies/object", "/health"]
    found = answering(server, paths, headers)
    # A signature of S3 that is none, with a date that is missing, is no request at all.
    assert {each for each, status in found.items() if status != 400} <= {"GET /health"}


def test_what_is_open_says_nothing(server):
    """Not the version, not the names of colonies, not what runs the server."""
    for method, path in (("GET", "/health"), ("GET", "/nothing"), ("GET", "/v1/processes/x")):
        _, headers, body = ask(server, method, path)
        text = f"{headers}{body!r}".lower()
        assert not any(word in text for word in ("tornado", "python", "dev", "server:")), text
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_metrics_are_not_there_without_a_token():
    assert metrics.routes(None, "") == []


def test_the_door_is_a_file_that_nobody_else_opens(server):
    door = server.hosting.door.path
    assert door.stat().st_mode & 0o777 == 0o600
    assert door.parent.stat().st_mode & 0o777 == 0o700
    assert server.hosting._inside._server._sockets.keys() != {}
    families = {each.family for each in server.hosting._inside._server._sockets.values()}
    assert families == {socket.AF_UNIX}


def test_the_document_names_what_is_open():
    text = DOCUMENT.read_text()
    named = set(re.findall(r"^\| `([A-Z]+ /[a-z0-9/.]+)`", text, re.MULTILINE))
    assert named == OPEN
