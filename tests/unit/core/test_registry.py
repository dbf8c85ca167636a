"""The registry of messages: declared once, complete for what the protocol demands of it."""

import msgspec
import pytest

from jupyter_colonies.core.messages import REGISTRY, Message, Request
from jupyter_colonies.core.messages.registry import Empty, declare, withdraw
from jupyter_colonies.core.messages.workflows import SUBMIT_WORKFLOW_SPEC, SubmitWorkflowSpec
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.spec import WorkflowSpec
from jupyter_colonies.errors import InvalidRequest

ORIGINAL = {
    "addcolonymsg",
    "removecolonymsg",
    "getcoloniesmsg",
    "getcolonymsg",
    "getcolonystatsmsg",
    "addusermsg",
    "getusersmsg",
    "getusermsg",
    "removeusermsg",
    "addexecutormsg",
    "getexecutorsmsg",
    "getexecutormsg",
    "approveexecutormsg",
    "rejectexecutormsg",
    "removeexecutormsg",
    "addfunctionmsg",
    "getfunctionsmsg",
    "submitfuncspecmsg",
    "assignprocessmsg",
    "closesuccessfulmsg",
    "closefailedmsg",
    "setoutputmsg",
    "getprocessmsg",
    "getprocessesmsg",
    "removeprocessmsg",
    "cancelprocessmsg",
    "submitworkflowspecmsg",
    "getprocessgraphmsg",
    "getprocessgraphsmsg",
    "removeprocessgraphmsg",
    "cancelprocessgraphmsg",
    "addchildmsg",
    "addattributemsg",
    "getattributemsg",
    "addlogmsg",
    "getlogsmsg",
    "versionmsg",
    "getserverinfomsg",
    "getstatisticsmsg",
    "subscribeprocessmsg",
    "subscribeprocessesmsg",
    "addblueprintdefinitionmsg",
    "getblueprintdefinitionmsg",
    "getblueprintdefinitionsmsg",
    "removeblueprintdefinitionmsg",
    "addblueprintmsg",
    "getblueprintmsg",
    "getblueprintsmsg",
    "updateblueprintmsg",
    "removeblueprintmsg",
    "updateblueprintstatusmsg",
    "reconcileblueprintmsg",
    "getblueprinthistorymsg",
    "channelappendmsg",
    "channelreadmsg",
    "subscribechannelmsg",
    "addfilemsg",
    "getfilemsg",
    "getfilesmsg",
    "getfilelabelsmsg",
    "removefilemsg",
    "createsnapshotmsg",
    "getsnapshotmsg",
    "getsnapshotsmsg",
    "removesnapshotmsg",
    "removeallsnapshotmsg",
}
EXTENSIONS = {
    "assignprocessesmsg",
    "closeprocessesmsg",
    "enrolexecutormsg",
    "renewleasemsg",
    "leavecolonymsg",
    "getworkfloweventsmsg",
    "subscribeworkflowmsg",
    "subscribenotesmsg",
}


def test_the_messages_of_the_protocol_are_declared():
    assert {name for name, message in REGISTRY.items() if not message.extension} >= ORIGINAL


def test_what_is_ours_is_marked():
    assert {name for name, message in REGISTRY.items() if message.extension} >= EXTENSIONS


@pytest.mark.parametrize("message", REGISTRY.values(), ids=lambda message: message.type)
def test_declarations_are_sound(message):
    fields = {field.encode_name for field in msgspec.structs.fields(message.request)}
    assert issubclass(message.request, Request)
    assert REGISTRY[message.type] is message
    if message.needs:
        assert message.needs[0] in fields
    if message.colony:
        assert message.colony.split(".")[0] in fields
    if message.subject:
        assert message.subject.field.split(".")[0] in fields
    if message.role not in {Role.ANYONE, Role.SERVER_OWNER, Role.SIGNER}:
        assert message.colony or message.subject


def test_methods_are_distinct():
    methods = [message.method for message in REGISTRY.values()]
    assert len(set(methods)) == len(methods)


def test_wire_names_equal_field_names():
    for message in REGISTRY.values():
        for field in msgspec.structs.fields(message.request):
            assert field.name == field.encode_name


def test_a_message_is_declared_once():
    message = Message("toymsg", "toy", Request, Empty, does="play", role=Role.ANYONE)
    declare(message)
    try:
        with pytest.raises(ValueError, match="toymsg is declared twice"):
            declare(message)
    finally:
        withdraw(message)
    assert "toymsg" not in REGISTRY


def test_the_wrong_type_inside_is_refused():
    with pytest.raises(InvalidRequest) as caught:
        SUBMIT_WORKFLOW_SPEC.check(SubmitWorkflowSpec(msgtype="addchildmsg"))
    assert caught.value.message == (
        "Failed to submit workflow, msg.MsgType does not match payloadType"
    )


def test_a_missing_part_is_refused():
    with pytest.raises(InvalidRequest, match="msg.WorkflowSpec is nil"):
        SUBMIT_WORKFLOW_SPEC.check(SubmitWorkflowSpec(msgtype="submitworkflowspecmsg"))


def test_the_colony_is_found_in_the_request():
    request = SubmitWorkflowSpec(
        msgtype="submitworkflowspecmsg", spec=WorkflowSpec(colonyname="dev")
    )
    SUBMIT_WORKFLOW_SPEC.check(request)
    assert SUBMIT_WORKFLOW_SPEC.colony_of(request) == "dev"
