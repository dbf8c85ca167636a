"""Bytes by their SHA-256, on any file system that fsspec knows; a local folder by default.

A blob is written aside and renamed into its place when it is complete, so that there is never
half of one, and the same bytes are there once. Nothing here says who refers to a blob.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import threading
import uuid
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import fsspec

from jupyter_colonies.core.objects import Piece
from jupyter_colonies.errors import InvalidConfiguration, StorageFailed, StorageFull

CHUNK = 1024 * 1024
INCOMING = "incoming"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Blob(NamedTuple):
    """Bytes that are stored: their SHA-256 and MD5 in hexadecimal, and how many they are."""

    digest: str
    md5: str
    size: int

    @property
    def piece(self) -> Piece:
        """The bytes as a piece of an object."""
        return Piece(self.digest, self.size)


class Blobs:
    """Where the bytes are: `url` is a folder or any URL that fsspec understands.

    All methods block; they are called from threads. Raises InvalidConfiguration for a URL whose
    file system is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            self._fs, path = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise InvalidConfiguration(f"Bytes can't be stored at '{url}': {error}") from None
        self._root = str(path).rstrip("/")
        self._reading: Counter[str] = Counter()
        self._guard = threading.Lock()

    def incoming(self) -> Incoming:
        """Begin to write a blob."""
        with _told("begin to write"):
            self._fs.makedirs(f"{self._root}/{INCOMING}", exist_ok=True)
            return Incoming(self, f"{self._root}/{INCOMING}/{uuid.uuid4().hex}")

    @property
    def in_use(self) -> frozenset[str]:
        """Digests of blobs that somebody reads here at this moment, or is about to."""
        with self._guard:
            return frozenset(self._reading)

    @contextlib.contextmanager
    def using(self, digests: Collection[str]) -> Iterator[None]:
        """Count these blobs among those that are read."""
        with self._guard:
            self._reading.update(digests)
        try:
            yield
        finally:
            with self._guard:
                self._reading.subtract(digests)
                self._reading += Counter()  # without those that nobody reads

    def read(self, digest: str, offset: int, length: int) -> Iterator[bytes]:
        """Bytes of a blob, a chunk at a time. Raises StorageFailed if they are not what they were.

        Only a blob that is read as a whole can be compared with its digest.
        """
        seen = hashlib.sha256()
        left = length
        with _told("read"), self._fs.open(self._place(digest), "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(offset)
            while left:
                chunk = file.read(min(CHUNK, left))
                if not chunk:
                    raise StorageFailed(f"The bytes {digest} end too early: the file was damaged")
                left -= len(chunk)
                seen.update(chunk)
                if not left and length == size and seen.hexdigest() != digest:
                    raise StorageFailed(f"The bytes {digest} are damaged: they have changed")
                yield chunk

    def size(self, digest: str) -> int | None:
        """How many bytes a blob has; None if there is none. Raises StorageFailed."""
        with _told("look at"):
            try:
                return int(self._fs.size(self._place(digest)))
            except FileNotFoundError:
                return None

    def intact(self, digest: str) -> bool:
        """Whether a blob holds the bytes of its name. Raises StorageFailed if it can't be read."""
        seen = hashlib.sha256()
        with _told("read"), self._fs.open(self._place(digest), "rb") as file:
            while chunk := file.read(CHUNK):
                seen.update(chunk)
        return seen.hexdigest() == digest

    def old(self, before: float) -> list[str]:
        """Digests of blobs that were last written before a moment, in seconds since 1970."""
        with _told("look through"):
            self._fs.invalidate_cache()  # other servers write there, too
            return [
                path.rpartition("/")[2]
                for path in self._fs.find(self._root)
                if INCOMING not in path and self._written(path) < before
            ]

    def remove(self, digest: str, before: float) -> int | None:
        """Remove a blob unless it was written again since a moment; how many bytes it had.

        None if it is still there, or was gone before. It is put aside first: whoever stores the
        same bytes meanwhile puts them in its place.
        """
        place, aside = self._place(digest), f"{self._root}/{INCOMING}/{uuid.uuid4().hex}"
        with _told("remove"):
            self._fs.makedirs(f"{self._root}/{INCOMING}", exist_ok=True)
            if self._written(place) >= before:
                return None
            self._fs.mv(place, aside)
            if self._written(aside) >= before:
                self._fs.mv(aside, place)
                return None
            size = int(self._fs.size(aside))
            self._fs.rm_file(aside)
            return size

    def forget_abandoned(self, before: float) -> None:
        """Remove what began to come in and was not written to since a moment."""
        with _told("remove"):
            for path in self._fs.find(f"{self._root}/{INCOMING}"):
                if self._written(path) < before:
                    self._drop(path)

    def _written(self, path: str) -> float:
        try:
            return float(self._fs.modified(path).timestamp())
        except FileNotFoundError:
            return float("inf")

    def _place(self, digest: str) -> str:
        return f"{self._root}/{digest[:2]}/{digest}"

    def _open(self, path: str) -> Any:
        return self._fs.open(path, "wb")

    def _keep(self, path: str, digest: str) -> None:
        place = self._place(digest)
        folder = place.rpartition("/")[0]
        self._fs.makedirs(folder, exist_ok=True)
        self._fs.mv(path, place)
        if Path(folder).is_dir():  # a rename is only there for good when its folder is on disk
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _drop(self, path: str) -> None:
        with contextlib.suppress(OSError):
            self._fs.rm_file(path)


class Incoming:
    """A blob that is being written."""

    def __init__(self, blobs: Blobs, path: str) -> None:
        self._blobs = blobs
        self._path = path
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._file = blobs._open(path)  # noqa: SLF001 - parts of one thing
        self.size = 0

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far, in hexadecimal."""
        return self._sha256.hexdigest()

    @property
    def md5(self) -> str:
        """MD5 of what was written so far, in hexadecimal."""
        return self._md5.hexdigest()

    def write(self, data: bytes) -> None:
        """Append. Raises StorageFailed."""
        with _told("write"):
            self._file.write(data)
        self._sha256.update(data)
        self._md5.update(data)
        self.size += len(data)

    def keep(self) -> Blob:
        """Complete: the bytes are on disk when this returns. Raises StorageFailed."""
        digest = self.digest
        with _told("store"):
            self._file.flush()
            with contextlib.suppress(AttributeError, OSError):  # object stores have no such file
                os.fsync(self._file.fileno())
            self._file.close()
            self._blobs._keep(self._path, digest)  # noqa: SLF001 - parts of one thing
        return Blob(digest, self.md5, self.size)

    def discard(self) -> None:
        """Leave nothing behind; may be called in any state."""
        with contextlib.suppress(OSError):
            self._file.close()
        self._blobs._drop(self._path)  # noqa: SLF001 - parts of one thing


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = StorageFull if error.errno in FULL else StorageFailed
        raise kind(
            f"The server could not {what} the bytes of a file: {error.strerror or error}"
        ) from error
