"""Colonies, their pause and their statistics."""

from __future__ import annotations

from typing import Annotated

import msgspec

from jupyter_colonies.core.decoding import Name
from jupyter_colonies.core.member import Colony, Statistics
from jupyter_colonies.core.messages import assignments, colonies, monitor, pages, server
from jupyter_colonies.core.messages.monitor import Monitor
from jupyter_colonies.core.policy import Role
from jupyter_colonies.server.rest.declaration import Reply, Visit, address, declare
from jupyter_colonies.server.rest.paging import Page, Paging, page

ALL = "colonies"
ONE = "colonies/{colonyname}"


class NewColony(msgspec.Struct, kw_only=True):
    """Body of a new colony: the id of the key that owns it, 64 hexadecimal characters."""

    colonyid: Name


class Pause(msgspec.Struct, kw_only=True):
    """Whether a colony's executors get no work at present."""

    ispaused: bool


class Since(msgspec.Struct, kw_only=True):
    """From which time slot on, in seconds since 1970; 0 for the last ten minutes."""

    since: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)] = 0


@declare("GET", ALL, who=Role.SERVER_OWNER, replies={200: Page[Colony]}, tagged=True)
async def list_colonies(visit: Visit, *, query: Paging) -> Reply:
    """Colonies by name."""
    return await page(visit, pages.COLONIES, query)


@declare("GET", ONE, who=Role.MEMBER, replies={200: Colony}, tagged=True)
async def get_colony(visit: Visit, colonyname: str) -> Reply:
    """One colony."""
    return Reply(200, await visit.ask(colonies.GET_COLONY, colonyname=colonyname))


@declare("PUT", ONE, who=Role.SERVER_OWNER, replies={201: Colony})
async def add_colony(visit: Visit, colonyname: str, *, body: NewColony) -> Reply:
    """Create a colony. 409 if there is one of that name."""
    colony = Colony(colonyid=body.colonyid, name=colonyname)
    added = await visit.ask(colonies.ADD_COLONY, colony=colony)
    return Reply(201, added, address("colonies", colonyname))


@declare("DELETE", ONE, who=Role.SERVER_OWNER, replies={204: None})
async def remove_colony(visit: Visit, colonyname: str) -> Reply:
    """Remove a colony with everything in it."""
    await visit.ask(colonies.REMOVE_COLONY, colonyname=colonyname)
    return Reply(204)


@declare("GET", ONE + "/pause", who=Role.MEMBER_OR_PENDING, replies={200: Pause})
async def get_pause(visit: Visit, colonyname: str) -> Reply:
    """Whether the colony's executors get no work at present."""
    status = await visit.ask(assignments.GET_PAUSE_STATUS, colonyname=colonyname)
    return Reply(200, Pause(ispaused=status.ispaused))


@declare("PUT", ONE + "/pause", who=Role.COLONY_OWNER, replies={204: None})
async def set_pause(visit: Visit, colonyname: str, *, body: Pause) -> Reply:
    """Pause the assignments of a colony, or resume them.

    What runs goes on; executors that ask for work are answered 503.
    """
    message = assignments.PAUSE_ASSIGNMENTS if body.ispaused else assignments.RESUME_ASSIGNMENTS
    await visit.ask(message, colonyname=colonyname)
    return Reply(204)


@declare("GET", ONE + "/statistics", who=Role.MEMBER, replies={200: Statistics}, tagged=True)
async def get_colony_statistics(visit: Visit, colonyname: str) -> Reply:
    """How many executors, processes and workflows a colony has, in which states."""
    return Reply(200, await visit.ask(colonies.GET_COLONY_STATISTICS, colonyname=colonyname))


@declare("GET", ONE + "/monitor", who=Role.MEMBER, replies={200: Monitor})
async def get_monitor(visit: Visit, colonyname: str, *, query: Since) -> Reply:
    """What a display of a whole colony shows: queues, what runs, what failed, how fast it goes."""
    found = await visit.ask(monitor.GET_MONITOR, colonyname=colonyname, since=query.since)
    return Reply(200, found)


@declare("GET", "statistics", who=Role.SERVER_OWNER, replies={200: Statistics}, tagged=True)
async def get_statistics(visit: Visit) -> Reply:
    """The same of all colonies together."""
    return Reply(200, await visit.ask(server.SERVER_STATISTICS))
