"""What the own port puts up with: too much, too slow, too often; others notice nothing."""

import asyncio
import http.client
import json
import socket
from contextlib import ExitStack, contextmanager, suppress

import pytest
from tornado.websocket import websocket_connect

from jupyter_colonies.core import envelope
from jupyter_colonies.errors import AccessDenied, TooLarge, TooManyRequests
from jupyter_colonies.server.limits import Limits
from jupyter_colonies.testing import running_server, server_in_thread
from tests.integration.test_server_port import (
    ask,
    connect,
    executor,
    in_thread,
    rpc,
    sealed,
    submit,
)

LIMITS = Limits(
    body=100_000, head_seconds=2, body_seconds=2, idle_seconds=2, connections_each=300, headers=40
)


@pytest.fixture(scope="module")
def bounded(tmp_path_factory):
    with server_in_thread(tmp_path_factory.mktemp("bounded"), limits=LIMITS) as server:
        yield server


@contextmanager
def connection(server, sent=b""):
    with socket.create_connection((server.host, server.port), timeout=30) as opened:
        opened.sendall(sent)
        yield opened


def reply(opened):
    """Status, headers and body of what came back, and that nothing came after it."""
    answer = http.client.HTTPResponse(opened)
    answer.begin()
    return answer.status, answer.headers, answer.read()


def head(path, *lines):
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: x", *lines, "", "")).encode()


def test_two_hundred_slow_clients_beside_an_honest_one(bounded):
    """Half a head, half a body, nothing at all: all are ended, and nobody else waits for it."""
    halves = [b"", b"POST /api HTTP/1.1\r\nHo", head("/api", "Content-Length: 90") + b"half"]
    with ExitStack() as stack:
        slow = [stack.enter_context(connection(bounded, halves[n % 3])) for n in range(200)]
        honest = connect(bounded)
        for _ in range(50):
            honest.request("POST", "/api", sealed("getcoloniesmsg", bounded.server_key))
            answer = honest.getresponse()
            assert answer.status == 200
            answer.read()
        honest.close()
        for opened in slow:
            assert opened.recv(100) == b""
    listener = bounded.hosting.listener
    in_thread(bounded, fewer(listener, 1))
    left = (listener.fresh, listener.waiting, listener.bodies, listener._served)
    assert not any(left)


async def fewer(listener, number):
    while listener.crowd.number >= number:  # noqa: ASYNC110 - nobody else tells
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("path", ["/api", "/v1/colonies/dev/workflows", "/nowhere"])
@pytest.mark.parametrize("sends", [b"", b"x" * 5000], ids=["announced", "begun"])
def test_a_gigabyte_is_refused_before_it_is_sent(bounded, path, sends):
    announced = head(path, "Content-Length: 1000000000")
    with connection(bounded, announced + sends) as opened:
        status, headers, body = reply(opened)
    assert (status, headers["Connection"]) == (413, "close")
    check_refusal(path, body)


@pytest.mark.parametrize("path", ["/api", "/nowhere"])
def test_one_that_is_sent_in_chunks_is_cut_where_it_is_too_much(bounded, path):
    with connection(bounded, head(path, "Transfer-Encoding: chunked")) as opened:
        for _ in range(4):
            opened.sendall(b"%x\r\n" % 50_000 + b"x" * 50_000 + b"\r\n")
        status, _, body = reply(opened)
    assert status == 413
    check_refusal(path, body)


def test_one_who_asks_first_is_told_at_once(bounded):
    asked = head("/api", "Content-Length: 200000", "Expect: 100-continue")
    with connection(bounded, asked) as opened:
        assert reply(opened)[0] == 413
        assert opened.recv(10) == b""


def check_refusal(path, body):
    if path == "/api":
        with pytest.raises(TooLarge, match="100000 bytes"):
            envelope.result(body)
    else:
        found = json.loads(body)
        assert (found["status"], found["title"]) == (413, "Request Entity Too Large")
        assert "100000 bytes" in found["detail"]


def test_a_body_within_the_limit_passes(bounded):
    rpc(bounded, "getcoloniesmsg", bounded.server_key, padding="x" * 70_000)


@pytest.mark.parametrize("path", ["/api", "/health"])
def test_too_many_header_fields(bounded, path):
    many = {f"X-{number}": "x" for number in range(50)}
    assert ask(bounded, "POST", path, headers=many)[0] == 431


def test_header_fields_that_are_too_long(bounded):
    assert ask(bounded, "GET", "/health", headers={"X-A": "x" * 70_000})[0] == 431
    endless = b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 300_000
    with connection(bounded, endless) as opened, suppress(ConnectionResetError):
        assert opened.recv(100) == b""


def test_too_many_connections_of_one_address(tmp_path):
    with (
        server_in_thread(tmp_path, limits=Limits(connections_each=3)) as server,
        ExitStack() as stack,
    ):
        for _ in range(3):
            held = stack.enter_context(connection(server))
        with connection(server) as refused:
            status, headers, body = reply(refused)
        assert (status, headers["Retry-After"]) == (503, "5")
        assert b"3 connections" in body
        held.close()
        in_thread(server, fewer(server.hosting.listener, 3))
        rpc(server, "getcoloniesmsg", server.server_key)


def until_refused(server, *request):
    """The first answer that says that this is too much, however slow this machine is."""
    for _ in range(1000):
        answer = ask(server, *request)
        if answer[0] == 429:
            return answer
        assert answer[0] == 200
    raise AssertionError("nothing was too much")


def test_too_many_requests_of_one_address(tmp_path):
    with server_in_thread(tmp_path, limits=Limits(requests_address=1, reserve=2)) as server:
        _, headers, body = until_refused(server, "GET", "/health")
        assert (headers["Retry-After"], json.loads(body)["status"]) == ("1", 429)
        body = sealed("getcoloniesmsg", server.server_key)
        with pytest.raises(TooManyRequests, match="1 requests a second"):
            envelope.result(until_refused(server, "POST", "/api", body)[2])


def test_too_many_requests_of_one_identity_leave_others_alone(tmp_path):
    with server_in_thread(tmp_path, limits=Limits(requests_each=1, reserve=2)) as server:
        body = sealed("getcoloniesmsg", server.server_key)
        _, headers, body = until_refused(server, "POST", "/api", body)
        assert headers["Retry-After"] == "1"
        with pytest.raises(TooManyRequests, match="1 requests a second"):
            envelope.result(body)
        rpc(server, "getprocessesmsg", server.user_key, colonyname="dev", count=1, state=0)


def test_too_many_long_polls_of_one_identity(tmp_path):
    with server_in_thread(tmp_path, limits=Limits(polls_each=2)) as server:
        key = executor(server)
        poll = sealed("assignprocessmsg", key, colonyname="dev", timeout=60)
        message = head("/api", f"Content-Length: {len(poll)}") + poll
        with connection(server, message), connection(server, message):
            in_thread(server, waiting(server, 2))
            status, _, body = ask(server, "POST", "/api", poll)
            assert status == 429
            with pytest.raises(TooManyRequests, match="2 long polls"):
                envelope.result(body)
        in_thread(server, waiting(server, 0))
        submit(server)
        assert rpc(server, "assignprocessmsg", key, colonyname="dev", timeout=60)["processid"]


async def waiting(server, number):
    while len(server.broker.waiters) != number:  # noqa: ASYNC110 - nobody else tells
        await asyncio.sleep(0.01)


async def test_too_many_subscriptions_of_one_identity(tmp_path):
    async with running_server(tmp_path, limits=Limits(subscriptions_each=2)) as server:
        fields = {"colonyname": "dev", "executortype": "cli", "state": 1, "timeout": 60}
        body = sealed("subscribeprocessesmsg", server.user_key, **fields)
        sockets = [await websocket_connect(pubsub(server)) for _ in range(3)]
        for opened in sockets:
            await opened.write_message(body)
        done, _ = await asyncio.wait(
            [asyncio.ensure_future(opened.read_message()) for opened in sockets],
            return_when=asyncio.FIRST_COMPLETED,
        )
        with pytest.raises((TooManyRequests, AccessDenied), match="2 subscriptions"):
            envelope.result(done.pop().result().encode())
        for opened in sockets:
            opened.close()


def pubsub(server):
    return f"ws://{server.host}:{server.port}/pubsub"
