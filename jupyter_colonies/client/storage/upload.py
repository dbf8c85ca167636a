"""Bytes on their way up: in one piece if they are few, else in parts, several at a time."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import NamedTuple

from jupyter_colonies.client.storage.objects import Objects
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


class Upload:
    """An object that is being put: all of it is there after `finish`, or nothing of it.

    `size` is how many bytes it will have, None if that is not known; at most five parts are in
    memory. `progress` is called with the number of bytes that were stored since it was called
    last. For one thread.
    """

    def __init__(
        self, objects: Objects, key: str, progress: Progress, *, size: int | None = None
    ) -> None:
        self._objects = objects
        self._key = key
        self._progress = progress
        self._length = max(PART, -(-(size or 0) // MOST_PARTS))
        self._rest = bytearray()
        self._seen = hashlib.sha256()
        self._size = 0
        self._uploadid = ""
        self._stop = threading.Event()
        self._pool: ThreadPoolExecutor | None = None
        self._underway: dict[Future[str], tuple[int, int]] = {}
        self._etags: dict[int, str] = {}

    def write(self, data: bytes) -> None:
        """More bytes. Raises what `Objects` raises, and LimitReached for too many parts."""
        self._seen.update(data)
        self._size += len(data)
        if not self._rest and len(data) == self._length:
            self._send(data)
            return
        self._rest += data
        while len(self._rest) >= self._length:
            part = bytes(memoryview(self._rest)[: self._length])
            del self._rest[: self._length]
            self._send(part)

    def finish(self) -> Sent:
        """Make it an object. Raises what `Objects` raises."""
        sent = Sent(self._size, self._seen.hexdigest())
        if self._pool is None:
            self._objects.put(self._key, bytes(self._rest), sent.digest)
            self._progress(len(self._rest))
            return sent
        if self._rest:
            self._send(bytes(self._rest))
        self._settle(0)
        self._pool.shutdown()
        etags = [self._etags[number] for number in sorted(self._etags)]
        self._objects.complete(self._key, self._uploadid, etags)
        return sent

    def abandon(self, *, at_once: bool = False) -> None:
        """Leave nothing behind; `at_once` without waiting for what is under way."""
        self._stop.set()
        self._rest.clear()
        if self._pool is not None:
            self._pool.shutdown(wait=not at_once, cancel_futures=True)
            self._objects.abandon(self._key, self._uploadid)

    def _send(self, part: bytes) -> None:
        number = len(self._etags) + len(self._underway) + 1
        if number > MOST_PARTS:
            raise LimitReached(f"More than {MOST_PARTS * self._length:,} bytes can't be put so")
        if self._pool is None:
            self._uploadid = self._objects.begin(self._key)
            self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="colonies-upload")
        sending = self._pool.submit(
            self._objects.put_part, self._key, self._uploadid, number, part, stop=self._stop
        )
        self._underway[sending] = number, len(part)
        self._settle(AT_A_TIME - 1)

    def _settle(self, most: int) -> None:
        """Wait until at most so many parts are under way."""
        while len(self._underway) > most:
            done, _ = wait(self._underway, return_when=FIRST_COMPLETED)
            for each in done:
                number, size = self._underway.pop(each)
                self._etags[number] = each.result()
                self._progress(size)
