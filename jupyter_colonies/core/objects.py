"""What is stored for S3 clients: objects in buckets, their bytes in pieces (part 03, 1.11)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from jupyter_colonies.errors import InvalidRequest, NotFound, PreconditionFailed

MOST_PARTS = 10_000
SMALLEST_PART = 5 * 1024 * 1024
LARGEST_KEY = 1024

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """Bytes of an object that are stored together, named by their SHA-256; `size` in bytes."""

    digest: str
    size: int


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An object: `etag` as S3 makes it, `modified` in nanoseconds since 1970.

    `meta` are the headers that the client sent with it.
    """

    key: str
    size: int
    etag: str
    pieces: tuple[Piece, ...]
    meta: dict[str, str]
    modified: int


class Expectation(NamedTuple):
    """What a writer expects to find: the headers If-Match and If-None-Match, empty for anything."""

    match: str = ""
    none_match: str = ""

    def check(self, etag: str | None) -> None:
        """Raise PreconditionFailed, and NotFound where a certain object was expected.

        `etag` is that of the object that is there, None if there is none.
        """
        if etag is None:
            if self.match:
                raise NotFound("There is no object whose ETag could match")
            return
        if self.match and not names(self.match, etag):
            raise PreconditionFailed("The object is another one by now")
        if self.none_match and names(self.none_match, etag):
            raise PreconditionFailed("The object is there already")


ANYTHING = Expectation()


def names(header: str, etag: str) -> bool:
    """Whether a condition names an ETag, given without quotes: `*` names each."""
    given = (each.strip().removeprefix("W/").strip('"') for each in header.split(","))
    return header.strip() == "*" or etag in given


def check_bucket(name: str) -> None:
    """Raise InvalidRequest unless a bucket may be called so."""
    if not _BUCKET.fullmatch(name) or ".." in name:
        raise InvalidRequest(
            f"'{name}' is no name for a bucket: 3 to 63 lower-case letters, digits, dots and "
            "hyphens, with a letter or digit at both ends"
        )


def check_key(key: str) -> None:
    """Raise InvalidRequest unless an object may be called so."""
    if not key or len(key.encode()) > LARGEST_KEY or "\0" in key:
        raise InvalidRequest(f"An object's key has 1 to {LARGEST_KEY} bytes and no zero byte")


def etag_of_parts(md5s: Sequence[str]) -> str:
    """The ETag of an object that was sent in parts."""
    joined = b"".join(bytes.fromhex(md5) for md5 in md5s)
    return f"{hashlib.md5(joined, usedforsecurity=False).hexdigest()}-{len(md5s)}"


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte that a Range header asks for, None if it is to be ignored.

    Raises InvalidRequest if there are no such bytes.
    """
    match = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", header.strip())
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        span = (max(0, size - int(last)), size - 1)
        fits = int(last) > 0 and size > 0
    else:
        span = (int(first), min(int(last), size - 1) if last else size - 1)
        fits = span[0] < size and (not last or int(last) >= span[0])
    if not fits:
        raise InvalidRequest(f"The object has {size} bytes, '{header}' lies outside of them")
    return span


def spans(pieces: Sequence[Piece], first: int, last: int) -> Iterator[tuple[Piece, int, int]]:
    """The pieces that hold bytes `first` to `last`: each with its offset and length there."""
    begin = 0
    for piece in pieces:
        end = begin + piece.size
        if end > first and begin <= last:
            offset = max(0, first - begin)
            yield piece, offset, min(piece.size, last + 1 - begin) - offset
        begin = end
