"""What a display of a whole colony needs: figures at one moment, and to be told of changes."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.messages.registry import Message, Request, declare
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.times import NEVER

PROCESSES = "processes"
EXECUTORS = "executors"
CRONS = "crons"
GENERATORS = "generators"
CHANGES = (PROCESSES, EXECUTORS, CRONS, GENERATORS)
"""What of a colony may have changed; `executors` includes a pause of its assignments."""


class GetMonitor(Request):
    """Figures of a colony. `since` is the first time slot wanted, in seconds since 1970.

    0 stands for all of the last ten minutes, which is the longest time there is.
    """

    colonyname: Name = ""
    since: Integer = 0


class SubscribeColony(Request):
    """Be told that something changed in a colony, and what kind of thing; `timeout` in seconds."""

    colonyname: Name = ""
    timeout: Integer = 0


class QueueFigures(msgspec.Struct, kw_only=True):
    """The processes of one executor type that wait for an executor only."""

    executortype: str
    ready: int
    oldest: datetime


class RunningFigures(msgspec.Struct, kw_only=True):
    """A running process, without its arguments; `progress` is what its executor said last."""

    processid: str
    processgraphid: str
    nodename: str
    funcname: str
    executortype: str
    executorname: str
    starttime: datetime
    progress: str = ""


class FailureFigures(msgspec.Struct, kw_only=True):
    """A process that failed by itself; `error` is the last line of its errors."""

    processid: str
    processgraphid: str
    nodename: str
    funcname: str
    executortype: str
    executorname: str
    endtime: datetime
    error: str


class SlotFigures(msgspec.Struct, kw_only=True):
    """What ended within 15 seconds from `at` on, and how long it waited and ran, in seconds.

    The times are the median and the 95th percentile of up to 100 successful processes; 0 where
    there was none.
    """

    at: datetime
    successful: int = 0
    failed: int = 0
    p50wait: float = 0
    p95wait: float = 0
    p50run: float = 0
    p95run: float = 0


class Monitor(msgspec.Struct, kw_only=True):
    """A colony at one moment.

    `waiting` counts what waits for parents as well. `load` is the number of processes that each
    executor runs, `connected` are those that have a request or a subscription open at the server
    that answers. `processes` are the 100 that run longest, `failures` the 20 that failed last.
    `slots` without anything that ended are left out.
    """

    at: datetime = NEVER
    paused: bool = False
    crontimezone: str = "UTC"
    waiting: int = 0
    running: int = 0
    queues: list[QueueFigures] = msgspec.field(default_factory=list)
    load: dict[str, int] = msgspec.field(default_factory=dict)
    connected: list[str] = msgspec.field(default_factory=list)
    processes: list[RunningFigures] = msgspec.field(default_factory=list)
    failures: list[FailureFigures] = msgspec.field(default_factory=list)
    slots: list[SlotFigures] = msgspec.field(default_factory=list)


class ColonyChange(msgspec.Struct, kw_only=True):
    """Kinds of things that changed in a colony: `processes`, `executors`, `crons`, `generators`."""

    colonyname: Name = ""
    changed: list[str] = msgspec.field(default_factory=list)


GET_MONITOR = declare(
    Message(
        "getmonitormsg",
        "get_monitor",
        GetMonitor,
        Monitor,
        does="get monitor",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
        extension=True,
    )
)
SUBSCRIBE_COLONY = declare(
    Message(
        "subscribecolonymsg",
        "subscribe_colony",
        SubscribeColony,
        ColonyChange,
        does="subscribe colony",
        role=Role.MEMBER,
        colony="colonyname",
        streams=True,
        reads=True,
        extension=True,
    )
)
