"""Executors without a lease that have fallen silent (protocol part 01, section 4.3).

Every request, an open poll and an open subscription are signs of life, and so is a process whose
deadline has not passed. Who was heard from at least once and then not for a given time leaves, as
if removed. An executor that runs a process without a deadline may be at work all the time: it is
shown as unresponsive, and the colony's owner, or a setting, decides.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from jupyter_colonies.broker import transition
from jupyter_colonies.broker.attendance import Attendance
from jupyter_colonies.broker.call import Facts
from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.core.member import Executor
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.store import staleness
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Row, Transaction

NAME = "staleness"

_log = logging.getLogger(__name__)


def duty(
    store: Store, clock: Callable[[], int], attendance: Attendance, facts: Callable[[], Facts]
) -> Duty:
    """The duty that lets the silent leave, a whole limit after its start at the earliest.

    While the server was away nobody could be heard. It looks twice within the limit, so that
    those who are here are not taken for silent by another server.
    """
    started = clock()

    async def act() -> int:
        limit = facts().stale_after * SECOND
        heard = attendance.taken()
        if heard:
            await store.write(lambda tx: write_down(tx, heard))
        now = clock()
        if limit and now - started >= limit:
            await store.write(lambda tx: let_leave(tx, facts()))
        return now + limit // 2 if limit else 0

    return Duty(NAME, act, clock)


def write_down(tx: Transaction, heard: Sequence[tuple[int, int]]) -> None:
    """When executors were last heard from, as far as that is news."""
    tx.end_batch()
    tx.many(staleness.HEARD, [{"at_seq": seq, "heard": moment} for seq, moment in heard])


def let_leave(tx: Transaction, facts: Facts) -> None:
    """Unregister the silent; whom another server is about to unregister is passed over."""
    tx.end_batch()
    silent = tx.all(
        staleness.SILENT,
        since=tx.now - facts.stale_after * SECOND,
        now=tx.now,
        give_back=int(facts.give_back),
    )
    for executor in silent:
        _log.warning(
            "Executor %s of colony %s was silent for more than %s seconds and leaves; what it ran "
            "goes back to the queue",
            executor["executorname"],
            executor["colonyname"],
            facts.stale_after,
        )
        transition.unregister(tx, executor, f"was silent for {facts.stale_after} s")


def mark(tx: Transaction, facts: Facts, rows: Sequence[Row], shown: list[Executor]) -> None:
    """Show which of a colony's executors are unresponsive: one statement if any may be."""
    limit = facts.stale_after * SECOND
    quiet = {
        row["executorid"]: executor
        for row, executor in zip(rows, shown, strict=True)
        if limit and not row["lease"] and 0 < row["lastheardfromtime"] <= tx.now - limit
    }
    if quiet:
        for row in tx.all(staleness.WITHOUT_DEADLINE, colonyname=rows[0]["colonyname"]):
            if row["assignedexecutorid"] in quiet:
                quiet[row["assignedexecutorid"]].unresponsive = True
