"""Methods for the messages in `files`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.file import File, FileData, Label
from jupyter_colonies.core.messages import Empty, files


class FilesMethods(Operations):
    """Methods for the messages in `files`."""

    async def add_file(
        self,
        *,
        file: File | None = None,
    ) -> File:
        """Add file.

        Make a new revision of a file; its id, number and time are the server's.

        Sent as `addfilemsg`; for an approved executor or a user of the colony.
        """
        reply: File = await self.call(
            files.ADD_FILE,
            files.AddFile(
                file=file,
            ),
        )
        return reply

    async def get_file(
        self,
        *,
        colonyname: str = "",
        fileid: str = "",
        label: str = "",
        name: str = "",
        latest: bool = False,
    ) -> list[File]:
        """Get file.

        Revisions of a file: by `fileid`, else by `label` and `name`, all or only the `latest`.

        Sent as `getfilemsg`; for an approved executor or a user of the colony.
        """
        reply: list[File] = await self.call(
            files.GET_FILE,
            files.GetFile(
                colonyname=colonyname,
                fileid=fileid,
                label=label,
                name=name,
                latest=latest,
            ),
        )
        return reply

    async def get_files(
        self,
        *,
        colonyname: str = "",
        label: str = "",
    ) -> list[FileData]:
        """Get files.

        The newest revision of each file of a label, without those of labels below it.

        Sent as `getfilesmsg`; for an approved executor or a user of the colony.
        """
        reply: list[FileData] = await self.call(
            files.GET_FILES,
            files.GetFiles(
                colonyname=colonyname,
                label=label,
            ),
        )
        return reply

    async def get_file_labels(
        self,
        *,
        colonyname: str = "",
        name: str = "",
        exact: bool = False,
    ) -> list[Label]:
        """Get file labels.

        Labels that begin with `name`; `exact` for that label and those below it.

        Sent as `getfilelabelsmsg`; for an approved executor or a user of the colony.
        """
        reply: list[Label] = await self.call(
            files.GET_FILE_LABELS,
            files.GetFileLabels(
                colonyname=colonyname,
                name=name,
                exact=exact,
            ),
        )
        return reply

    async def remove_file(
        self,
        *,
        colonyname: str = "",
        fileid: str = "",
        label: str = "",
        name: str = "",
    ) -> Empty:
        """Remove file.

        Remove one revision by `fileid`, or all of a `label` and `name`.

        Sent as `removefilemsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            files.REMOVE_FILE,
            files.RemoveFile(
                colonyname=colonyname,
                fileid=fileid,
                label=label,
                name=name,
            ),
        )
        return reply

    async def move_files(
        self,
        *,
        colonyname: str = "",
        label: str = "",
        name: str = "",
        tolabel: str = "",
        toname: str = "",
    ) -> files.Moved:
        """Move files.

        Give a file another label and name, or a label and those below it another place.

        All revisions of `name` in `label` go to `toname` in `tolabel`; an empty `toname` keeps the
        name. Without `name` the files of `label` and of the labels below it go to `tolabel`.

        Sent as `movefilesmsg`; for an approved executor or a user of the colony. An extension of
        the protocol.
        """
        reply: files.Moved = await self.call(
            files.MOVE_FILES,
            files.MoveFiles(
                colonyname=colonyname,
                label=label,
                name=name,
                tolabel=tolabel,
                toname=toname,
            ),
        )
        return reply
