"""What streams of events tell: documents of a workflow, a process, a colony or an executor.

Each travels in a frame with a name and the id from which the stream can be taken up again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.member import Statistics
from jupyter_colonies.core.messages.logs import Notes
from jupyter_colonies.core.messages.workflows import WorkflowChange
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import InvalidRequest


class ProcessChanged(msgspec.Struct, kw_only=True):
    """A process entered a state: `process`.

    `event` is the number of what happened and grows. State, executor and tries are those after
    it. `processgraphid` is empty for a process on its own; `revision` is that of its workflow.
    """

    event: Integer
    processid: str
    processgraphid: str = ""
    revision: Integer = 0
    nodename: str = ""
    funcname: Name = ""
    executortype: Name = ""
    executorname: Name = ""
    state: State = State.WAITING
    retries: Integer = 0
    at: datetime = NEVER


class WorkflowState(msgspec.Struct, kw_only=True):
    """A workflow as it is after what was told of its processes: `workflow`.

    The numbers are those of its processes in each state.
    """

    processgraphid: str
    revision: Integer = 0
    state: State = State.WAITING
    waiting: Integer = 0
    running: Integer = 0
    success: Integer = 0
    failed: Integer = 0
    cancelled: Integer = 0


class ColonyCounts(msgspec.Struct, kw_only=True):
    """The numbers of a colony where a stream begins anew: `colony`."""

    colonyname: str
    statistics: Statistics


class ExecutorNow(msgspec.Struct, kw_only=True):
    """An executor's standing and the ids of all it runs: `executor`.

    Told at the beginning, and whenever the standing changes or something is taken from it.
    """

    colonyname: str
    executorname: str
    state: Integer = 0
    running: list[str] = msgspec.field(default_factory=list)


class Stirred(msgspec.Struct, kw_only=True):
    """Kinds of things that changed and are not told one by one: `changed`.

    `executors` have come, gone or said anew what they can do, or assignments are paused;
    `processes` were removed or say how far they are; `crons` and `generators`.
    """

    colonyname: str
    changed: list[str]


class Reset(msgspec.Struct, kw_only=True):
    """What was missed can't be told any more, what follows begins anew: `reset`."""

    reason: str


class End(msgspec.Struct, kw_only=True):
    """The last of a stream: why it ends, and from where to take it up again: `end`."""

    reason: str
    after: str


class Frame(NamedTuple):
    """One document of a stream, its name, and the id behind it."""

    id: str
    event: str
    data: (
        ProcessChanged
        | WorkflowState
        | ColonyCounts
        | ExecutorNow
        | Stirred
        | Reset
        | End
        | WorkflowChange
        | Notes
    )


DOCUMENTS: dict[str, type[msgspec.Struct]] = {
    "process": ProcessChanged,
    "workflow": WorkflowState,
    "change": WorkflowChange,
    "colony": ColonyCounts,
    "executor": ExecutorNow,
    "changed": Stirred,
    "notes": Notes,
    "reset": Reset,
    "end": End,
}
"""The documents by the names of their events."""

LONGEST_ID = 19
"""Digits in the id of a frame: enough for nanoseconds since 1970."""

_encode = msgspec.json.Encoder().encode


def as_text(frame: Frame) -> bytes:
    """A frame as `text/event-stream` has it."""
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (
        frame.id.encode(),
        frame.event.encode(),
        _encode(frame.data),
    )


def as_message(frame: Frame) -> str:
    """A frame as a message of a websocket: an object with `id`, `event` and `data`."""
    named: dict[str, Any] = {"id": frame.id, "event": frame.event, "data": frame.data}
    return _encode(named).decode()


def position(text: str) -> int:
    """The number in the id of a frame; -1 for an empty text. Raises InvalidRequest."""
    if not text:
        return -1
    digits = text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID
    if not digits or int(text) >= 1 << 63:
        raise InvalidRequest(
            f"'{text[:40]}' is no id of a stream's event: send the last one that came, or none"
        )
    return int(text)
