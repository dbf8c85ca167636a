"""Protocol part 01, sections 1.3 to 1.6: the outer form of requests and replies."""

import base64
import json

import pytest

from jupyter_colonies.core import envelope, identity
from jupyter_colonies.errors import (
    AccessDenied,
    AssignmentsPaused,
    ColoniesError,
    Conflict,
    InvalidRequest,
    InvalidWorkflow,
    NotFound,
    NothingToAssign,
    PauseOutlasted,
    ServerRefused,
    ServerStopping,
    UnknownObject,
)

KEY = "fcc79953d8a751bf41db661592dc34d30004b1a651ffa0725b03ac227641499d"


def test_the_example_of_the_protocol():
    sealed = json.loads(envelope.sealed("getcoloniesmsg", b'{"msgtype": "getcoloniesmsg"}', KEY))
    assert sealed == {
        "payloadtype": "getcoloniesmsg",
        "payload": "eyJtc2d0eXBlIjogImdldGNvbG9uaWVzbXNnIn0=",
        "signature": (
            "82a2287f7fa7aad2f7a476c2b91743d67792c4f1f580f7cad92ecc6c3504bc6f2f542e984ed0d7d8b5a90"
            "a6fc1a381bb18e29dceabb6e97600395d37706732af01"
        ),
    }


def test_a_sealed_message_opens_and_names_its_signer():
    opened = envelope.opened(envelope.sealed("versionmsg", '{"a": "å"}'.encode(), KEY))
    assert opened.payloadtype == "versionmsg"
    assert envelope.contents(opened.payload) == '{"a": "å"}'.encode()
    assert identity.recover(opened.payload, opened.signature) == identity.id_of(KEY)


def test_without_a_key_nothing_is_signed():
    assert envelope.opened(envelope.sealed("versionmsg", b"{}", "")).signature == ""


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"text", b'{"payload": 1}', b"\xff\xff", b"{} {}", b"[" * 100_000],
    ids=lambda body: str(body[:12]),
)
def test_what_is_no_envelope_is_refused(body):
    with pytest.raises(InvalidRequest):
        envelope.opened(body)


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"payload": null, "signature": null, "payloadtype": null, "extra": [1]}'],
    ids=["empty", "nulls"],
)
def test_missing_and_null_parts_are_empty(body):
    assert envelope.opened(body) == envelope.RequestEnvelope()


@pytest.mark.parametrize("payload", ["", "*", "ä", "abc"])
def test_broken_base64_gives_no_json(payload):
    assert not envelope.contents(payload).startswith(b"{")


def test_a_reply_is_read_back():
    body = envelope.reply("getcolonymsg", b'{"name":"dev"}')
    assert json.loads(body)["error"] is False
    assert envelope.result(body) == ("getcolonymsg", b'{"name":"dev"}')


def test_an_empty_reply_is_an_empty_object():
    assert json.loads(envelope.reply("removecolonymsg", b"{}"))["payload"] == "e30="


@pytest.mark.parametrize(
    ("error", "status", "raised"),
    [
        (InvalidRequest("a"), 400, InvalidRequest),
        (InvalidWorkflow("b"), 500, ServerRefused),
        (AccessDenied("Access denied, not server owner"), 403, AccessDenied),
        (NotFound("c"), 404, NotFound),
        (UnknownObject("d"), 500, ServerRefused),
        (NothingToAssign("No process available for assignment"), 404, NothingToAssign),
        (AssignmentsPaused("colony assignments are paused"), 503, AssignmentsPaused),
        (PauseOutlasted("colony assignments are paused"), 408, PauseOutlasted),
        (Conflict("e"), 409, Conflict),
        (ServerStopping("f"), 503, ServerStopping),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_refusals_carry_one_status_and_are_raised_again(error, status, raised):
    given, body = envelope.refusal(error)
    outer = json.loads(body)
    inner = json.loads(base64.b64decode(outer["payload"]))
    assert given == inner["status"] == status
    assert outer["error"] is True
    assert outer["payloadtype"] == "error"
    assert inner["message"] == error.message
    with pytest.raises(raised, match=error.message):
        envelope.result(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>404</html>",
        b"\xff\xfe",
        b"null",
        b'{"payload": "a"}',
        b'{"payload": "\xc3"}',
        b'{"payload": "", "error": true}',
        b'{"payload": "\\u00e9"}',
    ],
    ids=str,
)
def test_what_is_no_reply_says_so(body):
    with pytest.raises(InvalidRequest, match="is this a Colonies server's address"):
        envelope.result(body)


def test_errors_without_text_name_their_class():
    assert ColoniesError().message == "ColoniesError"
