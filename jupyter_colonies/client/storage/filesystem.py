"""The files of colonies as a file system of fsspec: `colonies://colony/label/name`.

Folders are labels. `?revision=<fileid>` at the end of a path names an older revision, and
`colonies://colony/@snapshot/…` the files of a snapshot, which can only be read.
"""

from __future__ import annotations

import errno
import os
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fsspec.callbacks import DEFAULT_CALLBACK
from fsspec.spec import AbstractFileSystem
from fsspec.utils import isfilelike

from jupyter_colonies.client import colony as colonies
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.discovery import find
from jupyter_colonies.client.storage.folders import Entry, Folders, Labels, Pinned
from jupyter_colonies.client.storage.opened import Reading, Writing
from jupyter_colonies.core.file import File, below
from jupyter_colonies.core.messages.files import MOVE_FILES
from jupyter_colonies.errors import NotFound

PROTOCOL = "colonies"
MOST_SNAPSHOTS = 8

_REVISION = re.compile(r"\?revision=([0-9a-f]{64})$")

Info = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a path means: a path below a colony or a snapshot of it, and maybe a revision."""

    colonyname: str
    snapshot: str
    path: str
    revision: str

    @property
    def label(self) -> str:
        """The label of a file at this place."""
        return "/" + self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The name of a file at this place."""
        return self.path.rpartition("/")[2]


def place_of(path: str) -> Place:
    """What a path without its protocol means."""
    match = _REVISION.search(path)
    plain = path[: match.start()] if match else path
    colonyname, _, rest = plain.partition("/")
    snapshot = ""
    if rest.startswith("@"):
        snapshot, _, rest = rest[1:].partition("/")
    return Place(
        colonyname=colonyname,
        snapshot=snapshot,
        path=rest,
        revision=match[1] if match else "",
    )


class ColoniesFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """Files of colonies, for pandas, dask, `fsspec.open` and whatever else knows fsspec.

    address: host:port or URL of the server, keyfile: that of a private key; without them the
    server is found as `connect()` finds it, and the colony that is connected is used. A
    `FileNotFoundError` says that a file, label or snapshot is not there; other errors are those
    of `jupyter_colonies.errors`. Listings are never cached.
    """

    protocol = PROTOCOL

    def __init__(
        self, address: str | None = None, keyfile: str | None = None, **options: Any
    ) -> None:
        super().__init__(address=address, keyfile=keyfile, **options)
        self._address = address
        self._keyfile = keyfile
        self._lock = threading.Lock()
        self._adopted: tuple[int, Colony] | None = None
        self._known: dict[tuple[int, str], Colony] = {}
        self._snapshots: dict[str, Pinned] = {}

    def adopt(self, colony: Colony) -> None:
        """Use a colony that is connected, for itself and to find other colonies of its server."""
        self._adopted = os.getpid(), colony

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """What is in a folder; a file by itself."""
        at = place_of(self._strip_protocol(path))
        found = self._listed(at)
        return found if detail else [each["name"] for each in found]

    def info(self, path: str, **options: Any) -> Info:
        """What is known of a file or folder; `revision` and `created` of files."""
        at = place_of(self._strip_protocol(path))
        if at.path:
            try:
                return _described(at, self._file(at, options.get("revision", "")))
            except FileNotFoundError:
                if at.revision or options.get("revision"):
                    raise
        elif not at.snapshot:
            return _folder(at.colonyname)
        if at.snapshot and not at.path:
            self._folders(at)
        elif not any(self._folders(at).content(at.path)):
            raise _missing(at)
        return _folder(_shown(at))

    def exists(self, path: str, **options: Any) -> bool:
        """Whether there is a file or a folder."""
        try:
            self.info(path, **options)
        except FileNotFoundError:
            return False
        return True

    def isfile(self, path: str) -> bool:
        """Whether there is a file."""
        return self.exists(path) and self.info(path)["type"] == "file"

    def find(
        self,
        path: str,
        maxdepth: int | None = None,
        withdirs: bool = False,
        detail: bool = False,
        **_: Any,
    ) -> Any:
        """All files below a folder, asked for with few requests."""
        at = place_of(self._strip_protocol(path))
        if not at.colonyname:
            return super().find(path, maxdepth, withdirs, detail)
        found = {_shown(at, each.path): _listed_file(at, each) for each in self._below(at)}
        if withdirs:
            found |= {name: _folder(name) for name in _above(at, found)}
        if not found and self.isfile(path):
            found[_shown(at)] = self.info(path)
        start = len(_shown(at)) + 1
        names = sorted(
            name for name in found if maxdepth is None or name[start:].count("/") < maxdepth
        )
        return {name: found[name] for name in names} if detail else names

    def glob(self, path: str, maxdepth: int | None = None, **options: Any) -> Any:
        """What a pattern matches; the question mark before a revision is none."""
        if not _REVISION.search(path):
            return super().glob(path, maxdepth, **options)
        literal = self._strip_protocol(path)
        found = {literal: self.info(path)} if self.exists(path) else {}
        return found if options.get("detail") else list(found)

    def expand_path(self, path: Any, *args: Any, **options: Any) -> list[str]:
        """The paths that patterns and folders stand for; see `glob`."""
        some = [path] if isinstance(path, str | os.PathLike) else list(path)
        given = [str(self._strip_protocol(each)) for each in some]
        literal = [each for each in given if _REVISION.search(each)]
        rest = [each for each in given if each not in literal]
        return [*literal, *(super().expand_path(rest, *args, **options) if rest else [])]

    def revisions(self, path: str) -> list[Info]:
        """All revisions of a file, the newest first; `name` of each leads to it."""
        at = place_of(self._strip_protocol(path))
        with _told(at):
            found = self._colony(at).files.revisions(at.label, at.name)
        return [_described(replace(at, revision=each.fileid), each) for each in found]

    def checksum(self, path: str) -> str:
        """The SHA-256 of a file, in hexadecimal."""
        return str(self.info(path)["checksum"])

    def ukey(self, path: str) -> str:
        """The id of the revision: what a cache may keep something under."""
        return str(self.info(path)["revision"])

    def created(self, path: str) -> Any:
        """When the revision was added."""
        return self.info(path)["created"]

    modified = created

    def mkdir(self, path: str, create_parents: bool = True, **_: Any) -> None:
        """Nothing: a label is there as soon as a file is in it."""

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Nothing: a label is there as soon as a file is in it."""

    def rmdir(self, path: str) -> None:
        """Raise unless the folder holds nothing, and then it is not there."""
        if self.exists(path):
            raise OSError(f"{path} is not empty, or no folder")

    def rm_file(self, path: str) -> None:
        """Remove a file with all of its revisions, or the one that the path names."""
        at = self._writable(path)
        file = self._file(at)
        with _told(at):
            if at.revision:
                self._colony(at).files.remove(file)
            else:
                self._colony(at).files.remove_all(at.label, at.name)

    def rm(self, path: Any, recursive: bool = False, maxdepth: int | None = None) -> None:
        """Remove files, and folders with `recursive`."""
        paths = self.expand_path(path, recursive=recursive, maxdepth=maxdepth)
        kinds = {each: self.info(each)["type"] for each in paths}
        for each, kind in kinds.items():
            if kind == "directory" and not recursive:
                raise IsADirectoryError(f"{each} is a folder: remove it with recursive=True")
        for each, kind in kinds.items():
            if kind == "file":
                self.rm_file(each)

    def cp_file(self, path1: str, path2: str, moved: bool = False, **_: Any) -> None:
        """Copy or move a file. Within a colony no bytes come here."""
        source, target = place_of(self._strip_protocol(path1)), self._writable(path2)
        if not self.isfile(path1):
            return
        colony = self._colony(target)
        with _told(source):
            if moved and self._moves(colony, source, target):
                colony.files.move(source.label, source.name, target.label, target.name)
                return
            file = self._file(source)
            if source.colonyname == target.colonyname:
                colony.files.copy(file, target.label, target.name)
            else:
                with colony.files.new(target.label, target.name, size=file.size) as revision:
                    for chunk in self._colony(source).files.read(file):
                        revision.write(chunk)
        if moved:
            self.rm_file(path1)

    def _moves(self, colony: Colony, source: Place, target: Place) -> bool:
        """Whether the server can move the file, which it does where nothing is in the way."""
        return (
            source.colonyname == target.colonyname
            and not source.revision
            and not source.snapshot
            and not self.isfile(_shown(target))
            and MOVE_FILES.type in colony.call(colony.extensions())
        )

    def mv(
        self,
        path1: str,
        path2: str,
        recursive: bool = False,
        maxdepth: int | None = None,
        **options: Any,
    ) -> None:
        """Move files with their revisions."""
        if path1 != path2:
            self.copy(
                path1, path2, recursive=recursive, maxdepth=maxdepth, on_error="raise",
                moved=True, **options,
            )  # fmt: skip

    def cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **options: Any
    ) -> bytes:
        """The bytes of a file, or a part of them; counted from the end if negative."""
        at = place_of(self._strip_protocol(path))
        file = self._file(at, options.get("revision", ""))
        first, last, _ = slice(start, end).indices(file.size)
        if first >= last:
            return b""
        with _told(at):
            return b"".join(self._colony(at).files.read(file, first=first, last=last - 1))

    def get_file(self, rpath: str, lpath: Any, callback: Any = DEFAULT_CALLBACK, **_: Any) -> None:
        """Fetch a file, whole or not at all."""
        if isfilelike(lpath):
            super().get_file(rpath, lpath, callback=callback)
            return
        at = place_of(self._strip_protocol(rpath))
        if self.isdir(rpath):
            Path(lpath).mkdir(parents=True, exist_ok=True)
            return
        file = self._file(at)
        callback.set_size(file.size)
        Path(lpath).parent.mkdir(parents=True, exist_ok=True)
        with _told(at):
            self._colony(at).files.fetch(file, Path(lpath), progress=callback.relative_update)

    def put_file(
        self,
        lpath: str,
        rpath: str,
        callback: Any = DEFAULT_CALLBACK,
        mode: str = "overwrite",
        **_: Any,
    ) -> None:
        """Put a file, whole or not at all."""
        source = Path(lpath)
        if source.is_dir():
            return
        at = self._writable(rpath)
        if mode == "create" and self.exists(rpath):
            raise FileExistsError(rpath)
        callback.set_size(source.stat().st_size)
        self._colony(at).files.put(source, at.label, at.name, progress=callback.relative_update)

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: Any = None,
        autocommit: bool = True,
        cache_options: Any = None,
        **options: Any,
    ) -> Any:
        at = place_of(path)
        if mode == "rb":
            file = self._file(at, options.pop("revision", ""))
            pinned = _shown(replace(at, revision=file.fileid))
            files = self._colony(at).files
            return Reading(
                self, pinned, files, file, block_size or "default", cache_options, options
            )
        if mode not in ("wb", "xb", "ab"):
            raise ValueError(f"Files of a colony can't be opened with mode '{mode}'")
        at = self._writable(path)
        if mode == "xb" and self.exists(path):
            raise FileExistsError(path)
        files = self._colony(at).files
        written = Writing(files.new(at.label, at.name), path, autocommit=autocommit)
        if mode == "ab" and self.isfile(path):
            for chunk in files.read(self._file(at)):
                written.write(chunk)
        return written

    def _writable(self, path: str) -> Place:
        at = place_of(self._strip_protocol(path))
        if at.snapshot:
            raise PermissionError(f"A snapshot can only be read: {path}")
        return at

    def _listed(self, at: Place) -> list[Info]:
        if not at.colonyname:
            return [_folder(self._colony(at).name)]
        with _told(at):
            content = self._folders(at).content(at.path)
        if not any(content) and at.path:
            return [_described(at, self._file(at))]
        return [
            *(_folder(_shown(at, each)) for each in content.folders),
            *(_listed_file(at, each) for each in content.files),
        ]

    def _below(self, at: Place) -> list[Entry]:
        try:
            with _told(at):
                return self._folders(at).below(at.path)
        except FileNotFoundError:
            return []

    def _file(self, at: Place, revision: str = "") -> File:
        with _told(at):
            if wanted := revision or at.revision:
                found = self._colony(at).files.get(wanted)
                if f"/{at.path}" != f"{below(found.label)}{found.name}":
                    raise _missing(at)
                return found
            return self._folders(at).file(at.path)

    def _folders(self, at: Place) -> Folders:
        colony = self._colony(at)
        if not at.snapshot:
            return Labels(colony.files)
        with _told(at):
            snapshot = colony.snapshots.get(at.snapshot)
            if snapshot.snapshotid not in self._snapshots:
                if len(self._snapshots) >= MOST_SNAPSHOTS:
                    self._snapshots.clear()
                self._snapshots[snapshot.snapshotid] = colony.snapshots.folders(snapshot)
            return self._snapshots[snapshot.snapshotid]

    def _colony(self, at: Place) -> Colony:
        # A forked child has its parent's connections, and can't use them.
        key = (os.getpid(), at.colonyname)
        with self._lock:
            if key not in self._known:
                self._known[key] = self._connected(at.colonyname)
            return self._known[key]

    def _connected(self, name: str) -> Colony:
        adopted = self._adopted is not None and self._adopted[0] == os.getpid()
        now = self._adopted[1] if adopted and self._adopted else colonies.connected()
        if now is None or (not adopted and (self._address or self._keyfile)):
            return Colony(find(self._address, colony=name or None, keyfile=self._keyfile))
        return now if name in ("", now.name) else Colony(replace(now.found, colonyname=name))


def of_colony(colony: Colony) -> ColoniesFileSystem:
    """The file system of a colony that is connected.

    What is sent to another process finds the server there as `connect` does, at the same address
    if that does not move; keys are never sent.
    """
    found = colony.found
    address = found.endpoint.base_url if found.again is None else None
    made = ColoniesFileSystem(address, skip_instance_cache=True)
    made.adopt(colony)
    return made


@contextmanager
def _told(at: Place) -> Iterator[None]:
    try:
        yield
    except NotFound as error:
        raise FileNotFoundError(errno.ENOENT, error.message, _shown(at)) from error


def _missing(at: Place) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), _shown(at))


def _shown(at: Place, path: str | None = None) -> str:
    """The path of a place, or of another path in the same colony or snapshot."""
    parts = [at.colonyname, f"@{at.snapshot}" if at.snapshot else ""]
    parts.append(at.path if path is None else path)
    revision = f"?revision={at.revision}" if at.revision and path is None else ""
    return "/".join(part for part in parts if part) + revision


def _folder(name: str) -> Info:
    return {"name": name, "size": 0, "type": "directory"}


def _listed_file(at: Place, entry: Entry) -> Info:
    return {
        "name": _shown(at, entry.path),
        "size": entry.size,
        "type": "file",
        "checksum": entry.checksum,
    }


def _described(at: Place, file: File) -> Info:
    return {
        "name": _shown(at),
        "size": file.size,
        "type": "file",
        "checksum": file.checksum,
        "revision": file.fileid,
        "created": file.added,
    }


def _above(at: Place, names: Iterable[str]) -> set[str]:
    """The folders that hold these files, up to the place itself."""
    top = _shown(at)
    found = set()
    for name in names:
        above = name.rpartition("/")[0]
        while len(above) >= len(top) and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found
