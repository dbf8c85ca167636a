"""The built-in executor of shell commands: it isolates nothing and starts only when asked to.

It serves the `execute` calls of specs made for the container executors of ColonyOS, as their
`cmd` stands, in a subprocess on this machine (protocol part 03, sections 6.2 and 6.4).
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Mapping, Sequence

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.executor.outcome import RunFailed
from jupyter_colonies.executor.programs import place
from jupyter_colonies.executor.programs.call import ARGUMENTS, FUNCTION, Call, call_of, placed
from jupyter_colonies.executor.programs.child import Streams, attend
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.executor.worker import Worker

NAME = "dev-docker"
TYPE = "container-executor"
WARNING = (
    "The shell executor runs each `cmd` as you, on this machine, with all your rights and files: "
    "no container, no isolation, `docker-image` is ignored. Start it only where you trust "
    "everyone who may submit to the colony"
)

_PLAIN = re.compile(r"[\w./-]+")
_SECRET_PREFIXES = ("COLONIES_", "EXECUTOR_", "JUPYTER_", "JPY_", "AWS_")


class ShellCommands:
    """Runs a process's `cmd` and returns its standard output as one text, or nothing.

    Both streams go to the log as they come; trailing newlines of the output are cut off, as the
    shell does in `$(cmd)`. The command works in a folder of its own, which is empty unless the spec
    asks for files: they are there then, and paths below the spec's `mount` lead to it. `passed`
    names variables of this program that it is given although they may be secrets. `show` is where
    the notebook or terminal sees the streams; without it they go to the log only.
    """

    def __init__(self, *, passed: Sequence[str] = (), show: bool = True) -> None:
        self._passed = frozenset(passed)
        self._show = show

    def __call__(self, process: RunningProcess) -> list[str]:
        """Run it. Raises RunFailed and RunCancelled."""
        call = call_of(process.spec, process.processid)
        if call.debug:
            process.log(f"Runs in a subprocess: {call.line}")
        try:
            with contextlib.ExitStack() as held:
                folder = process.mount or held.enter_context(place.folder(process.processid))
                ended = attend(
                    process,
                    ["/bin/sh", "-c", _line(call, process)],
                    environment=self._environment(os.environ, call),
                    folder=folder,
                    walltime=call.walltime,
                    show=streams(process, shown=self._show),
                )
        except OSError as error:
            raise RunFailed(f"The command could not be started: {error}") from None
        if ended.code:
            raise RunFailed(f"The command {ended.failure}")
        return output_of(ended.output)

    def _environment(self, around: Mapping[str, str], call: Call) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in around.items()
            if name in self._passed or not name.startswith(_SECRET_PREFIXES)
        }
        return {**inherited, **call.environment}


def shell_worker(
    colony: Colony,
    name: str = NAME,
    executortype: str = TYPE,
    *,
    concurrency: int = 0,
    passed: Sequence[str] = (),
    show: bool = True,
) -> Worker:
    """A worker, not yet started, that runs `cmd` in a subprocess; show `WARNING` with it.

    The names are those of the original's development setup, so that its specs run as they
    stand. It runs as many commands at a time as there are processors unless `concurrency` says
    otherwise. `passed` and `show` are those of `ShellCommands`. Raises InvalidRequest on
    Windows, which has no `/bin/sh`.
    """
    if os.name == "nt":
        raise InvalidRequest("The shell executor needs /bin/sh, which Windows does not have")
    together = concurrency or os.cpu_count() or 1
    worker = Worker(colony, name, executortype=executortype, concurrency=together)
    worker.add(FUNCTION, ShellCommands(passed=passed, show=show), WARNING, ARGUMENTS)
    return worker


def _line(call: Call, process: RunningProcess) -> str:
    folder = str(process.mount or "")
    # Where quotes would be needed, those of the command decide, which nobody knows here.
    return placed(call.line, call.mount, folder) if _PLAIN.fullmatch(folder) else call.line


def streams(process: RunningProcess, *, shown: bool) -> Streams:
    """Writes to the log of the process, and to where this run shows what it prints if wanted."""
    if shown:
        return sys.stdout.write, sys.stderr.write
    return process.write, process.write


def output_of(text: str) -> list[str]:
    """The output of a process whose command wrote this."""
    output = text.rstrip("\n")
    return [output] if output else []
