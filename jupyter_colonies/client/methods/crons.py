"""Methods for the messages in `crons`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.cron import Cron
from jupyter_colonies.core.messages import Empty, crons


class CronsMethods(Operations):
    """Methods for the messages in `crons`."""

    async def add_cron(
        self,
        *,
        cron: Cron | None = None,
    ) -> Cron:
        """Add cron.

        Start a workflow at certain times from now on.

        Sent as `addcronmsg`; for an approved executor or a user of the colony.
        """
        reply: Cron = await self.call(
            crons.ADD_CRON,
            crons.AddCron(
                cron=cron,
            ),
        )
        return reply

    async def get_cron(
        self,
        *,
        cronid: str = "",
    ) -> Cron:
        """Get cron.

        A request about one cron.

        Sent as `getcronmsg`; for an approved executor or a user of the colony.
        """
        reply: Cron = await self.call(
            crons.GET_CRON,
            crons.OneCron(
                cronid=cronid,
            ),
        )
        return reply

    async def get_crons(
        self,
        *,
        colonyname: str = "",
        count: int = 0,
    ) -> list[Cron]:
        """Get crons.

        The first crons of a colony by name.

        Sent as `getcronsmsg`; for an approved executor or a user of the colony.
        """
        reply: list[Cron] = await self.call(
            crons.GET_CRONS,
            crons.ListCrons(
                colonyname=colonyname,
                count=count,
            ),
        )
        return reply

    async def run_cron(
        self,
        *,
        cronid: str = "",
    ) -> Cron:
        """Run cron.

        A request about one cron.

        Sent as `runcronmsg`; for an approved executor or a user of the colony.
        """
        reply: Cron = await self.call(
            crons.RUN_CRON,
            crons.OneCron(
                cronid=cronid,
            ),
        )
        return reply

    async def switch_cron(
        self,
        *,
        cronid: str = "",
        enabled: bool = False,
    ) -> Cron:
        """Switch cron.

        Let a cron start its workflow by itself, or not until this is said again.

        Sent as `switchcronmsg`; for an approved executor or a user of the colony. An extension of
        the protocol.
        """
        reply: Cron = await self.call(
            crons.SWITCH_CRON,
            crons.SwitchCron(
                cronid=cronid,
                enabled=enabled,
            ),
        )
        return reply

    async def remove_cron(
        self,
        *,
        cronid: str = "",
    ) -> Empty:
        """Remove cron.

        A request about one cron.

        Sent as `removecronmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            crons.REMOVE_CRON,
            crons.OneCron(
                cronid=cronid,
            ),
        )
        return reply
