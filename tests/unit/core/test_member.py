"""Protocol part 01, sections 4.1 to 4.6: the small objects have exactly their keys."""

import msgspec
import pytest

from jupyter_colonies.core import member
from jupyter_colonies.errors import InvalidRequest


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        (member.Colony(), {"colonyid", "name"}),
        (member.User(), {"colonyname", "userid", "name", "email", "phone"}),
        (member.Log(), {"processid", "colonyname", "executorname", "message", "timestamp"}),
        (
            member.Function(),
            {
                "functionid",
                "executorname",
                "executortype",
                "colonyname",
                "funcname",
                "counter",
                "minwaittime",
                "maxwaittime",
                "minexectime",
                "maxexectime",
                "avgwaittime",
                "avgexectime",
            },
        ),
        (
            member.Executor(),
            {
                "executorid",
                "executortype",
                "executorname",
                "colonyname",
                "state",
                "requirefuncreg",
                "commissiontime",
                "lastheardfromtime",
                "capabilities",
                "allocations",
            },
        ),
        (
            member.Statistics(),
            {
                "colonies",
                "executors",
                "activeexecutors",
                "unregisteredexecutors",
                "waitingprocesses",
                "runningprocesses",
                "successfulprocesses",
                "failedprocesses",
                "cancelledprocesses",
                "waitingworkflows",
                "runningworkflows",
                "successfulworkflows",
                "failedworkflows",
                "cancelledworkflows",
            },
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, msgspec.Struct) else "",
)
def test_exactly_these_keys(value, keys):
    assert set(msgspec.to_builtins(value)) == keys


def test_arguments_of_functions_omit_what_is_empty():
    argument = member.FunctionArgument(name="x", type="int")
    assert msgspec.to_builtins(argument) == {"name": "x", "type": "int"}


@pytest.mark.parametrize("kind", [1, "text", True], ids=str)
def test_capabilities_are_lists_or_objects(kind):
    with pytest.raises(ValueError, match="must be lists"):
        member.Capabilities(hardware=kind)


@pytest.mark.parametrize("name", ["", ":", "a:b"])
def test_names_that_would_break_lists_are_refused(name):
    with pytest.raises(InvalidRequest, match="colony name"):
        member.check_name(name, "colony")


@pytest.mark.parametrize("name", ["dev", "my colony", "å", "a.b-c_d/e"])
def test_other_names_are_fine(name):
    member.check_name(name, "colony")


def test_executor_states_have_words():
    assert [state.word for state in member.ExecutorState] == [
        "Pending",
        "Approved",
        "Rejected",
        "Unregistered",
    ]
