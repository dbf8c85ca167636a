"""A server in a process of its own, and signed requests to it over kept-alive connections."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from jupyter_colonies.core import envelope, identity

ECHO = Path(__file__).with_name("echo.py")


class Refused(RuntimeError):
    """The server answered with an error; `status` as in HTTP."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Connection(asyncio.Protocol):
    """A connection that is kept alive, at as little cost to the measuring side as can be."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._length = -1
        self._reply: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody answers any more."""
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(exc or ConnectionError("The server closed the connection"))

    def data_received(self, data: bytes) -> None:
        """Collect one reply."""
        self._received += data
        if self._length < 0:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._received[:end]).lower()
            self._length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            del self._received[: end + 4]
        if len(self._received) >= self._length and self._reply is not None:
            body, self._length = bytes(self._received), -1
            self._received.clear()
            self._reply.set_result(body)

    async def post(self, body: bytes) -> bytes:
        """One request to `/api` and the body of its reply."""
        assert self._transport is not None
        self._reply = asyncio.get_running_loop().create_future()
        self._transport.write(
            b"POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Accept-Encoding: gzip\r\nUser-Agent: benchmark\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        return await self._reply

    async def call(self, payloadtype: str, key: str, **fields: Any) -> Any:
        """One signed request and the message of its reply. Raises Refused."""
        message = msgspec.json.encode({"msgtype": payloadtype, **fields})
        reply = msgspec.json.decode(await self.post(envelope.sealed(payloadtype, message, key)))
        found = msgspec.json.decode(base64.b64decode(reply["payload"]))
        if reply["error"]:
            raise Refused(found["status"], found["message"])
        return found

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


@dataclass(frozen=True)
class Place:
    """Where a server is, which process it is, its data, and the keys of its colony."""

    host: str
    port: int
    pid: int
    data: Path
    colonyname: str
    colony_key: str
    user_key: str

    @asynccontextmanager
    async def connections(self, number: int) -> AsyncIterator[list[Connection]]:
        """So many connections."""
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            opened = []
            for _ in range(number):
                _, connection = await loop.create_connection(Connection, self.host, self.port)
                stack.callback(connection.close)
                opened.append(connection)
            yield opened

    async def add_executors(self, number: int, executortype: str = "benchmark") -> list[str]:
        """Register and approve executors; their keys."""
        keys = [identity.new_private_key() for _ in range(number)]
        async with self.connections(1) as (connection,):
            for key in keys:
                name = f"executor-{identity.id_of(key)[:12]}"
                executor = {
                    "executorname": name,
                    "executorid": identity.id_of(key),
                    "executortype": executortype,
                    "colonyname": self.colonyname,
                }
                await connection.call("addexecutormsg", self.colony_key, executor=executor)
                named = {"colonyname": self.colonyname, "executorname": name}
                await connection.call("approveexecutormsg", self.colony_key, **named)
        return keys

    def spec(self, executortype: str = "benchmark") -> dict[str, Any]:
        """The function spec of a process that does nothing."""
        conditions = {"colonyname": self.colonyname, "executortype": executortype}
        return {"funcname": "nothing", "conditions": conditions}

    def cpu(self) -> float:
        """CPU seconds the server has used so far, user and system: the sum of its threads.

        To the nanosecond where the system counts so; none of its threads ends early.
        """
        try:
            threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
            spent = sum(int(thread.read_text().split()[0]) for thread in threads)
        except OSError:
            spent = 0
        return spent / 1e9 or cpu_of(self.pid)

    def memory(self) -> float:
        """Resident memory of the server now, in MB."""
        return _status_field(self.pid, "VmRSS:")

    def peak(self) -> float:
        """The most memory the server ever had, in MB."""
        return _status_field(self.pid, "VmHWM:")


def cpu_of(pid: int) -> float:
    """CPU seconds a process and its ended children have used so far, user and system."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        ticks = stat.read_text().rpartition(")")[2].split()[11:15]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    command = ["ps", "-o", "time=", "-p", str(pid)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds = 0.0
    for part in text.strip().split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _status_field(pid: int, name: str) -> float:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return float("nan")
    line = next(line for line in status.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


@contextmanager
def started(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program that says on `--ready-fd` when it may be used, until the end of the block."""
    ready, tell = os.pipe()
    process = subprocess.Popen(
        [sys.executable, *command, "--ready-fd", str(tell)],
        pass_fds=(tell,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(tell)
    try:
        with os.fdopen(ready) as pipe:
            pipe.read()
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def place(folder: Path, *, database: str = "") -> Iterator[Place]:
    """`jupyter colonies serve` on a fresh data folder, or on a PostgreSQL database."""
    named = ["--database", database] if database else []
    with _served(folder, "-m", "jupyter_colonies.cli", "serve", "--port", "0", *named) as found:
        yield found


@contextmanager
def echo(folder: Path) -> Iterator[Place]:
    """The same front, where each request is answered with what it says."""
    with _served(folder, str(ECHO)) as found:
        yield found


@contextmanager
def _served(folder: Path, *command: str) -> Iterator[Place]:
    runtime_file, data = folder / "runtime.json", folder / "data"
    folder.mkdir(exist_ok=True)
    options = ("--data", str(data), "--runtime-file", str(runtime_file))
    with started([*command, *options]):
        runtime = json.loads(runtime_file.read_text())
        yield Place(
            runtime["host"],
            runtime["port"],
            runtime["pid"],
            data,
            runtime["colonyname"],
            _key(runtime["colonykeyfile"]),
            _key(runtime["userkeyfile"]),
        )


def _key(path: str) -> str:
    return Path(path).read_text().strip() if path else identity.new_private_key()
