"""Executors, their leases and the functions they offer (protocol part 01, 4.3 and 4.4)."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_colonies.broker import reading, staleness, transition
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.signals import ColonyChanged, Dismissed, Due, Stood
from jupyter_colonies.core import identity
from jupyter_colonies.core.member import (
    Allocations,
    Capabilities,
    Executor,
    ExecutorState,
    Function,
    check_name,
)
from jupyter_colonies.core.messages import Empty, executors
from jupyter_colonies.core.messages.executors import (
    AddExecutor,
    AddFunction,
    EnrolExecutor,
    IdentifiedExecutor,
    IdentifiedFunction,
    LeaseTerms,
    ListExecutors,
    NamedExecutor,
    RenewLease,
    ReportAllocations,
    UpdateExecutor,
)
from jupyter_colonies.core.messages.monitor import EXECUTORS
from jupyter_colonies.core.times import SECOND, from_wire
from jupyter_colonies.errors import Absent, AccessDenied, InvalidRequest, NameTaken
from jupyter_colonies.store import members
from jupyter_colonies.store.statement import Row

LONGEST_LEASE = 3600


@answers(executors.ADD_EXECUTOR)
def add_executor(call: Call, request: AddExecutor) -> Executor:
    """Register an executor; it starts pending, and takes over a removed one's name."""
    executor = request.executor or Executor()
    return _register(call, executor, state=ExecutorState.PENDING, replace=call.facts.reregister)


@answers(executors.ENROL_EXECUTOR)
def enrol_executor(call: Call, request: EnrolExecutor) -> Executor:
    """Register and approve an executor that proved to run beside the server."""
    executor = request.executor or Executor()
    return _register(
        call,
        executor,
        state=ExecutorState.APPROVED,
        replace=True,
        lease=_checked_lease(request.lease),
        ownerid=request.ownerid,
    )


@answers(executors.RENEW_LEASE)
def renew_lease(call: Call, request: RenewLease) -> LeaseTerms:
    """Sign of life; 0 gives the lease up."""
    lease = _checked_lease(request.lease)
    deadline = call.tx.now + lease * SECOND if lease else 0
    row = _executor(call, request.colonyname, request.executorname)
    call.tx.run(
        members.SET_LEASE,
        at_seq=row["seq"],
        new_lease=lease,
        deadline=deadline,
        now=call.tx.now,
    )
    if deadline:
        call.tx.announce(Due(deadline))
    return LeaseTerms(lease=lease)


@answers(executors.LEAVE_COLONY)
def leave_colony(call: Call, request: NamedExecutor) -> Empty:
    """An executor unregisters itself; what it ran goes back to the queue."""
    executor = _executor(call, request.colonyname, request.executorname)
    transition.unregister(call.tx, executor, "has left the colony")
    return Empty()


@answers(executors.GET_EXECUTORS)
def get_executors(call: Call, request: ListExecutors) -> list[Executor]:
    """Every executor of a colony, in every state."""
    rows = call.tx.all(members.LIST_EXECUTORS, colonyname=request.colonyname)
    found = [reading.executor(row) for row in rows]
    staleness.mark(call.tx, call.facts, rows, found)
    return found


@answers(executors.GET_EXECUTOR)
def get_executor(call: Call, _: NamedExecutor) -> Executor:
    """One executor."""
    return _shown(call)


@answers(executors.GET_EXECUTOR_BY_ID)
def get_executor_by_id(call: Call, _: IdentifiedExecutor) -> Executor:
    """One executor."""
    return _shown(call)


@answers(executors.REPORT_ALLOCATIONS)
def report_allocations(call: Call, request: ReportAllocations) -> Empty:
    """An executor says anew what projects may use."""
    row = _executor(call, request.colonyname, request.executorname)
    if row["executorid"] != call.caller.id:
        raise InvalidRequest("Only an executor can report allocations to itself")
    said = msgspec.json.encode(request.allocations or Allocations()).decode()
    call.tx.run(members.SET_ALLOCATIONS, at_seq=row["seq"], said=said)
    return Empty()


@answers(executors.UPDATE_EXECUTOR)
def update_executor(call: Call, request: UpdateExecutor) -> Empty:
    """An executor says anew what it can do."""
    row = _executor(call, request.colonyname, request.executorname)
    if row["executorid"] != call.caller.id:
        raise InvalidRequest("Only an executor can update its own capabilities")
    said = msgspec.json.encode(request.capabilities or Capabilities()).decode()
    call.tx.run(members.SET_CAPABILITIES, at_seq=row["seq"], said=said)
    call.tx.announce(ColonyChanged(row["colonyname"], EXECUTORS))
    return Empty()


@answers(executors.APPROVE_EXECUTOR)
def approve_executor(call: Call, _: NamedExecutor) -> Empty:
    """Let an executor take part, from any state."""
    call.tx.run(
        members.SET_EXECUTOR_STATE, at_seq=call.row["seq"], new_state=int(ExecutorState.APPROVED)
    )
    place = call.row["colonyname"], call.row["executorname"]
    call.tx.announce(ColonyChanged(place[0], EXECUTORS))
    call.tx.announce(Stood(*place, ExecutorState.APPROVED))
    return Empty()


@answers(executors.REJECT_EXECUTOR)
def reject_executor(call: Call, _: NamedExecutor) -> Empty:
    """Take an executor's rights away; what it runs is left alone."""
    call.tx.run(
        members.SET_EXECUTOR_STATE, at_seq=call.row["seq"], new_state=int(ExecutorState.REJECTED)
    )
    place = call.row["colonyname"], call.row["executorname"]
    call.tx.announce(Dismissed(*place))
    call.tx.announce(Stood(*place, ExecutorState.REJECTED))
    return Empty()


@answers(executors.REMOVE_EXECUTOR)
def remove_executor(call: Call, _: NamedExecutor) -> Empty:
    """Unregister an executor; its record stays and is listed."""
    transition.unregister(call.tx, call.row, "was removed from the colony")
    return Empty()


@answers(executors.ADD_FUNCTION)
def add_function(call: Call, request: AddFunction) -> Function:
    """Offer a function; only the executor itself may."""
    function = request.fun or Function()
    row = call.tx.one(
        members.GET_EXECUTOR,
        colonyname=function.colonyname,
        executorname=function.executorname,
    )
    if row is None:
        raise InvalidRequest(
            f"Failed to add function, Executor with name <{function.executorname}> does not exist"
        )
    if row["executorid"] != call.caller.id:
        raise AccessDenied("Not allowed to add a function to another executor")
    functionid = function.functionid or identity.new_id()
    if call.tx.one(members.FUNCTION, functionid=functionid) is not None:
        raise InvalidRequest(
            f"Failed to add function, duplicate key: functionid {functionid} is taken"
        )
    values: dict[str, Any] = dict.fromkeys(
        ("minwaittime", "maxwaittime", "avgwaittime", "minexectime", "maxexectime", "avgexectime"),
        0.0,
    )
    call.tx.run(
        members.ADD_FUNCTION,
        functionid=functionid,
        colonyname=function.colonyname,
        executorname=function.executorname,
        executortype=function.executortype or row["executortype"],
        funcname=function.funcname,
        locationname=row["locationname"],
        counter=0,
        description=function.description or "",
        args=msgspec.json.encode(function.args or []).decode(),
        **values,
    )
    call.tx.announce(ColonyChanged(function.colonyname, EXECUTORS))
    return msgspec.structs.replace(
        function,
        functionid=functionid,
        executortype=function.executortype or row["executortype"],
        counter=0,
        description=function.description or msgspec.UNSET,
        args=function.args or msgspec.UNSET,
        locationname=row["locationname"] or msgspec.UNSET,
        **values,
    )


@answers(executors.GET_FUNCTIONS)
def get_functions(call: Call, request: NamedExecutor) -> list[Function]:
    """Functions of one executor, or of the colony when none is named."""
    rows = call.tx.all(
        members.LIST_FUNCTIONS, colonyname=request.colonyname, executorname=request.executorname
    )
    return [reading.function(row) for row in rows]


@answers(executors.REMOVE_FUNCTION)
def remove_function(call: Call, request: IdentifiedFunction) -> Empty:
    """Offer a function no longer; only the executor itself may say so."""
    executor = call.caller.executor
    if executor is None or executor.executorname != call.row["executorname"]:
        raise AccessDenied("Not allowed to remove a function from another executor")
    call.tx.run(members.REMOVE_FUNCTION, functionid=request.functionid)
    call.tx.announce(ColonyChanged(call.row["colonyname"], EXECUTORS))
    return Empty()


def _register(
    call: Call,
    executor: Executor,
    *,
    state: ExecutorState,
    replace: bool,
    lease: int = 0,
    ownerid: str = "",
) -> Executor:
    check_name(executor.executorname, "executor")
    tx = call.tx
    names = {"colonyname": executor.colonyname, "executorname": executor.executorname}
    tx.lock(members.LOCK_COLONY, colonyname=executor.colonyname)
    row = tx.one(members.GET_EXECUTOR_TO_CHANGE, **names)
    if row is not None and row["state"] != ExecutorState.UNREGISTERED and not replace:
        raise NameTaken(
            f"Executor with name <{executor.executorname}> in Colony "
            f"<{executor.colonyname}> already exists"
        )
    if tx.one(members.EXECUTOR_HOLDS_ID, id=executor.executorid, **names) is not None:
        raise InvalidRequest(
            "Executor not unique, both Name and ExecutorId must be unique within a Colony"
        )
    values = _values(executor, tx.now, state=state, lease=lease, ownerid=ownerid)
    if row is None:
        tx.run(members.ADD_EXECUTOR, **names, **values)
    else:
        transition.unregister(tx, row, "was registered anew")
        tx.run(members.RENEW_EXECUTOR, at_seq=row["seq"], **values)
    tx.announce(ColonyChanged(executor.colonyname, EXECUTORS))
    tx.announce(Stood(executor.colonyname, executor.executorname, state))
    if lease:
        tx.announce(Due(values["leasedeadline"]))
    return reading.executor(_executor(call, executor.colonyname, executor.executorname))


def _values(
    executor: Executor, now: int, *, state: ExecutorState, lease: int, ownerid: str
) -> dict[str, Any]:
    heard = executor.lastheardfromtime
    return {
        "executorid": executor.executorid,
        "executortype": executor.executortype,
        "state": int(state),
        "requirefuncreg": int(executor.requirefuncreg),
        "commissiontime": now,
        "lastheardfromtime": from_wire(heard) if heard else 0,
        "locationname": executor.locationname or "",
        "ownerid": ownerid,
        "lease": lease,
        "leasedeadline": now + lease * SECOND if lease else 0,
        "blueprintid": executor.blueprintid or "",
        "blueprintgen": executor.blueprintgen or 0,
        "capabilities": msgspec.json.encode(executor.capabilities or Capabilities()).decode(),
        "allocations": msgspec.json.encode(executor.allocations or Allocations()).decode(),
    }


def _executor(call: Call, colonyname: str, executorname: str) -> Row:
    row = call.tx.one(members.GET_EXECUTOR, colonyname=colonyname, executorname=executorname)
    if row is None:
        raise Absent(f"Executor with name <{executorname}> does not exist")
    return row


def _shown(call: Call) -> Executor:
    found = reading.executor(call.row)
    staleness.mark(call.tx, call.facts, [call.row], [found])
    return found


def _checked_lease(seconds: int) -> int:
    if not 0 <= seconds <= LONGEST_LEASE:
        raise InvalidRequest(f"A lease lasts from 0 (none) to {LONGEST_LEASE} seconds")
    return seconds
