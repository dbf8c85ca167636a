"""Executors and the functions they offer (protocol part 01, sections 4.3 and 4.4)."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.member import Allocations, Capabilities, Executor, Function
from jupyter_colonies.core.messages.registry import Empty, Message, Request, Subject, declare
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import NotFound, UnknownObject


class AddExecutor(Request):
    """Register an executor; it starts pending."""

    executor: Executor | None = None


class ListExecutors(Request):
    """All executors of a colony, in every state."""

    colonyname: Name = ""


class NamedExecutor(Request):
    """A request about one executor."""

    colonyname: Name = ""
    executorname: Name = ""


class IdentifiedExecutor(Request):
    """A request about the executor with an id; of several, the one in the named colony."""

    colonyname: Name = ""
    executorid: Name = ""


class ReportAllocations(Request):
    """An executor says what projects may use; it replaces what was said before."""

    colonyname: Name = ""
    executorname: Name = ""
    allocations: Allocations | None = None


class UpdateExecutor(Request):
    """An executor says what it can do; it replaces what was said before."""

    colonyname: Name = ""
    executorname: Name = ""
    capabilities: Capabilities | None = None


class AddFunction(Request):
    """Offer a function; `fun` is the protocol's own spelling."""

    fun: Function | None = None


class IdentifiedFunction(Request):
    """A request about one function."""

    functionid: Name = ""


class EnrolExecutor(Request):
    """Register and approve an executor of this machine in one step.

    `proof` is the keyed hash of colony, name and id under the server's registration secret, as
    `core.enrolment.proof` makes it. An executor of the same name is replaced, its processes go
    back to the queue. `lease` is the number of seconds the executor may be silent before its
    processes are given back; 0 for no lease. `ownerid` is the user who vouches for it, if any.
    """

    executor: Executor | None = None
    proof: str = ""
    lease: Integer = 0
    ownerid: str = ""


class RenewLease(Request):
    """Sign of life of an executor that holds a lease, in seconds from now."""

    colonyname: Name = ""
    executorname: Name = ""
    lease: Integer = 60


class SubscribeExecutor(Request):
    """An executor listens for what is taken from it; `timeout` in seconds.

    By `machine` and `pid` it may say which process it lives in, so that a server on the same
    machine sees it end; `kernelid` is the Jupyter kernel it belongs to. What it ran is given
    back when that process or kernel has ended. When it just falls silent its lease decides.
    """

    colonyname: Name = ""
    executorname: Name = ""
    timeout: Integer = 0
    machine: str = ""
    pid: Integer = 0
    kernelid: str = ""


class Taken(msgspec.Struct, kw_only=True):
    """A process that an executor does not run any more, and the state it is in now."""

    processid: str = ""
    state: Integer = 0


class ExecutorChange(msgspec.Struct, kw_only=True):
    """What an executor hears: at first the ids of all it runs, then what is taken from it."""

    running: list[str] | None = None
    taken: list[Taken] | None = None


class LeaseTerms(msgspec.Struct, kw_only=True):
    """How long the executor may now be silent, in seconds."""

    lease: Integer = 0


def _executor(does: str) -> Subject:
    return Subject(
        kind="executor",
        field="executorname",
        missing=UnknownObject(
            f"Failed to {does} executor, executor is nil: there is no executor '{{}}'"
        ),
    )


ADD_EXECUTOR = declare(
    Message(
        "addexecutormsg",
        "add_executor",
        AddExecutor,
        Executor,
        does="add executor",
        role=Role.COLONY_OWNER,
        colony="executor.colonyname",
        needs=("executor", "Failed to add executor, executor is nil"),
    )
)
GET_EXECUTORS = declare(
    Message(
        "getexecutorsmsg",
        "get_executors",
        ListExecutors,
        list[Executor],
        does="get executors",
        role=Role.MEMBER_OR_PENDING,
        colony="colonyname",
        reads=True,
    )
)
GET_EXECUTOR = declare(
    Message(
        "getexecutormsg",
        "get_executor",
        NamedExecutor,
        Executor,
        does="get executor",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
        subject=_executor("get"),
    )
)
GET_EXECUTOR_BY_ID = declare(
    Message(
        "getexecutorbyidmsg",
        "get_executor_by_id",
        IdentifiedExecutor,
        Executor,
        does="get executor by ID",
        role=Role.MEMBER,
        reads=True,
        subject=Subject(
            kind="identified executor",
            field="executorid",
            missing=NotFound(
                "Failed to get executor by ID, executor is nil: there is none with id '{}'"
            ),
        ),
    )
)
APPROVE_EXECUTOR = declare(
    Message(
        "approveexecutormsg",
        "approve_executor",
        NamedExecutor,
        Empty,
        does="approve executor",
        role=Role.COLONY_OWNER,
        colony="colonyname",
        subject=_executor("approve"),
    )
)
REJECT_EXECUTOR = declare(
    Message(
        "rejectexecutormsg",
        "reject_executor",
        NamedExecutor,
        Empty,
        does="reject executor",
        role=Role.COLONY_OWNER,
        colony="colonyname",
        subject=_executor("reject"),
    )
)
REMOVE_EXECUTOR = declare(
    Message(
        "removeexecutormsg",
        "remove_executor",
        NamedExecutor,
        Empty,
        does="remove executor",
        role=Role.COLONY_OWNER,
        colony="colonyname",
        subject=_executor("remove"),
    )
)
REPORT_ALLOCATIONS = declare(
    Message(
        "reportallocationmsg",
        "report_allocations",
        ReportAllocations,
        Empty,
        does="report allocations",
        role=Role.MEMBER_OR_PENDING,
        colony="colonyname",
    )
)
UPDATE_EXECUTOR = declare(
    Message(
        "updateexecutormsg",
        "update_executor",
        UpdateExecutor,
        Empty,
        does="update executor",
        role=Role.MEMBER_OR_PENDING,
        colony="colonyname",
    )
)
ADD_FUNCTION = declare(
    Message(
        "addfunctionmsg",
        "add_function",
        AddFunction,
        Function,
        does="add function",
        role=Role.MEMBER,
        colony="fun.colonyname",
        needs=("fun", "Failed to add function, msg.Function is nil"),
    )
)
GET_FUNCTIONS = declare(
    Message(
        "getfunctionsmsg",
        "get_functions",
        NamedExecutor,
        list[Function],
        does="get functions",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
REMOVE_FUNCTION = declare(
    Message(
        "removefunctionmsg",
        "remove_function",
        IdentifiedFunction,
        Empty,
        does="remove function",
        role=Role.MEMBER,
        needs=("functionid", "Failed to remove function, msg.FunctionID is empty"),
        subject=Subject(
            kind="function",
            field="functionid",
            missing=NotFound(
                "Failed to remove function, function does not exist: there is none with id '{}'"
            ),
        ),
    )
)
ENROL_EXECUTOR = declare(
    Message(
        "enrolexecutormsg",
        "enrol_executor",
        EnrolExecutor,
        Executor,
        does="enrol executor",
        role=Role.ENROLLED,
        colony="executor.colonyname",
        needs=("executor", "Failed to enrol executor, executor is missing"),
        extension=True,
    )
)
RENEW_LEASE = declare(
    Message(
        "renewleasemsg",
        "renew_lease",
        RenewLease,
        LeaseTerms,
        does="renew lease",
        role=Role.ITSELF,
        colony="colonyname",
        extension=True,
    )
)
LEAVE_COLONY = declare(
    Message(
        "leavecolonymsg",
        "leave_colony",
        NamedExecutor,
        Empty,
        does="leave colony",
        role=Role.ITSELF,
        colony="colonyname",
        extension=True,
    )
)
SUBSCRIBE_EXECUTOR = declare(
    Message(
        "subscribeexecutormsg",
        "subscribe_executor",
        SubscribeExecutor,
        ExecutorChange,
        does="subscribe executor",
        role=Role.ITSELF,
        colony="colonyname",
        streams=True,
        reads=True,
        extension=True,
    )
)
