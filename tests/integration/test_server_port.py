"""The own port: what is not the envelope's business, and how it ends."""

import asyncio
import http.client
import json
import socket
import ssl
import subprocess
import threading

import pytest

from jupyter_colonies.core import envelope, identity
from jupyter_colonies.core.messages import REGISTRY
from jupyter_colonies.errors import InvalidConfiguration, ServerStopping
from jupyter_colonies.server import listener
from jupyter_colonies.server import rpc as server_rpc
from jupyter_colonies.server.settings import Settings
from jupyter_colonies.testing import running_server, server_in_thread


def ask(server, method, path, body=None, headers=None):
    connection = connect(server)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def connect(server):
    return http.client.HTTPConnection(server.host, server.port, timeout=30)


def sealed(payloadtype, key, **fields):
    message = json.dumps({"msgtype": payloadtype, **fields}).encode()
    return envelope.sealed(payloadtype, message, key)


def rpc(server, payloadtype, key, **fields):
    """Payload of the reply. Raises what the server reported."""
    _, _, body = ask(server, "POST", "/api", sealed(payloadtype, key, **fields))
    return json.loads(envelope.result(body)[1])


def executor(server):
    """Key of a new approved executor `e` of type `cli`."""
    key = identity.new_private_key()
    fields = {"colonyname": "dev", "executorname": "e", "executortype": "cli"}
    rpc(
        server,
        "addexecutormsg",
        server.colony_key,
        executor={**fields, "executorid": identity.id_of(key)},
    )
    rpc(server, "approveexecutormsg", server.colony_key, colonyname="dev", executorname="e")
    return key


def submit(server):
    conditions = {"colonyname": "dev", "executortype": "cli"}
    spec = {"funcname": "f", "conditions": conditions}
    return rpc(server, "submitfuncspecmsg", server.user_key, spec=spec)["processid"]


def test_what_exists_and_what_does_not(colony_server):
    status, headers, body = ask(colony_server, "GET", "/health")
    assert (status, body) == (200, b"")
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Etag" not in headers
    for method, path in (
        ("GET", "/api"),
        ("PUT", "/api"),
        ("POST", "/health"),
        ("POST", "/pubsub"),
        ("GET", "/"),
        ("GET", "/api/x"),
        ("OPTIONS", "/api"),
    ):
        assert ask(colony_server, method, path)[::2] == (404, b"404 page not found"), path
    assert ask(colony_server, "HEAD", "/health")[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "status", "target"),
    [
        ("POST", "/api/", 307, "/api"),
        ("GET", "/health/", 301, "/health"),
        ("GET", "/pubsub/?a=b", 301, "/pubsub?a=b"),
    ],
    ids=["api", "health", "pubsub"],
)
def test_a_trailing_slash_is_redirected(colony_server, method, path, status, target):
    answer = ask(colony_server, method, path)
    assert (answer[0], answer[1]["Location"]) == (status, target)


def test_a_preflight_is_as_the_original_answers_it(colony_server):
    origin = {"Origin": "https://elsewhere.example"}
    status, headers, body = ask(colony_server, "OPTIONS", "/api", headers=origin)
    assert (status, body) == (204, b"")
    assert headers["Access-Control-Allow-Headers"] == "Origin,Content-Length,Content-Type"
    assert headers["Access-Control-Max-Age"] == "43200"
    _, headers, _ = ask(colony_server, "OPTIONS", "/v1/processes/1", headers=origin)
    assert "Signature-Input" in headers["Access-Control-Allow-Headers"]
    assert ask(colony_server, "GET", "/x", headers=origin)[1]["Access-Control-Allow-Origin"] == "*"


def test_one_connection_carries_many_requests(colony_server):
    connection = connect(colony_server)
    for _ in range(3):
        connection.request("POST", "/api", sealed("getcoloniesmsg", colony_server.server_key))
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.read()
    connection.close()


def test_large_bodies_are_read_off_the_loop(colony_server, monkeypatch):
    names = []

    read = server_rpc.open_request

    def watched(body):
        names.append(threading.current_thread().name)
        return read(body)

    monkeypatch.setattr(server_rpc, "open_request", watched)
    for size in (10, 400_000):
        rpc(colony_server, "getcoloniesmsg", colony_server.server_key, padding="x" * size)
    assert names[0] == "colonies-test-server"
    assert names[1] != "colonies-test-server"


def test_an_executor_that_left_is_given_nothing(colony_server):
    key = executor(colony_server)
    poll = sealed("assignprocessmsg", key, colonyname="dev", timeout=30)
    leaver = socket.create_connection((colony_server.host, colony_server.port))
    head = f"POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: {len(poll)}\r\n\r\n"
    leaver.sendall(head.encode() + poll)
    in_thread(colony_server, exchanges(colony_server, 1))
    leaver.close()
    in_thread(colony_server, exchanges(colony_server, 0))
    processid = submit(colony_server)
    assigned = rpc(colony_server, "assignprocessmsg", key, colonyname="dev", timeout=10)
    assert (assigned["processid"], assigned["retries"]) == (processid, 0)


def in_thread(server, coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, server.loop).result(20)


async def exchanges(server, count):
    """Wait until so many requests are in progress."""
    while server.hosting.presence._exchanges != count:  # noqa: ASYNC110 - nobody else tells
        await asyncio.sleep(0.01)


async def test_stopping_tells_who_waits(tmp_path):
    loop = asyncio.get_running_loop()
    async with running_server(tmp_path) as server:
        key = await loop.run_in_executor(None, executor, server)
        poll = loop.run_in_executor(
            None,
            ask,
            server,
            "POST",
            "/api",
            sealed("assignprocessmsg", key, colonyname="dev", timeout=60),
        )
        await exchanges(server, 1)
    status, headers, body = await poll
    assert (status, headers["Connection"]) == (503, "close")
    with pytest.raises(ServerStopping):
        envelope.result(body)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(server.host, server.port)
    assert not server.runtime_file.exists()


def test_what_was_acknowledged_is_there_after_a_restart(tmp_path):
    with server_in_thread(tmp_path) as server:
        processid = submit(server)
        before = server.environment
    with server_in_thread(tmp_path) as server:
        assert rpc(server, "getprocessmsg", server.user_key, processid=processid)["state"] == 0
        ports = ("COLONIES_SERVER_PORT", "COLONIES_SERVER_HTTP_PORT")
        assert {**before, **dict.fromkeys(ports)} == {**server.environment, **dict.fromkeys(ports)}


def test_the_next_free_port_is_taken(tmp_path):
    with server_in_thread(tmp_path / "a") as first:
        settings = Settings(data=tmp_path, port=first.port)
        with listener.bind(settings) as bound:
            assert first.port < bound.getsockname()[1] < first.port + listener.PORTS_TRIED


def test_an_address_of_another_machine_cannot_be_listened_on(tmp_path):
    with pytest.raises(InvalidConfiguration, match="192.0.2.1"):
        listener.bind(Settings(data=tmp_path, host="192.0.2.1", plaintext=True))


@pytest.fixture
def certificate(tmp_path):
    """A certificate of its own, and its key."""
    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-out",
            str(files[0]),
            "-keyout",
            str(files[1]),
        ],
        check=True,
        capture_output=True,
    )
    return [str(file) for file in files]


def test_tls_is_served_where_a_certificate_is_configured(tmp_path, certificate):
    names = {"certificate": certificate[0], "certificate_key": certificate[1]}
    with server_in_thread(tmp_path, **names) as server:
        assert server.address.startswith("https://")
        assert server.environment["COLONIES_TLS"] == "true"
        context = ssl.create_default_context(cafile=certificate[0])
        connection = http.client.HTTPSConnection(server.host, server.port, context=context)
        connection.request("POST", "/api", sealed("getserverinfomsg", ""))
        body = connection.getresponse().read()
        connection.close()
        assert json.loads(envelope.result(body)[1])["backends"][0]["tls"] is True


def test_a_certificate_that_does_not_fit_its_key_is_named(tmp_path, certificate):
    names = {"certificate": certificate[0], "certificate_key": certificate[0]}
    with (
        pytest.raises(InvalidConfiguration, match="certificate.pem"),
        server_in_thread(tmp_path, **names),
    ):
        pass


def test_a_fault_nobody_foresaw_is_an_envelope_too(colony_server, monkeypatch, caplog):
    async def broken(*args, **kwargs):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(type(colony_server.broker), "call", broken)
    status, _, body = ask(
        colony_server, "POST", "/api", sealed("getcoloniesmsg", colony_server.server_key)
    )
    assert status == 500
    assert json.loads(body)["error"] is True
    assert b"secret detail" not in body
    assert any(record.exc_info for record in caplog.records)


def test_every_message_of_the_registry_is_answered_by_an_envelope(colony_server):
    for message in REGISTRY.values():
        status, _, body = ask(
            colony_server, "POST", "/api", sealed(message.type, identity.new_private_key())
        )
        reply = json.loads(body)
        assert reply["error"] is (status >= 400), message.type
