"""Methods for the messages in `assignments`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.messages import Empty, assignments, colonies


class AssignmentsMethods(Operations):
    """Methods for the messages in `assignments`."""

    async def pause_assignments(
        self,
        *,
        colonyname: str = "",
    ) -> Empty:
        """Pause assignments.

        A request about one colony.

        Sent as `pauseassignmentsmsg`; for the colony owner.
        """
        reply: Empty = await self.call(
            assignments.PAUSE_ASSIGNMENTS,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def resume_assignments(
        self,
        *,
        colonyname: str = "",
    ) -> Empty:
        """Resume assignments.

        A request about one colony.

        Sent as `resumeassignmentsmsg`; for the colony owner.
        """
        reply: Empty = await self.call(
            assignments.RESUME_ASSIGNMENTS,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def get_pause_status(
        self,
        *,
        colonyname: str = "",
    ) -> assignments.PauseStatus:
        """Get pause status.

        A request about one colony.

        Sent as `getpausestatusmsg`; for an approved or pending executor, or a user, of the
        colony.
        """
        reply: assignments.PauseStatus = await self.call(
            assignments.GET_PAUSE_STATUS,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply
