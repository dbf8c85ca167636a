"""What may happen to a process in which state, and what the refusal says.

Protocol part 02, sections 1.4, 3.3, 3.4, 5.1 and 5.2. Pure rules: the store makes each change
conditional on the state it was decided on.
"""

from __future__ import annotations

from typing import NamedTuple

from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import AccessDenied, InvalidRequest

WAIT_EXCEEDED = "Maximum waiting time limit exceeded"
EXECUTION_EXCEEDED = "Maximum execution time limit exceeded"

# A hundred years in seconds: longer limits would leave the range of 64-bit nanoseconds.
LONGEST = 36_525 * 86_400

# How many executors may die with a process, whatever its limit of retries.
MOST_DEATHS = 3

_STATE_WORDS = {
    State.SUCCESS: "successful",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
}


class Assignment(NamedTuple):
    """Who holds a process and in which state it is."""

    state: State
    assignedexecutorid: str


def check_close(held: Assignment, callerid: str) -> bool:
    """Whether a successful close changes anything; a repeated one by its executor does not.

    Raises AccessDenied for a stranger and InvalidRequest for a state that can't be closed.
    """
    _check_holder(held, callerid, "successful")
    if held.state == State.SUCCESS:
        return False
    if held.state == State.WAITING:
        raise InvalidRequest("Tried to set waiting process as successful without being running")
    if held.state != State.RUNNING:
        raise InvalidRequest(f"Tried to set {_STATE_WORDS[held.state]} process as successful")
    return True


def check_fail(held: Assignment, callerid: str) -> None:
    """Raise unless the caller may fail the process now."""
    _check_holder(held, callerid, "failed")
    if held.state.finished:
        raise InvalidRequest(f"Tried to set {_STATE_WORDS[held.state]} process as failed")


def check_set_output(held: Assignment, callerid: str) -> None:
    """Raise unless the caller may set the output now; the texts follow the original."""
    if held.assignedexecutorid != callerid and held.state == State.RUNNING:
        _check_holder(held, callerid, "successful")
    if held.state != State.RUNNING:
        raise AccessDenied("Failed to set output, process is not running")


def check_cancel(state: State, in_workflow: bool) -> None:
    """Raise InvalidRequest unless a process may be cancelled on its own."""
    if in_workflow:
        raise InvalidRequest(
            "Failed to cancel, cannot cancel a process part of a workflow, "
            "cancel the entire workflow instead"
        )
    if state == State.CANCELLED:
        raise InvalidRequest("Tried to cancel already cancelled process")
    if state.finished:
        raise InvalidRequest(f"Tried to cancel {_STATE_WORDS[state]} process")


def limit(seconds: int) -> int:
    """A limit that can be counted with: no more than a hundred years."""
    return min(seconds, LONGEST)


def deadline(start: int, seconds: int) -> int:
    """Moment a limit runs out, in nanoseconds; 0 where there is no limit."""
    return start + limit(seconds) * SECOND if seconds > 0 else 0


def gives_up(retries: int, maxretries: int) -> bool:
    """Whether a process that overran its execution time fails instead of running again."""
    return 0 <= maxretries <= retries


def died_too_often(retries: int, maxretries: int) -> bool:
    """Whether a process whose executor died fails instead of running again.

    As after its execution time was over, but three times are granted to all: a process that asked
    for no retries has not asked to fail with its kernel.
    """
    return 0 <= maxretries and max(maxretries, MOST_DEATHS) <= retries


def _check_holder(held: Assignment, callerid: str, verb: str) -> None:
    start = f"Failed to close process as {verb}, "
    if not held.assignedexecutorid:
        raise AccessDenied(f"{start}process is not assigned")
    if held.assignedexecutorid != callerid:
        raise AccessDenied(f"{start}not allowed to close process as {verb}")
