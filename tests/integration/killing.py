"""A served colony that is killed at random moments under load and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.conformance.wire import Wire
from tests.integration.load import Client, Stored
from tests.postgres import PostgresServer


class Server:
    """`jupyter colonies serve` on one data folder, killed and started again."""

    def __init__(
        self,
        folder: Path,
        database: str = "",
        *,
        before: Sequence[str] = (),
        options: Sequence[str] = (),
    ) -> None:
        """`database` is the URL of a PostgreSQL database, empty for SQLite.

        `before` is the command that starts it, `options` are more options of `serve`.
        """
        self._before = before
        self._options = options
        self.data = folder / "data"
        self._database: Path | str = database or self.data / "colonies.db"
        self._runtime = folder / "runtime.json"
        self._errors = folder / "stderr.txt"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("COLONIES", "JUPYTER"))}
        self._environment = {**kept, "JUPYTER_PLATFORM_DIRS": "1"}
        if database:
            self._environment |= _variables(database)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Wire:
        """Start it; its address once it answers."""
        ready, tell = os.pipe()
        command = [
            *self._before,
            sys.executable, "-m", "jupyter_colonies.cli", "serve", "--port", "0", *self._options,
            "--data", str(self.data), "--runtime-file", str(self._runtime),
            "--ready-fd", str(tell),
        ]  # fmt: skip
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                command, env=self._environment, pass_fds=(tell,), stdout=errors, stderr=errors
            )
        os.close(tell)
        with os.fdopen(ready) as pipe:
            assert pipe.readline() == "ready\n", self._errors.read_text()
        runtime = self.runtime
        return Wire(runtime["host"], runtime["port"], self.key("server"))

    @property
    def runtime(self) -> dict[str, Any]:
        """What it says of itself."""
        told: dict[str, Any] = json.loads(self._runtime.read_text())
        return told

    def key(self, name: str) -> str:
        return (self.data / "keys" / f"{name}.key").read_text().strip()

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """End it cleanly."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(30) == 0

    def suspend(self) -> None:
        """Let it sleep in the middle of whatever it does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Wake it up again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def ended(self) -> int:
        """Wait for its end; its exit code."""
        assert self._process is not None
        return self._process.wait(30)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stored(self) -> Stored:
        return Stored(self._database)


def _variables(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {
        "COLONIES_DB_TYPE": "postgresql",
        "COLONIES_DB_HOST": parse_qs(parts.query)["host"][0],
        "COLONIES_DB_USER": parts.username or "",
        "COLONIES_DB_NAME": parts.path.strip("/"),
    }


def kill_under_load(
    folder: Path, *, rounds: int, clients: int, seed: int, database: str = ""
) -> None:
    """Kill the server so many times at random moments; then finish all work."""
    random = Random(seed)
    server = Server(folder, database)
    wire = server.start()
    try:
        colony = wire.new_colony()
        working = [
            Client(colony.executor(f"type{number}"), Random(seed * 1000 + number))
            for number in range(clients)
        ]
        for _ in range(rounds):
            run_until(working, random.randint(1, 150), server.kill)
            wire = server.start()
            stored = server.stored()
            stored.check()
            for client in working:
                client.moved_to(wire)
                client.audit(stored)
        for client in working:
            client.finish_everything()
        stored = server.stored()
        stored.check()
        for client in working:
            client.audit(stored)
        assert not [row for row in stored.processes.values() if row["state"] < 2]
    finally:
        server.kill()


def kill_database_under_load(
    folder: Path, postgres: PostgresServer, *, rounds: int, clients: int, seed: int
) -> None:
    """Kill PostgreSQL so many times at random moments and start it again; the server stays.

    Nobody loses a connection to the server, so each request is answered exactly once, and a book
    that is right before the next request is right for good.
    """
    random = Random(seed)
    database = postgres.new_database()
    server = Server(folder, database)
    wire = server.start()
    try:
        colony = wire.new_colony()
        working = [
            Client(colony.executor(f"type{number}"), Random(seed * 1000 + number))
            for number in range(clients)
        ]
        for _ in range(rounds):
            for client in working:
                client.leaving = False

            def end() -> None:
                postgres.kill()
                postgres.start()
                for client in working:
                    client.leaving = True

            run_until(working, random.randint(1, 100), end)
            stored = server.stored()
            stored.check()
            for client in working:
                client.audit(stored)
        for client in working:
            client.finish_everything()
        stored = server.stored()
        stored.check()
        assert not [row for row in stored.processes.values() if row["state"] < 2]
    finally:
        server.kill()


def kill_one_of_two(folder: Path, database: str, *, rounds: int, clients: int, seed: int) -> None:
    """Kill one of two servers on one PostgreSQL; its clients go on at the other one."""
    random = Random(seed)
    servers = [Server(folder / name, database) for name in ("first", "second")]
    for name in ("first", "second"):
        (folder / name).mkdir()
    wires = [server.start() for server in servers]
    try:
        colony = wires[0].new_colony()
        working = [
            Client(colony.executor(f"type{number}"), Random(seed * 1000 + number))
            for number in range(clients)
        ]
        for number in range(rounds):
            for index, client in enumerate(working):
                client.leaving = False
                client.moved_to(wires[index % 2])
            dying = number % 2

            def end(dying: int = dying) -> None:
                servers[dying].kill()
                for client in working:
                    client.leaving = True

            run_until(working, random.randint(20, 150), end)
            stored = servers[0].stored()
            stored.check()
            for client in working:
                client.moved_to(wires[1 - dying])
                client.audit(stored)
            working[dying].submit()
            working[dying].assign()
            wires[dying] = servers[dying].start()
        for client in working:
            client.finish_everything()
        stored = servers[0].stored()
        stored.check()
        assert not [row for row in stored.processes.values() if row["state"] < 2]
    finally:
        for server in servers:
            server.kill()


def run_until(clients: list[Client], operations: int, end: object) -> None:
    """Let the clients work until so many operations are acknowledged, then pull the plug."""
    acknowledged = threading.Semaphore(0)
    threads = [
        threading.Thread(target=client.work, args=(acknowledged,), daemon=True)
        for client in clients
    ]
    for thread in threads:
        thread.start()
    for _ in range(operations):
        acknowledged.acquire()
    end()  # type: ignore[operator]
    for thread in threads:
        thread.join()
    assert [refusal for client in clients for refusal in client.refusals] == []
