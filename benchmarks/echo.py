"""The product's own front with nothing behind it: the measure of what a request costs anyway.

Each request is received, opened, its signature recovered and its message decoded, as always, and
the message is sent back.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
from pathlib import Path
from typing import Any

from tornado import web

from jupyter_colonies.server.listener import Listener
from jupyter_colonies.server.presence import Presence


class Echo:
    """In the broker's place."""

    async def call(self, message: object, request: object, callerid: str, **_: Any) -> object:  # noqa: ARG002
        """What was asked."""
        return request


async def serve(runtime_file: Path, ready_fd: int) -> None:
    """Answer until terminated."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    bound = socket.create_server(("127.0.0.1", 0), backlog=1024)
    bound.setblocking(False)
    nothing = web.Application()
    listener = Listener(Echo(), Presence(), bound, host="127.0.0.1", tls=None, routes=nothing)  # type: ignore[arg-type]
    describe(listener.port, runtime_file)
    os.close(ready_fd)
    await stop.wait()


def describe(port: int, runtime_file: Path) -> None:
    """Tell the benchmark where this is, as the real server does."""
    runtime = {"host": "127.0.0.1", "port": port, "pid": os.getpid(), "colonyname": "dev"}
    runtime_file.write_text(json.dumps({**runtime, "colonykeyfile": "", "userkeyfile": ""}))


def main() -> None:
    """Started by `served.echo`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    parser.add_argument("--runtime-file", type=Path, required=True)
    parser.add_argument("--ready-fd", type=int, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.runtime_file, options.ready_fd))


if __name__ == "__main__":
    main()
