"""Methods for the messages in `checking`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.messages import checking


class CheckingMethods(Operations):
    """Methods for the messages in `checking`."""

    async def check_files(
        self,
        *,
        colonyname: str = "",
        part: str = "",
        after: str = "",
        repair: bool = False,
        drop: bool = False,
    ) -> checking.Checked:
        """Check files.

        Compare some of what is known of a colony's files with their bytes.

        `part` and `after` are those of the reply before, empty to begin. `repair` mends what can be
        mended and removes what nobody can reach; `drop` also removes entries whose bytes are gone.

        Sent as `checkfilesmsg`; for the colony owner. An extension of the protocol.
        """
        reply: checking.Checked = await self.call(
            checking.CHECK_FILES,
            checking.CheckFiles(
                colonyname=colonyname,
                part=part,
                after=after,
                repair=repair,
                drop=drop,
            ),
        )
        return reply
