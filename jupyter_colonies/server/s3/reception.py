"""Receiving bytes: from the network to the disk with little in memory at any time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from jupyter_colonies.core.signature4 import Claim
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.server.s3.body import Body, Sums, body
from jupyter_colonies.server.s3.refusal import Refusal
from jupyter_colonies.server.s3.visit import whole_number
from jupyter_colonies.store.blobs import Blob, Blobs, Incoming

PORTION = 1024 * 1024
AT_A_TIME = 16
"""Threads that wait for the disk: what several of them ask for is written down in one go."""

T = TypeVar("T")

_disk = ThreadPoolExecutor(AT_A_TIME, "colonies-disk")


async def _on_disk(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_disk, work)


class Reception:
    """One upload. What goes wrong is told at its end, when the client listens."""

    def __init__(
        self, blobs: Blobs, way: Body, sums: Sums, expected: str, promised: int | None
    ) -> None:
        self._blobs = blobs
        self._incoming: Incoming | None = None
        self._body = way
        self._sums = sums
        self._expected = expected
        self._promised = promised
        self._portion: list[bytes] = []
        self._gathered = 0
        self._error: ColoniesError | None = None
        self._kept = False
        # The client may leave while its bytes are being written.
        self._turn = asyncio.Lock()

    @classmethod
    def begin(
        cls, blobs: Blobs, claim: Claim, secretkey: str, headers: dict[str, str]
    ) -> Reception:
        """Be ready for a body. Raises Refusal."""
        digest = claim.payload if len(claim.payload) == 64 else ""
        name = "x-amz-decoded-content-length"
        promised = headers.get(name, "")
        length = whole_number(promised, name) if promised else None
        way = body(claim, secretkey)
        return cls(blobs, way, Sums(headers), digest, length)

    async def take(self, data: bytes) -> None:
        """More of the body."""
        async with self._turn:
            if self._error is not None:
                return
            try:
                for part in self._body.feed(data):
                    self._portion.append(part)
                    self._gathered += len(part)
                if self._gathered >= PORTION:
                    portion = self._taken()
                    await _on_disk(lambda: self._store(portion))
            except ColoniesError as error:
                self._error = error
                self._portion.clear()

    async def complete(self) -> Blob:
        """The bytes are on disk. Raises Refusal and StorageFailed; nothing is kept then."""
        async with self._turn:
            if self._error is not None:
                raise self._error
            self._body.finish()
            portion = self._taken()
            blob = await _on_disk(lambda: self._finished(portion))
            self._kept = True
            return blob

    async def drop(self) -> None:
        """Leave nothing behind unless it was completed."""
        async with self._turn:
            if not self._kept:
                self._error = self._error or Refusal(400, "IncompleteBody", "The client has left")
                if self._incoming is not None:
                    await _on_disk(self._incoming.discard)

    def _taken(self) -> bytes:
        portion = b"".join(self._portion)
        self._portion.clear()
        self._gathered = 0
        return portion

    def _store(self, portion: bytes) -> Incoming:
        """Write a portion; a body of one portion keeps a thread busy only once."""
        incoming = self._incoming = self._incoming or self._blobs.incoming()
        if portion:
            incoming.write(portion)
            self._sums.update(portion)
        return incoming

    def _finished(self, portion: bytes) -> Blob:
        incoming = self._store(portion)
        if self._expected and self._expected != incoming.digest:
            raise Refusal(
                400, "XAmzContentSHA256Mismatch", "The body is not the one that was signed"
            )
        if self._promised is not None and self._promised != incoming.size:
            raise Refusal(400, "IncompleteBody", "The body has another length than was promised")
        self._sums.check(incoming.md5, self._body.trailer)
        return incoming.keep()
