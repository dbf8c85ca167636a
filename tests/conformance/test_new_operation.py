"""Adding an operation takes one declaration and one use-case, and nothing else."""

from collections.abc import Iterator

import pytest

from jupyter_colonies.broker.call import USE_CASES, Call, answers
from jupyter_colonies.core.messages import Message, Request
from jupyter_colonies.core.messages.registry import declare, withdraw
from jupyter_colonies.core.policy import Role
from tests.conformance.wire import refused


class Greet(Request):
    colonyname: str = ""
    name: str = ""


@pytest.fixture
def greeting() -> Iterator[Message[Greet, list[str]]]:
    """The operation `greetmsg`, for members."""
    message = declare(
        Message(
            "greetmsg",
            "greet",
            Greet,
            list[str],
            does="greet",
            role=Role.MEMBER,
            colony="colonyname",
            needs=("name", "Failed to greet, nobody is named"),
            reads=True,
        )
    )

    @answers(message)
    def greet(call: Call, request: Greet) -> list[str]:
        return [f"hello {request.name} from {call.caller.name} in {call.colonyname}"]

    yield message
    del USE_CASES[message.type]
    withdraw(message)


def test_a_new_operation(greeting, colony, e1):
    found = e1.call("greetmsg", colonyname=colony.name, name="ada")
    assert found == [f"hello ada from E1 in {colony.name}"]
    with refused(403, "Access denied, not a member"):
        colony.outsiders_executor().call("greetmsg", colonyname=colony.name, name="ada")
    with refused(400, "Failed to greet, invalid JSON"):
        e1.call("greetmsg", name=[])


def test_what_is_not_declared_does_not_exist(colony, e1):
    with refused(403, "invalid rpcMsg.PayloadType: greetmsg"):
        e1.call("greetmsg", colonyname=colony.name, name="ada")
