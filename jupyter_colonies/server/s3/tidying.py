"""Removing bytes that nothing refers to any more, and uploads that nobody completes.

Bytes become free when objects are removed or replaced. They stay an hour longer, so that whoever
is about to refer to them is never overtaken.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from jupyter_colonies.broker import objects
from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.store.blobs import Blobs
from jupyter_colonies.store.engine import Store

NAME = "blobs"
EVERY = 24 * 3600
KEPT_FOR = 3600
UPLOAD_KEPT_FOR = 7 * 24 * 3600

_log = logging.getLogger(__name__)


def duty(store: Store, blobs: Blobs, clock: Callable[[], int]) -> Duty:
    """The duty that tidies when the server starts and once a day."""

    async def act() -> int:
        now = clock()
        await tidy(store, blobs, now)
        return now + EVERY * SECOND

    return Duty(NAME, act, clock)


async def tidy(store: Store, blobs: Blobs, now: int) -> int:
    """Remove what nothing refers to; how many blobs that were. `now` is in nanoseconds.

    What is there is looked through before what is referred to: bytes that come meanwhile are not
    among the old ones.
    """
    before = now / SECOND - KEPT_FOR
    await store.write(lambda tx: objects.abandon_uploads(tx, now - UPLOAD_KEPT_FOR * SECOND))
    old = await asyncio.to_thread(blobs.old, before)
    held = await store.read(objects.held)
    free = [digest for digest in old if digest not in held]
    removed = 0
    for digest in free:
        removed += await asyncio.to_thread(blobs.remove, digest, before)
    await asyncio.to_thread(blobs.forget_abandoned, before)
    if removed:
        _log.info("Removed the bytes of %d files that nothing refers to", removed)
    return removed
