"""Methods for the messages in `identities`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.messages import identities


class IdentitiesMethods(Operations):
    """Methods for the messages in `identities`."""

    async def change_user_id(
        self,
        *,
        colonyname: str = "",
        userid: str = "",
    ) -> identities.ChangeUserId:
        """Change user id.

        The user who signs is known by another id from now on.

        Sent as `changeuseridmsg`; for an approved or pending executor, or a user, of the colony.
        """
        reply: identities.ChangeUserId = await self.call(
            identities.CHANGE_USER_ID,
            identities.ChangeUserId(
                colonyname=colonyname,
                userid=userid,
            ),
        )
        return reply

    async def change_executor_id(
        self,
        *,
        colonyname: str = "",
        executorid: str = "",
    ) -> identities.ChangeExecutorId:
        """Change executor id.

        The executor that signs is known by another id from now on; it keeps what it runs.

        Sent as `changeexecutoridmsg`; for an approved or pending executor, or a user, of the
        colony.
        """
        reply: identities.ChangeExecutorId = await self.call(
            identities.CHANGE_EXECUTOR_ID,
            identities.ChangeExecutorId(
                colonyname=colonyname,
                executorid=executorid,
            ),
        )
        return reply

    async def change_colony_id(
        self,
        *,
        colonyname: str = "",
        colonyid: str = "",
    ) -> identities.ChangeColonyId:
        """Change colony id.

        The colony is owned by another id from now on; other colonies of the owner stay.

        Sent as `changecolonyidmsg`; for the colony owner.
        """
        reply: identities.ChangeColonyId = await self.call(
            identities.CHANGE_COLONY_ID,
            identities.ChangeColonyId(
                colonyname=colonyname,
                colonyid=colonyid,
            ),
        )
        return reply

    async def change_server_id(
        self,
        *,
        serverid: str = "",
    ) -> identities.ChangeServerId:
        """Change server id.

        The server is owned by another id from now on, also after a restart.

        Sent as `changeserveridmsg`; for the server owner.
        """
        reply: identities.ChangeServerId = await self.call(
            identities.CHANGE_SERVER_ID,
            identities.ChangeServerId(
                serverid=serverid,
            ),
        )
        return reply
