"""Methods for the messages in `monitor`; written by `client.generate`, do not edit."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.messages import monitor


class MonitorMethods(Operations):
    """Methods for the messages in `monitor`."""

    async def get_monitor(
        self,
        *,
        colonyname: str = "",
        since: int = 0,
    ) -> monitor.Monitor:
        """Get monitor.

        Figures of a colony. `since` is the first time slot wanted, in seconds since 1970.

        0 stands for all of the last ten minutes, which is the longest time there is.

        Sent as `getmonitormsg`; for an approved executor or a user of the colony. An extension of
        the protocol.
        """
        reply: monitor.Monitor = await self.call(
            monitor.GET_MONITOR,
            monitor.GetMonitor(
                colonyname=colonyname,
                since=since,
            ),
        )
        return reply

    def subscribe_colony(
        self,
        *,
        colonyname: str = "",
        timeout: int = 0,
    ) -> AsyncGenerator[monitor.ColonyChange, None]:
        """Subscribe colony.

        Be told that something changed in a colony, and what kind of thing; `timeout` in seconds.

        Sent as `subscribecolonymsg`; for an approved executor or a user of the colony. An
        extension of the protocol.
        """
        return self.stream(
            monitor.SUBSCRIBE_COLONY,
            monitor.SubscribeColony(
                colonyname=colonyname,
                timeout=timeout,
            ),
        )
