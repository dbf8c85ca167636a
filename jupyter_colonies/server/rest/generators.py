"""Generators: workflows that are started when enough has been packed."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.generator import Generator
from jupyter_colonies.core.messages import generators, pages
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.server.rest.crons import Switch, workflow_text
from jupyter_colonies.server.rest.declaration import MIB, Reply, Visit, address, declare
from jupyter_colonies.server.rest.paging import Page, Paging, Text, page

ALL = "colonies/{colonyname}/generators"
ONE = "generators/{generatorid}"


class GeneratorPaging(Paging, kw_only=True):
    """Which generators."""

    name: Text = ""
    initiator: Text = ""


class NewGenerator(msgspec.Struct, kw_only=True):
    """Body of a new generator: what is started, and after how many packed arguments.

    After `timeout` seconds, if above 0, fewer arguments are enough.
    """

    name: Name
    functionspecs: list[FunctionSpec]
    trigger: Integer
    timeout: Integer = 0


class Pack(msgspec.Struct, kw_only=True):
    """Body of one argument for a generator."""

    arg: str


@declare("GET", ALL, who=Role.MEMBER, replies={200: Page[Generator]}, tagged=True)
async def list_generators(visit: Visit, colonyname: str, *, query: GeneratorPaging) -> Reply:
    """Generators of a colony by name; how much is queued is told of each one by itself."""
    filters = {"name": query.name, "initiator": query.initiator}
    return await page(visit, pages.GENERATORS, query, filters=filters, colonyname=colonyname)


@declare("POST", ALL, who=Role.MEMBER, replies={201: Generator}, largest=64 * MIB, once=True)
async def add_generator(visit: Visit, colonyname: str, *, body: NewGenerator) -> Reply:
    """Start a workflow whenever enough has been packed. 409 if the name is taken."""
    generator = Generator(
        colonyname=colonyname,
        name=body.name,
        trigger=body.trigger,
        timeout=body.timeout,
        workflowspec=workflow_text(colonyname, body.functionspecs),
    )
    added: Generator = await visit.submit(generators.ADD_GENERATOR, generator=generator)
    return Reply(201, added, address("generators", added.generatorid))


@declare("GET", ONE, who=Role.MEMBER, replies={200: Generator}, tagged=True)
async def get_generator(visit: Visit, generatorid: str) -> Reply:
    """One generator, with the length of its queue."""
    return Reply(200, await visit.ask(generators.GET_GENERATOR, generatorid=generatorid))


@declare("DELETE", ONE, who=Role.MEMBER, replies={204: None})
async def remove_generator(visit: Visit, generatorid: str) -> Reply:
    """Remove a generator and what is packed for it."""
    await visit.ask(generators.REMOVE_GENERATOR, generatorid=generatorid)
    return Reply(204)


@declare("POST", ONE + "/packs", who=Role.MEMBER, replies={204: None}, once=True)
async def pack_generator(visit: Visit, generatorid: str, *, body: Pack) -> Reply:
    """Queue one argument."""
    await visit.submit(generators.PACK_GENERATOR, generatorid=generatorid, arg=body.arg)
    return Reply(204)


@declare("PUT", ONE + "/switch", who=Role.MEMBER, replies={200: Generator})
async def switch_generator(visit: Visit, generatorid: str, *, body: Switch) -> Reply:
    """Let a generator keep what is packed, or start what it has enough for."""
    fields = {"generatorid": generatorid, "enabled": body.enabled}
    return Reply(200, await visit.ask(generators.SWITCH_GENERATOR, **fields))


@declare("POST", ONE + "/runs", who=Role.MEMBER, replies={200: Generator}, once=True)
async def run_generator(visit: Visit, generatorid: str) -> Reply:
    """Start a generator's workflow with what is packed, though it may be less than its trigger."""
    return Reply(200, await visit.submit(generators.RUN_GENERATOR, generatorid=generatorid))
