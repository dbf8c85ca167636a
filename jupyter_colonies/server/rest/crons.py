"""Crons: workflows that are started at certain times."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.cron import NO_INTERVAL, Cron
from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.messages import crons, pages
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec
from jupyter_colonies.server.rest.declaration import MIB, Reply, Visit, address, declare
from jupyter_colonies.server.rest.paging import Page, Paging, Text, page

ALL = "colonies/{colonyname}/crons"
ONE = "crons/{cronid}"


class CronPaging(Paging, kw_only=True):
    """Which crons."""

    name: Text = ""
    initiator: Text = ""


class NewCron(msgspec.Struct, kw_only=True):
    """Body of a new cron: what is started, and when.

    Either `cronexpression`, six fields with the seconds first, or `interval` in seconds; with
    `random` each start falls somewhere within the interval. `waits`: a start waits for the end of
    the workflow that was started before.
    """

    name: Name
    functionspecs: list[FunctionSpec]
    cronexpression: str = ""
    interval: Integer = NO_INTERVAL
    random: bool = False
    waits: bool = False


class Switch(msgspec.Struct, kw_only=True):
    """Body that switches something on or off."""

    enabled: bool


@declare("GET", ALL, who=Role.MEMBER, replies={200: Page[Cron]}, tagged=True)
async def list_crons(visit: Visit, colonyname: str, *, query: CronPaging) -> Reply:
    """Crons of a colony by name."""
    filters = {"name": query.name, "initiator": query.initiator}
    return await page(visit, pages.CRONS, query, filters=filters, colonyname=colonyname)


@declare("POST", ALL, who=Role.MEMBER, replies={201: Cron}, largest=64 * MIB, once=True)
async def add_cron(visit: Visit, colonyname: str, *, body: NewCron) -> Reply:
    """Start a workflow at certain times from now on. 409 if the name is taken."""
    cron = Cron(
        colonyname=colonyname,
        name=body.name,
        cronexpression=body.cronexpression,
        interval=body.interval,
        random=body.random,
        waitforprevprocessgraph=body.waits,
        workflowspec=workflow_text(colonyname, body.functionspecs),
    )
    added: Cron = await visit.submit(crons.ADD_CRON, cron=cron)
    return Reply(201, added, address("crons", added.cronid))


@declare("GET", ONE, who=Role.MEMBER, replies={200: Cron}, tagged=True)
async def get_cron(visit: Visit, cronid: str) -> Reply:
    """One cron."""
    return Reply(200, await visit.ask(crons.GET_CRON, cronid=cronid))


@declare("DELETE", ONE, who=Role.MEMBER, replies={204: None})
async def remove_cron(visit: Visit, cronid: str) -> Reply:
    """Remove a cron; what it started goes on."""
    await visit.ask(crons.REMOVE_CRON, cronid=cronid)
    return Reply(204)


@declare("POST", ONE + "/runs", who=Role.MEMBER, replies={200: Cron}, once=True)
async def run_cron(visit: Visit, cronid: str) -> Reply:
    """Start a cron's workflow now; nothing happens while it waits for the one before."""
    return Reply(200, await visit.submit(crons.RUN_CRON, cronid=cronid))


@declare("PUT", ONE + "/switch", who=Role.MEMBER, replies={200: Cron})
async def switch_cron(visit: Visit, cronid: str, *, body: Switch) -> Reply:
    """Let a cron rest, or go on with its next moment from now."""
    return Reply(200, await visit.ask(crons.SWITCH_CRON, cronid=cronid, enabled=body.enabled))


def workflow_text(colonyname: str, specs: list[FunctionSpec]) -> str:
    """A workflow as the text in which crons and generators keep it."""
    return msgspec.json.encode(WorkflowSpec(colonyname=colonyname, functionspecs=specs)).decode()
