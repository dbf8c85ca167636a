"""One request of an S3 client: what it asks for, and who asks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from tornado.httputil import HTTPHeaders, HTTPServerRequest

from jupyter_colonies.broker.objects import Owner, Place
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import signature4
from jupyter_colonies.core.objects import Expectation
from jupyter_colonies.core.signature4 import Claim, Head
from jupyter_colonies.errors import AccessDenied, InvalidRequest
from jupyter_colonies.server.audit.log import AuditLog
from jupyter_colonies.server.s3.refusal import Refusal
from jupyter_colonies.store.blobs import Blobs

META = "x-amz-meta-"
KEPT_HEADERS = (
    "content-type", "content-disposition", "content-encoding", "content-language", "cache-control",
)  # fmt: skip


@dataclass
class Traffic:
    """Bytes of objects that came and went since the server started."""

    received: int = 0
    sent: int = 0


@dataclass(frozen=True, kw_only=True)
class Service:
    """What answers: the broker and the bytes; `quota` in bytes per colony, 0 for any.

    `audit` is where changes are written down, None for nowhere.
    """

    broker: Broker
    blobs: Blobs
    quota: int = 0
    traffic: Traffic = field(default_factory=Traffic)
    audit: AuditLog | None = None


@dataclass(kw_only=True)
class Visit:
    """A request whose signature holds."""

    service: Service
    head: Head
    claim: Claim
    owner: Owner
    bucket: str
    key: str
    query: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """The object it is about."""
        return Place(self.owner.colonyname, self.bucket, self.key)

    @property
    def meta(self) -> dict[str, str]:
        """The headers that are kept with an object."""
        kept = {
            name: value
            for name, value in self.head.headers.items()
            if name in KEPT_HEADERS or name.startswith(META)
        }
        codings = [each.strip() for each in kept.get("content-encoding", "").split(",")]
        # How the pieces of the body were framed is no property of the object.
        kept["content-encoding"] = ",".join(each for each in codings if each != "aws-chunked")
        return {name: value for name, value in kept.items() if value}

    @property
    def expected(self) -> Expectation:
        """What a write expects to find in its place."""
        headers = self.head.headers
        return Expectation(headers.get("if-match", ""), headers.get("if-none-match", ""))

    @property
    def promised(self) -> int:
        """How many bytes the body is said to have; 0 if it is not said."""
        headers = self.head.headers
        length = headers.get("x-amz-decoded-content-length") or headers.get("content-length", "")
        return whole_number(length, "Content-Length") if length else 0

    def number(self, name: str, default: int, most: int) -> int:
        """A number of the query. Raises Refusal."""
        text = self.query.get(name, "")
        return min(whole_number(text, name), most) if text else default


def whole_number(text: str, name: str) -> int:
    """A number of a request. Raises Refusal."""
    if not re.fullmatch("[0-9]{1,18}", text):
        raise Refusal(400, "InvalidArgument", f"{name} is '{text[:40]}', a number is expected")
    return int(text)


def head_of(request: HTTPServerRequest) -> Head:
    """What is signed of a request."""
    return Head(
        method=request.method or "",
        path=request.path,
        query=request.query,
        headers={name.lower(): value for name, value in _joined(request.headers).items()},
    )


async def admit(service: Service, head: Head, now: int) -> Visit:
    """The visit if its signature holds; `now` in nanoseconds since 1970.

    Raises Refusal, and what the broker refuses with.
    """
    try:
        claim = signature4.claim(head)
        owner: Owner = await service.broker.owner_of_keys(claim.accesskey)
        signature4.check(claim, head, owner.secretkey, now)
    except AccessDenied as error:
        raise Refusal(403, _code(error), error.message) from None
    except InvalidRequest as error:
        raise Refusal(400, "AuthorizationHeaderMalformed", error.message) from None
    bucket, key = _path(head.path)
    query = dict(parse_qsl(head.query, keep_blank_values=True))
    if "\0" in head.query + bucket + key or any("\0" in each for each in query.values()):
        raise Refusal(400, "InvalidArgument", "No name holds a zero byte")
    return Visit(
        service=service, head=head, claim=claim, owner=owner, bucket=bucket, key=key, query=query
    )


def _path(path: str) -> tuple[str, str]:
    bucket, _, key = path[1:].partition("/")
    try:
        return unquote(bucket, errors="strict"), unquote(key, errors="strict")
    except UnicodeDecodeError:
        raise Refusal(400, "InvalidURI", "The path is no UTF-8") from None


def _code(error: AccessDenied) -> str:
    for word, code in (
        ("access key", "InvalidAccessKeyId"),
        ("does not match", "SignatureDoesNotMatch"),
        ("differ by", "RequestTimeTooSkewed"),
    ):
        if word in error.message:
            return code
    return "AccessDenied"


def _joined(headers: HTTPHeaders) -> dict[str, Any]:
    return dict(headers.items())
