"""Reading bytes to see whether they are what they were; one blob may take longer than a request."""

from __future__ import annotations

import asyncio
from enum import StrEnum

from jupyter_colonies.core.objects import Piece
from jupyter_colonies.store.blobs import Blobs

PATIENCE = 15.0
"""Seconds that one request waits for the bytes of one blob."""


class Health(StrEnum):
    """How the bytes of a piece are."""

    GOOD = "good"
    MISSING = "missing"
    DAMAGED = "damaged"


class Verifier:
    """Looks at blobs. What is not done in time goes on, and the next one who asks gets it."""

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs
        self._reading: dict[Piece, asyncio.Task[Health]] = {}

    async def look(self, piece: Piece) -> Health | None:
        """How the bytes of a piece are; None if that is not known yet: ask again.

        Raises StorageFailed if they can't be read.
        """
        task = self._reading.get(piece)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(self._read, piece))
            self._reading[piece] = task
        done, _ = await asyncio.wait([task], timeout=PATIENCE)
        if not done:
            return None
        self._reading.pop(piece, None)
        return task.result()

    def _read(self, piece: Piece) -> Health:
        size = self.blobs.size(piece.digest)
        if size is None:
            return Health.MISSING
        if size != piece.size or not self.blobs.intact(piece.digest):
            return Health.DAMAGED
        return Health.GOOD
