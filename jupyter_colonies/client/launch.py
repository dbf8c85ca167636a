"""A server for this user, started as a program of its own when there is none."""

from __future__ import annotations

import fcntl
import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_colonies.client.runtime import Runtime, prove, read_runtime, serve_runtime_file
from jupyter_colonies.errors import NoServer, ServerUnreachable, UntrustedServer

IDLE_TIMEOUT = 600
START_TIMEOUT = 60.0
LOG_LINES = 12


def running_or_started() -> tuple[Runtime, bool]:
    """The user's `jupyter colonies serve`, and whether it was started for this call.

    Programs that ask at the same time get the same server. Raises NoServer with the last lines
    of the server's log if it does not start.
    """
    path = serve_runtime_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path.with_suffix(".lock")):
        running = _running(path)
        if running is not None:
            return running, False
        _start(path)
        started = read_runtime(path)
        prove(started)
        return started, True


def _running(path: Path) -> Runtime | None:
    try:
        runtime = read_runtime(path)
        prove(runtime)
    except (NoServer, ServerUnreachable, UntrustedServer):
        # The file was left behind by a server that is gone.
        return None
    return runtime


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start(path: Path) -> None:
    log = path.with_suffix(".log")
    ready, tell = os.pipe()
    command = [
        *(sys.executable, "-m", "jupyter_colonies.cli", "serve"),
        *("--idle-timeout", str(IDLE_TIMEOUT), "--port", "0"),
        *("--runtime-file", str(path), "--ready-fd", str(tell)),
    ]
    try:
        log.touch(mode=0o600)
        with log.open("wb") as output:
            server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(tell,),
                start_new_session=True,
            )
    finally:
        os.close(tell)
    # Someone has to wait for it, or it stays a zombie when it ends before this program does.
    threading.Thread(target=server.wait, name="colonies-serve-wait", daemon=True).start()
    with os.fdopen(ready, "rb") as pipe:
        # Readable when the server writes its line, or when it dies and the pipe closes.
        told, _, _ = select.select([pipe], [], [], START_TIMEOUT)
        if told and pipe.readline():
            return
    server.kill()
    said = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
    how = "ended before it was ready" if told else f"was not ready after {START_TIMEOUT:.0f} s"
    raise NoServer(
        f"The server that was started here {how}. The end of its log, {log}:\n" + "\n".join(said)
    )
