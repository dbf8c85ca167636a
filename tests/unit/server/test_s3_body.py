"""Bodies in pieces, cut up by the network in any way."""

import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core import signature4
from jupyter_colonies.core.signature4 import Claim
from jupyter_colonies.server.s3.body import BodyInPieces
from jupyter_colonies.server.s3.refusal import Refusal

SECRET = "secret"
CLAIM = Claim(
    accesskey="a", scope="20260101/r/s3/aws4_request", date="20260101T000000Z",
    signed_headers=("host",), signature="0" * 64, payload="STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
)  # fmt: skip
pieces = st.lists(st.binary(min_size=1, max_size=20), max_size=4)


def in_pieces(parts: list[bytes], *, signed: bool) -> bytes:
    out, before = [], CLAIM.signature
    for part in [*parts, b""]:
        before = signature4.piece_signature(CLAIM, SECRET, before, hashlib.sha256(part).hexdigest())
        extension = f";chunk-signature={before}" if signed else ""
        out.append(f"{len(part):x}{extension}\r\n".encode())
        out.append(part + b"\r\n" if part else b"\r\n")
    return b"".join(out)


@given(parts=pieces, signed=st.booleans(), cuts=st.lists(st.integers(0, 400)))
def test_the_objects_bytes_come_out_however_they_come_in(parts, signed, cuts):
    sent = in_pieces(parts, signed=signed)
    body = BodyInPieces(CLAIM, SECRET if signed else None)
    borders = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    got = b"".join(
        part for begin, end in itertools.pairwise(borders) for part in body.feed(sent[begin:end])
    )
    body.finish()
    assert got == b"".join(parts)


@given(parts=pieces.filter(bool), at=st.integers(0))
def test_changed_bytes_are_refused(parts, at):
    sent = bytearray(in_pieces(parts, signed=True))
    begin = sent.index(b"\r\n") + 2
    sent[begin + at % len(parts[0])] ^= 1
    with pytest.raises(Refusal, match="wrong signature"):
        list(BodyInPieces(CLAIM, SECRET).feed(bytes(sent)))


@given(parts=pieces, signed=st.booleans(), data=st.data())
def test_a_body_that_ends_early_is_not_complete(parts, signed, data):
    sent = in_pieces(parts, signed=signed)
    last = sent.rindex(b"\r\n0") + 2 if parts else 0
    body = BodyInPieces(CLAIM, SECRET if signed else None)
    list(body.feed(sent[: data.draw(st.integers(0, last))]))
    with pytest.raises(Refusal, match="before its last piece"):
        body.finish()


@pytest.mark.parametrize(
    "sent",
    [
        b"xyz\r\n",
        b"-5\r\nhello\r\n",
        b"1_0\r\n",
        b"3\r\nabcX\r\n",
        b"0\r\n\r\nmore\r\n",
        b"9" * 5000,
    ],
)
def test_what_can_not_be_told_apart_is_refused(sent):
    with pytest.raises(Refusal):
        list(BodyInPieces(CLAIM, None).feed(sent))
