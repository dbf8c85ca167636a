"""Receiving bytes: from the network to the disk with little in memory at any time."""

from __future__ import annotations

import asyncio

from jupyter_colonies.core.signature4 import Claim
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.server.s3.body import Body, Sums, body
from jupyter_colonies.server.s3.refusal import Refusal
from jupyter_colonies.server.s3.visit import whole_number
from jupyter_colonies.store.blobs import Blob, Blobs, Incoming

PORTION = 1024 * 1024


class Reception:
    """One upload. What goes wrong is told at its end, when the client listens."""

    def __init__(
        self, incoming: Incoming, way: Body, sums: Sums, expected: str, promised: int | None
    ) -> None:
        self._incoming = incoming
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
    async def begin(
        cls, blobs: Blobs, claim: Claim, secretkey: str, headers: dict[str, str]
    ) -> Reception:
        """Be ready for a body. Raises StorageFailed and Refusal."""
        digest = claim.payload if len(claim.payload) == 64 else ""
        name = "x-amz-decoded-content-length"
        promised = headers.get(name, "")
        length = whole_number(promised, name) if promised else None
        incoming = await asyncio.to_thread(blobs.incoming)
        way = body(claim, secretkey)
        return cls(incoming, way, Sums(headers), digest, length)

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
                    await self._write()
            except ColoniesError as error:
                self._error = error
                self._portion.clear()

    async def complete(self) -> Blob:
        """The bytes are on disk. Raises Refusal and StorageFailed; nothing is kept then."""
        if self._error is not None:
            raise self._error
        await self._write()
        self._body.finish()
        if self._expected and self._expected != self._incoming.digest:
            raise Refusal(
                400, "XAmzContentSHA256Mismatch", "The body is not the one that was signed"
            )
        if self._promised is not None and self._promised != self._incoming.size:
            raise Refusal(400, "IncompleteBody", "The body has another length than was promised")
        self._sums.check(self._incoming.md5, self._body.trailer)
        blob = await asyncio.to_thread(self._incoming.keep)
        self._kept = True
        return blob

    async def drop(self) -> None:
        """Leave nothing behind unless it was completed."""
        async with self._turn:
            if not self._kept:
                self._error = self._error or Refusal(400, "IncompleteBody", "The client has left")
                await asyncio.to_thread(self._incoming.discard)

    async def _write(self) -> None:
        portion = b"".join(self._portion)
        self._portion.clear()
        self._gathered = 0
        if portion:
            await asyncio.to_thread(self._store, portion)

    def _store(self, portion: bytes) -> None:
        self._incoming.write(portion)
        self._sums.update(portion)
