"""Protocol part 01, sections 3.1 and 3.2: flat roles and their refusals."""

import pytest

from jupyter_colonies.core import policy
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.policy import Caller, ExecutorFacts
from jupyter_colonies.errors import AccessDenied


def executor(state):
    return ExecutorFacts(1, "worker", "cli", "", state)


def test_server_owner():
    policy.check_server_owner("a", "a")
    with pytest.raises(AccessDenied, match=r"^Access denied, not server owner$"):
        policy.check_server_owner("b", "a")


def test_colony_owner():
    policy.check_colony_owner("a", "dev", "a")
    with pytest.raises(AccessDenied, match=r"^Access denied, not colony owner$"):
        policy.check_colony_owner("b", "dev", "a")
    with pytest.raises(AccessDenied, match=r"^Colony with name <dev> does not exists$"):
        policy.check_colony_owner("a", "dev", None)
    with pytest.raises(AccessDenied, match=r"^Empty Colony name$"):
        policy.check_colony_owner("a", "", "a")


@pytest.mark.parametrize("state", ExecutorState, ids=lambda state: state.name)
def test_executors_are_members_once_approved(state):
    caller = Caller("id", executor(state))
    assert policy.is_member(caller) is (state == ExecutorState.APPROVED)
    assert policy.is_member(caller, pending=True) is (
        state in {ExecutorState.APPROVED, ExecutorState.PENDING}
    )


def test_users_are_members():
    assert policy.is_member(Caller("id", None, "ada"))
    assert policy.is_member(Caller("id", executor(ExecutorState.REJECTED), "ada"))


def test_strangers_are_not_members():
    assert not policy.is_member(Caller("id"))
    assert not policy.is_member(Caller("id"), pending=True)


def test_the_executors_name_stands_before_the_users():
    assert Caller("id", executor(ExecutorState.APPROVED), "ada").name == "worker"
    assert Caller("id", None, "ada").name == "ada"
    assert Caller("id").name == ""


def test_refusals_of_strangers_say_access_denied_or_name_the_colony():
    assert policy.not_a_member("dev", exists=True).message == (
        "Access denied, not a member of Colony with name <dev>"
    )
    assert policy.not_a_member("dev", exists=False).message == (
        "Colony with name <dev> does not exists"
    )
