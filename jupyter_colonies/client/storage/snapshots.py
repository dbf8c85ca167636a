"""Snapshots: the newest revisions below a label, noted under a name (part 03, section 1.6)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_colonies.client.storage import restoring
from jupyter_colonies.client.storage.folders import Pinned, pinned
from jupyter_colonies.client.storage.restoring import Restored
from jupyter_colonies.client.sync.remote import by_ids
from jupyter_colonies.core.file import File, Snapshot
from jupyter_colonies.errors import NotFound, ServerRefused

if TYPE_CHECKING:
    from jupyter_colonies.client.colony import Colony

Listing = list[Snapshot]
Revisions = list[File]


class Snapshots:
    """The snapshots of a colony. All methods block, and raise what the server refuses with."""

    def __init__(self, colony: Colony) -> None:
        self._colony = colony

    def __repr__(self) -> str:
        return f"<snapshots of {self._colony.name}>"

    def create(self, name: str, label: str = "/") -> Snapshot:
        """Note the newest revisions of all files of a label and below it under a name.

        A label without files gives a snapshot without files (part 03, S-4). Raises ServerRefused
        if the name is taken.
        """
        client = self._colony.client
        return self._colony.call(
            client.create_snapshot(colonyname=self._colony.name, label=label, name=name)
        )

    def get(self, name: str = "", *, snapshotid: str = "") -> Snapshot:
        """A snapshot by its name or its id. Raises NotFound."""
        client = self._colony.client
        try:
            return self._colony.call(
                client.get_snapshot(colonyname=self._colony.name, name=name, snapshotid=snapshotid)
            )
        except ServerRefused as error:
            if error.status != 500 or "snapshot" not in error.message:
                raise
            # The protocol's answer for one that is not known (part 03, S-5).
            raise NotFound(error.message) from None

    def list(self) -> Listing:
        """All snapshots, the newest first."""
        client = self._colony.client
        return self._colony.call(client.get_snapshots(colonyname=self._colony.name))

    def remove(self, name: str) -> None:
        """Remove a snapshot; the revisions it holds stay. One that is not there is removed."""
        client = self._colony.client
        self._colony.call(client.remove_snapshot(colonyname=self._colony.name, name=name))

    def restore(self, name: str, label: str = "") -> Restored:
        """Make the files again what a snapshot holds, by new revisions; none is removed.

        They go to `label`, the snapshot's own unless given. Raises NotFound.
        """
        return restoring.restore(self._colony.files, self.get(name), label)

    def fetch(self, name: str, folder: Path) -> None:
        """Make a folder, new or not, hold what a snapshot holds; what it has besides stays.

        Raises NotFound, and SyncIncomplete when not everything could be fetched, after all else
        was.
        """
        # Loads the sync, which few notebooks need.
        from jupyter_colonies.client.sync.syncing import download  # noqa: PLC0415

        snapshot = self.get(name)
        folder.mkdir(parents=True, exist_ok=True)
        download(self._colony, snapshot, folder)

    def files(self, snapshot: Snapshot) -> Revisions:
        """The revisions a snapshot holds, without those that were removed since."""
        client, colonyname = self._colony.client, self._colony.name
        found = self._colony.call(by_ids(client, colonyname, snapshot.fileids or []))
        return [each for each in found if each is not None]

    def folders(self, snapshot: Snapshot) -> Pinned:
        """The files of a snapshot, as folders below its label."""
        return pinned(snapshot.label, self.files(snapshot))
