"""What the `fs` of a function spec asks for (protocol part 03, section 1.10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from jupyter_colonies.core.file import LONGEST_NAME, check_label, is_safe, place
from jupyter_colonies.core.spec import Filesystem
from jupyter_colonies.errors import InvalidRequest, InvalidSpec

PROCESSID = "{processid}"


class Rule(msgspec.Struct, kw_only=True):
    """Whose file counts if both sides have one and they differ: the executor's, or the label's."""

    keeplocal: bool = False


class Rules(msgspec.Struct, kw_only=True):
    """The rules before and after a run."""

    onstart: Rule = msgspec.field(default_factory=Rule)
    onclose: Rule = msgspec.field(default_factory=Rule)


class Mount(msgspec.Struct, kw_only=True):
    """A folder with files of a label.

    `keepfiles`: the executor keeps the folder for the next process that asks for it.
    """

    label: str = ""
    dir: str = ""
    keepfiles: bool = False


class Folder(Mount, kw_only=True):
    """A folder that is made equal with its label before and after a run."""

    onconflicts: Rules = msgspec.field(default_factory=Rules)


class Pinned(Mount, kw_only=True):
    """A folder with the files of a snapshot, which is removed after a run unless it is kept."""

    snapshotid: str = ""
    keepsnapshot: bool = False


@dataclass(frozen=True, kw_only=True)
class Mounts:
    """What a process asks for; `dir` of each is a path relative to where it is mounted."""

    snapshots: tuple[Pinned, ...] = ()
    folders: tuple[Folder, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.snapshots or self.folders)


def mounts_of(fs: Filesystem | None, processid: str) -> Mounts:
    """Read what a process asks for; nothing without a `mount` (FS-3).

    `{processid}` in labels and folders is the id of the process (FS-6). Raises InvalidSpec for
    what can't be read, and for a folder or a label that would lead elsewhere.
    """
    if fs is None or not fs.mount:
        return Mounts()
    snapshots = [_read(each, Pinned, "snapshots", processid) for each in fs.snapshots or ()]
    folders = [_read(each, Folder, "dirs", processid) for each in fs.dirs or ()]
    for folder in folders:
        if not folder.label:
            raise InvalidSpec(f"The spec's fs.dirs has no label for the folder '{folder.dir}'")
    at = [each.dir for each in (*snapshots, *folders)]
    twice = sorted({each for each in at if at.count(each) > 1})
    if twice:
        raise InvalidSpec(f"The spec's fs asks for the folder '/{twice[0]}' more than once")
    return Mounts(
        snapshots=tuple(each for each in snapshots if each.snapshotid), folders=tuple(folders)
    )


MountT = TypeVar("MountT", bound=Mount)


def _read(raw: Any, kind: type[MountT], field: str, processid: str) -> MountT:
    try:
        found = msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise InvalidSpec(f"The spec's fs.{field} can't be read: {error}") from None
    label = found.label.replace(PROCESSID, processid)
    folder = found.dir.replace(PROCESSID, processid)
    parts = [part for part in folder.split("/") if part]
    if not all(is_safe(part) for part in parts):
        raise InvalidSpec(
            f"The spec's fs.{field} names the folder '{folder}': between slashes are 1 to "
            f"{LONGEST_NAME} bytes, and neither '.' nor '..'"
        )
    try:
        check_label(label)
    except InvalidRequest as error:
        raise InvalidSpec(f"The spec's fs.{field}: {error.message}") from None
    return msgspec.structs.replace(found, label=place(label) if label else "", dir="/".join(parts))
