"""Acting on deadlines: waiting too long, running too long, leases that ran out.

Sleeps until the next deadline is due and is woken when an earlier one appears; nothing polls.
Protocol part 02, sections 3.3 to 3.5.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import msgspec

from jupyter_colonies.broker import transition
from jupyter_colonies.core import lifecycle
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.store import members, processes
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Transaction

RETRY_AFTER = 5.0
AT_LEAST = 0.02

_log = logging.getLogger(__name__)


class Deadlines:
    """The duty that ends what takes too long. `clock` gives nanoseconds since 1970."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._next = 0
        self._earlier = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; deadlines that passed while the server was away act at once."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End; what is due acts after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def due(self, at: int) -> None:
        """A deadline was set, in nanoseconds since 1970."""
        if not self._next or at < self._next:
            self._next = at
            self._earlier.set()

    def look(self) -> None:
        """Deadlines may have been set unheard: look now."""
        self.due(self._clock())

    async def _run(self) -> None:
        while True:
            try:
                self._next = 0
                due = await self._store.write(expire)
                if due and (not self._next or due < self._next):
                    self._next = due
            except ColoniesError:
                _log.exception("Deadlines could not be acted on, trying again soon")
                self._next = self._clock() + int(RETRY_AFTER * SECOND)
            # What is due and still there is in another server's hands at this moment.
            await asyncio.sleep(AT_LEAST)
            await self._sleep()

    async def _sleep(self) -> None:
        while True:
            self._earlier.clear()
            seconds = (self._next - self._clock()) / SECOND if self._next else None
            if seconds is not None and seconds <= 0:
                return
            try:
                await asyncio.wait_for(self._earlier.wait(), seconds)
            except TimeoutError:
                return


def expire(tx: Transaction) -> int:
    """End everything that is due; the moment of the next deadline, 0 if there is none.

    What another server is about to end is passed over.
    """
    tx.end_batch()
    for row in tx.all(processes.WAITED_TOO_LONG, now=tx.now):
        _fail(tx, row["seq"], State.WAITING, lifecycle.WAIT_EXCEEDED)
    for row in tx.all(processes.RAN_TOO_LONG, now=tx.now):
        if lifecycle.gives_up(row["retries"], row["maxretries"]):
            _fail(tx, row["seq"], State.RUNNING, lifecycle.EXECUTION_EXCEEDED)
        else:
            requeued = tx.one(processes.RETRY, at_seq=row["seq"], now=tx.now)
            if requeued is not None:
                transition.requeue(tx, [requeued])
    for executor in tx.all(members.SILENT_EXECUTORS, now=tx.now):
        _log.warning(
            "Executor %s of colony %s was silent for longer than its lease, its processes go "
            "back to the queue",
            executor["executorname"],
            executor["colonyname"],
        )
        transition.unregister(tx, executor)
    moments = [
        row["due"]
        for row in (
            tx.one(processes.NEXT_WAIT_DUE),
            tx.one(processes.NEXT_RUN_DUE),
            tx.one(members.NEXT_LEASE_END),
        )
        if row is not None and row["due"]
    ]
    return min(moments, default=0)


def _fail(tx: Transaction, seq: int, came_from: State, reason: str) -> None:
    row = tx.one(
        processes.FAIL,
        at_seq=seq,
        from_state=int(came_from),
        new_errors=msgspec.json.encode([reason]).decode(),
        now=tx.now,
    )
    if row is not None:
        transition.fail(tx, row, came_from)
