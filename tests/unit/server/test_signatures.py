"""Signed REST requests: what must be covered, and that nothing works twice."""

import datetime
import time

import pytest
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, VerifyResult
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from jupyter_colonies.core import identity
from jupyter_colonies.server import signatures
from jupyter_colonies.server.signatures import ColoniesSignature, Message, NotSigned, Verifier

KEY = "ddf7f7791208083b6a9ed975a72684f6406a269cfa36f1b1c32045c0a71fff05"
OTHER = "ba949fa134981372d6da62b6a56f336ab4d843b22c02a4257dcf7d0d73097514"
BODY = b'{"out": [3]}'


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, key):
        self.key = key

    def resolve_private_key(self, key_id):
        return self.key


def signed(
    *,
    key=KEY,
    keyid=None,
    body=BODY,
    nonce="n1",
    ago=0,
    covered=("@method", "@target-uri"),
    path="/v1/processes/1/success",
    algorithm=ColoniesSignature,
):
    message = Message("PUT", f"http://h:1{path}", {})
    HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=Keys(key)).sign(
        message,
        key_id=keyid or identity.id_of(key),
        created=datetime.datetime.fromtimestamp(time.time() - ago, datetime.UTC),
        nonce=nonce,
        covered_component_ids=covered,
        body=body or None,
        include_alg=False,
    )
    return request(message.headers, path=path, body=body)


def request(headers, *, path="/v1/processes/1/success", body=BODY, method="PUT"):
    return HTTPServerRequest(
        start_line=RequestStartLine(method, path, "HTTP/1.1"),
        headers=HTTPHeaders({"Host": "h:1", **headers}),
        body=body,
    )


@pytest.fixture
def verifier(monkeypatch):
    verifier = Verifier()
    verifier._started -= 10_000
    return verifier


def test_the_signer_is_known_by_its_id(verifier):
    assert verifier.caller(signed()) == identity.id_of(KEY)


def test_path_and_query_do_as_well_as_the_whole_address(verifier):
    covered = ("@method", "@path", "@query")
    assert verifier.caller(signed(covered=covered, path="/v1/x?wait=1")) == identity.id_of(KEY)


def test_a_request_without_body_needs_no_digest(verifier):
    assert verifier.caller(signed(body=b"")) == identity.id_of(KEY)


class TwoNumbers(ColoniesSignature):
    """r and s only, s from the upper half: what other secp256k1 libraries make."""

    def sign(self, message):
        whole = super().sign(message)
        high = identity.ORDER - int.from_bytes(whole[32:64])
        return whole[:32] + high.to_bytes(32)


def test_signatures_of_any_secp256k1_library(verifier):
    assert verifier.caller(signed(algorithm=TwoNumbers)) == identity.id_of(KEY)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"keyid": identity.id_of(OTHER)}, "named as keyid"),
        ({"nonce": None}, "no nonce"),
        ({"ago": 301}, "age"),
        ({"ago": -400}, "future"),
        ({"covered": ("@target-uri",)}, "@method"),
        ({"covered": ("@method",)}, "@target-uri"),
        ({"covered": ("@method", "@path")}, "@target-uri"),
    ],
    ids=["key", "nonce", "old", "future", "method", "target", "query"],
)
def test_what_is_refused(verifier, fields, text):
    with pytest.raises(NotSigned, match=text):
        verifier.caller(signed(**fields))


def test_unsigned(verifier):
    with pytest.raises(NotSigned, match="RFC 9421"):
        verifier.caller(request({}))


def test_nothing_covered_may_change(verifier):
    good = signed()
    for changed in (
        request(dict(good.headers.items()), body=b'{"out": [4]}'),
        request(dict(good.headers.items()), path="/v1/processes/2/success"),
        request(dict(good.headers.items()), method="DELETE"),
    ):
        with pytest.raises(NotSigned):
            verifier.caller(changed)


def test_a_body_needs_its_digest(verifier):
    good = signed(body=b"")
    with pytest.raises(NotSigned, match="Content-Digest"):
        verifier.caller(request(dict(good.headers.items()), body=BODY))


@pytest.mark.parametrize("value", ["", "x", "sig=1", "sig=()", 'sig=("@method")', "sig=:AA==:"])
def test_garbage(verifier, value):
    good = dict(signed().headers.items())
    for name in ("Signature", "Signature-Input"):
        with pytest.raises(NotSigned):
            verifier.caller(request({**good, name: value}))


def test_a_signature_works_once(verifier):
    once = signed()
    verifier.caller(once)
    with pytest.raises(NotSigned, match="used before"):
        verifier.caller(once)
    assert verifier.caller(signed(nonce="n2"))
    assert verifier.caller(signed(key=OTHER)), "another signer may choose the same nonce"


def test_a_restart_forgets_nonces_and_so_refuses_what_is_older(verifier):
    verifier._started = int(time.time()) + 1
    with pytest.raises(NotSigned, match="start"):
        verifier.caller(signed())


def test_nonces_are_forgotten_when_time_refuses_them(verifier, monkeypatch):
    verifier.caller(signed())
    assert len(verifier._seen) == 1
    later = time.time() + 2 * signatures.WINDOW
    monkeypatch.setattr(time, "time", lambda: later)
    fresh = VerifyResult("sig", ColoniesSignature, {}, {"created": int(later)}, None, "n3")
    verifier._remember("id", fresh)
    assert verifier._seen == {("id", "n3")}
