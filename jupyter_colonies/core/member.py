"""Colonies, their members and places: users, executors, the functions executors offer.

Protocol part 01, sections 4.1 to 4.7.
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import InvalidRequest


class Colony(msgspec.Struct, kw_only=True):
    """A named trust zone, owned by the key whose id it carries."""

    colonyid: Name = ""
    name: Name = ""


class User(msgspec.Struct, kw_only=True):
    """A person of a colony: all rights of a member, but is never assigned processes."""

    colonyname: Name = ""
    userid: Name = ""
    name: Name = ""
    email: str = ""
    phone: str = ""


class ExecutorState(IntEnum):
    """Standing of an executor in its colony."""

    PENDING = 0
    APPROVED = 1
    REJECTED = 2
    UNREGISTERED = 3

    @property
    def word(self) -> str:
        """The state as people read it."""
        return self.name.capitalize()


class Capabilities(msgspec.Struct, kw_only=True):
    """Hardware and software of an executor; old Go SDKs send objects instead of lists."""

    hardware: Any = None
    software: Any = None

    def __post_init__(self) -> None:
        if isinstance(self.hardware, dict):
            self.hardware = [self.hardware]
        if isinstance(self.software, dict):
            self.software = [self.software]
        for part in (self.hardware, self.software):
            if part is not None and not isinstance(part, list):
                raise ValueError("capabilities must be lists")


class Allocations(msgspec.Struct, kw_only=True):
    """What the projects of a cluster may use, as an executor reports it."""

    projects: dict[str, Any] | None = None


class Executor(msgspec.Struct, kw_only=True):
    """A worker of a colony (protocol part 01, section 4.3).

    `unresponsive` is this server's: true, and there only then, if the executor has not been heard
    from for long although it runs a process without a deadline.
    """

    executorid: Name = ""
    executortype: Name = ""
    executorname: Name = ""
    colonyname: Name = ""
    state: ExecutorState = ExecutorState.PENDING
    requirefuncreg: bool = False
    commissiontime: datetime | None = NEVER
    lastheardfromtime: datetime | None = NEVER
    locationname: Name | None | msgspec.UnsetType = msgspec.UNSET
    capabilities: Capabilities | None = msgspec.field(default_factory=Capabilities)
    allocations: Allocations | None = msgspec.field(default_factory=Allocations)
    blueprintid: Name | None | msgspec.UnsetType = msgspec.UNSET
    blueprintgen: Integer | None | msgspec.UnsetType = msgspec.UNSET
    unresponsive: bool | msgspec.UnsetType = msgspec.UNSET


class FunctionArgument(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One parameter of a function; name and type are always sent."""

    name: str
    type: str
    description: str = ""
    required: bool = False
    enum: list[str] = msgspec.field(default_factory=list)


class Function(msgspec.Struct, kw_only=True):
    """A function an executor offers, with what its runs took, in seconds (part 01, 4.4)."""

    functionid: Name = ""
    executorname: Name = ""
    executortype: Name = ""
    colonyname: Name = ""
    funcname: Name = ""
    description: str | None | msgspec.UnsetType = msgspec.UNSET
    args: list[FunctionArgument] | None | msgspec.UnsetType = msgspec.UNSET
    counter: Integer = 0
    minwaittime: float = 0
    maxwaittime: float = 0
    minexectime: float = 0
    maxexectime: float = 0
    avgwaittime: float = 0
    avgexectime: float = 0
    locationname: Name | None | msgspec.UnsetType = msgspec.UNSET


class Log(msgspec.Struct, kw_only=True):
    """A line an executor wrote; the timestamp is in nanoseconds since 1970."""

    processid: str = ""
    colonyname: Name = ""
    executorname: Name = ""
    message: str = ""
    timestamp: int = 0


class Location(msgspec.Struct, kw_only=True):
    """A place with a name; longitude and latitude in degrees (part 01, section 4.7)."""

    locationid: Name = ""
    name: Name = ""
    colonyname: Name = ""
    description: str = ""
    long: float = 0
    lat: float = 0


class Statistics(msgspec.Struct, kw_only=True):
    """Counts of a colony or of the server (protocol part 01, section 4.10)."""

    colonies: int = 0
    executors: int = 0
    activeexecutors: int = 0
    unregisteredexecutors: int = 0
    waitingprocesses: int = 0
    runningprocesses: int = 0
    successfulprocesses: int = 0
    failedprocesses: int = 0
    cancelledprocesses: int = 0
    waitingworkflows: int = 0
    runningworkflows: int = 0
    successfulworkflows: int = 0
    failedworkflows: int = 0
    cancelledworkflows: int = 0


def check_name(name: str, what: str) -> None:
    """Raise InvalidRequest for an empty name or one with a colon, which would break lists."""
    if not name or ":" in name:
        raise InvalidRequest(f"Invalid {what} name '{name}': it must not be empty or contain ':'")
