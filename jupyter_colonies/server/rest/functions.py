"""Functions that executors offer."""

from __future__ import annotations

from jupyter_colonies.core.member import Executor, Function
from jupyter_colonies.core.messages import executors, pages
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import NotFound
from jupyter_colonies.server.rest.declaration import Reply, Visit, address, declare
from jupyter_colonies.server.rest.executors import ITSELF, ONE, Offer, offer_function
from jupyter_colonies.server.rest.paging import Page, Paging, Text, page


class FunctionPaging(Paging, kw_only=True):
    """Which functions."""

    executorname: Text = ""
    executortype: Text = ""
    funcname: Text = ""


@declare(
    "GET",
    "colonies/{colonyname}/functions",
    who=Role.MEMBER,
    replies={200: Page[Function]},
    tagged=True,
)
async def list_functions(visit: Visit, colonyname: str, *, query: FunctionPaging) -> Reply:
    """Functions that executors of a colony offer, by executor and name."""
    filters = {
        "executorname": query.executorname,
        "executortype": query.executortype,
        "funcname": query.funcname,
    }
    return await page(visit, pages.FUNCTIONS, query, filters=filters, colonyname=colonyname)


@declare("GET", ONE + "/functions", who=Role.MEMBER, replies={200: Page[Function]}, tagged=True)
async def list_executor_functions(
    visit: Visit, colonyname: str, executorname: str, *, query: Paging
) -> Reply:
    """Functions that one executor offers, by name."""
    filters = {"executorname": executorname}
    return await page(visit, pages.FUNCTIONS, query, filters=filters, colonyname=colonyname)


@declare("POST", ONE + "/functions", who=ITSELF, replies={201: Function})
async def add_function(visit: Visit, colonyname: str, executorname: str, *, body: Offer) -> Reply:
    """Offer a function."""
    executorid = await visit.visitor.executor(colonyname, executorname)
    names = {"colonyname": colonyname, "executorname": executorname}
    executor: Executor = await visit.ask(executors.GET_EXECUTOR, **names)
    executor.executorid = executorid
    added = await offer_function(visit, executor, body)
    where = address(
        "colonies", colonyname, "executors", executorname, "functions", added.functionid
    )
    return Reply(201, added, where)


@declare("GET", ONE + "/functions/{functionid}", who=Role.MEMBER, replies={200: Function})
async def get_function(visit: Visit, colonyname: str, executorname: str, functionid: str) -> Reply:
    """One function that an executor offers, with what its runs took."""
    return Reply(200, await _offered(visit, colonyname, executorname, functionid))


@declare("DELETE", ONE + "/functions/{functionid}", who=ITSELF, replies={204: None})
async def remove_function(
    visit: Visit, colonyname: str, executorname: str, functionid: str
) -> Reply:
    """Offer a function no longer."""
    executorid = await visit.visitor.executor(colonyname, executorname)
    await _offered(visit, colonyname, executorname, functionid)
    await visit.ask(executors.REMOVE_FUNCTION, executorid, functionid=functionid)
    return Reply(204)


async def _offered(visit: Visit, colonyname: str, executorname: str, functionid: str) -> Function:
    names = {"colonyname": colonyname, "executorname": executorname}
    offered: list[Function] = await visit.ask(executors.GET_FUNCTIONS, **names)
    for each in offered:
        if each.functionid == functionid:
            return each
    raise NotFound(f"Executor '{executorname}' offers no function with id '{functionid}'")
