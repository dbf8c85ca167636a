"""The executor of containers: specs as for ColonyOS' docker executor, with docker or podman.

Protocol part 03, section 6.2; what differs is that a container is ended with its process.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.executor.outcome import RunFailed
from jupyter_colonies.executor.programs import engine, place
from jupyter_colonies.executor.programs.call import ARGUMENTS, FUNCTION, Call, call_of
from jupyter_colonies.executor.programs.child import Ended, attend
from jupyter_colonies.executor.programs.engine import Engine
from jupyter_colonies.executor.programs.shell import NAME, TYPE, output_of, streams
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.executor.worker import Worker

DESCRIPTION = "Runs a command in a container"
_ENGINE_FAULT = 125  # what `run` exits with when no container was run


class Containers:
    """Runs a process's `cmd` in a container and returns its standard output as one text.

    The image is pulled where it is missing or `rebuild-image` asks for it, and that is logged. Both
    streams go to the log as they come. `passed` names variables of this program that containers
    are given.
    """

    def __init__(self, engine: Engine, *, passed: Sequence[str] = (), show: bool = True) -> None:
        self._engine = engine
        self._passed = passed
        self._show = show

    def __call__(self, process: RunningProcess) -> list[str]:
        """Run it. Raises RunFailed and RunCancelled."""
        call = call_of(process.spec, process.processid)
        if not call.image:
            raise RunFailed("The kwarg 'docker-image' is missing: it must name an image")
        if call.debug:
            process.log(f"Runs in a container of {call.image}: {call.line}")
        name = f"colonies-{process.processid[:12]}-{secrets.token_hex(4)}"
        try:
            with place.folder(process.processid) as folder:
                self._pull(process, call, folder)
                ended = self._run(process, call, name, folder)
        except OSError as error:
            raise RunFailed(f"The container could not be started: {error}") from None
        return output_of(ended.output)

    def _pull(self, process: RunningProcess, call: Call, folder: Path) -> None:
        if not call.pull and self._engine.has(call.image):
            return
        ended = attend(
            process, self._engine.pull(call.image),
            environment=os.environ, folder=folder, walltime=call.walltime,
            show=streams(process, shown=self._show),
        )  # fmt: skip
        if ended.code:
            raise RunFailed(f"The image {call.image} could not be pulled: it {ended.failure}")

    def _run(self, process: RunningProcess, call: Call, name: str, folder: Path) -> Ended:
        files = process.mount or folder / "files"
        Path(files).mkdir(exist_ok=True)
        command = self._engine.run(
            call, name, files=Path(files), variables=folder / "variables", passed=self._passed
        )
        try:
            ended = attend(
                process, command,
                environment=os.environ, folder=folder, walltime=call.walltime,
                show=streams(process, shown=self._show), end=lambda: self._engine.stop(name),
            )  # fmt: skip
            if ended.code and self._engine.ran_out_of_memory(name):
                raise RunFailed(f"The command used more than its memory, {call.memory} bytes")
        finally:
            self._engine.remove(name)
        if ended.code == _ENGINE_FAULT:
            raise RunFailed(f"No container could be run:\n{ended.last_lines}")
        if ended.code:
            raise RunFailed(f"The command {ended.failure}")
        return ended


class ContainerExecutor(Worker):
    """An executor of containers.

    engine: `docker`, `podman`, or empty for whichever is there. When it is made it removes the
    containers that an executor of this name, user and machine left when it was killed. Runs as
    many at a time as there are processors unless `concurrency` says otherwise. Raises
    InvalidRequest where neither engine works.
    """

    def __init__(
        self,
        colony: Colony,
        name: str = NAME,
        executortype: str = TYPE,
        *,
        engine_name: str = "",
        concurrency: int = 0,
        passed: Sequence[str] = (),
        show: bool = True,
    ) -> None:
        together = concurrency or os.cpu_count() or 1
        super().__init__(colony, name, executortype=executortype, concurrency=together)
        self.engine = engine.find(f"{colony.name}/{name}", engine_name)
        removed = self.engine.sweep()
        if removed:
            self.notice = f"{removed} containers that were left behind are removed"
        runnable = Containers(self.engine, passed=passed, show=show)
        self.add(FUNCTION, runnable, DESCRIPTION, ARGUMENTS)
