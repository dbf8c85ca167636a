"""Methods for the messages in `objects`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.messages import objects


class ObjectsMethods(Operations):
    """Methods for the messages in `objects`."""

    async def get_credentials(
        self,
        *,
        colonyname: str = "",
        renew: bool = False,
    ) -> objects.Credentials:
        """Get credentials.

        The caller's keys for S3 clients; `renew` makes new ones, the old ones are void then.

        Sent as `getcredentialsmsg`; for an approved executor or a user of the colony. An
        extension of the protocol.
        """
        reply: objects.Credentials = await self.call(
            objects.GET_CREDENTIALS,
            objects.GetCredentials(
                colonyname=colonyname,
                renew=renew,
            ),
        )
        return reply
