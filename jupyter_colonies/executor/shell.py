"""The built-in executor of shell commands: it isolates nothing and starts only when asked to.

It serves the `execute` calls of specs made for the container executors of ColonyOS, as their
`cmd` stands, in a subprocess on this machine (protocol part 03, sections 6.2 and 6.4).
"""

from __future__ import annotations

import atexit
import codecs
import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from typing import IO, Any

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.core.member import FunctionArgument
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.executor.cancellation import RunCancelled
from jupyter_colonies.executor.outcome import RunFailed
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.executor.worker import Worker

FUNCTION = "execute"
WARNING = (
    "The shell executor runs each `cmd` as you, on this machine, with all your rights and files: "
    "no container, no isolation, `docker-image` is ignored. Start it only where you trust "
    "everyone who may submit to the colony"
)
ARGUMENTS = (
    FunctionArgument(name="cmd", type="str", description="shell command", required=True),
    FunctionArgument(name="args", type="list[str]", description="words put after the command"),
    FunctionArgument(name="init-cmd", type="str", description="command that is run before it"),
)

LAST_LINES = 10
LARGEST_OUTPUT = 1024 * 1024
ATTENTION = 0.5  # seconds between looks at whether the process is still wanted
GRACE = 2.0  # seconds a command has to end by itself when it is told to

# What still runs when the interpreter ends; the threads that watch it end without a word.
_commands: set[subprocess.Popen[bytes]] = set()

_SECRET_PREFIXES = ("COLONIES_", "JUPYTER_", "JPY_", "AWS_")


def shell_worker(
    colony: Colony, name: str = "dev-docker", executortype: str = "container-executor"
) -> Worker:
    """A worker, not yet started, that runs `cmd` in a subprocess; show `WARNING` with it.

    The names are those of the original's development setup, so that its specs run as they
    stand. Raises InvalidRequest on Windows, which has no `/bin/sh`.
    """
    if os.name == "nt":
        raise InvalidRequest("The shell executor needs /bin/sh, which Windows does not have")
    worker = Worker(colony, name, executortype=executortype, concurrency=os.cpu_count() or 1)
    worker.add(FUNCTION, run_command, WARNING, ARGUMENTS)
    return worker


def run_command(process: RunningProcess) -> list[str]:
    """Run a process's `cmd` and return its standard output as one text, or nothing.

    Both streams go to the log as they come; trailing newlines of the output are cut off, as the
    shell does in `$(cmd)`. The command's process group is killed when the process's execution time
    is over or nobody wants its result any more. Raises RunFailed and RunCancelled.
    """
    command = subprocess.Popen(
        ["/bin/sh", "-c", _command_line(process)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(process),
        start_new_session=True,
    )
    seconds = process.spec.maxexectime
    deadline = time.monotonic() + seconds if seconds > 0 else None
    reader = _Reader(command)
    _commands.add(command)
    try:
        while command.poll() is None or reader.open:
            heard = reader.read(ATTENTION)
            if not heard and command.poll() is not None:
                break  # something it left behind holds the streams
            _check(process, deadline)
    finally:
        _kill_group(command)
        _commands.discard(command)
        reader.close()
    if command.returncode:
        raise RunFailed(_failure(command.returncode, reader.last_lines))
    output = reader.output.rstrip("\n")
    return [output] if output else []


class _Reader:
    """Reads both streams of a command, shows and logs them, and keeps what is needed later."""

    def __init__(self, command: subprocess.Popen[bytes]) -> None:
        assert command.stdout is not None
        assert command.stderr is not None
        self._selector = selectors.DefaultSelector()
        self._out: list[str] = []
        self._kept = 0
        self._tail = ""
        for pipe, show, keep in (
            (command.stdout, sys.stdout, True),
            (command.stderr, sys.stderr, False),
        ):
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            self._selector.register(pipe, selectors.EVENT_READ, (decoder, show, keep))

    @property
    def output(self) -> str:
        """What was written to the standard output, a megabyte of it at most."""
        return "".join(self._out)

    @property
    def last_lines(self) -> str:
        """The last lines of both streams."""
        return "\n".join(self._tail.rstrip().splitlines()[-LAST_LINES:])

    @property
    def open(self) -> bool:
        """Whether more may come."""
        return bool(self._selector.get_map())

    def read(self, timeout: float) -> bool:
        """Pass on what comes within the time; whether anything did."""
        if not self.open:
            time.sleep(timeout / 10)  # the streams were closed, the command goes on
        ready = self._selector.select(timeout) if self.open else []
        for key, _ in ready:
            pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]  # what was registered
            decoder, show, keep = key.data
            data = os.read(pipe.fileno(), 65536)
            self._pass_on(decoder.decode(data, final=not data), show, keep=keep)
            if not data:
                self._selector.unregister(pipe)
                pipe.close()
        return bool(ready)

    def close(self) -> None:
        """Let go of what is still open."""
        for key in list(self._selector.get_map().values()):
            pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]  # what was registered
            self._selector.unregister(pipe)
            pipe.close()
        self._selector.close()

    def _pass_on(self, text: str, show: Any, *, keep: bool) -> None:
        show.write(text)
        self._tail = (self._tail + text)[-LAST_LINES * 1000 :]
        if keep and self._kept < LARGEST_OUTPUT:
            self._out.append(text[: LARGEST_OUTPUT - self._kept])
            self._kept += len(text)


def _command_line(process: RunningProcess) -> str:
    given = process.kwargs
    cmd, args, init = given.get("cmd"), given.get("args") or [], given.get("init-cmd")
    if not isinstance(cmd, str) or not cmd.strip():
        raise RunFailed("The kwarg 'cmd' is missing: it must be the shell command, as a text")
    if not isinstance(args, list):
        raise RunFailed("The kwarg 'args' must be a list of texts")
    line = " ".join([cmd, *map(str, args)]).replace("{processid}", process.processid)
    return f"{init}; {line}" if isinstance(init, str) and init.strip() else line


def _environment(process: RunningProcess) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(_SECRET_PREFIXES)}
    return {
        **inherited,
        **(process.spec.env or {}),
        "COLONIES_PROCESS_ID": process.processid,
    }


def _check(process: RunningProcess, deadline: float | None) -> None:
    if deadline is not None and time.monotonic() > deadline:
        # The server takes the process back by itself, and knows whether it may run again.
        raise RunCancelled(f"killed after its execution time of {process.spec.maxexectime} s")
    process.check()


def _kill_group(command: subprocess.Popen[bytes]) -> None:
    """End whatever the command left running, gently first."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(command.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            command.wait(GRACE)
        os.killpg(command.pid, signal.SIGKILL)
    command.wait()


def _failure(code: int, last_lines: str) -> str:
    ended = f"exited with {code}"
    if code < 0:
        ended = f"was ended by signal {signal.Signals(-code).name}"
    return f"The command {ended}" + (f"; its last lines:\n{last_lines}" if last_lines else "")


if hasattr(os, "register_at_fork"):
    # The commands of a forked child are its parent's.
    os.register_at_fork(after_in_child=_commands.clear)


@atexit.register
def _kill_all() -> None:
    for command in tuple(_commands):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(command.pid, signal.SIGKILL)
