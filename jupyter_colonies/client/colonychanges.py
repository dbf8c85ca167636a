"""Following a whole colony: what kinds of things change, for as long as somebody listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple

from jupyter_colonies.client.client import Client
from jupyter_colonies.errors import AWAY, ColoniesError

SUBSCRIPTION = 3600
PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries while the server is away, longer each time."""


class News(NamedTuple):
    """What may have changed, or why nothing is heard at present."""

    changed: frozenset[str] = frozenset()
    away: ColoniesError | None = None


async def colony_changes(client: Client, colonyname: str) -> AsyncGenerator[News, None]:
    """What changes in a colony, by the `subscribecolonymsg` extension, without end.

    At first, and after the server was away, everything may have changed. A server that is away is
    told once and waited for, however long it takes. Raises what the server refuses with.
    """
    tries = 0
    told = False
    while True:
        try:
            frames = client.subscribe_colony(colonyname=colonyname, timeout=SUBSCRIPTION)
            async with aclosing(frames):
                async for frame in frames:
                    tries, told = 0, False
                    yield News(changed=frozenset(frame.changed))
        except AWAY as error:
            if not told:
                told = True
                yield News(away=error)
        if tries:
            await asyncio.sleep(PAUSES[min(tries, len(PAUSES)) - 1])
        tries += 1
