"""Removing the channels of processes that have ended (protocol part 03, CH-4).

From its process's end on a channel is closed to everybody. What it holds stays a minute longer,
for subscribers that are still receiving it. Nothing is asked while no process ends.
"""

from __future__ import annotations

from collections.abc import Callable

from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.store import channels
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Row, Transaction

NAME = "channels"
KEPT_FOR = 60 * SECOND


def duty(store: Store, clock: Callable[[], int]) -> Duty:
    """The duty that removes what nobody can read any more."""
    return Duty(NAME, lambda: sweep(store, clock()), clock)


async def sweep(store: Store, now: int) -> int:
    """Remove what has been kept long enough; when there is more to remove, 0 if there is none."""
    found = await store.read(lambda tx: tx.all(channels.LEFT_BEHIND))
    later = []
    for row in found:
        due = row["endtime"] + KEPT_FOR
        if due > now:
            later.append(due)
        else:
            # One at a time: each may hold much, and others want to write as well.
            await store.write(_removal(row))
    return min(later, default=0)


def _removal(row: Row) -> Callable[[Transaction], None]:
    seq = row["seq"]

    def remove(tx: Transaction) -> None:
        for statement in channels.REMOVE:
            tx.run(statement, seq=seq)

    return remove
