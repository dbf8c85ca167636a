"""Who sent a REST request: HTTP message signatures by Colonies identities.

A request is signed as RFC 9421 describes, over its method, its target and, where it has a body,
the body's digest (RFC 9530). The key id is the Colonies id. Time and nonce stop replays, which
the RPC can't do.
"""

from __future__ import annotations

import datetime
import heapq
import time
from typing import NamedTuple

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    VerifyResult,
)
from tornado.httputil import HTTPServerRequest

from jupyter_colonies.core import identity
from jupyter_colonies.errors import AccessDenied, ColoniesError

WINDOW = 300
"""Seconds that a signature's time may differ from the server's."""

ACCEPT_SIGNATURE = (
    'colonies=("@method" "@target-uri" "content-digest");created;keyid="<your id>";nonce="<random>"'
)


class NotSigned(AccessDenied):
    """The request carries no signature that can be accepted: the message says what is missing."""


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


class Verifier:
    """Checks signatures and remembers the nonces of those that are still fresh enough."""

    def __init__(self) -> None:
        self._started = int(time.time())
        self._seen: set[tuple[str, str]] = set()
        self._expiry: list[tuple[float, tuple[str, str]]] = []
        self._verifier = HTTPMessageVerifier(
            signature_algorithm=ColoniesSignature, key_resolver=KeyIdIsKey()
        )
        self._verifier.max_clock_skew = datetime.timedelta(seconds=WINDOW)

    def caller(self, request: HTTPServerRequest) -> str:
        """The id that signed a request.

        Raises NotSigned if there is no signature, it does not cover what it must, is not of this
        moment or was seen before.
        """
        if "Signature" not in request.headers or "Signature-Input" not in request.headers:
            raise NotSigned(
                "This request is not signed: sign it as RFC 9421 describes with a Colonies key, "
                "or use this API through Jupyter's address with a Jupyter token"
            )
        try:
            result = self._verified(request)
        except HTTPMessageSignaturesException as error:
            raise NotSigned(f"The signature can't be accepted: {error}") from None
        _check_coverage(result)
        callerid = str(result.parameters["keyid"])
        self._remember(callerid, result)
        return callerid

    def _verified(self, request: HTTPServerRequest) -> VerifyResult:
        message = Message(
            method=request.method or "",
            url=f"{request.protocol}://{request.host}{request.uri}",
            headers={name.lower(): value for name, value in request.headers.items()},
        )
        results = self._verifier.verify(
            message,
            max_age=datetime.timedelta(0),
            require_components=("@method",),
            body=request.body,
        )
        return results[0]

    def _remember(self, callerid: str, result: VerifyResult) -> None:
        now = time.time()
        while self._expiry and self._expiry[0][0] < now:
            self._seen.discard(heapq.heappop(self._expiry)[1])
        created = int(result.parameters["created"])
        if created < self._started:
            raise NotSigned("The signature is older than this server's start: sign again")
        if not result.nonce:
            raise NotSigned("The signature has no nonce: add a random one")
        key = (callerid, result.nonce)
        if key in self._seen:
            raise NotSigned("The signature was used before: sign again with a new nonce")
        self._seen.add(key)
        heapq.heappush(self._expiry, (created + WINDOW + 1, key))


def _check_coverage(result: VerifyResult) -> None:
    covered = {name.strip('"') for name in result.covered_components}
    if "@target-uri" not in covered and not {"@path", "@query"} <= covered:
        raise NotSigned("The signature must cover @target-uri, or @path and @query")
