"""Signatures of S3 clients, with botocore's signer as the oracle."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core import signature4
from jupyter_colonies.core.signature4 import Head
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import AccessDenied, InvalidRequest

KEYS = Credentials("ACCESS", "secret/+key")
names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\"), min_size=1, max_size=8
).filter(lambda name: name not in (".", ".."))


def signed(method: str, path: str, query: str = "", *, link: bool = False) -> tuple[Head, int]:
    """A request as botocore signs it, and the moment of its signature."""
    request = AWSRequest(
        method=method, url=f"http://host:1{path}{query}", data=b"" if link else b"body"
    )
    request.context["payload_signing_enabled"] = True
    auth = S3SigV4QueryAuth if link else S3SigV4Auth
    auth(KEYS, "s3", "us-east-1").add_auth(request)
    sent = request.prepare()
    headers = {name.lower(): str(value) for name, value in sent.headers.items()}
    headers.setdefault("host", "host:1")
    target = sent.url.removeprefix("http://host:1")
    path, _, query = target.partition("?")
    head = Head(method=method, path=path, query=query, headers=headers)
    date = signature4.claim(head).date
    moment = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    return head, int(moment) * SECOND


@given(bucket=names, key=names, method=st.sampled_from(["GET", "PUT", "DELETE"]))
def test_what_botocore_signs_is_accepted(bucket, key, method):
    head, now = signed(method, f"/{quote(bucket)}/{quote(key)}", "?list-type=2&prefix=a%2Fb&x=")
    signature4.check(signature4.claim(head), head, KEYS.secret_key, now)


@given(bucket=names, key=names, method=st.sampled_from(["GET", "PUT", "DELETE"]))
def test_what_is_signed_here_is_what_botocore_signs(bucket, key, method):
    head, now = signed(method, f"/{quote(bucket)}/{quote(key)}", "?list-type=2&prefix=a%2Fb&x=")
    bare = changed(head, headers={"host": head.headers["host"]})
    headers = signature4.sign(
        bare,
        accesskey=KEYS.access_key,
        secretkey=KEYS.secret_key,
        region="us-east-1",
        payload=head.headers["x-amz-content-sha256"],
        now=now,
    )
    assert headers["authorization"] == head.headers["authorization"]
    again = changed(bare, headers=headers)
    signature4.check(signature4.claim(again), again, KEYS.secret_key, now)


def changed(head: Head, **parts: object) -> Head:
    return Head(**{"method": head.method, "path": head.path, "query": head.query,
                   "headers": head.headers, **parts})  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda head: changed(head, method="PUT"),
        lambda head: changed(head, path="/b/other"),
        lambda head: changed(head, query="a=2"),
        lambda head: changed(head, headers={**head.headers, "host": "elsewhere"}),
    ],
    ids=["method", "path", "query", "host"],
)
def test_any_change_of_the_head_is_refused(change):
    head, now = signed("GET", "/b/k", "?a=1")
    other = change(head)
    with pytest.raises(AccessDenied, match="does not match"):
        signature4.check(signature4.claim(other), other, KEYS.secret_key, now)


def test_a_header_of_amazon_that_is_not_signed_is_refused():
    head, now = signed("GET", "/b/k")
    other = changed(head, headers={**head.headers, "x-amz-copy-source": "/b/secret"})
    with pytest.raises(AccessDenied, match="x-amz-copy-source"):
        signature4.check(signature4.claim(other), other, KEYS.secret_key, now)


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_signature_of_another_time_is_refused(minutes):
    head, now = signed("GET", "/b/k")
    with pytest.raises(AccessDenied, match="15 minutes"):
        signature4.check(signature4.claim(head), head, KEYS.secret_key, now + minutes * 60 * SECOND)


def test_a_link_is_good_until_it_expires():
    head, now = signed("GET", "/b/k", link=True)
    claim = signature4.claim(head)
    signature4.check(claim, head, KEYS.secret_key, now + 3599 * SECOND)
    with pytest.raises(AccessDenied, match="expired"):
        signature4.check(claim, head, KEYS.secret_key, now + 3601 * SECOND)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("AWS4-HMAC-SHA256 nothing", "lacks"),
        ("AWS4-HMAC-SHA256 Credential=a/20260101/r/ec2/aws4_request, SignedHeaders=host, "
         "Signature=0", "not one for S3"),
        ("AWS4-HMAC-SHA256 Credential=a/20260101/r/s3/aws4_request, SignedHeaders=x, "
         "Signature=0", "'host'"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_said(header, says):
    head = Head(method="GET", path="/", query="", headers={
        "authorization": header, "x-amz-date": "20260101T000000Z"})  # fmt: skip
    with pytest.raises(InvalidRequest, match=says):
        signature4.claim(head)
