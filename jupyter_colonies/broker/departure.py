"""What becomes of the processes of an executor that has died.

They go back to the queue at once, each with a line in its log that says why. A process that was
there too often when its executor died fails instead: it may be what ends them.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

import msgspec

from jupyter_colonies.broker import notes, transition
from jupyter_colonies.broker.signals import Taken
from jupyter_colonies.core import lifecycle
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.process import State
from jupyter_colonies.store import departures, journal, members, presence, processes
from jupyter_colonies.store.statement import Row, Transaction

LAST_LINES = 10

_log = logging.getLogger(__name__)


class Departed(NamedTuple):
    """An executor that is said to have died; under another id the name is somebody else's."""

    colonyname: str
    executorname: str
    executorid: str


def give_back(tx: Transaction, who: Departed, reason: str) -> None:
    """Unregister an executor that has died, and give back or fail what it ran.

    `reason` completes "… has died: ". Nothing happens if it is not registered any more.
    """
    tx.end_batch()
    presence.keep(tx, who.colonyname)
    names = {"colonyname": who.colonyname, "executorname": who.executorname}
    executor = tx.one(members.GET_EXECUTOR_TO_CHANGE, **names)
    if (
        executor is None
        or executor["executorid"] != who.executorid
        or executor["state"] == ExecutorState.UNREGISTERED
    ):
        return
    _log.warning("Executor %s of colony %s: %s", who.executorname, who.colonyname, reason)
    for row in tx.all(departures.LEFT_BEHIND, executorid=who.executorid, colonyname=who.colonyname):
        if lifecycle.died_too_often(row["retries"], row["maxretries"]):
            _fail(tx, row, reason)
        else:
            _try_again(tx, row, reason)
    transition.unregister(tx, executor, "has died")


def _try_again(tx: Transaction, row: Row, reason: str) -> None:
    again = tx.one(departures.TRY_AGAIN, at_seq=row["seq"], now=tx.now)
    if again is None:
        return
    _note(tx, row, f"Executor '{row['executorname']}' has died: {reason}. Waiting for another try")
    transition.requeue(tx, [again])
    tx.announce(Taken(row["colonyname"], row["executorname"], row["processid"], State.WAITING))


def _fail(tx: Transaction, row: Row, reason: str) -> None:
    lines = tx.all(journal.NEWEST_OF_PROCESS, processid=row["processid"], since=0, count=LAST_LINES)
    text = "".join(line["message"] for line in reversed(lines)).rstrip()
    last = "\n".join(text.splitlines()[-LAST_LINES:])
    said = f"Executor '{row['executorname']}' has died while it ran this: {reason}. It was tried"
    errors = [f"{said} {row['retries'] + 1} times"]
    if last:
        errors.append(f"The last lines of its log:\n{last}")
    failed = tx.one(
        processes.FAIL,
        at_seq=row["seq"],
        from_state=int(State.RUNNING),
        new_errors=msgspec.json.encode(errors).decode(),
        now=tx.now,
    )
    if failed is not None:
        _note(tx, row, errors[0])
        transition.announce_taken(tx, [failed])
        transition.fail(tx, failed, State.RUNNING)


def _note(tx: Transaction, row: Row, text: str) -> None:
    notes.write(tx, row["colonyname"], row["executorname"], row["processid"], f"{text}\n")
