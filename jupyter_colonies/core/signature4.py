"""AWS Signature Version 4, as a client signs and a server checks: it proves who an S3 client is.

Pure rules on what a request says. A client signs the request's head, and with it the digest of
the body, or the signature of each piece of a body that is sent in pieces.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote, unquote_to_bytes

from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import AccessDenied, InvalidRequest

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
STREAMING = "STREAMING-"
EMPTY_DIGEST = hashlib.sha256(b"").hexdigest()

SKEW = 15 * 60
"""Seconds that a client's clock may differ from the server's."""

LONGEST_LINK = 7 * 24 * 3600
"""Seconds that a signed link may be valid."""

_DATE = "%Y%m%dT%H%M%SZ"
_FIELDS = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]+)")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Who a request says it comes from, and what proves it.

    `date` is the signature's moment as it is written on the wire, `expires` the seconds that a
    signed link is valid (0 for a signed header), `payload` what is said of the body.
    """

    accesskey: str
    scope: str
    date: str
    signed_headers: tuple[str, ...]
    signature: str
    payload: str
    expires: int = 0


@dataclass(frozen=True, kw_only=True)
class Head:
    """What is signed of a request: `path` and `query` as they stand on the request's first line.

    `headers` has lower-case names; a value that came several times is joined by commas.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


def claims(head: Head) -> bool:
    """Whether a request is signed this way at all."""
    return (
        head.headers.get("authorization", "").startswith(ALGORITHM)
        or f"X-Amz-Algorithm={ALGORITHM}" in head.query
    )


def claim(head: Head) -> Claim:
    """What a request claims. Raises InvalidRequest if it can't be read."""
    if head.headers.get("authorization"):
        return _in_header(head)
    return _in_link(head)


def check(claim: Claim, head: Head, secretkey: str, now: int) -> None:
    """Raise AccessDenied unless the claim holds; `now` is in nanoseconds since 1970."""
    _check_time(claim, now)
    left_out = [name for name in head.headers if _must_be_signed(name, claim)]
    if left_out:
        raise AccessDenied(f"The header '{left_out[0]}' is not part of the signature")
    if not hmac.compare_digest(_proof(claim, head, secretkey), claim.signature):
        raise AccessDenied(
            "The signature does not match: look at the secret key, and at proxies that change "
            "the path or the headers"
        )


def sign(
    head: Head, *, accesskey: str, secretkey: str, region: str, payload: str, now: int
) -> dict[str, str]:
    """The headers of a request with its signature; `now` is in nanoseconds since 1970.

    `payload` is the SHA-256 of the body, or UNSIGNED.
    """
    date = datetime.fromtimestamp(now / SECOND, UTC).strftime(_DATE)
    headers = {**head.headers, "x-amz-date": date, "x-amz-content-sha256": payload}
    claim = Claim(
        accesskey=accesskey,
        scope=f"{date[:8]}/{region}/s3/aws4_request",
        date=date,
        signed_headers=tuple(
            sorted(name for name in headers if name == "host" or name.startswith("x-amz-"))
        ),
        signature="",
        payload=payload,
    )
    signature = _proof(claim, replace(head, headers=headers), secretkey)
    headers["authorization"] = (
        f"{ALGORITHM} Credential={accesskey}/{claim.scope}, "
        f"SignedHeaders={';'.join(claim.signed_headers)}, Signature={signature}"
    )
    return headers


def piece_signature(claim: Claim, secretkey: str, before: str, digest: str) -> str:
    """Signature of one piece of a body, after the piece that was signed with `before`."""
    text = [f"{ALGORITHM}-PAYLOAD", claim.date, claim.scope, before, EMPTY_DIGEST, digest]
    return _signature(claim, secretkey, "\n".join(text))


def trailer_signature(claim: Claim, secretkey: str, before: str, trailer: bytes) -> str:
    """Signature of the lines that follow the last piece of a body."""
    digest = hashlib.sha256(trailer).hexdigest()
    text = [f"{ALGORITHM}-TRAILER", claim.date, claim.scope, before, digest]
    return _signature(claim, secretkey, "\n".join(text))


def _in_header(head: Head) -> Claim:
    fields = dict(_FIELDS.findall(head.headers["authorization"]))
    if len(fields) != 3:
        raise InvalidRequest(
            "The Authorization header lacks Credential, SignedHeaders or Signature"
        )
    return _read(
        credential=fields["Credential"],
        date=head.headers.get("x-amz-date", ""),
        signed_headers=fields["SignedHeaders"],
        signature=fields["Signature"],
        payload=head.headers.get("x-amz-content-sha256", UNSIGNED),
    )


def _in_link(head: Head) -> Claim:
    fields = {name: value.decode("utf-8", "replace") for name, value in _pairs(head.query)}
    expires = fields.get("X-Amz-Expires", "")
    if not (re.fullmatch("[0-9]{1,6}", expires) and 0 < int(expires) <= LONGEST_LINK):
        raise InvalidRequest("X-Amz-Expires has to be from 1 to 604800 seconds")
    return _read(
        credential=fields.get("X-Amz-Credential", ""),
        date=fields.get("X-Amz-Date", ""),
        signed_headers=fields.get("X-Amz-SignedHeaders", ""),
        signature=fields.get("X-Amz-Signature", ""),
        payload=head.headers.get("x-amz-content-sha256", UNSIGNED),
        expires=int(expires),
    )


def _read(
    *, credential: str, date: str, signed_headers: str, signature: str, payload: str,
    expires: int = 0,
) -> Claim:  # fmt: skip
    accesskey, _, scope = credential.partition("/")
    parts = scope.split("/")
    if len(parts) != 4 or parts[2:] != ["s3", "aws4_request"] or not date.startswith(parts[0]):
        raise InvalidRequest(f"The credential '{credential}' is not one for S3 of that day")
    names = tuple(signed_headers.split(";"))
    if "host" not in names:
        raise InvalidRequest("The header 'host' has to be part of the signature")
    return Claim(
        accesskey=accesskey, scope=scope, date=date, signed_headers=names, signature=signature,
        payload=payload, expires=expires,
    )  # fmt: skip


def _check_time(claim: Claim, now: int) -> None:
    try:
        moment = datetime.strptime(claim.date, _DATE).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise InvalidRequest(f"The date '{claim.date}' of the signature can't be read") from None
    age = now / SECOND - moment
    if claim.expires and age > claim.expires:
        raise AccessDenied("The link has expired")
    if age < -SKEW or (not claim.expires and age > SKEW):
        raise AccessDenied("The signature's time and this server's differ by more than 15 minutes")


def _must_be_signed(name: str, claim: Claim) -> bool:
    return name.startswith("x-amz-") and name not in claim.signed_headers and not claim.expires


def _proof(claim: Claim, head: Head, secretkey: str) -> str:
    digest = hashlib.sha256(_canonical(claim, head).encode()).hexdigest()
    return _signature(claim, secretkey, f"{ALGORITHM}\n{claim.date}\n{claim.scope}\n{digest}")


def _canonical(claim: Claim, head: Head) -> str:
    query = sorted(
        (_encoded(name.encode()), _encoded(value))
        for name, value in _pairs(head.query)
        if name != "X-Amz-Signature"
    )
    headers = [
        f"{name}:{_SPACES.sub(' ', head.headers.get(name, '')).strip()}\n"
        for name in claim.signed_headers
    ]
    return "\n".join(
        [
            head.method,
            _encoded(unquote_to_bytes(head.path), also="/"),
            "&".join(f"{name}={value}" for name, value in query),
            "".join(headers),
            ";".join(claim.signed_headers),
            claim.payload,
        ]
    )


def _pairs(query: str) -> Iterable[tuple[str, bytes]]:
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        yield unquote_to_bytes(name).decode("utf-8", "replace"), unquote_to_bytes(value)


def _encoded(text: bytes, also: str = "") -> str:
    return quote(text, safe=f"-_.~{also}")


def _signature(claim: Claim, secretkey: str, text: str) -> str:
    key = f"AWS4{secretkey}".encode()
    for part in claim.scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()
