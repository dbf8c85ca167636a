"""Methods for the messages in `snapshots`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.file import Snapshot
from jupyter_colonies.core.messages import Empty, colonies, snapshots


class SnapshotsMethods(Operations):
    """Methods for the messages in `snapshots`."""

    async def create_snapshot(
        self,
        *,
        colonyname: str = "",
        label: str = "",
        name: str = "",
    ) -> Snapshot:
        """Create snapshot.

        Note the newest revision of every file of a label and below it, under a name.

        Sent as `createsnapshotmsg`; for an approved executor or a user of the colony.
        """
        reply: Snapshot = await self.call(
            snapshots.CREATE_SNAPSHOT,
            snapshots.CreateSnapshot(
                colonyname=colonyname,
                label=label,
                name=name,
            ),
        )
        return reply

    async def get_snapshot(
        self,
        *,
        colonyname: str = "",
        snapshotid: str = "",
        name: str = "",
    ) -> Snapshot:
        """Get snapshot.

        A request about one snapshot, by `snapshotid`, or by `name` if that is empty.

        Sent as `getsnapshotmsg`; for an approved executor or a user of the colony.
        """
        reply: Snapshot = await self.call(
            snapshots.GET_SNAPSHOT,
            snapshots.OneSnapshot(
                colonyname=colonyname,
                snapshotid=snapshotid,
                name=name,
            ),
        )
        return reply

    async def get_snapshots(
        self,
        *,
        colonyname: str = "",
    ) -> list[Snapshot]:
        """Get snapshots.

        A request about one colony.

        Sent as `getsnapshotsmsg`; for an approved executor or a user of the colony.
        """
        reply: list[Snapshot] = await self.call(
            snapshots.GET_SNAPSHOTS,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def remove_snapshot(
        self,
        *,
        colonyname: str = "",
        snapshotid: str = "",
        name: str = "",
    ) -> Empty:
        """Remove snapshot.

        A request about one snapshot, by `snapshotid`, or by `name` if that is empty.

        Sent as `removesnapshotmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            snapshots.REMOVE_SNAPSHOT,
            snapshots.OneSnapshot(
                colonyname=colonyname,
                snapshotid=snapshotid,
                name=name,
            ),
        )
        return reply

    async def remove_all_snapshots(
        self,
        *,
        colonyname: str = "",
    ) -> Empty:
        """Remove all snapshots.

        A request about one colony.

        Sent as `removeallsnapshotmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            snapshots.REMOVE_ALL_SNAPSHOTS,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply
