"""Removing bytes that nothing refers to any more, and uploads that nobody completes.

Bytes become free when objects are removed or replaced. They go when two looks, an hour apart, have
found them free, unless they are being read: whoever is about to refer to them or to read them is
never overtaken.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from jupyter_colonies.broker import objects, uploads
from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.store.blobs import Blobs
from jupyter_colonies.store.engine import Store

NAME = "blobs"
EVERY = 24 * 3600
KEPT_FOR = 3600
UPLOAD_KEPT_FOR = 7 * 24 * 3600

_log = logging.getLogger(__name__)


class Tidying:
    """Removes what nothing refers to. `removed` and `removed_bytes` count since the start."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self.removed = 0
        self.removed_bytes = 0
        self._store = store
        self._blobs = blobs
        self._free: dict[str, int] = {}
        self._turn = asyncio.Lock()

    def duty(self, clock: Callable[[], int]) -> Duty:
        """The duty that looks when the server starts, once a day, and again for what it found."""

        async def act() -> int:
            now = clock()
            await self.tidy(now)
            return now + (KEPT_FOR if self._free else EVERY) * SECOND

        return Duty(NAME, act, clock)

    async def tidy(self, now: int) -> int:
        """Look once; how many blobs were removed. `now` is in nanoseconds since 1970.

        What is there is looked through before what is referred to: bytes that come meanwhile are
        not among the old ones.
        """
        async with self._turn:
            before = now / SECOND - KEPT_FOR
            forgotten = now - UPLOAD_KEPT_FOR * SECOND
            await self._store.write(lambda tx: uploads.forget(tx, forgotten))
            old = await asyncio.to_thread(self._blobs.old, before)
            held = await self._store.read(objects.held)
            free = [digest for digest in old if digest not in held]
            self._free = {digest: self._free.get(digest, now) for digest in free}
            removed = self.removed
            for digest, since in list(self._free.items()):
                if since <= now - KEPT_FOR * SECOND and digest not in self._blobs.in_use:
                    await self._remove(digest, before)
            await asyncio.to_thread(self._blobs.forget_abandoned, before)
        removed = self.removed - removed
        if removed:
            _log.info("Removed the bytes of %d files that nothing refers to", removed)
        return removed

    async def _remove(self, digest: str, before: float) -> None:
        size = await asyncio.to_thread(self._blobs.remove, digest, before)
        del self._free[digest]
        if size is not None:
            self.removed += 1
            self.removed_bytes += size
