"""Logs of processes and of executors (protocol part 01, section 4.6)."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.member import Log
from jupyter_colonies.core.messages.registry import Empty, Message, Request, Subject, declare
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.process import Attribute, State
from jupyter_colonies.errors import NotFound, UnknownObject


class AddLog(Request):
    """Write to the log of a running process."""

    processid: str = ""
    message: str = ""


class AddExecutorLog(Request):
    """Write to an executor's own log, which belongs to no process."""

    colonyname: Name = ""
    executorname: Name = ""
    message: str = ""


class GetLogs(Request):
    """Read up to 500 lines by process or by executor; `since` in nanoseconds, exclusive.

    With `latest` they are the newest ones, oldest first as always. An executor's lines are
    those of its processes and its own.
    """

    colonyname: Name = ""
    processid: str = ""
    executorname: Name = ""
    count: Integer = 0
    since: Integer = 0
    latest: bool = False


class SearchLogs(Request):
    """Find up to 100 lines that contain `text`, newest first, in the last `days`, 30 at most."""

    colonyname: Name = ""
    text: str = ""
    days: Integer = 0
    count: Integer = 0


class SubscribeNotes(Request):
    """Follow a process: log lines after `since` as they are written, attributes and the state.

    `since` is in nanoseconds, exclusive, `timeout` in seconds. The subscription ends with the
    process.
    """

    processid: str = ""
    since: Integer = 0
    timeout: Integer = 0


class Notes(msgspec.Struct, kw_only=True):
    """News of a process: up to 500 lines of its log, oldest first, and all its attributes.

    Attributes are there in the first frame and when one was added or changed; the state when the
    process got another one or another executor, too. `ended` is true in the last frame of a
    process that has finished.
    """

    lines: list[Log] = msgspec.field(default_factory=list)
    state: State | msgspec.UnsetType = msgspec.UNSET
    attributes: list[Attribute] | msgspec.UnsetType = msgspec.UNSET
    ended: bool = False


ADD_LOG = declare(
    Message(
        "addlogmsg",
        "add_log",
        AddLog,
        Empty,
        does="add log",
        role=Role.ASSIGNED_EXECUTOR,
        subject=Subject(
            kind="process",
            field="processid",
            missing=UnknownObject(
                "Failed to add log, process is nil: there is no process '{}'",
            ),
        ),
    )
)
ADD_EXECUTOR_LOG = declare(
    Message(
        "addexecutorlogmsg",
        "add_executor_log",
        AddExecutorLog,
        Empty,
        does="add executor log",
        role=Role.MEMBER,
        colony="colonyname",
    )
)
GET_LOGS = declare(
    Message(
        "getlogsmsg",
        "get_logs",
        GetLogs,
        list[Log],
        does="get logs",
        role=Role.MEMBER,
        reads=True,
        subject=Subject(
            kind="log",
            field="processid",
            missing=NotFound(
                "Failed to get logs, process does not exist: there is no process '{}'"
            ),
        ),
    )
)
SEARCH_LOGS = declare(
    Message(
        "searchlogsmsg",
        "search_logs",
        SearchLogs,
        list[Log],
        does="search logs",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
SUBSCRIBE_NOTES = declare(
    Message(
        "subscribenotesmsg",
        "subscribe_notes",
        SubscribeNotes,
        Notes,
        does="subscribe notes",
        role=Role.MEMBER,
        streams=True,
        reads=True,
        extension=True,
        subject=Subject(
            kind="process",
            field="processid",
            missing=NotFound(
                "Failed to subscribe notes, process does not exist: there is no process '{}'"
            ),
        ),
    )
)
