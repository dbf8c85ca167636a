"""Executors outside, as the documentation has them: each an unmodified program, in its language."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.conformance.wire import Member, Wire
from tests.node import NODE
from tests.restclient import OPEN, bearer

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PROGRAMS = {
    "python": [sys.executable, "-I", str(EXAMPLES / "executor.py")],
    "shell": ["sh", str(EXAMPLES / "executor.sh")],
    "node": [
        NODE,
        str(EXAMPLES / "executor.mjs"),
    ],
}
UNREGISTERED = 3


class Site:
    """A server that can be started again, and the executors outside."""

    def __init__(self, folder: Path, undo: ExitStack) -> None:
        self.folder, self._undo = folder, undo
        self._server = ExitStack()
        undo.callback(self.stop)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        self.server = self._server.enter_context(server_in_thread(self.folder, port=self.port))
        assert self.server.port == self.port

    def stop(self) -> None:
        self._server.close()
        self._server = ExitStack()

    @property
    def user(self):
        wire = Wire(self.server.host, self.port, self.server.server_key)
        colony = wire.colony("dev", self.server.colony_key)
        return Member(colony, self.server.username, "", self.server.user_key)

    def token(self, *scopes):
        fields = {"colonyname": "dev", "name": "t", "scopes": list(scopes)}
        return self.user.call("addtokenmsg", **fields)["secret"]

    def program(self, kind: str) -> "Program":
        """Start one, and wait until it is ready."""
        secrets = self.folder / f"{kind}.secret"
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = {
            **kept,
            "COLONIES_URL": f"http://127.0.0.1:{self.port}",
            "COLONIES_COLONY_NAME": "dev",
            "EXECUTOR_NAME": kind,
            "EXECUTOR_TYPE": kind,
            "SECONDS_EACH": "0.1",
        }
        if kind == "node":
            secrets.write_text(self.server.colony_key)
            environment["COLONIES_COLONY_PRVKEY_FILE"] = str(secrets)
        else:
            secrets.write_text(self.token("execute"))
            environment["COLONIES_TOKEN_FILE"] = str(secrets)
        program = Program(subprocess.Popen(
            PROGRAMS[kind], env=environment, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        ))  # fmt: skip
        self._undo.callback(program.kill)
        program.wait_for(f"{kind} is ready")
        return program


class Program:
    """A running executor and what it says."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.said: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._news:
                self.said.append(line)
                self._news.notify_all()

    def wait_for(self, text: str) -> None:
        with self._news:
            there = self._news.wait_for(lambda: any(text in line for line in self.said), 60)
        assert there, "".join(self.said)

    def signal(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        code = self.process.wait(60)
        self._reader.join()
        return code

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.end()
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with ExitStack() as undo:
        yield Site(tmp_path_factory.mktemp("outside"), undo)


@pytest.fixture(scope="module")
def running(site):
    """One program of each kind, by kind."""
    return {kind: site.program(kind) for kind in PROGRAMS}


class Work:
    """A process, or a workflow of two, and what becomes of it."""

    def __init__(self, site: Site, kind: str, *args) -> None:
        self.rest = bearer("127.0.0.1", site.port, site.token("read", "submit"))
        spec = {"funcname": "sum", "conditions": {"executortype": kind}}
        after = {"executortype": kind, "dependencies": ["a"]}
        specs = [
            {**spec, "nodename": "a", "args": list(args)},
            {**spec, "nodename": "b", "args": [10], "conditions": after},
        ]
        made = self.rest("POST", "colonies/dev/workflows", specs)
        self.path = f"workflows/{made.body['processgraphid']}"
        self.stream = self.rest.stream(f"{self.path}/events")

    def nodes(self):
        return self.rest("GET", self.path).body["processes"]

    def until(self, state: int) -> None:
        self.stream.until("change", state=state)

    def until_first_runs(self) -> str:
        for event in self.stream:
            for node in event.data["nodes"]:
                if node["nodename"] == "a" and node["state"] == 1:
                    return str(node["processid"])
        raise AssertionError("the stream has ended")

    def log(self, processid: str) -> list[str]:
        return [
            each["message"] for each in self.rest("GET", f"processes/{processid}/log").body["items"]
        ]


@pytest.fixture(autouse=True)
def streams_are_closed():
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.mark.parametrize("kind", PROGRAMS)
def test_it_works(site, running, kind) -> None:
    work = Work(site, kind, 1, 2)
    work.until(2)
    first, second = work.nodes()
    assert (first["out"], second["out"], second["in"]) == ([3], [13], [3])
    assert work.log(first["processid"]) == ["after 1: 1\n", "after 2: 3\n"]
    progress = [each["value"] for each in first["attributes"] if each["key"] == "progress"]
    assert progress in (["2/2"], ["2"])


@pytest.mark.parametrize("kind", PROGRAMS)
def test_it_fails_and_goes_on(site, running, kind) -> None:
    work = Work(site, kind, "x")
    work.until(3)
    assert work.nodes()[0]["errors"]
    Work(site, kind, 5).until(2)


def test_all_survive_a_restart_of_the_server(site, running) -> None:
    works = {kind: Work(site, kind, *range(8)) for kind in PROGRAMS}
    for work in works.values():
        work.until_first_runs()
    site.stop()
    for program in running.values():
        program.wait_for("trying again")
    site.start()
    for work in works.values():
        work.stream = work.rest.stream(f"{work.path}/events")
        work.until(2)
        assert [each["out"] for each in work.nodes()] == [[28], [38]]


@pytest.mark.parametrize("kind", PROGRAMS)
def test_it_ends_at_once_when_nothing_runs(site, running, kind) -> None:
    running[kind].signal()
    assert running[kind].end() == 0
    assert executor(site, kind)["state"] == UNREGISTERED


@pytest.mark.parametrize("kind", PROGRAMS)
def test_what_runs_is_finished_or_given_back(site, kind) -> None:
    program = site.program(kind)
    work = Work(site, kind, 1, 2, 3)
    first = work.until_first_runs()
    program.signal()
    assert program.end() == 0
    (ended,) = [each for each in work.nodes() if each["processid"] == first]
    # A signal that comes before the reply with the process does: it is given back.
    assert ended["out"] == [6] or (ended["state"], ended["isassigned"]) == (0, False)
    program = site.program(kind)
    long = Work(site, kind, *range(600))
    work.until(2)
    first = long.until_first_runs()
    program.signal()
    program.wait_for("finishing what runs")
    program.signal()
    assert program.end() == 0
    (given_back,) = [each for each in long.nodes() if each["processid"] == first]
    assert (given_back["state"], given_back["isassigned"]) == (0, False)
    assert executor(site, kind)["state"] == UNREGISTERED


def executor(site, name):
    names = {"colonyname": "dev", "executorname": name}
    return site.user.call("getexecutormsg", **names)
