"""Pausing and resuming the assignments of a colony (protocol part 01, section 4.12).

Only taking work is affected. Executors in a long poll look again at both moments: on a pause to
learn that they wait in vain, on its end because there may be work.
"""

from __future__ import annotations

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.signals import Dismissed
from jupyter_colonies.core.messages import Empty, assignments
from jupyter_colonies.core.messages.assignments import PauseStatus
from jupyter_colonies.core.messages.colonies import NamedColony
from jupyter_colonies.store import members, pauses
from jupyter_colonies.store.statement import Transaction

EVERYONE = ""


@answers(assignments.PAUSE_ASSIGNMENTS)
def pause_assignments(call: Call, request: NamedColony) -> Empty:
    """Hand out no more work, also after a restart; what runs goes on."""
    call.tx.lock(members.LOCK_COLONY, colonyname=request.colonyname)
    if not is_paused(call.tx, request.colonyname):
        call.tx.run(pauses.ADD, colonyname=request.colonyname, since=call.tx.now)
        call.tx.announce(Dismissed(request.colonyname, EVERYONE))
    return Empty()


@answers(assignments.RESUME_ASSIGNMENTS)
def resume_assignments(call: Call, request: NamedColony) -> Empty:
    """Hand out work again."""
    if call.tx.run(pauses.REMOVE, colonyname=request.colonyname):
        call.tx.announce(Dismissed(request.colonyname, EVERYONE))
    return Empty()


@answers(assignments.GET_PAUSE_STATUS)
def get_pause_status(call: Call, request: NamedColony) -> PauseStatus:
    """Whether work is handed out."""
    return PauseStatus(
        colonyname=request.colonyname, ispaused=is_paused(call.tx, request.colonyname)
    )


def is_paused(tx: Transaction, colonyname: str) -> bool:
    """Whether the assignments of a colony are paused."""
    row = tx.one(pauses.IS_PAUSED, colonyname=colonyname)
    return bool(row and row["paused"])
