"""Locations: named places of a colony."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.member import Location
from jupyter_colonies.core.messages import locations, pages
from jupyter_colonies.core.policy import Role
from jupyter_colonies.server.rest.declaration import Reply, Visit, address, declare
from jupyter_colonies.server.rest.paging import Page, Paging, page

ALL = "colonies/{colonyname}/locations"
ONE = "colonies/{colonyname}/locations/{locationname}"


class NewLocation(msgspec.Struct, kw_only=True):
    """Body of a new location, in degrees."""

    description: str = ""
    long: float = 0
    lat: float = 0


@declare("GET", ALL, who=Role.MEMBER_OR_PENDING, replies={200: Page[Location]}, tagged=True)
async def list_locations(visit: Visit, colonyname: str, *, query: Paging) -> Reply:
    """Locations by name."""
    return await page(visit, pages.LOCATIONS, query, colonyname=colonyname)


@declare("GET", ONE, who=Role.MEMBER_OR_PENDING, replies={200: Location}, tagged=True)
async def get_location(visit: Visit, colonyname: str, locationname: str) -> Reply:
    """One location."""
    found = await visit.ask(locations.GET_LOCATION, colonyname=colonyname, name=locationname)
    return Reply(200, found)


@declare("PUT", ONE, who=Role.COLONY_OWNER, replies={201: Location})
async def add_location(
    visit: Visit, colonyname: str, locationname: str, *, body: NewLocation
) -> Reply:
    """Give a place a name. 409 if the name is taken."""
    location = Location(
        name=locationname,
        colonyname=colonyname,
        description=body.description,
        long=body.long,
        lat=body.lat,
    )
    where = address("colonies", colonyname, "locations", locationname)
    return Reply(201, await visit.ask(locations.ADD_LOCATION, location=location), where)


@declare("DELETE", ONE, who=Role.COLONY_OWNER, replies={204: None})
async def remove_location(visit: Visit, colonyname: str, locationname: str) -> Reply:
    """Forget a location."""
    await visit.ask(locations.REMOVE_LOCATION, colonyname=colonyname, name=locationname)
    return Reply(204)
