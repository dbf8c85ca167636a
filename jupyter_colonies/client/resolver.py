"""Host names to addresses, also while the interpreter is ending."""

from __future__ import annotations

import socket
from typing import Any

from tornado.netutil import DefaultLoopResolver, Resolver


class RememberingResolver(Resolver):
    """Asks the system, and falls back on what it said before.

    The question is put to a thread of its own, and none can be started any more when the handlers
    of `atexit` run. An executor that unregisters then still has to find its server.
    """

    def initialize(self) -> None:
        """Start without memories."""
        self._asking = DefaultLoopResolver()
        self._known: dict[tuple[str, int], list[tuple[int, Any]]] = {}

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        """Addresses of a host. Raises OSError if it has none."""
        try:
            self._known[host, port] = await self._asking.resolve(host, port, family)
        except RuntimeError:
            if (host, port) not in self._known:
                raise
        return self._known[host, port]
