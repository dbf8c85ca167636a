"""A process: one function spec on its way through an executor (protocol part 02, section 1.8)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec

from jupyter_colonies.core.decoding import Integer
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.core.times import NEVER

DAY = 86_400_000_000_000

PROGRESS = "progress"
"""The attribute in which an executor says how far a run is: `0.42 reading`."""

CACHE = "cache"
"""The attribute in which a process says whether its result is a kept one."""

HIT = "hit"
"""How that begins if the result is a kept one."""


class State(IntEnum):
    """State of a process and of a process graph (protocol part 02, section 1.4)."""

    WAITING = 0
    RUNNING = 1
    SUCCESS = 2
    FAILED = 3
    CANCELLED = 4

    @property
    def word(self) -> str:
        """The state as people read it."""
        return _WORDS[self]

    @property
    def finished(self) -> bool:
        """Whether nothing can follow this state."""
        return self >= State.SUCCESS


_WORDS = {
    State.WAITING: "Waiting",
    State.RUNNING: "Running",
    State.SUCCESS: "Successful",
    State.FAILED: "Failed",
    State.CANCELLED: "Cancelled",
}


class AttributeType(IntEnum):
    """What an attribute was made for; the server does not check it."""

    IN = 0
    OUT = 1
    ERR = 2
    ENV = 3


class Attribute(msgspec.Struct, kw_only=True):
    """A key and a text attached to a process (protocol part 01, section 4.5)."""

    attributeid: str = ""
    targetid: str = ""
    targetcolonyname: str = ""
    targetprocessgraphid: str = ""
    state: Integer = 0
    attributetype: Integer = 0
    key: str = ""
    value: str = ""


class Process(msgspec.Struct, kw_only=True):
    """A process as the wire shows it. Times are UTC; year 1 means never.

    `keptfrom` is an extension: the process of an earlier run whose result this one has.
    """

    processid: str = ""
    initiatorid: str = ""
    initiatorname: str = ""
    assignedexecutorid: str = ""
    isassigned: bool = False
    state: State = State.WAITING
    prioritytime: int = 0
    submissiontime: datetime = NEVER
    starttime: datetime = NEVER
    endtime: datetime = NEVER
    waitdeadline: datetime = NEVER
    execdeadline: datetime = NEVER
    retries: int = 0
    attributes: list[Attribute] | None = msgspec.field(default_factory=list)
    spec: FunctionSpec = msgspec.field(default_factory=FunctionSpec)
    waitforparents: bool = False
    parents: list[str] = msgspec.field(default_factory=list)
    children: list[str] = msgspec.field(default_factory=list)
    processgraphid: str = ""
    input: list[Any] | None = msgspec.field(name="in", default_factory=list)
    output: list[Any] | None = msgspec.field(name="out", default_factory=list)
    errors: list[str] | None = msgspec.field(default_factory=list)
    keptfrom: str | msgspec.UnsetType = msgspec.UNSET


def priority_time(submitted: int, priority: int) -> int:
    """Queue position: one step of priority is worth one day of waiting (part 02, 1.12)."""
    return submitted - priority * DAY


def attribute_id(targetid: str, key: str, attributetype: int) -> str:
    """The id of an attribute, the same for the same process, key and type (part 02, 1.2)."""
    return hashlib.sha3_256(f"{targetid}{key}{attributetype}".encode()).hexdigest()
