"""Executors: registering, reading and removing them."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.member import (
    Allocations,
    Capabilities,
    Executor,
    Function,
    FunctionArgument,
)
from jupyter_colonies.core.messages import executors
from jupyter_colonies.core.policy import Role
from jupyter_colonies.server.rest.declaration import Reply, Visit, declare
from jupyter_colonies.server.visitor import Enrolment

ALL = "colonies/{colonyname}/executors"
ONE = "colonies/{colonyname}/executors/{executorname}"

REGISTRARS = (
    "the colony owner, or the executor itself with a proof of enrolment; inside Jupyter a user"
)
LEAVERS = "the executor itself, the colony owner, or inside Jupyter the user who registered it"


class Offer(msgspec.Struct, kw_only=True):
    """A function an executor offers."""

    funcname: Name
    description: str = ""
    args: list[FunctionArgument] = msgspec.field(default_factory=list)


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
    functions = [await _offer(visit, added, offer) for offer in body.functions]
    place = f"colonies/{colonyname}/executors/{executorname}"
    return Reply(201, Registered(executor=added, functions=functions), place)


@declare("DELETE", ONE, who=LEAVERS, replies={204: None})
async def remove_executor(visit: Visit, colonyname: str, executorname: str) -> Reply:
    """Unregister an executor; what it ran goes back to the queue."""
    await visit.visitor.dismiss(colonyname, executorname)
    return Reply(204)


@declare("GET", ONE, who=Role.MEMBER, replies={200: Executor}, tagged=True)
async def get_executor(visit: Visit, colonyname: str, executorname: str) -> Reply:
    """One executor."""
    names = {"colonyname": colonyname, "executorname": executorname}
    return Reply(200, await visit.ask(executors.GET_EXECUTOR, **names))


async def _offer(visit: Visit, executor: Executor, offer: Offer) -> Function:
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
