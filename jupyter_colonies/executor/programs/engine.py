"""The programs that run containers, docker and podman: what they are asked, as arguments."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.executor.programs import place
from jupyter_colonies.executor.programs.call import Call

PROGRAMS = ("docker", "podman")
PATIENCE = 30  # seconds an engine has for small things
STOPPING = 2  # seconds a container has to end by itself when it is told to
SMALLEST_MEMORY = 6 * 1024 * 1024
LONGEST_LINE = 32 * 1024

_OWNER = "colonies.executor"
_PLACE = "colonies.place"


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One of them, found on PATH. `owner` marks the containers of one executor on this machine."""

    program: str
    owner: str

    @property
    def is_podman(self) -> bool:
        """Whether it is podman, which is asked for GPUs in other words."""
        return Path(self.program).name == "podman"

    def has(self, image: str) -> bool:
        """Whether the image is here already."""
        return self._ask("image", "inspect", "--format", "{{.Id}}", image).returncode == 0

    def pull(self, image: str) -> list[str]:
        """The command that fetches an image."""
        return [self.program, "pull", image]

    def run(
        self, call: Call, name: str, *, files: Path, variables: Path, passed: Sequence[str] = ()
    ) -> list[str]:
        """The command that runs a container to its end.

        files: the folder that is mounted where the call expects its files. variables: a file for
        the environment, which is written here, so that no value shows in the list of programs.
        passed: names of variables that the container is given as they are here.
        """
        words = [self.program, "run", "--name", name, "--pull", "never"]
        words += ["--label", f"{_OWNER}={self.owner}", "--label", f"{_PLACE}={place.root()}"]
        words += ["--mount", f"type=bind,source={files},target={call.mount}"]
        words += self._environment(call, variables)
        words += [word for variable in passed for word in ("--env", variable)]
        words += self._limits(call)
        return [*words, call.image, "sh", "-c", call.line]

    def stop(self, name: str) -> None:
        """End a container, gently first."""
        self._ask("stop", "-t", str(STOPPING), name)

    def remove(self, name: str) -> None:
        """Remove a container, and end it if it runs."""
        self._ask("rm", "--force", name)

    def ran_out_of_memory(self, name: str) -> bool:
        """Whether a container that has ended was killed for its use of memory."""
        told = self._ask("inspect", "--format", "{{.State.OOMKilled}}", name)
        return told.stdout.strip() == "true"

    def sweep(self) -> int:
        """Remove the containers that this executor's killed predecessors left; how many."""
        told = self._ask("ps", "--all", "--quiet", "--filter", f"label={_OWNER}={self.owner}")
        left = [name for name in told.stdout.split() if not self._is_attended(name)]
        for name in left:
            self.remove(name)
        return len(left)

    def _is_attended(self, name: str) -> bool:
        """Whether the process that started a container still lives, or can't be told."""
        label = f'{{{{index .Config.Labels "{_PLACE}"}}}}'
        where = self._ask("inspect", "--format", label, name).stdout.strip()
        return not where or place.is_held(Path(where))

    def _environment(self, call: Call, variables: Path) -> list[str]:
        """A line of such a file can't hold a line break, nor be very long: an argument can."""
        fits = {n: v for n, v in call.environment.items() if "\n" not in v and "\r" not in v}
        fits = {n: v for n, v in fits.items() if len(v) < LONGEST_LINE}
        variables.touch(mode=0o600, exist_ok=False)
        variables.write_text("".join(f"{name}={value}\n" for name, value in fits.items()))
        others = [f"--env={name}={v}" for name, v in call.environment.items() if name not in fits]
        return ["--env-file", str(variables), *others]

    def _limits(self, call: Call) -> list[str]:
        words = []
        if call.cpus:
            # More than the machine has is refused, and limits nothing anyway.
            words += ["--cpus", f"{min(call.cpus, os.cpu_count() or 1):g}"]
        if call.memory:
            words += ["--memory", f"{max(call.memory, SMALLEST_MEMORY)}b"]
        if call.gpus and self.is_podman:
            for number in range(call.gpus):
                words += ["--device", f"nvidia.com/gpu={number}"]
        elif call.gpus:
            words += ["--gpus", str(call.gpus)]
        return words

    def _ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        return ask(self.program, *words)


def find(owner: str, named: str = "") -> Engine:
    """The engine of that name, or else the first that is there and works.

    Raises InvalidRequest, with what each of them said.
    """
    faults = []
    for name in (named,) if named else PROGRAMS:
        program = shutil.which(name)
        if program is None:
            faults.append(f"{name} is not on PATH")
            continue
        told = ask(program, "version", "--format", "{{.Server.Version}}")
        if told.returncode and Path(program).name == "podman":
            told = ask(program, "version")  # without a service it knows no server
        if told.returncode == 0:
            whole = f"{os.getuid()}@{socket.gethostname()}:{owner}"
            return Engine(program=program, owner=whole)
        said = told.stderr.strip().splitlines()
        faults.append(f"{name} does not work: {said[-1] if said else told.returncode}")
    raise InvalidRequest(
        f"Containers can't be run here: {'; '.join(faults)}. Install docker or podman and start "
        "it, or run the commands without any container: jupyter colonies executor shell"
    )


def ask(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run an engine for something small; one that does not answer counts as having failed."""
    command = [program, *words]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))
