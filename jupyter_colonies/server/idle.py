"""Connections that take too long are closed: for a request to begin, or for its body to come.

tornado can do that itself, with a timer and two futures for each request: an eighth of what a
request costs. Here one timer serves all connections.
"""

from __future__ import annotations

import asyncio

from tornado.http1connection import HTTP1Connection


class Idle:
    """Connections that wait for something, those that wait longest first.

    `timeout` is in seconds. They are known by an object that stays the same for all requests of
    one connection.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[object, tuple[float, HTTP1Connection]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def began(self, key: object, connection: HTTP1Connection) -> None:
        """The connection waits from now on."""
        self._waiting[key] = (self._loop.time() + self._timeout, connection)
        if self._timer is None:
            self._timer = self._loop.call_later(self._timeout, self._sweep)

    def ended(self, key: object) -> None:
        """What it waited for has come, or the connection is closed."""
        self._waiting.pop(key, None)

    def stop(self) -> None:
        """Close nothing any more."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def __len__(self) -> int:
        return len(self._waiting)

    def _sweep(self) -> None:
        self._timer = None
        for key, (until, connection) in list(self._waiting.items()):
            if until > self._loop.time():
                self._timer = self._loop.call_at(until, self._sweep)
                return
            del self._waiting[key]
            connection.close()
