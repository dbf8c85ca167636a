"""Who is here: requests in progress and open websockets, and how they end when the server stops."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from jupyter_colonies.server.guard import Guard

STOPPING = "The server is stopping: try again in a moment"
DRAIN_TIMEOUT = 5

log = logging.getLogger(__name__)


class Socket(Protocol):
    """An open websocket."""

    def leave(self) -> None:
        """End it, saying that the server goes away."""


class Presence:
    """Requests and websockets of one service, over all its listeners.

    `guard` knows how often who is known may come, None for as often as they like.
    """

    def __init__(self, guard: Guard | None = None) -> None:
        self.guard = guard
        self.stopping = False
        self.sockets: set[Socket] = set()
        self._exchanges = 0
        self._last = time.monotonic()
        self._nobody = asyncio.Event()
        self._nobody.set()

    def admit(self, callerid: str) -> None:
        """Whoever sent a request is known. Raises TooManyRequests."""
        if self.guard is not None and callerid:
            self.guard.known(callerid)

    @contextmanager
    def exchange(self) -> Iterator[None]:
        """A request while it is being answered."""
        self._exchanges += 1
        self._nobody.clear()
        try:
            yield
        finally:
            self._exchanges -= 1
            self._last = time.monotonic()
            if not self._exchanges:
                self._nobody.set()

    def entered(self, socket: Socket) -> None:
        """A websocket was opened."""
        self.sockets.add(socket)

    def left(self, socket: Socket) -> None:
        """A websocket has ended."""
        self.sockets.discard(socket)
        self._last = time.monotonic()

    @property
    def idle(self) -> float:
        """Seconds since the last client was seen; 0 while one is here."""
        if self._exchanges or self.sockets:
            return 0.0
        return time.monotonic() - self._last

    def stop(self) -> None:
        """Refuse new requests and end the websockets."""
        self.stopping = True
        for socket in list(self.sockets):
            socket.leave()

    async def drain(self) -> None:
        """Wait until the requests in progress are answered, but not for ever."""
        try:
            async with asyncio.timeout(DRAIN_TIMEOUT):
                await self._nobody.wait()
        except TimeoutError:
            log.warning("%d requests were still open when the server stopped", self._exchanges)
