"""Bytes on their way up: in one piece if they are few, else in parts, several at a time."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from jupyter_colonies.client.objects import Objects
from jupyter_colonies.core.objects import MOST_PARTS
from jupyter_colonies.errors import LimitReached

PART = 8 << 20
"""Bytes of a part, and of what is sent in one piece at most."""

AT_A_TIME = 3

Progress = Callable[[int], None]


class Sent(NamedTuple):
    """What was sent: how many bytes, and their SHA-256 in hexadecimal."""

    size: int
    digest: str


def upload(
    objects: Objects, key: str, stream: BinaryIO, size: int | None, progress: Progress
) -> Sent:
    """Put what a stream holds under a key; all of it or nothing.

    `size` is how many bytes it has, None if that is not known; at most four parts are in memory.
    Raises what `Objects` raises, LimitReached for more bytes than fit into 10,000 parts, and
    OSError if the stream can't be read.
    """
    length = max(PART, -(-(size or 0) // MOST_PARTS))
    first = _filled(stream, length)
    if len(first) < length:
        digest = hashlib.sha256(first).hexdigest()
        objects.put(key, first, digest)
        progress(len(first))
        return Sent(len(first), digest)
    uploadid = objects.begin(key)
    try:
        return _Parts(objects, key, uploadid, progress).send(_all(first, stream, length))
    except BaseException:
        objects.abandon(key, uploadid)
        raise


class _Parts:
    """An upload in parts that is under way."""

    def __init__(self, objects: Objects, key: str, uploadid: str, progress: Progress) -> None:
        self._objects = objects
        self._key = key
        self._uploadid = uploadid
        self._progress = progress
        self._stop = threading.Event()
        self._underway: dict[Future[str], tuple[int, int]] = {}
        self._etags: dict[int, str] = {}

    def send(self, parts: Iterator[bytes]) -> Sent:
        seen, size = hashlib.sha256(), 0
        pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="colonies-upload")
        try:
            for number, part in enumerate(parts, 1):
                if number > MOST_PARTS:
                    raise LimitReached(f"More than {size:,} bytes can't be put from a stream")
                sending = pool.submit(
                    self._objects.put_part,
                    self._key, self._uploadid, number, part, stop=self._stop,
                )  # fmt: skip
                self._underway[sending] = number, len(part)
                seen.update(part)
                size += len(part)
                del part
                self._settle(AT_A_TIME - 1)
            self._settle(0)
        except BaseException as error:
            self._stop.set()
            # An interrupt does not wait for what hangs.
            pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
            raise
        pool.shutdown()
        etags = [self._etags[number] for number in sorted(self._etags)]
        self._objects.complete(self._key, self._uploadid, etags)
        return Sent(size, seen.hexdigest())

    def _settle(self, most: int) -> None:
        """Wait until at most so many parts are under way."""
        while len(self._underway) > most:
            done, _ = wait(self._underway, return_when=FIRST_COMPLETED)
            for each in done:
                number, size = self._underway.pop(each)
                self._etags[number] = each.result()
                self._progress(size)


def length_of(stream: BinaryIO) -> int | None:
    """How many bytes a stream still has; None if it does not say."""
    with suppress(OSError, AttributeError, ValueError):
        at = stream.tell()
        end = stream.seek(0, 2)
        stream.seek(at)
        return end - at
    return None


def _all(first: bytes, stream: BinaryIO, length: int) -> Iterator[bytes]:
    part = first
    del first
    while part:
        yield part
        part = _filled(stream, length)


def _filled(stream: BinaryIO, length: int) -> bytes:
    """The next bytes of a stream, fewer than asked for only at its end."""
    chunk = stream.read(length)
    if len(chunk) in (0, length):
        return chunk
    chunks = [chunk]
    left = length - len(chunk)
    while left and (chunk := stream.read(left)):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)
