"""A server whose clock the tests move."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from jupyter_colonies.broker import generatorruns
from jupyter_colonies.testing import RunningServer
from tests.conformance.wire import Wire
from tests.unit.broker.stage import Clock

PATIENCE = 60


@dataclass(frozen=True)
class Ticking:
    """A running server and its clock."""

    server: RunningServer
    clock: Clock
    wire: Wire

    def later(self, seconds: float = 0) -> None:
        """So many seconds pass, and everything that is due then has been done."""
        self.clock.advance(seconds)
        asyncio.run_coroutine_threadsafe(self._catch_up(), self.server.loop).result(PATIENCE)

    async def _catch_up(self) -> None:
        broker = self.server.broker
        # Whoever packed has been answered, but the duty may be at it still: wait for its locks.
        await broker.store.write(lambda tx: generatorruns.fire(tx, broker.facts, None))
        for duty in broker._duties.values():
            while 0 < await duty._act() <= self.clock.now:
                pass
