"""Trying again while the server is away, and only then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from jupyter_colonies.errors import (
    ColoniesError,
    NoServer,
    ServerRefused,
    ServerStopping,
    ServerUnreachable,
    StorageFull,
    TooManyRequests,
    UntrustedServer,
)

T = TypeVar("T")

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
PATIENCE = 60.0
"""Seconds that somebody who waits lets a server be away."""


def passes(error: ColoniesError) -> bool:
    """Whether the same request may be accepted later: the server is away, full or too busy.

    The original server answers 500 for objects it does not know as well; those texts say
    "is nil" and will not change (protocol part 01, section 1.6).
    """
    if isinstance(error, ServerRefused):
        return error.status in (408, 500, 502, 503, 504) and " is nil" not in error.message
    away = ServerUnreachable | ServerStopping | UntrustedServer | NoServer
    return isinstance(error, away | StorageFull | TooManyRequests)


def pauses() -> Iterator[float]:
    """Seconds to wait between attempts: short at first, five at most."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)


async def persevere(
    attempt: Callable[[], Awaitable[T]], told: Callable[[ColoniesError], None]
) -> T:
    """Make a request until the server accepts or refuses it.

    `told` hears of each attempt that has to be made again. Raises the refusal.
    """
    for pause in pauses():
        try:
            return await attempt()
        except ColoniesError as error:
            if not passes(error):
                raise
            told(error)
        await asyncio.sleep(pause)
    raise AssertionError("the pauses never end")


def insist(attempt: Callable[[], T]) -> T:
    """The same for who waits: blocking, and for a minute at most. Raises the last error."""
    until = time.monotonic() + PATIENCE
    for pause in pauses():
        try:
            return attempt()
        except ColoniesError as error:
            if not passes(error) or time.monotonic() + pause > until:
                raise
        time.sleep(pause)
    raise AssertionError("the pauses never end")
