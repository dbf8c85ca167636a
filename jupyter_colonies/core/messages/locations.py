"""Named places of a colony (protocol part 01, section 4.7)."""

from __future__ import annotations

from jupyter_colonies.core.decoding import Name
from jupyter_colonies.core.member import Location
from jupyter_colonies.core.messages.colonies import COLONY_EXISTS, NamedColony
from jupyter_colonies.core.messages.registry import Empty, Message, Request, Subject, declare
from jupyter_colonies.core.policy import Role


class AddLocation(Request):
    """Give a place a name; an id is made unless one is given."""

    location: Location | None = None


class NamedLocation(Request):
    """A request about one location of a colony."""

    colonyname: Name = ""
    name: Name = ""


_COLONY = Subject(kind="colony", field="colonyname", missing=COLONY_EXISTS)

ADD_LOCATION = declare(
    Message(
        "addlocationmsg",
        "add_location",
        AddLocation,
        Location,
        does="add location",
        role=Role.COLONY_OWNER,
        colony="location.colonyname",
        needs=("location", "Failed to add location, location is nil"),
        subject=Subject(kind="colony", field="location.colonyname", missing=COLONY_EXISTS),
    )
)
GET_LOCATIONS = declare(
    Message(
        "getlocationsmsg",
        "get_locations",
        NamedColony,
        list[Location],
        does="get locations",
        role=Role.MEMBER_OR_PENDING,
        colony="colonyname",
        reads=True,
        subject=_COLONY,
    )
)
GET_LOCATION = declare(
    Message(
        "getlocationmsg",
        "get_location",
        NamedLocation,
        Location,
        does="get location",
        role=Role.MEMBER_OR_PENDING,
        colony="colonyname",
        reads=True,
        subject=_COLONY,
    )
)
REMOVE_LOCATION = declare(
    Message(
        "removelocationmsg",
        "remove_location",
        NamedLocation,
        Empty,
        does="remove location",
        role=Role.COLONY_OWNER,
        colony="colonyname",
        subject=_COLONY,
    )
)
