"""The bytes of one file on their way up or down."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BufferedRandom, BufferedReader
from typing import Protocol

from jupyter_colonies.client.storage.files import Files
from jupyter_colonies.client.sync.folder import Folder, Part, reason, stamp_of
from jupyter_colonies.client.sync.names import PART
from jupyter_colonies.client.sync.plan import LocalFile, Move, RemoteFile, label_of
from jupyter_colonies.core.file import DIGEST, File, Reference, S3Object
from jupyter_colonies.errors import (
    AccessDenied,
    ColoniesError,
    DamagedBytes,
    FileTroubles,
    NoObjectStore,
    NotFound,
    OverQuota,
    ServerStopping,
    ServerUnreachable,
    StorageFailed,
)

WORTH_KEEPING = 8 << 20
"""Bytes from which on a broken download is taken up by the next sync."""

CHUNK = 1 << 20
DIGITS = 64

_FOR_ALL = (
    AccessDenied,
    NoObjectStore,
    OverQuota,
    ServerStopping,
    ServerUnreachable,
    StorageFailed,
)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


class Watch(Protocol):
    """Whoever is told of bytes that were moved, and says whether to go on."""

    def moved(self, size: int) -> None:
        """So many more bytes have been moved."""

    def check(self) -> None:
        """Raise if the rest is not wanted any more."""


def ends_all(error: Exception) -> bool:
    """Whether the files that follow would fail in the same way."""
    return isinstance(error, _FOR_ALL) or (isinstance(error, OSError) and error.errno in _FULL)


class Carrier:
    """Carries files between a folder and a label; on any number of threads."""

    def __init__(self, files: Files, folder: Folder, colonyname: str, label: str) -> None:
        self._files = files
        self._folder = folder
        self._colonyname = colonyname
        self._label = label

    def send(self, move: Move, watch: Watch) -> tuple[File, LocalFile]:
        """Make the file a new revision: the revision, and the file as it was sent.

        Raises FileTroubles if it changed meanwhile, then nothing was added unless the message
        says so; OSError; and what the server refuses with.
        """
        local = move.local
        assert local is not None
        above, _, name = move.path.rpartition("/")
        with self._folder.read(local.real or move.path) as opened:
            steady = _Steady(opened, watch.check)
            sent = self._files.put(
                steady,  # type: ignore[arg-type]
                label_of(self._label, above),
                name,
                progress=watch.moved,
            )
            if stamp_of(os.fstat(opened.fileno())) != steady.stamp:
                raise FileTroubles(
                    "was changed while it was sent: what was sent is complete, sync again for the "
                    "rest"
                )
        return sent, replace(local, size=sent.size, checksum=sent.checksum, stamp=steady.stamp)

    def fetch(self, move: Move, watch: Watch) -> None:
        """Write the file, whole or not at all, unless it changed here since the plan was made.

        Raises FileTroubles, DamagedBytes, OSError, and what the server refuses with.
        """
        remote = move.remote
        assert remote is not None
        with self._folder.part(move.path, _token(move)) as part:
            size = self._written(move, remote, part, watch)
            if size != remote.size:
                raise DamagedBytes(f"has {size:,} bytes, and {remote.size:,} are noted for it")
            part.place(move.local.stamp if move.local else None)

    def _written(self, move: Move, remote: RemoteFile, part: Part, watch: Watch) -> int:
        """Write what is missing of a part; how many bytes it has then."""
        seen = hashlib.sha256()
        first = _taken_up(part.file, seen, remote.size)
        watch.moved(first)
        size = first
        try:
            for chunk in self._chunks(move, remote, first):
                part.file.write(chunk)
                size += len(chunk)
                if first:
                    seen.update(chunk)
                watch.moved(len(chunk))
                watch.check()
        except DamagedBytes:
            raise
        except NotFound:
            raise FileTroubles("has no bytes any more: it was removed or replaced") from None
        except BaseException:
            part.keep = size >= WORTH_KEEPING
            raise
        # What is read from its first byte on was compared by the reader.
        if first and len(remote.checksum) == DIGITS and seen.hexdigest() != remote.checksum:
            raise DamagedBytes("has other bytes than those that are noted for it")
        return size

    def _chunks(self, move: Move, remote: RemoteFile, first: int) -> Iterator[bytes]:
        """The bytes from `first` on."""
        if first >= remote.size:
            return
        above, _, name = move.path.rpartition("/")
        file = remote.file or File(
            colonyname=self._colonyname,
            label=label_of(self._label, above),
            name=name,
            size=remote.size,
            checksum=remote.checksum,
            checksumalg=DIGEST,
            ref=Reference(s3object=S3Object(object=remote.object)),
        )
        begun = False
        try:
            for chunk in self._files.read(file, first=first):
                begun = True
                yield chunk
        except NotFound:
            if begun or remote.file:
                raise
            # Lists say the object and not the place: that may be another than where ours are.
            known = self._files.latest(file.label, name)
            if known.ref.s3object.object != remote.object:
                raise
            yield from self._files.read(known, first=first)


class _Steady:
    """An open file that fails at its end if it changed while it was read."""

    def __init__(self, file: BufferedReader, check: Callable[[], None]) -> None:
        self._file = file
        self._check = check
        self.stamp = stamp_of(os.fstat(file.fileno()))
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        """Read; the last bytes come only if all of them belong together."""
        self._check()
        chunk = self._file.read(size)
        self._read += len(chunk)
        at_end = not chunk or self._read >= self.stamp.size
        if at_end and (
            self._read != self.stamp.size or stamp_of(os.fstat(self._file.fileno())) != self.stamp
        ):
            raise FileTroubles("was changed while it was read: sync again once it rests")
        return chunk

    def tell(self) -> int:
        """See BinaryIO."""
        return self._file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        """See BinaryIO."""
        return self._file.seek(offset, whence)


def _token(move: Move) -> str:
    """The same for each attempt to fetch the same bytes to the same place."""
    remote = move.remote
    assert remote is not None
    named = f"{move.path}\0{remote.object}\0{remote.checksum}\0{remote.size}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def part_of(move: Move) -> str:
    """The path of the part that a broken download of this file leaves."""
    above = move.path.rpartition("/")[0]
    return f"{above}/{PART}{_token(move)}" if above else f"{PART}{_token(move)}"


def _taken_up(file: BufferedRandom, seen: hashlib._Hash, size: int) -> int:
    """How many bytes are there already; they are counted into the digest."""
    if os.fstat(file.fileno()).st_size > size:
        file.truncate(0)
    there = 0
    while chunk := file.read(CHUNK):
        there += len(chunk)
        seen.update(chunk)
    return there


def why(error: Exception) -> str:
    """What is said of a file that was not moved."""
    if isinstance(error, ColoniesError):
        return error.message
    return reason(error) if isinstance(error, OSError) else str(error)
