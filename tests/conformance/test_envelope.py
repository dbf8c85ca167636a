"""Protocol part 01, section 1: the HTTP surface, the envelope and the order of processing."""

import base64
import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_colonies.core.messages import REGISTRY
from tests.conformance.arbitrary import foreseen, outcome, requests
from tests.conformance.wire import Refused, envelope, new_key, opened, refused, signature

# All request types of the protocol, part 01, section 3.4, and two that are only replies.
# fmt: off
TYPES = [
    "addcolonymsg", "removecolonymsg", "getcoloniesmsg", "getcolonymsg", "getcolonystatsmsg",
    "addusermsg", "getusersmsg", "getusermsg", "getuserbyidmsg", "removeusermsg",
    "addexecutormsg", "getexecutorsmsg", "getexecutormsg", "getexecutorbyidmsg",
    "approveexecutormsg", "rejectexecutormsg", "removeexecutormsg", "reportallocationmsg",
    "updateexecutormsg", "addfunctionmsg", "getfunctionsmsg", "removefunctionmsg",
    "addattributemsg", "getattributemsg", "addlogmsg", "addexecutorlogmsg", "getlogsmsg",
    "searchlogsmsg", "addlocationmsg", "getlocationsmsg", "getlocationmsg", "removelocationmsg",
    "getnodemsg", "getnodesmsg", "getnodesbylocationmsg", "changeuseridmsg",
    "changeexecutoridmsg", "changecolonyidmsg", "changeserveridmsg", "getstatisticsmsg",
    "getclustermsg", "versionmsg", "getserverinfomsg", "pauseassignmentsmsg",
    "resumeassignmentsmsg", "getpausestatusmsg", "subscribeprocessesmsg", "subscribeprocessmsg",
    "subscribechannelmsg", "submitfuncspecmsg", "assignprocessmsg", "getprocesshistmsg",
    "getprocessesmsg", "getprocessmsg", "removeprocessmsg", "removeallprocessesmsg",
    "closesuccessfulmsg", "closefailedmsg", "cancelprocessmsg", "setoutputmsg",
    "submitworkflowspecmsg", "getprocessgraphmsg", "getprocessgraphsmsg", "removeprocessgraphmsg",
    "removeallprocessgraphsmsg", "cancelprocessgraphmsg", "addchildmsg", "addcronmsg",
    "getcronmsg", "getcronsmsg", "runcronmsg", "removecronmsg", "addgeneratormsg",
    "getgeneratormsg", "resolvegeneratormsg", "getgeneratorsmsg", "packgeneratormsg",
    "removegeneratormsg", "addfilemsg", "getfilemsg", "getfilesmsg", "getfilelabelsmsg",
    "removefilemsg", "createsnapshotmsg", "getsnapshotmsg", "getsnapshotsmsg",
    "removesnapshotmsg", "removeallsnapshotmsg", "channelappendmsg", "channelreadmsg",
    "addblueprintdefinitionmsg", "getblueprintdefinitionmsg", "getblueprintdefinitionsmsg",
    "removeblueprintdefinitionmsg", "addblueprintmsg", "getblueprintmsg", "getblueprintsmsg",
    "updateblueprintmsg", "removeblueprintmsg", "updateblueprintstatusmsg",
    "reconcileblueprintmsg", "getblueprinthistorymsg", "error", "pausestatusreplymsg", "nosuchmsg",
]
# fmt: on
NOT_AVAILABLE = [name for name in TYPES if name not in REGISTRY]


@pytest.fixture(scope="module")
def callers(wire):
    """Keys of everybody in a colony called `dev`."""
    with contextlib.suppress(Refused):
        wire.call("removecolonymsg", wire.serverkey, colonyname="dev")
    colony = wire.new_colony("dev")
    return [colony.executor(name="E1").key, colony.user().key, colony.ownerkey, wire.serverkey]


def payload_of(text):
    return base64.b64encode(text.encode()).decode()


def test_health(wire):
    answer = wire.http("GET", "/health")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("GET", "/api"), ("PUT", "/api"), ("DELETE", "/health")],
    ids=lambda value: value,
)
def test_other_paths_and_methods_are_not_found(wire, method, path):
    assert wire.http(method, path).status in {404, 405}


def test_pubsub_without_an_upgrade_is_a_bad_request(wire):
    assert wire.http("GET", "/pubsub").status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"text",
        b"{",
        b'{"payload": 1}',
        b"\xff\xfe",
        b"{} {}",
        b'"text"',
        b"[" * 10_000,
    ],
    ids=lambda body: str(body[:12]),
)
def test_what_is_no_envelope_is_400(wire, body):
    with refused(400):
        wire.post(body)


def test_an_empty_envelope_has_no_signature(wire):
    with refused(403, "Invalid signature length"):
        wire.post(b"{}")


@pytest.mark.parametrize("bad", ["", "00", "zz" * 65, "00" * 65, "ff" * 65, "0" * 131])
def test_bad_signatures_are_403(wire, bad):
    body = {"payloadtype": "getcoloniesmsg", "payload": payload_of("{}"), "signature": bad}
    with refused(403):
        wire.post(json.dumps(body).encode())


def test_a_bad_signature_is_found_before_an_unknown_type(wire):
    with refused(403, "Invalid signature length"):
        wire.post(b'{"payloadtype": "nosuchmsg", "payload": "e30=", "signature": ""}')


@pytest.mark.parametrize("payloadtype", NOT_AVAILABLE)
def test_unknown_types_are_403(wire, payloadtype):
    with refused(403, f"invalid rpcMsg.PayloadType: {payloadtype}"):
        wire.call(payloadtype, new_key())


def test_an_empty_type_says_that_the_client_is_misconfigured(wire):
    with refused(403, "invalid rpcMsg.PayloadType: empty (this usually means the client is"):
        wire.call("", new_key())


@pytest.mark.parametrize(
    "payloadtype", ["subscribeprocessmsg", "subscribeprocessesmsg", "subscribeworkflowmsg"]
)
def test_subscriptions_are_only_for_the_websocket(wire, payloadtype):
    with refused(403, f"invalid rpcMsg.PayloadType: {payloadtype}"):
        wire.call(payloadtype, new_key())


@pytest.mark.parametrize(
    "message",
    [
        b"null",
        b"",
        b"[]",
        b"1",
        b'"x"',
        b"{",
        b'{"msgtype": 1}',
        b"[" * 5000,
        b'{"msgtype": "getcoloniesmsg"} {}',
    ],
    ids=lambda message: str(message[:16]),
)
def test_messages_that_are_no_object_are_400(wire, message):
    with refused(400, "Failed to "):
        wire.post(envelope("getcoloniesmsg", message, wire.serverkey))


def test_a_payload_that_is_no_base64_is_400(wire):
    payload = "*not base64*"
    body = {
        "payloadtype": "getcoloniesmsg",
        "payload": payload,
        "signature": signature(payload, wire.serverkey),
    }
    with refused(400, "Failed to get colonies, invalid JSON"):
        wire.post(json.dumps(body).encode())


def test_the_inner_type_must_be_the_outer_one(wire):
    with refused(400) as caught:
        wire.post(envelope("getcoloniesmsg", {"msgtype": "getstatisticsmsg"}, wire.serverkey))
    assert "msg.MsgType does not match payloadType" in caught.value.message


def test_the_inner_type_must_be_there(wire):
    with refused(400):
        wire.post(envelope("getcoloniesmsg", {}, wire.serverkey))


@pytest.mark.parametrize("bad", ["", "garbage", "00" * 65])
@pytest.mark.parametrize("payloadtype", ["versionmsg", "getserverinfomsg"])
def test_two_messages_need_no_signature(wire, payloadtype, bad):
    body = {
        "payloadtype": payloadtype,
        "payload": payload_of(json.dumps({"msgtype": payloadtype})),
        "signature": bad,
    }
    assert "buildversion" in wire.post(json.dumps(body).encode(), payloadtype)


def test_version(wire):
    found = wire.call("versionmsg", new_key())
    assert set(found) == {"buildversion", "buildtime", "msgtype"}
    assert found["msgtype"] == "versionmsg"


def test_version_reads_its_payload(wire):
    body = {"payloadtype": "versionmsg", "payload": payload_of("null"), "signature": ""}
    with refused(400):
        wire.post(json.dumps(body).encode())


def test_server_info_ignores_its_payload_and_tells_the_truth(wire):
    body = {"payloadtype": "getserverinfomsg", "payload": "***", "signature": ""}
    found = wire.post(json.dumps(body).encode(), "getserverinfomsg")
    assert [(backend["type"], backend["port"]) for backend in found["backends"]] == [
        ("http", wire.port)
    ]
    assert "subscribeworkflowmsg" in found["extensions"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "plain/text", "application/x-www-form-urlencoded"]
)
def test_the_content_type_does_not_matter(wire, kind):
    body = envelope("getcoloniesmsg", {"msgtype": "getcoloniesmsg"}, wire.serverkey)
    answer = wire.http("POST", "/api", body, {"Content-Type": kind})
    assert isinstance(opened(answer.body, "getcoloniesmsg", answer.status), list)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_large_message_is_taken(colony):
    executor = colony.executor()
    process = executor.submit(args=["x" * 5_000_000])
    assert len(executor.process(process)["spec"]["args"][0]) == 5_000_000


def test_a_preflight_of_a_browser(wire):
    answer = wire.http("OPTIONS", "/api", headers={"Origin": "https://elsewhere.example"})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers


def test_answers_to_a_foreign_origin_errors_included(wire):
    headers = {"Origin": "https://elsewhere.example"}
    good = envelope("getcoloniesmsg", {"msgtype": "getcoloniesmsg"}, wire.serverkey)
    for body in (good, b"null"):
        answer = wire.http("POST", "/api", body, headers)
        assert answer.headers["access-control-allow-origin"] == "*"


def test_the_own_origin_gets_no_headers(wire):
    body = envelope("getcoloniesmsg", {"msgtype": "getcoloniesmsg"}, wire.serverkey)
    for headers in ({}, {"Origin": f"http://{wire.host}:{wire.port}"}):
        assert "access-control-allow-origin" not in wire.http("POST", "/api", body, headers).headers


@given(request=requests(), place=st.integers(0, 3))
@settings(max_examples=300, deadline=None)
def test_nothing_that_is_sent_makes_an_unforeseen_error(wire, callers, request, place):
    name, fields = request
    found = outcome(wire, name, callers[place], fields)
    assert foreseen(found), found
