"""A real server for tests: a free port, a fresh database, and the keys of everyone.

`running_server` runs it on the test's own event loop, `server_in_thread` on a loop of its own,
for tests that block.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.server.folder import DataFolder
from jupyter_colonies.server.hosting import Hosting
from jupyter_colonies.server.lock import Lock
from jupyter_colonies.server.settings import Settings


@dataclass(frozen=True, kw_only=True)
class RunningServer:
    """Where the server is and whose keys open it. The keys are private keys as text."""

    host: str
    port: int
    tls: bool
    serverid: str
    server_key: str = field(repr=False)
    colony_key: str = field(repr=False)
    user_key: str = field(repr=False)
    colonyname: str
    username: str
    runtime_file: Path
    data: Path
    hosting: Hosting = field(repr=False)
    loop: asyncio.AbstractEventLoop = field(repr=False)

    @property
    def broker(self) -> Broker:
        """The service itself, to be used on `loop` only."""
        return self.hosting.broker

    @property
    def address(self) -> str:
        """URL of the root."""
        return self.hosting.listener.address

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which an outside program uses the server."""
        from jupyter_colonies.cli.env import variables  # noqa: PLC0415 - few tests need it

        return variables(self.hosting.runtime)


@asynccontextmanager
async def running_server(
    folder: Path, *, clock: Callable[[], int] = time.time_ns, **settings: Any
) -> AsyncIterator[RunningServer]:
    """A server on the running loop, its data below a folder.

    `clock` gives nanoseconds since 1970. `settings` are fields of `server.settings.Settings`; the
    port is any free one and the user is called `tester` unless they say otherwise. Starting again
    on the same folder finds what the server before left there.
    """
    data = DataFolder(folder / "colonies")
    lock = Lock(data.path)
    if not lock.try_acquire():
        raise RuntimeError(f"another server uses {data.path}")
    hosting = Hosting(
        Settings(data=data.path, **{"port": 0, "username": "tester", **settings}),
        data,
        clock=clock,
    )
    try:
        await hosting.start()
        try:
            yield _described(hosting, data)
        finally:
            await hosting.stop()
    finally:
        lock.release()


@contextmanager
def server_in_thread(
    folder: Path, *, clock: Callable[[], int] = time.time_ns, **settings: Any
) -> Iterator[RunningServer]:
    """The same on a thread with an event loop of its own."""
    ready: list[RunningServer] = []
    failed: list[BaseException] = []
    started = threading.Event()
    stop = asyncio.Event()

    async def run() -> None:
        async with running_server(folder, clock=clock, **settings) as server:
            ready.append(server)
            started.set()
            await stop.wait()

    def work() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is seen
            failed.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=work, name="colonies-test-server", daemon=True)
    thread.start()
    started.wait()
    try:
        if ready:
            yield ready[0]
    finally:
        if ready and thread.is_alive():
            ready[0].loop.call_soon_threadsafe(stop.set)
        thread.join()
    if failed:
        raise failed[0]


def _described(hosting: Hosting, data: DataFolder) -> RunningServer:
    runtime = hosting.runtime
    return RunningServer(
        host=runtime.host,
        port=runtime.port,
        tls=runtime.tls,
        serverid=runtime.serverid,
        server_key=data.read_key("server"),
        colony_key=data.read_key("colony"),
        user_key=data.read_key("user"),
        colonyname=runtime.colonyname,
        username=runtime.username,
        runtime_file=data.host,
        data=data.path,
        hosting=hosting,
        loop=asyncio.get_running_loop(),
    )
