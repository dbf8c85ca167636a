"""Protocol part 02, sections 1.4, 3.3, 3.4, 5.1 and 5.2: every transition."""

import pytest

from jupyter_colonies.core import lifecycle
from jupyter_colonies.core.lifecycle import Assignment
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import AccessDenied, InvalidRequest

ME = "me"
STRANGER = "stranger"

CLOSE_TEXTS = {
    State.FAILED: "Tried to set failed process as successful",
    State.CANCELLED: "Tried to set cancelled process as successful",
    State.WAITING: "Tried to set waiting process as successful without being running",
}
FAIL_TEXTS = {
    State.SUCCESS: "Tried to set successful process as failed",
    State.FAILED: "Tried to set failed process as failed",
    State.CANCELLED: "Tried to set cancelled process as failed",
}
CANCEL_TEXTS = {
    State.SUCCESS: "Tried to cancel successful process",
    State.FAILED: "Tried to cancel failed process",
    State.CANCELLED: "Tried to cancel already cancelled process",
}


def refusal(action, *args, **kwargs):
    try:
        action(*args, **kwargs)
    except (AccessDenied, InvalidRequest) as error:
        return error.message
    return None


def test_a_running_process_is_closed():
    assert lifecycle.check_close(Assignment(State.RUNNING, ME), ME) is True


def test_closing_again_changes_nothing():
    assert lifecycle.check_close(Assignment(State.SUCCESS, ME), ME) is False


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_close(state):
    assert refusal(lifecycle.check_close, Assignment(state, ME), ME) == CLOSE_TEXTS.get(state)


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_fail(state):
    assert refusal(lifecycle.check_fail, Assignment(state, ME), ME) == FAIL_TEXTS.get(state)


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
@pytest.mark.parametrize("verb", ["successful", "failed"])
def test_only_the_assigned_executor_finishes(state, verb):
    check = lifecycle.check_close if verb == "successful" else lifecycle.check_fail
    with pytest.raises(AccessDenied) as caught:
        check(Assignment(state, STRANGER), ME)
    assert caught.value.message == (
        f"Failed to close process as {verb}, not allowed to close process as {verb}"
    )
    with pytest.raises(AccessDenied) as caught:
        check(Assignment(state, ""), ME)
    assert caught.value.message == f"Failed to close process as {verb}, process is not assigned"


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_output_is_set_while_running(state):
    text = None if state == State.RUNNING else "Failed to set output, process is not running"
    assert refusal(lifecycle.check_set_output, Assignment(state, ME), ME) == text


def test_output_of_another_executors_process():
    text = "Failed to close process as successful, not allowed to close process as successful"
    assert refusal(lifecycle.check_set_output, Assignment(State.RUNNING, STRANGER), ME) == text


def test_output_of_a_waiting_process():
    text = "Failed to set output, process is not running"
    assert refusal(lifecycle.check_set_output, Assignment(State.WAITING, ""), ME) == text


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_cancel(state):
    assert refusal(lifecycle.check_cancel, state, in_workflow=False) == CANCEL_TEXTS.get(state)


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_members_of_workflows_are_not_cancelled_alone(state):
    text = refusal(lifecycle.check_cancel, state, in_workflow=True)
    assert text.startswith("Failed to cancel, cannot cancel a process part of a workflow")


@pytest.mark.parametrize("seconds", [0, -1, -5])
def test_no_limit(seconds):
    assert lifecycle.deadline(10 * SECOND, seconds) == 0


def test_a_limit():
    assert lifecycle.deadline(10 * SECOND, 5) == 15 * SECOND


def test_a_limit_beyond_the_calendar_is_a_hundred_years():
    hundred_years = 36_525 * 86_400 * SECOND
    assert lifecycle.deadline(10 * SECOND, 2**62) == 10 * SECOND + hundred_years


@pytest.mark.parametrize(
    ("retries", "maxretries", "expected"),
    [(0, 0, True), (0, 1, False), (1, 1, True), (2, 3, False), (3, 3, True), (99, -1, False)],
    ids=str,
)
def test_retries(retries, maxretries, expected):
    assert lifecycle.gives_up(retries, maxretries) is expected
