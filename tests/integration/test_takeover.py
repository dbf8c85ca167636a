"""One host per data folder: others forward to it, follow it when it is killed, and fence it off."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
import websocket

from jupyter_colonies.client import discovery
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.worker import Worker
from jupyter_colonies.notebook.colony import NotebookColony
from tests.conformance import wire
from tests.conformance.wire import Refused
from tests.integration.killing import Server
from tests.programs.jupyter import TOKEN, Jupyter

ASSIGN = "assignprocessmsg"
PROGRAMS = Path(__file__).parent.parent / "programs"


@pytest.fixture
def host(tmp_path):
    """`jupyter colonies serve`, hosting a data folder."""
    server = Server(tmp_path)
    yield server
    server.kill()


@pytest.fixture
def jupyter(tmp_path):
    """A Jupyter server on the same folder that is started within the test."""
    return jupyter_on(tmp_path)


def jupyter_on(folder: Path) -> Jupyter:
    return Jupyter(
        folder / "jupyter",
        f"--ColoniesExtension.data_folder={folder / 'data'}",
        "--ColoniesExtension.port=0",
    )


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A host, where it listens, and a Jupyter server that forwards to it."""
    folder = tmp_path_factory.mktemp("pair")
    host = Server(folder)
    try:
        at = host.start()
        with jupyter_on(folder) as jupyter:
            attached(jupyter)
            yield host, at, jupyter
    finally:
        host.kill()


def attached(jupyter: Jupyter) -> dict[str, Any]:
    """Wait until Jupyter reaches the host; what its runtime file says."""
    jupyter.until(lambda: _is_healthy(jupyter))
    told: dict[str, Any] = json.loads(jupyter.runtime_file.read_text())
    return told


def _is_healthy(jupyter: Jupyter) -> bool:
    try:
        return jupyter.ask("GET", "colonies/health")[0] == 200
    except OSError:
        return False


def through(jupyter: Jupyter, payloadtype: str, key: str, **fields: Any) -> Any:
    """A signed request to Jupyter's address, without a token."""
    body = json.loads(wire.envelope(payloadtype, {"msgtype": payloadtype, **fields}, key))
    status, reply = jupyter.ask("POST", "colonies/api", body, token="")
    return wire.opened(json.dumps(reply), payloadtype, status)


def adding(executortype: str) -> list[dict[str, Any]]:
    conditions = {"executortype": executortype}
    after = {**conditions, "dependencies": ["a"]}
    return [
        {"nodename": "a", "funcname": "sum", "args": [1, 2], "conditions": conditions},
        {"nodename": "b", "funcname": "sum", "args": [4], "conditions": after},
    ]


def test_a_second_server_forwards_everything(pair):
    host, _, jupyter = pair
    assert attached(jupyter)["pid"] == host.pid
    workflows = "colonies/v1/colonies/dev/workflows"
    status, graph = jupyter.ask("POST", workflows, adding("plain"))
    assert status == 201
    assert graph["initiatorname"] == attached(jupyter)["username"]
    program = subprocess.run(
        [
            sys.executable,
            PROGRAMS / "http_executor.py",
            jupyter.url,
            TOKEN,
            "dev",
            "plain",
            "2",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (program.stdout, program.stderr) == ("2 processes done\n", "")
    path = f"colonies/v1/workflows/{graph['processgraphid']}"
    outputs = [each["out"] for each in jupyter.ask("GET", path)[1]["processes"]]
    assert outputs == [[3], [7]]
    user = host.key("user")
    found = through(jupyter, "getprocessgraphmsg", user, processgraphid=graph["processgraphid"])
    assert found["state"] == wire.SUCCESS
    assert jupyter.ask("GET", "colonies/v1/processes/x")[1]["status"] == 404
    assert jupyter.ask("GET", "colonies/v1/deployments") == (200, [])
    status, problem = jupyter.ask("POST", "colonies/v1/deployments", {"path": "none.ipynb"})
    assert (status, str(jupyter.folder / "none.ipynb") in problem["detail"]) == (404, True)
    bytes_of_a_file(jupyter)
    location = location_of_new(jupyter, workflows)
    assert jupyter.ask("GET", location.removeprefix("/user/ada/"))[0] == 200


def bytes_of_a_file(jupyter: Jupyter) -> None:
    """What is put and read through a server that forwards, in both directions with its headers."""

    def ask(method: str, path: str, body: bytes | None = None, **headers: str) -> HTTPResponse:
        request = urllib.request.Request(
            jupyter.url + "colonies/v1/colonies/dev/files" + path, body, headers, method=method
        )
        request.add_header("Authorization", f"token {TOKEN}")
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=30)
        return answer

    content = b"colony" * 100_000
    keyed = {"Idempotency-Key": "a file"}
    with ask("PUT", "?label=/x&name=f", content, **keyed) as answer:
        made = json.loads(answer.read())
    with ask("PUT", "?label=/x&name=f", content, **keyed) as answer:
        assert json.loads(answer.read()) == made
        assert answer.headers["Idempotency-Replayed"] == "true"
    path = f"/{made['fileid']}/content"
    with ask("GET", path) as answer:
        assert answer.read() == content
        tag = answer.headers["ETag"]
    with ask("GET", path, Range="bytes=0-5") as answer:
        assert (answer.status, answer.read()) == (206, b"colony")
    with pytest.raises(urllib.error.HTTPError) as unchanged:
        ask("GET", path, None, **{"If-None-Match": tag})
    assert unchanged.value.code == 304
    unchanged.value.close()


def location_of_new(jupyter: Jupyter, path: str) -> str:
    request = urllib.request.Request(jupyter.url + path, json.dumps(adding("nobody")).encode())
    request.add_header("Authorization", f"token {TOKEN}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.headers["Location"])


def test_who_jupyter_does_not_know_is_not_forwarded(pair):
    host, at, jupyter = pair
    path = "colonies/v1/processes/x"
    for token in ("", "wrong"):
        assert jupyter.ask("GET", path, token=token)[0] == 403
    with wire.refused(403):
        through(jupyter, "getprocesshistmsg", wire.new_key(), colonyname="dev")
    assert at.http("GET", "/v1/processes/x").status == 401
    door = host.data / "host.sock"
    assert door.is_socket()
    assert (door.stat().st_mode & 0o777, host.data.stat().st_mode & 0o777) == (0o600, 0o700)


def test_subscriptions_are_forwarded_and_end_as_they_would_at_the_host(host, jupyter):
    host.start()
    with jupyter:
        attached(jupyter)
        _, graph = jupyter.ask("POST", "colonies/v1/colonies/dev/workflows", adding("nobody"))
        address = jupyter.url.replace("http", "ws") + "colonies/pubsub"
        for timeout, ends in ((1, "cut"), (60, "closed")):
            socket = websocket.create_connection(address, timeout=60)
            message = {
                "msgtype": "subscribeworkflowmsg",
                "processgraphid": graph["processgraphid"],
                "timeout": timeout,
            }
            socket.send(wire.envelope("subscribeworkflowmsg", message, host.key("user")))
            change = wire.opened(socket.recv(), "subscribeworkflowmsg")
            assert len(change["nodes"]) == 2
            if ends == "closed":
                host.stop()
            assert _end(socket) == ends
            socket.shutdown()


def _end(socket: websocket.WebSocket) -> str:
    try:
        opcode, _ = socket.recv_data()
    except websocket.WebSocketConnectionClosedException:
        return "cut"
    return "closed" if opcode == websocket.ABNF.OPCODE_CLOSE else "data"


def test_clients_follow_when_the_host_is_killed(host, jupyter, monkeypatch):
    """Processes run, clients wait in long polls, here and through Jupyter; nobody is told."""
    at = host.start()
    with jupyter:
        before = attached(jupyter)
        monkeypatch.setenv(discovery.RUNTIME_VARIABLE, str(jupyter.runtime_file))
        colony = NotebookColony(discovery.find())
        try:
            begun, go_on = threading.Event(), threading.Event()
            busy = Worker(colony, "busy")
            busy.add("f", lambda process: go_on.wait(60) and "done" if not begun.set() else None)
            busy.start()
            idle = Worker(colony, "idle")
            idle.add("f", lambda process: "done by idle")
            idle.start()
            running = colony.submit({"funcname": "f", "conditions": {"executortype": "busy"}})
            assert begun.wait(30)
            member = at.new_colony("other").executor("direct")
            held = member.submit()
            assert member.assign()["processid"] == held["processid"]
            direct, indirect = (member.colony.executor("others") for _ in range(2))
            before_polls = heard(member, direct), heard(member, indirect)
            polls = (
                Poll(direct.assign, 60),
                Poll(through, jupyter, ASSIGN, indirect.key, colonyname="other", timeout=60),
            )
            jupyter.until(lambda: heard(member, direct) != before_polls[0])
            jupyter.until(lambda: heard(member, indirect) != before_polls[1])
            host.kill()
            assert polls[0].ended() in {"OSError", "502", "503"}
            assert polls[1].ended() in {"502", "503"}
            jupyter.hosts()
            after = json.loads(jupyter.runtime_file.read_text())
            assert (after["host"], after["port"]) == (before["host"], before["port"])
            assert after["serverid"] == before["serverid"]
            assert after["secret"] != before["secret"]
            member.close(held, [1])
            waited = Poll(member.assign, 60)
            submitted = member.submit()
            assert waited.ended()["processid"] == submitted["processid"]
            go_on.set()
            assert running.wait(60, progress=False).nodes[0].output == ["done"]
            again = colony.submit({"funcname": "f", "conditions": {"executortype": "idle"}})
            assert again.wait(60, progress=False).nodes[0].output == ["done by idle"]
            assert running.nodes[0].process.retries == 0
        finally:
            registry.stop_all(timeout=0)
            colony.close()


def heard(asking: wire.Member, executor: wire.Member) -> str:
    """When the server last heard of an executor: each request for work moves it."""
    names = {"colonyname": asking.colony.name, "executorname": executor.name}
    return str(asking.call("getexecutormsg", **names)["lastheardfromtime"])


class Poll:
    """A request on a thread of its own."""

    def __init__(self, function: Any, *arguments: Any, **fields: Any) -> None:
        self._outcome: Any = None
        self._thread = threading.Thread(target=self._run, args=(function, arguments, fields))
        self._thread.start()

    def _run(self, function: Any, arguments: Any, fields: Any) -> None:
        try:
            self._outcome = function(*arguments, **fields)
        except Refused as refusal:
            self._outcome = str(refusal.status)
        except (OSError, HTTPException):
            self._outcome = "OSError"

    def ended(self) -> Any:
        """What it was answered, or the status it was refused with."""
        self._thread.join(60)
        return self._outcome


def test_who_lost_the_lock_while_suspended_stores_nothing_and_forwards(host, jupyter):
    with jupyter:
        jupyter.hosts()
        jupyter.process.send_signal(signal.SIGSTOP)
        try:
            (host.data / "host.lock").unlink()
            at = host.start()
        finally:
            jupyter.process.send_signal(signal.SIGCONT)
        specs = adding("nobody")[0]
        user = host.key("user")
        spec = {**specs, "conditions": {**specs["conditions"], "colonyname": "dev"}}
        with wire.refused(503, "Another server has taken the database") as refusal:
            through(jupyter, "submitfuncspecmsg", user, spec=spec)
        assert "nothing was stored" in refusal.value.message
        jupyter.until(lambda: "forwards to it" in jupyter.log)
        assert attached(jupyter)["pid"] == host.pid
        process = through(jupyter, "submitfuncspecmsg", user, spec=spec)
        asked = {"colonyname": "dev", "state": wire.WAITING, "count": 10}
        stored = at.call("getprocessesmsg", user, **asked)
        assert [each["processid"] for each in stored] == [process["processid"]]
        host.kill()
        jupyter.hosts()
        assert len(through(jupyter, "getprocessesmsg", user, **asked)) == 1


def test_a_served_colony_that_lost_the_lock_ends_in_words(host, tmp_path):
    at = host.start()
    member = at.new_colony("other").executor("t")
    successor = Server(tmp_path)
    host.suspend()
    try:
        (host.data / "host.lock").unlink()
        now = successor.start()
    finally:
        host.resume()
    try:
        with wire.refused(503, "Another server has taken the database"):
            member.submit()
        assert host.ended() != 0
        assert "Use that server" in (tmp_path / "stderr.txt").read_text()
        assert json.loads((tmp_path / "runtime.json").read_text())["port"] == now.port
        member = wire.Member(wire.Colony(now, "other", ""), member.name, "t", member.key)
        assert member.submit()["state"] == wire.WAITING
        assert (host.data / "host.sock").is_socket()
    finally:
        successor.kill()
