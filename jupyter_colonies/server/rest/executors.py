"""Executors: registering and reading them, their standing, and how they leave."""

from __future__ import annotations

from enum import Enum

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.member import (
    Allocations,
    Capabilities,
    Executor,
    ExecutorState,
    Function,
    FunctionArgument,
)
from jupyter_colonies.core.messages import executors, pages
from jupyter_colonies.core.policy import Role
from jupyter_colonies.server.rest.declaration import Reply, Visit, address, declare
from jupyter_colonies.server.rest.paging import Page, Paging, Text, page
from jupyter_colonies.server.visitor import Enrolment

ALL = "colonies/{colonyname}/executors"
ONE = "colonies/{colonyname}/executors/{executorname}"

REGISTRARS = (
    "the colony owner, or the executor itself with a proof of enrolment; inside Jupyter a user"
)
ITSELF = "the executor itself, or inside Jupyter the user who registered it"
OWNERS = "the colony owner, or inside Jupyter the server's own user who may run code in kernels"
LEAVERS = (
    "the executor itself or the colony owner; inside Jupyter the user who registered it, or the "
    "server's own user who may run code in kernels"
)


class Offer(msgspec.Struct, kw_only=True):
    """A function an executor offers."""

    funcname: Name
    description: str = ""
    args: list[FunctionArgument] = msgspec.field(default_factory=list)


class Standing(Enum):
    """The standing of an executor in its colony, in a word."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    UNREGISTERED = "unregistered"


class ExecutorPaging(Paging, kw_only=True):
    """Which executors."""

    state: Standing | None = None
    executortype: Text = ""
    locationname: Text = ""


class Approval(msgspec.Struct, kw_only=True):
    """Body that approves an executor, or rejects it."""

    approved: bool


class Lease(msgspec.Struct, kw_only=True):
    """Body of a sign of life: for how many seconds the executor may be silent, 0 for ever."""

    lease: Integer


class Registration(msgspec.Struct, kw_only=True):
    """Body of the registration of an executor.

    On the own port `executorid` is given by the colony's owner, or `proof` by the executor itself:
    the keyed hash of colony, name and id under the server's registration secret. `lease` is the
    number of seconds the executor may be silent before its processes are given back, 0 for any.
    """

    executortype: Name
    functions: list[Offer] = msgspec.field(default_factory=list)
    executorid: Name = ""
    locationname: Name = ""
    capabilities: Capabilities = msgspec.field(default_factory=Capabilities)
    allocations: Allocations = msgspec.field(default_factory=Allocations)
    proof: Name = ""
    lease: Integer = 0


class Registered(msgspec.Struct, kw_only=True):
    """An executor and the functions it offers."""

    executor: Executor
    functions: list[Function]


@declare("PUT", ONE, who=REGISTRARS, replies={201: Registered})
async def register_executor(
    visit: Visit, colonyname: str, executorname: str, *, body: Registration
) -> Reply:
    """Register, and approve, an executor and its functions.

    One of the same name that is registered this way is replaced; what it ran goes back to the
    queue.
    """
    executor = Executor(
        executorid=body.executorid,
        executortype=body.executortype,
        executorname=executorname,
        colonyname=colonyname,
        locationname=body.locationname or msgspec.UNSET,
        capabilities=body.capabilities,
        allocations=body.allocations,
    )
    added = await visit.visitor.enrol(executor, Enrolment(proof=body.proof, lease=body.lease))
    functions = [await offer_function(visit, added, offer) for offer in body.functions]
    where = address("colonies", colonyname, "executors", executorname)
    return Reply(201, Registered(executor=added, functions=functions), where)


@declare("GET", ALL, who=Role.MEMBER_OR_PENDING, replies={200: Page[Executor]}, tagged=True)
async def list_executors(visit: Visit, colonyname: str, *, query: ExecutorPaging) -> Reply:
    """Executors of a colony by name."""
    filters = {
        "state": ExecutorState[query.state.name] if query.state else None,
        "executortype": query.executortype,
        "locationname": query.locationname,
    }
    return await page(visit, pages.EXECUTORS, query, filters=filters, colonyname=colonyname)


@declare("GET", ONE, who=Role.MEMBER, replies={200: Executor}, tagged=True)
async def get_executor(visit: Visit, colonyname: str, executorname: str) -> Reply:
    """One executor."""
    names = {"colonyname": colonyname, "executorname": executorname}
    return Reply(200, await visit.ask(executors.GET_EXECUTOR, **names))


@declare("DELETE", ONE, who=LEAVERS, replies={204: None})
async def remove_executor(visit: Visit, colonyname: str, executorname: str) -> Reply:
    """Unregister an executor; what it ran goes back to the queue."""
    await visit.visitor.dismiss(colonyname, executorname)
    return Reply(204)


@declare("PUT", ONE + "/approval", who=OWNERS, replies={204: None})
async def approve_executor(
    visit: Visit, colonyname: str, executorname: str, *, body: Approval
) -> Reply:
    """Approve an executor, or reject it: only approved ones get work."""
    message = executors.APPROVE_EXECUTOR if body.approved else executors.REJECT_EXECUTOR
    owner = visit.visitor.ownerid
    await visit.ask(message, owner, colonyname=colonyname, executorname=executorname)
    return Reply(204)


@declare("PUT", ONE + "/capabilities", who=ITSELF, replies={204: None})
async def set_capabilities(
    visit: Visit, colonyname: str, executorname: str, *, body: Capabilities
) -> Reply:
    """Say what the executor can do, in place of what was said before."""
    executorid = await visit.visitor.executor(colonyname, executorname)
    names = {"colonyname": colonyname, "executorname": executorname}
    await visit.ask(executors.UPDATE_EXECUTOR, executorid, capabilities=body, **names)
    return Reply(204)


@declare("PUT", ONE + "/allocations", who=ITSELF, replies={204: None})
async def set_allocations(
    visit: Visit, colonyname: str, executorname: str, *, body: Allocations
) -> Reply:
    """Say what projects may use, in place of what was said before."""
    executorid = await visit.visitor.executor(colonyname, executorname)
    names = {"colonyname": colonyname, "executorname": executorname}
    await visit.ask(executors.REPORT_ALLOCATIONS, executorid, allocations=body, **names)
    return Reply(204)


@declare("PUT", ONE + "/lease", who=ITSELF, replies={200: executors.LeaseTerms})
async def renew_lease(visit: Visit, colonyname: str, executorname: str, *, body: Lease) -> Reply:
    """Give a sign of life: for `lease` seconds from now the executor may be silent."""
    executorid = await visit.visitor.executor(colonyname, executorname)
    names = {"colonyname": colonyname, "executorname": executorname}
    return Reply(200, await visit.ask(executors.RENEW_LEASE, executorid, lease=body.lease, **names))


async def offer_function(visit: Visit, executor: Executor, offer: Offer) -> Function:
    """Register a function as the executor that offers it."""
    added: Function = await visit.ask(
        executors.ADD_FUNCTION,
        executor.executorid,
        fun=Function(
            executorname=executor.executorname,
            executortype=executor.executortype,
            colonyname=executor.colonyname,
            funcname=offer.funcname,
            description=offer.description,
            args=offer.args,
        ),
    )
    return added
