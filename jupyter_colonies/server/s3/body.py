"""The body of an upload: in one piece, or in the pieces that S3 clients sign one by one.

What is fed in comes from the network in any portions; what comes out are the object's own bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from jupyter_colonies.core import signature4
from jupyter_colonies.core.signature4 import Claim
from jupyter_colonies.server.s3.refusal import Refusal

LONGEST_LINE = 4096
SIGNED_PIECES = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
CHECKSUM = "x-amz-checksum-"
_SIZE = re.compile(rb"[0-9a-fA-F]{1,16}")


class Body(Protocol):
    """Something that gives an object's bytes."""

    @property
    def trailer(self) -> Mapping[str, str]:
        """What followed the last piece: header-like lines."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The object's bytes among these. Raises Refusal."""

    def finish(self) -> None:
        """Raise Refusal unless the body was complete."""


def body(claim: Claim, secretkey: str) -> Body:
    """How the body of a request is to be read."""
    if not claim.payload.startswith(signature4.STREAMING):
        return PlainBody()
    signed = claim.payload.startswith(SIGNED_PIECES)
    return BodyInPieces(claim, secretkey if signed else None)


class PlainBody:
    """A body whose bytes are the object's."""

    trailer: Mapping[str, str] = {}

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The same bytes."""
        yield data

    def finish(self) -> None:
        """Always complete: HTTP itself says how long it is."""


class BodyInPieces:
    """`aws-chunked`: pieces with their length, and their signature where there is a secret key."""

    def __init__(self, claim: Claim, secretkey: str | None) -> None:
        self.trailer: dict[str, str] = {}
        self._claim = claim
        self._secretkey = secretkey
        self._before = claim.signature
        self._buffer = b""
        self._left = 0
        self._digest = hashlib.sha256()
        self._signature = ""
        self._lines = b""
        self._expects: Callable[[bytes], None] = self._head

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The object's bytes among these. Raises Refusal for a wrong signature or frame."""
        self._buffer += data
        while True:
            if self._left:
                part, self._buffer = self._buffer[: self._left], self._buffer[self._left :]
                if not part:
                    return
                self._left -= len(part)
                if self._secretkey is not None:
                    self._digest.update(part)
                yield part
                continue
            line, found, rest = self._buffer.partition(b"\r\n")
            if not found:
                if len(self._buffer) > LONGEST_LINE:
                    raise _broken()
                return
            self._buffer = rest
            self._expects(line)

    def finish(self) -> None:
        """Raise Refusal unless the last piece came, and the lines after it."""
        if self._expects not in (self._trailing, self._nothing):
            raise Refusal(400, "IncompleteBody", "The body ended before its last piece")

    def _head(self, line: bytes) -> None:
        size, _, extension = line.partition(b";")
        name, _, signature = extension.partition(b"=")
        if not _SIZE.fullmatch(size.strip()):
            raise _broken()
        self._left = int(size, 16)
        self._signature = signature.strip().decode("ascii", "replace")
        if self._secretkey is not None and name.strip() != b"chunk-signature":
            raise _broken()
        if self._left:
            self._expects = self._end
        else:
            self._check()
            self._expects = self._trailing

    def _end(self, line: bytes) -> None:
        if line:
            raise _broken()
        self._check()
        self._expects = self._head

    def _trailing(self, line: bytes) -> None:
        if not line:
            self._expects = self._nothing
            return
        name, _, value = line.partition(b":")
        if name == b"x-amz-trailer-signature":
            self._check_trailer(value.decode("ascii", "replace").strip())
            return
        self._lines += line + b"\n"
        self.trailer[name.decode("latin-1").lower()] = value.decode("latin-1").strip()

    def _nothing(self, _: bytes) -> None:
        raise _broken()

    def _check(self) -> None:
        if self._secretkey is None:
            return
        expected = signature4.piece_signature(
            self._claim, self._secretkey, self._before, self._digest.hexdigest()
        )
        _compare(expected, self._signature)
        self._before = expected
        self._digest = hashlib.sha256()

    def _check_trailer(self, signature: str) -> None:
        if self._secretkey is not None:
            expected = signature4.trailer_signature(
                self._claim, self._secretkey, self._before, self._lines
            )
            _compare(expected, signature)


class Sums:
    """The checksums that a client sends along, compared with those of what came."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers
        named = {name for name in headers if name.startswith(CHECKSUM)}
        named.add(headers.get("x-amz-trailer", "").strip().lower())
        self._crc: int | None = 0 if f"{CHECKSUM}crc32" in named else None
        self._hashes: dict[str, Any] = {
            name: hashlib.new(name, usedforsecurity=False)
            for name in ("sha1", "sha256")
            if f"{CHECKSUM}{name}" in named
        }

    def update(self, data: bytes) -> None:
        """More of the object's bytes."""
        if self._crc is not None:
            self._crc = zlib.crc32(data, self._crc)
        for each in self._hashes.values():
            each.update(data)

    def check(self, md5: str, trailer: Mapping[str, str]) -> None:
        """Raise Refusal if a checksum of the client's is another one.

        `md5` is that of the bytes, in hexadecimal. Kinds that are not known here are not checked.
        """
        came = {"content-md5": bytes.fromhex(md5)}
        if self._crc is not None:
            came[f"{CHECKSUM}crc32"] = self._crc.to_bytes(4, "big")
        for name, each in self._hashes.items():
            came[f"{CHECKSUM}{name}"] = each.digest()
        for name, value in {**self._headers, **trailer}.items():
            if name in came and base64.b64encode(came[name]).decode() != value:
                raise Refusal(
                    400, "BadDigest", f"{name} is {value}, but other bytes have come: send again"
                )


def _compare(expected: str, given: str) -> None:
    if not hmac.compare_digest(expected, given):
        raise Refusal(403, "SignatureDoesNotMatch", "A piece of the body has a wrong signature")


def _broken() -> Refusal:
    return Refusal(400, "InvalidRequest", "The pieces of the body can't be told apart")
