"""Files and their labels; the bytes are elsewhere (protocol part 03, section 1)."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.file import File, FileData, Label
from jupyter_colonies.core.messages.registry import Empty, Message, Request, declare
from jupyter_colonies.core.policy import Role


class AddFile(Request):
    """Make a new revision of a file; its id, number and time are the server's."""

    file: File | None = None


class GetFile(Request):
    """Revisions of a file: by `fileid`, else by `label` and `name`, all or only the `latest`."""

    colonyname: str = ""
    fileid: str = ""
    label: str = ""
    name: str = ""
    latest: bool = False


class GetFiles(Request):
    """The newest revision of each file of a label, without those of labels below it."""

    colonyname: str = ""
    label: str = ""


class GetFileLabels(Request):
    """Labels that begin with `name`; `exact` for that label and those below it."""

    colonyname: str = ""
    name: str = ""
    exact: bool = False


class RemoveFile(Request):
    """Remove one revision by `fileid`, or all of a `label` and `name`."""

    colonyname: str = ""
    fileid: str = ""
    label: str = ""
    name: str = ""


class MoveFiles(Request):
    """Give a file another label and name, or a label and those below it another place.

    All revisions of `name` in `label` go to `toname` in `tolabel`; an empty `toname` keeps the
    name. Without `name` the files of `label` and of the labels below it go to `tolabel`.
    """

    colonyname: str = ""
    label: str = ""
    name: str = ""
    tolabel: str = ""
    toname: str = ""


class Moved(msgspec.Struct, kw_only=True):
    """What was moved; `revisions` counts the revisions of all files."""

    revisions: int


ADD_FILE = declare(
    Message(
        "addfilemsg",
        "add_file",
        AddFile,
        File,
        does="add file",
        role=Role.MEMBER,
        colony="file.colonyname",
        needs=("file", "Failed to add file, msg.File is nil"),
    )
)
GET_FILE = declare(
    Message(
        "getfilemsg",
        "get_file",
        GetFile,
        list[File],
        does="get file",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
GET_FILES = declare(
    Message(
        "getfilesmsg",
        "get_files",
        GetFiles,
        list[FileData],
        does="get files",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
GET_FILE_LABELS = declare(
    Message(
        "getfilelabelsmsg",
        "get_file_labels",
        GetFileLabels,
        list[Label],
        does="get file labels",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
REMOVE_FILE = declare(
    Message(
        "removefilemsg",
        "remove_file",
        RemoveFile,
        Empty,
        does="remove file",
        role=Role.MEMBER,
        colony="colonyname",
    )
)
MOVE_FILES = declare(
    Message(
        "movefilesmsg",
        "move_files",
        MoveFiles,
        Moved,
        does="move files",
        role=Role.MEMBER,
        colony="colonyname",
        extension=True,
    )
)
