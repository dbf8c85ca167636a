"""Methods for the messages in `locations`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.member import Location
from jupyter_colonies.core.messages import Empty, colonies, locations


class LocationsMethods(Operations):
    """Methods for the messages in `locations`."""

    async def add_location(
        self,
        *,
        location: Location | None = None,
    ) -> Location:
        """Add location.

        Give a place a name; an id is made unless one is given.

        Sent as `addlocationmsg`; for the colony owner.
        """
        reply: Location = await self.call(
            locations.ADD_LOCATION,
            locations.AddLocation(
                location=location,
            ),
        )
        return reply

    async def get_locations(
        self,
        *,
        colonyname: str = "",
    ) -> list[Location]:
        """Get locations.

        A request about one colony.

        Sent as `getlocationsmsg`; for an approved or pending executor, or a user, of the colony.
        """
        reply: list[Location] = await self.call(
            locations.GET_LOCATIONS,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def get_location(
        self,
        *,
        colonyname: str = "",
        name: str = "",
    ) -> Location:
        """Get location.

        A request about one location of a colony.

        Sent as `getlocationmsg`; for an approved or pending executor, or a user, of the colony.
        """
        reply: Location = await self.call(
            locations.GET_LOCATION,
            locations.NamedLocation(
                colonyname=colonyname,
                name=name,
            ),
        )
        return reply

    async def remove_location(
        self,
        *,
        colonyname: str = "",
        name: str = "",
    ) -> Empty:
        """Remove location.

        A request about one location of a colony.

        Sent as `removelocationmsg`; for the colony owner.
        """
        reply: Empty = await self.call(
            locations.REMOVE_LOCATION,
            locations.NamedLocation(
                colonyname=colonyname,
                name=name,
            ),
        )
        return reply
