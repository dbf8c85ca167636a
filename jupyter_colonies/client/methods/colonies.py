"""Methods for the messages in `colonies`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.member import Colony, Statistics, User
from jupyter_colonies.core.messages import Empty, Request, colonies


class ColoniesMethods(Operations):
    """Methods for the messages in `colonies`."""

    async def add_colony(
        self,
        *,
        colony: Colony | None = None,
    ) -> Colony:
        """Add colony.

        Create a colony.

        Sent as `addcolonymsg`; for the server owner.
        """
        reply: Colony = await self.call(
            colonies.ADD_COLONY,
            colonies.AddColony(
                colony=colony,
            ),
        )
        return reply

    async def remove_colony(
        self,
        *,
        colonyname: str = "",
    ) -> Empty:
        """Remove colony.

        A request about one colony.

        Sent as `removecolonymsg`; for the server owner.
        """
        reply: Empty = await self.call(
            colonies.REMOVE_COLONY,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def get_colonies(self) -> list[Colony]:
        """Get colonies.

        A request without arguments.

        Sent as `getcoloniesmsg`; for the server owner.
        """
        reply: list[Colony] = await self.call(colonies.GET_COLONIES, Request())
        return reply

    async def get_colony(
        self,
        *,
        colonyname: str = "",
    ) -> Colony:
        """Get colony.

        A request about one colony.

        Sent as `getcolonymsg`; for an approved executor or a user of the colony.
        """
        reply: Colony = await self.call(
            colonies.GET_COLONY,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def get_colony_statistics(
        self,
        *,
        colonyname: str = "",
    ) -> Statistics:
        """Get colony statistics.

        A request about one colony.

        Sent as `getcolonystatsmsg`; for an approved executor or a user of the colony.
        """
        reply: Statistics = await self.call(
            colonies.GET_COLONY_STATISTICS,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def add_user(
        self,
        *,
        user: User | None = None,
    ) -> User:
        """Add user.

        Create a user of a colony.

        Sent as `addusermsg`; for the colony owner.
        """
        reply: User = await self.call(
            colonies.ADD_USER,
            colonies.AddUser(
                user=user,
            ),
        )
        return reply

    async def get_users(
        self,
        *,
        colonyname: str = "",
    ) -> list[User]:
        """Get users.

        A request about one colony.

        Sent as `getusersmsg`; for an approved or pending executor, or a user, of the colony.
        """
        reply: list[User] = await self.call(
            colonies.GET_USERS,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def get_user(
        self,
        *,
        colonyname: str = "",
        name: str = "",
    ) -> User:
        """Get user.

        A request about one user of a colony.

        Sent as `getusermsg`; for an approved or pending executor, or a user, of the colony.
        """
        reply: User = await self.call(
            colonies.GET_USER,
            colonies.NamedUser(
                colonyname=colonyname,
                name=name,
            ),
        )
        return reply

    async def get_user_by_id(
        self,
        *,
        colonyname: str = "",
        userid: str = "",
    ) -> User:
        """Get user by id.

        A request about the user with an id.

        Sent as `getuserbyidmsg`; for an approved or pending executor, or a user, of the colony.
        """
        reply: User = await self.call(
            colonies.GET_USER_BY_ID,
            colonies.IdentifiedUser(
                colonyname=colonyname,
                userid=userid,
            ),
        )
        return reply

    async def remove_user(
        self,
        *,
        colonyname: str = "",
        name: str = "",
    ) -> Empty:
        """Remove user.

        A request about one user of a colony.

        Sent as `removeusermsg`; for the colony owner.
        """
        reply: Empty = await self.call(
            colonies.REMOVE_USER,
            colonies.NamedUser(
                colonyname=colonyname,
                name=name,
            ),
        )
        return reply
