"""Who sent a REST request: HTTP message signatures by Colonies identities.

A request is signed as RFC 9421 describes, over its method, its target and, where it has a body,
the body's digest (RFC 9530). The key id is the Colonies id. Time and nonce stop replays, which
the RPC can't do: nonces are kept in the database for as long as their signatures are fresh, so
that one is good once, whichever of several servers it is sent to and whatever restarts.
"""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    VerifyResult,
)
from tornado.httputil import HTTPHeaders

from jupyter_colonies.core import identity
from jupyter_colonies.core.times import SECOND, to_wire
from jupyter_colonies.errors import ColoniesError, Unproven

WINDOW = 300
"""Seconds that a signature's time may differ from the server's."""

LONGEST_NONCE = 256
LARGE_BODY = 256 * 1024
URL_ROOT = re.compile("^[a-z]+://[^/]*")

ACCEPT_SIGNATURE = (
    'colonies=("@method" "@target-uri" "content-digest");created;keyid="<your id>";nonce="<random>"'
)

FirstUse = Callable[[str, int], Awaitable[bool]]
"""Whether a signature, given by a digest, is used for the first time.

That is remembered until a moment, in nanoseconds since 1970.
"""


class NotSigned(Unproven):
    """The signature can't be accepted: the message says why."""


class Message(NamedTuple):
    """A request as the verifier wants to see it."""

    method: str
    url: str
    headers: dict[str, str]


class ColoniesSignature(HTTPSignatureAlgorithm):
    """A secp256k1 signature over the SHA3-256 of the signature base.

    65 bytes r, s, v as on the RPC, or the 64 bytes r, s that any secp256k1 library makes. High
    values of s are accepted: time and nonce stop replays here.
    """

    algorithm_id = "secp256k1-sha3-256"

    def __init__(self, public_key: str = "", private_key: str = "") -> None:
        self._id = public_key
        self._private_key = private_key

    def sign(self, message: bytes) -> bytes:
        """The 65 bytes of a signature with the private key."""
        return bytes.fromhex(identity.sign(message.decode(), self._private_key))

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raise InvalidSignature unless the id made the signature."""
        if len(signature) not in (64, 65):
            raise InvalidSignature("a signature has 64 bytes (r, s) or 65 (r, s, v)")
        r, s = signature[:32], int.from_bytes(signature[32:64])
        if s > identity.ORDER // 2:
            s = identity.ORDER - s
        for v in range(4):
            try:
                text = (r + s.to_bytes(32) + bytes([v])).hex()
                if identity.recover(message.decode(), text) == self._id:
                    return
            except ColoniesError:
                continue
        raise InvalidSignature("the signature was not made by the key whose id is named as keyid")


class KeyIdIsKey(HTTPSignatureKeyResolver):
    """A Colonies id is all that is needed to check a signature."""

    def resolve_public_key(self, key_id: str) -> str:
        """The id itself."""
        return key_id


class Times(HTTPMessageVerifier):
    """Leaves the times to `Verifier`, which says what the server's time is."""

    max_clock_skew = datetime.timedelta(days=36_500)


class Verifier:
    """Checks signatures, each of which is good once.

    `first_use` remembers them, `clock` gives nanoseconds since 1970. `roots` are further URLs at
    which clients see the root of this server, such as that of a proxy in front of it: what they
    sign is the address that they see.
    """

    def __init__(
        self, first_use: FirstUse, clock: Callable[[], int], roots: Sequence[str] = ()
    ) -> None:
        self._first_use = first_use
        self._clock = clock
        self._roots = [root.rstrip("/") for root in roots]
        self._verifier = Times(signature_algorithm=ColoniesSignature, key_resolver=KeyIdIsKey())

    async def caller(self, message: Message, body: bytes) -> str:
        """The id that signed a request.

        Raises NotSigned if the signature is not that of the request, does not cover what it must,
        is not of this moment or was seen before.
        """
        slow = len(body) > LARGE_BODY or isinstance(identity.CURVE, identity.EcdsaCurve)
        if slow:
            result = await asyncio.to_thread(self._verified, message, body)
        else:
            result = self._verified(message, body)
        _check_coverage(result)
        self._check_times(result)
        if not result.nonce:
            raise NotSigned("The signature has no nonce: add a random one")
        if len(result.nonce) > LONGEST_NONCE:
            raise NotSigned(f"The nonce is longer than {LONGEST_NONCE} characters")
        callerid = str(result.parameters["keyid"])
        digest = hashlib.sha256(f"{callerid} {result.nonce}".encode()).hexdigest()
        until = (int(result.parameters["created"]) + 2 * WINDOW) * SECOND
        if not await self._first_use(digest, until):
            raise NotSigned("The signature was used before: sign again with a new nonce")
        return callerid

    def _verified(self, message: Message, body: bytes) -> VerifyResult:
        path = URL_ROOT.sub("", message.url)
        refusal: Exception | None = None
        for url in (message.url, *(root + path for root in self._roots)):
            try:
                return self._verifier.verify(
                    message._replace(url=url),
                    max_age=None,
                    require_components=("@method",),
                    body=body,
                )[0]
            except (HTTPMessageSignaturesException, ValueError, TypeError) as error:
                refusal = refusal or error
        raise NotSigned(f"The signature can't be accepted: {refusal}") from None

    def _check_times(self, result: VerifyResult) -> None:
        now = self._clock()
        moment = to_wire(now).strftime("%Y-%m-%dT%H:%M:%SZ")
        clocks = f"this server's time is {moment} ({now // SECOND})"
        created = int(result.parameters["created"])
        if abs(created - now / SECOND) > WINDOW:
            which = "old" if created < now / SECOND else "far in the future"
            raise NotSigned(
                f"The signature is too {which}: it was created at {created}, and {clocks}. They "
                f"may differ by {WINDOW} seconds: sign again, or set the clock"
            )
        expires = result.parameters.get("expires")
        if expires is not None and int(expires) <= now // SECOND:
            raise NotSigned(f"The signature expired at {expires}, and {clocks}: sign again")


def is_signed(headers: HTTPHeaders) -> bool:
    """Whether a request carries a signature, good or not."""
    return "Signature" in headers or "Signature-Input" in headers


def _check_coverage(result: VerifyResult) -> None:
    covered = {name.strip('"') for name in result.covered_components}
    if "@target-uri" not in covered and not {"@authority", "@path", "@query"} <= covered:
        raise NotSigned(
            "The signature must cover @target-uri, or all of @authority, @path and @query"
        )
