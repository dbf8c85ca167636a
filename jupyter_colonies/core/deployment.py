"""Deployed notebooks: what is asked for, what is told, and the rules of names and restarts."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

import msgspec

from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import InvalidRequest

FIRST_PAUSE = 1
LONGEST_PAUSE = 60
STEADY = 60
"""Seconds a kernel must have lived for its death to count as the first one again."""

ENDING = ".ipynb"
LONGEST_NAME = 80

_NAME = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,{LONGEST_NAME - 1}}}")


class DeploymentState(StrEnum):
    """How a deployed notebook is doing; the value is the word people read.

    `FAILED` stays until somebody deploys or restarts it: the same cell would fail again.
    """

    STARTING = "starting"
    RUNNING = "running"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def settled(self) -> bool:
        """Whether the notebook has run through, or will not run by itself."""
        return self in (self.RUNNING, self.FAILED, self.STOPPED)

    @property
    def wanted(self) -> bool:
        """Whether a kernel runs for it, or will."""
        return self in (self.STARTING, self.RUNNING, self.RESTARTING)


class DeploymentRequest(msgspec.Struct, kw_only=True):
    """What somebody wants to be deployed.

    `path` is the notebook. `name` is the deployment's, that of the file unless given. `kernelname`
    stands over the kernelspec that the notebook names. `watch`: deploy again when the file's code
    changes.
    """

    path: str
    name: str = ""
    kernelname: str = ""
    watch: bool = False


class Deployment(msgspec.Struct, kw_only=True):
    """A deployed notebook as it is now.

    `reason` says more than `state` where there is more to say, `since` is when the state began.
    `cells` is how many cells are run, `done` how many have been. `restarts` counts the kernels
    that died, `kernelid` is the present one, empty where there is none.
    """

    name: str
    path: str
    kernelname: str
    watch: bool = False
    state: DeploymentState = DeploymentState.STARTING
    reason: str = ""
    since: datetime = NEVER
    cells: int = 0
    done: int = 0
    restarts: int = 0
    kernelid: str = ""


class DeploymentLog(msgspec.Struct, kw_only=True):
    """The end of a deployment's log, as one text."""

    text: str


def name_of(path: str) -> str:
    """The name a notebook is deployed under unless another one is given."""
    stem = path.replace("\\", "/").rpartition("/")[2].removesuffix(ENDING)
    cleaned = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-.")
    return cleaned[:LONGEST_NAME] or "notebook"


def check_deployment_name(name: str) -> None:
    """Raise InvalidRequest unless a name is one: it is part of file names and of addresses."""
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"'{name}' is no name for a deployment: up to {LONGEST_NAME} letters, digits, '_', "
            "'-' and '.' are, the first of them no '-' or '.'"
        )


def pause_after(deaths: int) -> int:
    """Seconds until a kernel that has died so many times in a row is started again."""
    return int(min(FIRST_PAUSE * 2 ** min(deaths - 1, 16), LONGEST_PAUSE))
