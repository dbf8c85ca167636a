"""Finishing processes: close, fail, set output, cancel (protocol part 02, section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from jupyter_colonies.broker import transition
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.core import lifecycle
from jupyter_colonies.core.lifecycle import Assignment
from jupyter_colonies.core.messages import Empty, processes
from jupyter_colonies.core.messages.processes import CloseFailed, CloseSuccessful, OneProcess
from jupyter_colonies.core.policy import Caller
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.store import batches, members
from jupyter_colonies.store import processes as statements
from jupyter_colonies.store.statement import Row, Transaction


@answers(processes.CLOSE_SUCCESSFUL)
def close_successful(call: Call, request: CloseSuccessful) -> Empty:
    """A process ends well; an empty output keeps the one set before."""
    if not lifecycle.check_close(held(call.row), call.caller.id):
        return Empty()
    # Nobody else changes the row since it was read, so nothing has to be read again.
    row = {**call.row, "state": int(State.SUCCESS)}
    result = {"at_seq": row["seq"], "new_output": encoded(request.out), "now": call.tx.now}
    call.tx.many(batches.CLOSE_HELD, [result])
    transition.succeed(call.tx, row)
    count_runs(call.tx, call.caller, [row])
    return Empty()


@answers(processes.CLOSE_FAILED)
def close_failed(call: Call, request: CloseFailed) -> Empty:
    """A process fails for good, and with it what depends on it."""
    assignment = held(call.row)
    lifecycle.check_fail(assignment, call.caller.id)
    row = call.tx.one(
        statements.FAIL,
        at_seq=call.row["seq"],
        from_state=int(assignment.state),
        new_errors=encoded(request.errors),
        now=call.tx.now,
    )
    if row is None:
        raise _overtaken()
    transition.fail(call.tx, row, assignment.state)
    return Empty()


@answers(processes.SET_OUTPUT)
def set_output(call: Call, request: CloseSuccessful) -> Empty:
    """Set the output of a running process; an empty one changes nothing."""
    lifecycle.check_set_output(held(call.row), call.caller.id)
    if request.out:
        changed = call.tx.run(
            statements.SET_OUTPUT,
            at_seq=call.row["seq"],
            executorid=call.caller.id,
            new_output=encoded(request.out),
        )
        if not changed:
            raise _overtaken()
    return Empty()


@answers(processes.CANCEL_PROCESS)
def cancel_process(call: Call, _: OneProcess) -> Empty:
    """Cancel a process that is not part of a workflow."""
    came_from = State(call.row["state"])
    lifecycle.check_cancel(came_from, in_workflow=call.row["graphseq"] > 0)
    row = call.tx.one(statements.CANCEL, at_seq=call.row["seq"], now=call.tx.now)
    if row is None:
        raise _overtaken()
    transition.announce_taken(call.tx, [row])
    transition.record(call.tx, [row], 0, ())
    return Empty()


def count_runs(tx: Transaction, caller: Caller, rows: Sequence[Row]) -> None:
    """Add runs of one function that ended well to its statistics."""
    if caller.executor is None:
        return
    name = caller.executor.executorname
    row = rows[0]
    tx.last(
        ("functions", row["colonyname"], name, row["funcname"]),
        members.COUNT_RUNS,
        colonyname=row["colonyname"],
        executorname=name,
        of_function=row["funcname"],
        runs=len(rows),
        weight=0.5 ** len(rows),
        **_times("wait", [(row["starttime"] - row["submissiontime"]) / SECOND for row in rows]),
        **_times("exec", [(tx.now - row["starttime"]) / SECOND for row in rows]),
    )


def _times(what: str, seconds: Sequence[float]) -> dict[str, Any]:
    """What `COUNT_RUNS` needs of how long runs took, in their order."""
    first = added = 0.0
    for each in seconds:
        first = (first + each) / 2 if first else each
        added = (added + each) / 2
    return {
        f"{what}_least": min(seconds),
        f"{what}_most": max(seconds),
        f"{what}_first": first,
        f"{what}_added": added,
    }


def held(row: Row) -> Assignment:
    """Who holds a process, and in which state."""
    return Assignment(State(row["state"]), row["assignedexecutorid"])


def encoded(values: list[Any] | None) -> str:
    """Outputs or errors as they are stored."""
    return msgspec.json.encode(values or []).decode()


def _overtaken() -> InvalidRequest:
    return InvalidRequest("The process changed its state in the meantime, read it again")
