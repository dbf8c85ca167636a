"""The checksums of files that have not changed since they were read last.

They are kept in the user's cache folder, never in the folder that is synced. A file is taken for
unchanged if device, inode, size and both its times are as they were. Times have a grain: a file
may change twice in the same tick, so one that was touched just before it was read is not noted.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Self, TypeVar

from jupyter_colonies.client.sync.folder import Folder, reason, stamp_of
from jupyter_colonies.client.sync.plan import LOCAL, LocalFile, LocalTree, Refused, Stamp
from jupyter_colonies.errors import FileTroubles

GRAIN = 2_000_000_000
"""Nanoseconds; the coarsest clock of the file systems in use (FAT)."""

KEPT = 90
"""Days after which a checksum that nobody asked for is forgotten."""

READERS = 4
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS digest "
    "(file TEXT PRIMARY KEY, state TEXT, checksum TEXT, day INTEGER) WITHOUT ROWID"
)
_GET = "SELECT state, checksum, day FROM digest WHERE file = ?"
_PUT = "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?)"

T = TypeVar("T")


def cache_folder() -> Path:
    """Where this user's programs keep what can be made again."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "jupyter-colonies"


def with_checksums(
    folder: Folder, tree: LocalTree, paths: Iterable[str], cache: Path | None = None
) -> LocalTree:
    """The tree with the checksums of these files; what can't be read is refused.

    `cache` is the folder of the cache. Without a usable one everything is read.
    """
    wanted = {path: tree.files[path] for path in sorted(paths) if path in tree.files}
    files, refused = dict(tree.files), list(tree.refused)
    with _Cache(cache or cache_folder()) as known:
        missing = {}
        for path, file in wanted.items():
            checksum = known.get(file.stamp)
            if checksum:
                files[path] = replace(file, checksum=checksum)
            else:
                missing[path] = file
        for path, file, why in _read(folder, missing):
            if why:
                del files[path]
                refused.append(Refused(LOCAL, path, why))
            else:
                files[path] = file
                known.put(file)
    return replace(tree, files=files, refused=tuple(refused))


def note(files: Iterable[LocalFile], cache: Path | None = None) -> None:
    """Note checksums that were computed elsewhere."""
    with _Cache(cache or cache_folder()) as known:
        for file in files:
            known.put(file)


def checksum_of(folder: Folder, path: str, file: LocalFile) -> LocalFile:
    """A file with the checksum of its bytes and the stamp they have now.

    Raises OSError, and FileTroubles if it changes while it is read.
    """
    with folder.read(file.real or path) as opened:
        before = stamp_of(os.fstat(opened.fileno()))
        checksum = hashlib.file_digest(opened, "sha256").hexdigest()
        if stamp_of(os.fstat(opened.fileno())) != before:
            raise FileTroubles("changed while it was read")
    return replace(file, size=before.size, checksum=checksum, stamp=before)


def _read(folder: Folder, files: Mapping[str, LocalFile]) -> Iterator[tuple[str, LocalFile, str]]:
    def one(path: str, file: LocalFile) -> tuple[str, LocalFile, str]:
        try:
            return path, checksum_of(folder, path, file), ""
        except OSError as error:
            return path, file, f"can't be read: {reason(error)}"
        except FileTroubles as error:
            return path, file, error.message

    with ThreadPoolExecutor(READERS, "colonies-digest") as readers:
        yield from readers.map(one, files, files.values())


class _Cache:
    """The open cache. One that is damaged, locked or can't be written is done without."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "digests.db"
        self._today = int(time.time() // 86_400)
        self._new: list[tuple[str, str, str, int]] = []
        self._connection: sqlite3.Connection | None = None
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._tried(self._connect)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._tried(self._write)
        if self._connection is not None:
            self._connection.close()

    def get(self, stamp: Stamp | None) -> str:
        """The checksum of a file with this stamp, empty if it is not known."""
        row = self._tried(lambda: self._row(_key(stamp))) if stamp else None
        if stamp is None or row is None or row[0] != _state(stamp):
            return ""
        if row[2] != self._today:
            self._new.append((_key(stamp), row[0], row[1], self._today))
        return row[1]

    def put(self, file: LocalFile) -> None:
        """Note a checksum, unless the file may change without its times telling."""
        stamp = file.stamp
        if stamp and max(stamp.modified, stamp.changed) < time.time_ns() - GRAIN:
            self._new.append((_key(stamp), _state(stamp), file.checksum, self._today))

    def _connect(self) -> None:
        self._connection = sqlite3.connect(self._path, timeout=1)
        self._connection.execute(_SCHEMA)

    def _row(self, key: str) -> tuple[str, str, int] | None:
        if self._connection is None:
            return None
        row: tuple[str, str, int] | None = self._connection.execute(_GET, [key]).fetchone()
        return row

    def _write(self) -> None:
        if self._connection is not None and self._new:
            with self._connection:
                self._connection.executemany(_PUT, self._new)
                self._connection.execute("DELETE FROM digest WHERE day < ?", [self._today - KEPT])

    def _tried(self, work: Callable[[], T]) -> T | None:
        try:
            return work()
        except sqlite3.Error as error:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            if not isinstance(error, sqlite3.OperationalError):
                # It is damaged; the next sync begins a new one.
                with suppress(OSError):
                    self._path.unlink()
            return None


def _key(stamp: Stamp) -> str:
    return f"{stamp.device}:{stamp.inode}"


def _state(stamp: Stamp) -> str:
    return f"{stamp.size}:{stamp.modified}:{stamp.changed}"
