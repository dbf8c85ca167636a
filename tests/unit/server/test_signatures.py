"""Signed REST requests: what must be covered, and that nothing works twice."""

import asyncio
import base64
import datetime
import hashlib
import time

import pytest
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from hypothesis import given
from hypothesis import strategies as st
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from jupyter_colonies.core import identity
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
    expires=None,
    root="http://h:1",
    covered=("@method", "@target-uri"),
    path="/v1/processes/1/success",
    algorithm=ColoniesSignature,
    headers=None,
):
    message = Message("PUT", f"{root}{path}", dict(headers or {}))
    HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=Keys(key)).sign(
        message,
        key_id=keyid or identity.id_of(key),
        created=datetime.datetime.fromtimestamp(time.time() - ago, datetime.UTC),
        expires=expires and datetime.datetime.fromtimestamp(time.time() + expires, datetime.UTC),
        nonce=nonce,
        covered_component_ids=covered,
        body=body or None,
        include_alg=False,
        use_existing_digest=bool(headers),
    )
    return request(message.headers, path=path, body=body)


def request(headers, *, path="/v1/processes/1/success", body=BODY, method="PUT"):
    return HTTPServerRequest(
        start_line=RequestStartLine(method, path, "HTTP/1.1"),
        headers=HTTPHeaders({"Host": "h:1", **headers}),
        body=body,
    )


class Memory:
    """Which signatures were used, and until when that has to be known."""

    def __init__(self):
        self.until = {}

    async def first_use(self, digest, until):
        known = digest in self.until
        self.until[digest] = until
        return not known


class Asked:
    """A verifier that is asked without an event loop."""

    def __init__(self, *roots):
        self.memory = Memory()
        self._verifier = Verifier(self.memory.first_use, time.time_ns, roots)

    def caller(self, request):
        headers = {
            name.lower(): ", ".join(request.headers.get_list(name)) for name in request.headers
        }
        url = f"{request.protocol}://{request.host}{request.uri}"
        message = Message(request.method, url, headers)
        return asyncio.run(self._verifier.caller(message, request.body))


@pytest.fixture
def verifier():
    return Asked()


def test_the_signer_is_known_by_its_id(verifier):
    assert verifier.caller(signed()) == identity.id_of(KEY)


def test_authority_path_and_query_do_as_well_as_the_whole_address(verifier):
    covered = ("@method", "@authority", "@path", "@query")
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
        ({"nonce": "n" * 300}, "longer than 256"),
        ({"ago": 302}, "too old: it was created at .* this server's time is 20"),
        ({"ago": -400}, "too far in the future: .* this server's time is 20"),
        ({"expires": -1}, "expired at .* this server's time is 20"),
        ({"root": "http://other:1"}, "named as keyid"),
        ({"covered": ("@target-uri",)}, "@method"),
        ({"covered": ("@method",)}, "@target-uri"),
        ({"covered": ("@method", "@path", "@query")}, "@target-uri"),
    ],
    ids=[
        "key",
        "nonce",
        "long",
        "old",
        "future",
        "expired",
        "elsewhere",
        "method",
        "target",
        "host",
    ],
)
def test_what_is_refused(verifier, fields, text):
    with pytest.raises(NotSigned, match=text):
        verifier.caller(signed(**fields))


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


def test_it_is_remembered_for_as_long_as_it_is_fresh(verifier):
    verifier.caller(signed(ago=-200))
    (until,) = verifier.memory.until.values()
    assert until >= time.time_ns() + 500 * 10**9


def test_what_is_refused_is_not_remembered(verifier):
    with pytest.raises(NotSigned):
        verifier.caller(signed(ago=302))
    assert verifier.memory.until == {}


def test_behind_a_proxy_the_address_that_clients_see_is_signed():
    behind = Asked("https://hub.example.org/user/anna/colonies/")
    seen = {"root": "https://hub.example.org/user/anna/colonies"}
    assert behind.caller(signed(**seen)) == identity.id_of(KEY)
    assert behind.caller(signed(nonce="n2")) == identity.id_of(KEY)
    with pytest.raises(NotSigned):
        Asked().caller(signed(**seen))


def test_digests_of_both_kinds(verifier):
    for kind, digest in (("sha-256", hashlib.sha256), ("sha-512", hashlib.sha512)):
        text = base64.b64encode(digest(BODY).digest()).decode()
        headers = {"content-digest": f"{kind}=:{text}:"}
        assert verifier.caller(signed(nonce=kind, headers=headers)) == identity.id_of(KEY)


def test_the_time_of_creation_is_required(verifier):
    good = signed()
    sent = dict(good.headers.items())
    name, _, rest = sent["Signature-Input"].partition(";created=")
    sent["Signature-Input"] = name + rest[rest.index(";") :]
    with pytest.raises(NotSigned, match="created"):
        verifier.caller(request(sent))


@given(st.sampled_from(["Signature", "Signature-Input", "Content-Digest"]), st.data())
def test_whatever_is_sent_is_refused_and_breaks_nothing(name, data):
    text = data.draw(
        st.text(
            alphabet=st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")
        )
        | st.text(alphabet='sig=()"@methodtarge-uri;,:AZ=0129?*', max_size=80)
    )
    with pytest.raises(NotSigned):
        Asked().caller(request({**GOOD, name: text}))


GOOD = dict(signed().headers.items())
