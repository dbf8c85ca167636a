"""Acting on deadlines: waiting too long, running too long, leases that ran out.

Protocol part 02, sections 3.3 to 3.5.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from jupyter_colonies.broker import transition
from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.broker.signals import DEADLINES, Taken
from jupyter_colonies.core import lifecycle
from jupyter_colonies.core.process import State
from jupyter_colonies.store import members, presence, processes
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Transaction

_log = logging.getLogger(__name__)


def duty(store: Store, clock: Callable[[], int]) -> Duty:
    """The duty that ends what takes too long."""
    return Duty(DEADLINES, lambda: store.write(expire), clock)


def expire(tx: Transaction) -> int:
    """End everything that is due; the moment of the next deadline, 0 if there is none.

    What another server is about to end is passed over.
    """
    tx.end_batch()
    for row in tx.all(processes.WAITED_TOO_LONG, now=tx.now):
        presence.keep(tx, row["colonyname"])
        _fail(tx, row["seq"], State.WAITING, lifecycle.WAIT_EXCEEDED)
    for row in tx.all(processes.RAN_TOO_LONG, now=tx.now):
        presence.keep(tx, row["colonyname"])
        if lifecycle.gives_up(row["retries"], row["maxretries"]):
            _fail(tx, row["seq"], State.RUNNING, lifecycle.EXECUTION_EXCEEDED)
        else:
            requeued = tx.one(processes.RETRY, at_seq=row["seq"], now=tx.now)
            if requeued is not None:
                transition.requeue(tx, [requeued])
                place = row["colonyname"], row["executorname"]
                tx.announce(Taken(*place, row["processid"], State.WAITING))
    for executor in tx.all(members.SILENT_EXECUTORS, now=tx.now):
        _log.warning(
            "Executor %s of colony %s was silent for longer than its lease, its processes go "
            "back to the queue",
            executor["executorname"],
            executor["colonyname"],
        )
        presence.keep(tx, executor["colonyname"])
        transition.unregister(tx, executor, "was silent for longer than its lease")
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
        transition.announce_taken(tx, [row])
        transition.fail(tx, row, came_from)
