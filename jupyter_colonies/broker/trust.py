"""Whether a bearer token is still good while somebody waits with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from jupyter_colonies.broker import tokens
from jupyter_colonies.broker.subscriptions import Bell, Subscriptions
from jupyter_colonies.broker.tokens import Bearer
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import Unproven
from jupyter_colonies.store.engine import Store


class Desk(Protocol):
    """What is needed of the broker."""

    store: Store
    subscriptions: Subscriptions

    def now(self) -> int:
        """Nanoseconds since 1970."""


@asynccontextmanager
async def watching(
    desk: Desk, bearer: Bearer, *topics: tuple[str, ...], watcher: Bell | None = None
) -> AsyncIterator[Bell]:
    """A bell that rings for topics, and when a token was revoked or has expired."""
    bell = watcher or Bell()
    left = max(bearer.expires - desk.now(), 0) / SECOND
    timer = asyncio.get_running_loop().call_later(left, bell.put, bearer)
    try:
        with desk.subscriptions.watching(*topics, ("token", bearer.tokenid), watcher=bell):
            yield bell
    finally:
        timer.cancel()


@asynccontextmanager
async def kept(desk: Desk, bearer: Bearer | None, gone: asyncio.Event) -> AsyncIterator[None]:
    """Set `gone` when a token is not good any more, and then raise Unproven at the end.

    Nothing is done without a token.
    """
    if bearer is None:
        yield
        return
    lost: list[Unproven] = []

    async def watch(bell: Bell) -> None:
        while await bell.next() is not None:
            try:
                await desk.store.read(lambda tx: tokens.check(tx, bearer))
            except Unproven as error:
                lost.append(error)
                gone.set()
                return

    async with watching(desk, bearer) as bell:
        task = asyncio.create_task(watch(bell))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            if lost:
                raise lost[0]
