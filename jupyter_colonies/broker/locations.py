"""Named places of a colony (protocol part 01, section 4.7)."""

from __future__ import annotations

import math

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.core import identity
from jupyter_colonies.core.member import Location, check_name
from jupyter_colonies.core.messages import Empty, locations
from jupyter_colonies.core.messages.colonies import NamedColony
from jupyter_colonies.core.messages.locations import AddLocation, NamedLocation
from jupyter_colonies.errors import Absent, InvalidRequest, NameTaken, NotFound
from jupyter_colonies.store import locations as statements
from jupyter_colonies.store import members
from jupyter_colonies.store.statement import Row


@answers(locations.ADD_LOCATION)
def add_location(call: Call, request: AddLocation) -> Location:
    """Give a place a name."""
    location = request.location or Location()
    check_name(location.name, "location")
    for name, degrees in (("long", location.long), ("lat", location.lat)):
        if not math.isfinite(degrees):
            raise InvalidRequest(f"Failed to add location, {name} is not a number of degrees")
    call.tx.lock(members.LOCK_COLONY, colonyname=location.colonyname)
    if _found(call, location.colonyname, location.name) is not None:
        raise NameTaken(
            f"A location with name <{location.name}> already exists in Colony with name "
            f"<{location.colonyname}>"
        )
    location.locationid = location.locationid or identity.new_id()
    _add(call, location)
    return location


@answers(locations.GET_LOCATIONS)
def get_locations(call: Call, request: NamedColony) -> list[Location]:
    """All places of a colony in the order they were added."""
    return [as_location(row) for row in call.tx.all(statements.LIST, colonyname=request.colonyname)]


@answers(locations.GET_LOCATION)
def get_location(call: Call, request: NamedLocation) -> Location:
    """One place."""
    row = _found(call, request.colonyname, request.name)
    if row is None:
        raise NotFound(
            f"Failed to get location, location is nil: there is none called '{request.name}'"
        )
    return as_location(row)


@answers(locations.REMOVE_LOCATION)
def remove_location(call: Call, request: NamedLocation) -> Empty:
    """Forget a place; executors keep its name."""
    if not call.tx.run(statements.REMOVE, colonyname=request.colonyname, name=request.name):
        raise Absent(f"Location with name <{request.name}> not found")
    return Empty()


def make_known(call: Call, name: str, description: str) -> None:
    """Add a location to the call's colony unless it is there (part 03, B-4)."""
    if _found(call, call.colonyname, name) is None:
        check_name(name, "location")
        _add(
            call,
            Location(
                locationid=identity.new_id(),
                name=name,
                colonyname=call.colonyname,
                description=description,
            ),
        )


def _add(call: Call, location: Location) -> None:
    call.tx.run(
        statements.ADD,
        locationid=location.locationid,
        colonyname=location.colonyname,
        name=location.name,
        description=location.description,
        long=location.long,
        lat=location.lat,
    )


def _found(call: Call, colonyname: str, name: str) -> Row | None:
    return call.tx.one(statements.GET, colonyname=colonyname, name=name)


def as_location(row: Row) -> Location:
    """A location as it is told."""
    return Location(
        locationid=row["locationid"],
        name=row["name"],
        colonyname=row["colonyname"],
        description=row["description"],
        long=row["long"],
        lat=row["lat"],
    )
