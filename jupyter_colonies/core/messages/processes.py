"""Processes and their attributes (protocol part 02, sections 2 to 5, 10 and 12)."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.messages.registry import Empty, Message, Request, Subject, declare
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.process import Attribute, Process
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.errors import Absent, NotFound, UnknownObject


class SubmitFunctionSpec(Request):
    """Submit one process on its own."""

    spec: FunctionSpec | None = None


class AssignProcess(Request):
    """Take work. `timeout` in seconds; negative to ask once without waiting."""

    colonyname: Name = ""
    timeout: Integer = 0
    availablecpu: str = ""
    availablemem: str = ""


class AssignProcesses(AssignProcess):
    """Take up to `count` processes, 1 to 256, as soon as there is one; the rest as one process."""

    count: Integer = 0


class CloseSuccessful(Request):
    """Finish a process; an empty `out` keeps the output that was set before."""

    processid: str = ""
    out: list[Any] | None = None


class CloseFailed(Request):
    """Fail a process for good."""

    processid: str = ""
    errors: list[str] | None = None


class Result(msgspec.Struct, kw_only=True):
    """How one process ended: with the output `out`, or with `errors` if it `failed`.

    `texts` are attached to it as by `setattributesmsg`.
    """

    processid: str = ""
    out: list[Any] | None = None
    errors: list[str] | None = None
    failed: bool = False
    texts: dict[str, str] | None = None


class CloseProcesses(Request):
    """Finish up to 256 processes, successful and failed ones, each with an outcome of its own."""

    items: list[Result] | None = None


class Closed(msgspec.Struct, kw_only=True):
    """The outcome of one result: the status and text that closing it alone would have given."""

    processid: str
    status: int
    message: str = ""


class OneProcess(Request):
    """A request about one process."""

    processid: str = ""


class ListProcesses(Request):
    """Processes of a colony in one state; -1 with a `processgraphid` means all of that graph."""

    colonyname: Name = ""
    count: Integer = 0
    state: Integer = 0
    executortype: Name = ""
    label: str = ""
    initiator: Name = ""
    processgraphid: str = ""


class ProcessHistory(Request):
    """Processes in one state that were submitted in the last `seconds`, oldest first.

    With an `executorid` those that were assigned to that executor. There is no limit.
    """

    colonyname: str = ""
    executorid: str = ""
    seconds: Integer = 0
    state: Integer = 0


class RemoveAllProcesses(Request):
    """Remove all processes in a state that belong to no workflow; -1 for any, 0 is waiting."""

    colonyname: str = ""
    state: Integer = 0


class AddAttribute(Request):
    """Attach a text to a running process."""

    attribute: Attribute | None = None


class SetAttributes(Request):
    """Attach texts to a running process, in place of those with the same keys.

    `texts` are 1 to 100 values by key. They are attributes of type 1.
    """

    processid: str = ""
    texts: dict[str, str] | None = None


class OneAttribute(Request):
    """A request about one attribute."""

    attributeid: str = ""


class SubscribeProcess(Request):
    """Be told when a process reaches a state; `timeout` in seconds."""

    colonyname: Name = ""
    processid: str = ""
    executortype: Name = ""
    state: Integer = 0
    timeout: Integer = 0


class SubscribeProcesses(Request):
    """Be told when any process of a type reaches a state; `timeout` in seconds."""

    colonyname: Name = ""
    executortype: Name = ""
    state: Integer = 0
    timeout: Integer = 0


MOST_AT_ONCE = 256
MOST_TEXTS = 100


def _process(missing: NotFound) -> Subject:
    return Subject(kind="process", field="processid", missing=missing)


def _nil(text: str) -> Subject:
    return _process(UnknownObject(f"{text}: there is no process '{{}}'"))


SUBMIT_FUNCTION_SPEC = declare(
    Message(
        "submitfuncspecmsg",
        "submit_function_spec",
        SubmitFunctionSpec,
        Process,
        does="submit process",
        role=Role.MEMBER,
        colony="spec.conditions.colonyname",
        needs=("spec", "Failed to submit process spec, msg.FunctionSpec is nil"),
    )
)
ASSIGN_PROCESS = declare(
    Message(
        "assignprocessmsg",
        "assign_process",
        AssignProcess,
        Process,
        does="assign process",
        role=Role.MEMBER,
        colony="colonyname",
    )
)
CLOSE_SUCCESSFUL = declare(
    Message(
        "closesuccessfulmsg",
        "close_successful",
        CloseSuccessful,
        Empty,
        does="close successful",
        role=Role.ASSIGNED_EXECUTOR,
        subject=_nil("Failed to close process as successful, process is nil"),
    )
)
CLOSE_FAILED = declare(
    Message(
        "closefailedmsg",
        "close_failed",
        CloseFailed,
        Empty,
        does="close failed",
        role=Role.ASSIGNED_EXECUTOR,
        subject=_nil("Failed to close process as failed, process is nil"),
    )
)
ASSIGN_PROCESSES = declare(
    Message(
        "assignprocessesmsg",
        "assign_processes",
        AssignProcesses,
        list[Process],
        does="assign processes",
        role=Role.MEMBER,
        colony="colonyname",
        extension=True,
    )
)
CLOSE_PROCESSES = declare(
    Message(
        "closeprocessesmsg",
        "close_processes",
        CloseProcesses,
        list[Closed],
        does="close processes",
        role=Role.SIGNER,
        needs=("items", "Failed to close processes, msg.Items is nil"),
        extension=True,
    )
)
SET_OUTPUT = declare(
    Message(
        "setoutputmsg",
        "set_output",
        CloseSuccessful,
        Empty,
        does="set output",
        role=Role.ASSIGNED_EXECUTOR,
        subject=_nil("Failed to set output, process is nil"),
    )
)
CANCEL_PROCESS = declare(
    Message(
        "cancelprocessmsg",
        "cancel_process",
        OneProcess,
        Empty,
        does="cancel process",
        role=Role.MEMBER,
        subject=_nil("Failed to cancel process, process is nil"),
    )
)
GET_PROCESS = declare(
    Message(
        "getprocessmsg",
        "get_process",
        OneProcess,
        Process,
        does="get process",
        role=Role.MEMBER,
        reads=True,
        subject=_process(
            NotFound("Failed to get process, process not found: there is none with id '{}'")
        ),
    )
)
GET_PROCESSES = declare(
    Message(
        "getprocessesmsg",
        "get_processes",
        ListProcesses,
        list[Process],
        does="get processes",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
GET_PROCESS_HISTORY = declare(
    Message(
        "getprocesshistmsg",
        "get_process_history",
        ProcessHistory,
        list[Process],
        does="get process history",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
REMOVE_PROCESS = declare(
    Message(
        "removeprocessmsg",
        "remove_process",
        OneProcess,
        Empty,
        does="remove process",
        role=Role.MEMBER,
        subject=_nil("Failed to remove process, process is nil"),
    )
)
REMOVE_ALL_PROCESSES = declare(
    Message(
        "removeallprocessesmsg",
        "remove_all_processes",
        RemoveAllProcesses,
        Empty,
        does="remove all processes",
        role=Role.COLONY_OWNER,
        colony="colonyname",
    )
)
ADD_ATTRIBUTE = declare(
    Message(
        "addattributemsg",
        "add_attribute",
        AddAttribute,
        Attribute,
        does="add attribute",
        role=Role.ASSIGNED_EXECUTOR,
        subject=Subject(
            kind="process",
            field="attribute.targetid",
            missing=NotFound("Failed to add attribute, process not found"),
        ),
    )
)
SET_ATTRIBUTES = declare(
    Message(
        "setattributesmsg",
        "set_attributes",
        SetAttributes,
        Empty,
        does="set attributes",
        role=Role.ASSIGNED_EXECUTOR,
        subject=_process(NotFound("Failed to set attributes, process not found")),
        needs=("texts", "Failed to set attributes, msg.Texts is nil"),
        extension=True,
    )
)
GET_ATTRIBUTE = declare(
    Message(
        "getattributemsg",
        "get_attribute",
        OneAttribute,
        Attribute,
        does="get attribute",
        role=Role.MEMBER,
        reads=True,
        subject=Subject(
            kind="attribute",
            field="attributeid",
            missing=Absent("Attribute does not exists"),
        ),
    )
)
SUBSCRIBE_PROCESS = declare(
    Message(
        "subscribeprocessmsg",
        "subscribe_process",
        SubscribeProcess,
        Process,
        does="subscribe process",
        role=Role.MEMBER,
        streams=True,
        reads=True,
        subject=Subject(
            kind="process", field="processid", missing=NotFound("Invalid process with Id {}")
        ),
    )
)
SUBSCRIBE_PROCESSES = declare(
    Message(
        "subscribeprocessesmsg",
        "subscribe_processes",
        SubscribeProcesses,
        Process,
        does="subscribe processes",
        role=Role.MEMBER,
        colony="colonyname",
        streams=True,
        reads=True,
        reply_type=SUBSCRIBE_PROCESS.type,
    )
)
