"""Finding a server that runs, starting one that does not, and following it when it moves."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from jupyter_colonies.client import launch
from jupyter_colonies.client.colony import connect
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.discovery import RUNTIME_VARIABLE, find
from jupyter_colonies.client.runtime import read_runtime, serve_runtime_file
from jupyter_colonies.core import envelope
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import NoServer, ServerUnreachable, UntrustedServer
from jupyter_colonies.testing import server_in_thread


@pytest.fixture(autouse=True)
def folders(monkeypatch, tmp_path):
    """Folders of Jupyter that no other test and no user has."""
    for name in [name for name in os.environ if name.startswith(("COLONIES_", "JUPYTER_COL"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def end_served():
    """End the server that a test let discovery start."""
    others = set(waiters())
    yield
    try:
        pid = read_runtime(serve_runtime_file()).pid
    except NoServer:
        return
    os.kill(pid, signal.SIGTERM)
    for waiter in set(waiters()) - others:
        waiter.join(60)
        assert not waiter.is_alive(), "the server did not end"


def waiters():
    """The threads that wait for the end of servers which were started here."""
    return [each for each in threading.enumerate() if each.name == "colonies-serve-wait"]


def waiting_workflow():
    workflow = Workflow(executortype="nobody")
    workflow.node("a")
    return workflow


@contextmanager
def stranger(port=0):
    """Something that answers every request with an empty server info, and keeps what it got."""
    bodies = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            length = 0
            while (line := self.rfile.readline().strip().lower()) != b"":
                if line.startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            bodies.append(self.rfile.read(length))
            answer = envelope.reply("getserverinfomsg", b"{}")
            self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n")
            self.wfile.write(b"Content-Length: %d\r\n\r\n" % len(answer) + answer)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True

    with Server(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1], bodies
        finally:
            server.shutdown()
            thread.join()


def test_a_kernel_finds_the_server_of_its_jupyter(colony_server, monkeypatch):
    monkeypatch.setenv(RUNTIME_VARIABLE, str(colony_server.runtime_file))
    found = find()
    assert found.endpoint.port == colony_server.port
    assert found.serverid == colony_server.serverid
    assert found.private_key == colony_server.user_key
    assert found.reason == "the Jupyter server of this kernel"
    assert found.secret not in repr(found)


def test_a_stranger_on_the_servers_port_is_sent_nothing_signed(
    colony_server, monkeypatch, tmp_path
):
    with stranger() as (port, bodies):
        runtime = json.loads(colony_server.runtime_file.read_text()) | {"port": port}
        (tmp_path / "runtime.json").write_text(json.dumps(runtime))
        monkeypatch.setenv(RUNTIME_VARIABLE, str(tmp_path / "runtime.json"))
        with pytest.raises(UntrustedServer, match="nothing signed was sent"):
            connect()
    assert [envelope.opened(body).signature for body in bodies] == [""]
    assert runtime["secret"].encode() not in envelope.contents(envelope.opened(bodies[0]).payload)


def test_a_stranger_that_takes_over_later_is_noticed_too(monkeypatch, tmp_path):
    with server_in_thread(tmp_path / "server") as server:
        runtime_file = tmp_path / "runtime.json"
        runtime_file.write_text(server.runtime_file.read_text())
        monkeypatch.setenv(RUNTIME_VARIABLE, str(runtime_file))
        colony = connect()
    with pytest.raises(ServerUnreachable, match="can't be reached"):
        colony.statistics()
    with stranger(server.port) as (_, bodies):
        for _ in range(2):
            with pytest.raises(UntrustedServer):
                colony.statistics()
        assert all(envelope.opened(body).signature == "" for body in bodies)
    colony.close()


def test_a_restarted_server_is_found_again_wherever_it_is(monkeypatch, tmp_path):
    with server_in_thread(tmp_path / "server") as first:
        monkeypatch.setenv(RUNTIME_VARIABLE, str(first.runtime_file))
        colony = connect()
        run = colony.submit(waiting_workflow())
        told = queue.SimpleQueue()
        follower = run.follow(told.put)
        assert told.get(timeout=60).state == State.WAITING
        secret = colony.found.secret
    mute = socket.create_server(("127.0.0.1", first.port))
    with mute, server_in_thread(tmp_path / "server"):
        assert colony.statistics().waitingworkflows == 1
        assert colony.found.secret != secret
        run.cancel()
        follower.future.result(60)
        assert run.state == State.CANCELLED
        colony.close()
        mute.setblocking(False)
        with pytest.raises(BlockingIOError):
            mute.accept()


def test_a_server_is_started_once_however_many_ask(end_served):
    program = (
        "from jupyter_colonies.client.colony import connect\n"
        "colony = connect()\n"
        "colony.statistics()\n"
        "print(colony.found.endpoint.port, colony.found.reason, sep='|')\n"
    )
    kernels = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    answers = [kernel.communicate(timeout=100)[0].strip().split("|") for kernel in kernels]
    assert [kernel.returncode for kernel in kernels] == [0, 0]
    assert len({port for port, _ in answers}) == 1
    assert sorted(reason for _, reason in answers) == [
        "`jupyter colonies serve` of this user",
        "`jupyter colonies serve` of this user, started for this",
    ]
    # It outlives the programs that started it, and is used by the next.
    found = find()
    assert str(found.endpoint.port) == answers[0][0]
    named = find(f"localhost:{found.endpoint.port}")
    assert (named.private_key, named.secret) == (found.private_key, found.secret)


def test_a_server_that_was_killed_is_started_again(end_served):
    colony = connect()
    pid = read_runtime(serve_runtime_file()).pid
    run = colony.submit(waiting_workflow())
    os.kill(pid, signal.SIGKILL)
    for waiter in waiters():
        waiter.join(60)
    assert colony.statistics().waitingworkflows == 1
    assert read_runtime(serve_runtime_file()).pid != pid
    assert run.state == State.WAITING
    colony.close()


def test_a_server_that_does_not_start_shows_its_log(monkeypatch, tmp_path):
    (tmp_path / "data").write_text("in the way of a folder")
    with pytest.raises(NoServer) as caught:
        find()
    first, *log = str(caught.value).splitlines()
    assert first.startswith("The server that was started here ended before it was ready.")
    assert str(tmp_path / "runtime" / "colonies-serve.log") in first
    assert log


def test_a_server_that_never_gets_ready_is_given_up(monkeypatch, tmp_path):
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\necho still thinking\nexec sleep 1000\n")
    slow.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(slow))
    monkeypatch.setattr(launch, "START_TIMEOUT", 0.5)
    with pytest.raises(NoServer, match="was not ready after .*\nstill thinking"):
        find()


def test_only_the_user_can_read_the_log_of_the_server(end_served):
    find()
    for name in ("colonies-serve.log", "colonies-serve.json"):
        path = Path(os.environ["JUPYTER_RUNTIME_DIR"]) / name
        assert path.stat().st_mode & 0o077 == 0
