"""Bytes on their way down into a file: written aside, compared, and then there as a whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows has none: what was interrupted begins anew there
    fcntl = None  # type: ignore[assignment]

from jupyter_colonies.core.file import File
from jupyter_colonies.errors import DamagedBytes

CHUNK = 1 << 20

Read = Callable[[int], Iterator[bytes]]
Progress = Callable[[int], None]


def fetch(file: File, path: Path, read: Read, digest: str, progress: Progress) -> None:
    """Make `path` a file with the bytes that `read` gives from a position on.

    What an earlier attempt for the same revision left beside it is taken up. `digest` is the
    SHA-256 that the bytes have to have, empty if nobody knows. Raises DamagedBytes and OSError;
    then `path` is as it was.
    """
    with _aside(path.parent, file) as aside:
        seen = hashlib.sha256()
        there = _taken_up(aside, seen, file.size)
        progress(there)
        for chunk in read(there) if there < file.size else ():
            aside.write(chunk)
            seen.update(chunk)
            progress(len(chunk))
        if digest and seen.hexdigest() != digest:
            # Whoever asks again begins anew.
            aside.truncate(0)
            Path(aside.name).unlink()
            raise DamagedBytes(
                f"The bytes of '{file.name}' in '{file.label}' have the SHA-256 "
                f"{seen.hexdigest()}, and {digest} is noted for it: nothing was written"
            )
        aside.flush()
        Path(aside.name).replace(path)


@contextlib.contextmanager
def _aside(folder: Path, file: File) -> Iterator[BinaryIO]:
    """The file for what is not complete: that of the revision, or one of its own if it is used."""
    shared = folder / f".{file.fileid}.part"
    if fcntl is not None:
        with shared.open("a+b") as stream:
            if _locked(stream) and _is_still(stream, shared):
                yield stream
                return
    own = folder / f".{file.fileid[:32]}.{uuid.uuid4().hex}.part"
    try:
        with own.open("x+b") as stream:
            yield stream
    except BaseException:
        own.unlink(missing_ok=True)
        raise


def _locked(stream: BinaryIO) -> bool:
    """Whether the stream is this caller's alone, until it is closed."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_still(stream: BinaryIO, path: Path) -> bool:
    """Whether the file was not renamed or removed before the lock was there."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    return False


def _taken_up(stream: BinaryIO, seen: hashlib._Hash, size: int) -> int:
    """How many bytes are there already, after they have been counted into the digest."""
    stream.seek(0)
    there = 0
    while chunk := stream.read(min(CHUNK, size - there)):
        there += len(chunk)
        seen.update(chunk)
    stream.truncate(there)
    return there
