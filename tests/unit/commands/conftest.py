"""Commands are run against a real server, as a user, an owner and an executor."""

import shlex
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.discovery import Found
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.commands.block import Block, Line
from jupyter_colonies.commands.root import run, tree
from jupyter_colonies.commands.session import Session
from jupyter_colonies.core.identity import id_of, new_private_key
from jupyter_colonies.core.process import Process
from jupyter_colonies.testing import RunningServer

PROGRAM = "jupyter colonies"


class Desk:
    """Runs commands, and does what executors do."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.variables: dict[str, Any] = {}
        self.keys = {"colony": server.colony_key, "server": server.server_key}
        self.verbs = tree(PROGRAM)
        found = Found(
            endpoint=Endpoint(host=server.host, port=server.port),
            colonyname=server.colonyname,
            private_key=server.user_key,
            reason="given by the test",
        )
        self.colony = Colony(found)
        self.frontend: Any = "terminal"

    def run(self, line: str) -> list[Block]:
        return list(self.run_lazily(line))

    def run_lazily(self, line: str) -> Iterator[Block]:
        """The blocks of a command as they come."""
        session = Session(
            connect=lambda: self.colony,
            owner_key=lambda whose: self.keys[whose],
            frontend=self.frontend,
            variable=self.variables.get,
        )
        return run(self.verbs, shlex.split(line), session)

    def one(self, line: str) -> Any:
        """The only block a command answers with."""
        (block,) = self.run(line)
        return block

    def field(self, line: str, name: str) -> str:
        """One field of the line a command answers with."""
        block = self.one(line)
        said = block if isinstance(block, Line) else block.line
        return said.fields[name]

    def add_executor(self, name: str = "worker") -> "Hands":
        key = new_private_key()
        self.run(f"executor add --executorid {id_of(key)} --name {name} --type {name} --approve")
        return Hands(self, key)


class Hands:
    """An executor that is told what to do."""

    def __init__(self, desk: Desk, key: str) -> None:
        self.key = key
        self._colony = desk.colony
        self.client: Client = desk.colony.client.signed_by(key)

    def take(self) -> Process:
        return self._colony.call(
            self.client.assign_process(colonyname=self._colony.name, timeout=30)
        )

    def work(self, *out: Any, log: str = "") -> Process:
        process = self.take()
        if log:
            self._colony.call(self.client.add_log(processid=process.processid, message=log))
        self._colony.call(self.client.close_successful(processid=process.processid, out=list(out)))
        return process


@pytest.fixture
def desk(colony_server: RunningServer) -> Iterator[Desk]:
    desk = Desk(colony_server)
    yield desk
    desk.colony.close()


@pytest.fixture
def write(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """Write a file into the folder the test works in; returns its name."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        return name

    return write
