"""What a process asks of an executor of containers: a command, an image and limits.

The specs are those of ColonyOS' container executors, and so are the names and meanings of their
`kwargs` (protocol part 03, section 6.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from jupyter_colonies.core import quantity
from jupyter_colonies.core.member import FunctionArgument
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.executor.outcome import RunFailed

FUNCTION = "execute"
MOUNT = "/cfs"
PROCESS_VARIABLE = "COLONIES_PROCESS_ID"

ARGUMENTS = (
    FunctionArgument(name="cmd", type="str", description="shell command", required=True),
    FunctionArgument(name="docker-image", type="str", description="image of the container"),
    FunctionArgument(name="args", type="list[str]", description="words put after the command"),
    FunctionArgument(name="init-cmd", type="str", description="command that is run before it"),
    FunctionArgument(name="rebuild-image", type="bool", description="pull the image again"),
    FunctionArgument(name="debug", type="bool", description="log what is run"),
)

_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]{0,511}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# What may stand in a comma-separated option of an engine without being read as another one.
_PATH = re.compile(r"/[^,:\"\\\x00-\x1f]*")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One command as it is to be run.

    line: for `sh -c`. environment: what the spec sets, and the id of the process. mount: where
    files are expected. walltime: seconds after which the command fails. walltime, cpus, memory
    (bytes) and gpus are 0 where the spec does not say.
    """

    line: str
    image: str
    pull: bool
    debug: bool
    environment: dict[str, str]
    mount: str
    walltime: int
    cpus: float
    memory: int
    gpus: int


def call_of(spec: FunctionSpec, processid: str) -> Call:
    """Read the spec of a process. Raises RunFailed with what can't be run."""
    given = spec.kwargs or {}
    conditions = spec.conditions
    try:
        cpus = quantity.cpu_millicores(conditions.cpu) / 1000
        memory = quantity.memory_bytes(conditions.mem)
    except InvalidRequest as error:
        raise RunFailed(f"The conditions can't be read: {error.message}") from None
    return Call(
        line=_line(given, processid),
        image=_image(given),
        pull=_flag(given, "rebuild-image"),
        debug=_flag(given, "debug"),
        environment={**_variables(spec.env or {}), PROCESS_VARIABLE: processid},
        mount=_mount(spec),
        walltime=max(0, conditions.walltime),
        cpus=cpus,
        memory=memory,
        gpus=max(0, conditions.gpu.count) if conditions.gpu else 0,
    )


def placed(line: str, mount: str, folder: str) -> str:
    """A command line in which paths below `mount` are paths below a folder of this machine.

    For what runs outside of a container, where nothing can be mounted at `mount`.
    """
    path = rf"(?<![\w./-]){re.escape(mount.rstrip('/'))}(?=/|[\s\"';:,)]|$)"
    return re.sub(path, lambda _: folder, line)


def _line(given: dict[str, Any], processid: str) -> str:
    cmd, args, init = given.get("cmd"), given.get("args") or [], given.get("init-cmd") or ""
    if not isinstance(cmd, str) or not cmd.strip():
        raise RunFailed("The kwarg 'cmd' is missing: it must be the shell command, as a text")
    if not isinstance(args, list):
        raise RunFailed("The kwarg 'args' must be a list of texts")
    if not isinstance(init, str):
        raise RunFailed("The kwarg 'init-cmd' must be a shell command, as a text")
    line = " ".join([cmd, *map(str, args)]).replace("{processid}", processid)
    if "\0" in line + init:
        raise RunFailed("A command can't contain a NUL character")
    return f"{init}; {line}" if init.strip() else line


def _image(given: dict[str, Any]) -> str:
    image = given.get("docker-image") or ""
    if not isinstance(image, str) or (image and not _IMAGE.fullmatch(image)):
        raise RunFailed("The kwarg 'docker-image' must be the name of an image, like python:3.12")
    return image


def _flag(given: dict[str, Any], name: str) -> bool:
    """A truth value; SDKs that can send texts only write it as one."""
    value = given.get(name)
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _variables(env: dict[str, str]) -> dict[str, str]:
    for name, value in env.items():
        if not _VARIABLE.fullmatch(name) or "\0" in value:
            raise RunFailed(f"The variable {name!r} can't be set in the environment of a program")
    return env


def _mount(spec: FunctionSpec) -> str:
    mount = (spec.fs.mount if spec.fs else "") or MOUNT
    if not _PATH.fullmatch(mount) or mount.strip("/") in ("", ".") or ".." in mount.split("/"):
        raise RunFailed(f"Files can't be mounted at {mount!r}: it must be a plain absolute path")
    return mount
