"""The functions that executors offer, as a composer shows them, kept current."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Any

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.compose.offers import Offer, offers
from jupyter_colonies.client.patience import passes, pauses
from jupyter_colonies.core.messages.monitor import EXECUTORS, SUBSCRIBE_COLONY
from jupyter_colonies.errors import ColoniesError

SUBSCRIPTION = 3600

Tell = Callable[[Sequence[Offer]], None]
Trouble = Callable[[str], None]


async def watch(colony: Colony, tell: Tell, trouble: Trouble) -> bool:
    """Tell what is offered now and whenever that changes, for ever.

    `trouble` hears why nothing can be told for the moment. Ends with False at a server that does
    not say when something changes, after telling once. Raises what the server refuses with.
    """
    for pause in pauses():
        try:
            if SUBSCRIBE_COLONY.type not in await colony.extensions():
                tell(await look(colony))
                return False
            frames = colony.client.subscribe_colony(colonyname=colony.name, timeout=SUBSCRIPTION)
            async with aclosing(frames):
                async for change in frames:
                    if EXECUTORS in change.changed:
                        tell(await look(colony))
        except ColoniesError as error:
            if not passes(error):
                raise
            trouble(f"This list may be old: {error.message}")
        await asyncio.sleep(pause)
    raise AssertionError("the pauses never end")


async def look(colony: Colony) -> list[Offer]:
    """What is offered now. Raises what the server refuses with."""
    functions, executors = await asyncio.gather(
        colony.client.get_functions(colonyname=colony.name),
        colony.client.get_executors(colonyname=colony.name),
    )
    return offers(functions, executors)


def listed(found: Sequence[Offer]) -> list[dict[str, Any]]:
    """The offers for the page."""
    return [
        {
            "funcname": offer.funcname,
            "executortype": offer.executortype,
            "signature": offer.signature,
            "description": offer.description,
            "executors": offer.executors,
        }
        for offer in found
    ]
