"""Objects that are sent in parts: what has come, until they are completed or given up.

The bytes of parts count among those of the colony from the moment they are stored.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from jupyter_colonies.broker import objects
from jupyter_colonies.broker.objects import Place
from jupyter_colonies.core.objects import (
    ANYTHING,
    MOST_PARTS,
    SMALLEST_PART,
    Expectation,
    Piece,
    Stored,
    check_key,
    etag_of_parts,
)
from jupyter_colonies.errors import InvalidRequest, NoSuchUpload
from jupyter_colonies.store import objects as statements
from jupyter_colonies.store import presence
from jupyter_colonies.store.statement import Row, Transaction

LAST_ID = "z"  # after all ids, whatever the database's language

_META = msgspec.json.Decoder(dict[str, str])


class Received(NamedTuple):
    """A part that is stored: its place in the object, its bytes and their MD5."""

    number: int
    piece: Piece
    md5: str
    modified: int


class Listed(NamedTuple):
    """Uploads under way, and whether there are more after the last of them."""

    rows: list[Row]
    more: bool


def begin(tx: Transaction, place: Place, meta: dict[str, str]) -> str:
    """Begin to receive an object in parts: the id of the upload. Raises NotFound."""
    presence.keep(tx, place.colonyname)
    objects.need_bucket(tx, place.colonyname, place.bucket)
    check_key(place.key)
    uploadid = secrets.token_hex(32)
    tx.run(
        statements.ADD_UPLOAD, **place._asdict(), uploadid=uploadid, added=tx.now,
        meta=msgspec.json.encode(meta).decode(),
    )  # fmt: skip
    return uploadid


def need(tx: Transaction, place: Place, uploadid: str) -> Row:
    """An upload that is under way. Raises NotFound."""
    row = tx.one(statements.GET_UPLOAD, **place._asdict(), uploadid=uploadid)
    if row is None:
        raise NoSuchUpload(f"There is no upload '{uploadid}'")
    return row


def put_part(
    tx: Transaction,
    place: Place,
    uploadid: str,
    number: int,
    piece: Piece,
    md5: str,
    *,
    quota: int = 0,
) -> None:
    """Store a part whose bytes are on disk. Raises NotFound, OverQuota and InvalidRequest."""
    if not 1 <= number <= MOST_PARTS:
        raise InvalidRequest(f"Parts are numbered from 1 to {MOST_PARTS}")
    presence.keep(tx, place.colonyname)
    tx.lock(statements.LOCK_UPLOAD, **place._asdict(), uploadid=uploadid)
    need(tx, place, uploadid)
    before = tx.one(statements.PART, uploadid=uploadid, number=number)
    more = piece.size - (before["size"] if before else 0)
    objects.account(tx, place.colonyname, more, quota)
    tx.run(
        statements.PUT_PART, uploadid=uploadid, number=number, digest=piece.digest,
        size=piece.size, md5=md5, modified=tx.now,
    )  # fmt: skip


def received(tx: Transaction, place: Place, uploadid: str) -> list[Received]:
    """The parts that have come so far. Raises NotFound."""
    need(tx, place, uploadid)
    return [
        Received(row["number"], Piece(row["digest"], row["size"]), row["md5"], row["modified"])
        for row in tx.all(statements.PARTS, uploadid=uploadid)
    ]


def complete(
    tx: Transaction,
    place: Place,
    uploadid: str,
    chosen: Sequence[tuple[int, str]],
    *,
    quota: int = 0,
    expected: Expectation = ANYTHING,
) -> Stored:
    """Make the object of the parts that are named by number and ETag.

    Raises NotFound, OverQuota, PreconditionFailed, and InvalidRequest for parts that did not come
    or are too small.
    """
    presence.keep(tx, place.colonyname)
    tx.lock(statements.LOCK_UPLOAD, **place._asdict(), uploadid=uploadid)
    upload = need(tx, place, uploadid)
    there = {part.number: part for part in received(tx, place, uploadid)}
    numbers = [number for number, _ in chosen]
    if not chosen or numbers != sorted(set(numbers)):
        raise InvalidRequest("The parts have to be named in rising order, each once")
    for number, etag in chosen:
        if number not in there or there[number].md5 != etag.strip('"'):
            raise InvalidRequest(f"Part {number} with ETag {etag} has not come")
    parts = [there[number] for number in numbers]
    for part in parts[:-1]:
        if part.piece.size < SMALLEST_PART:
            raise InvalidRequest(f"Part {part.number} is smaller than {SMALLEST_PART} bytes")
    etag = etag_of_parts([part.md5 for part in parts])
    pieces = [part.piece for part in parts if part.piece.size]
    meta = _META.decode(upload["meta"])
    abandon(tx, place.colonyname, uploadid)
    return objects.put(tx, place, pieces, etag, meta, quota=quota, expected=expected)


def give_up(tx: Transaction, place: Place, uploadid: str) -> None:
    """Forget an upload and its parts. Raises NotFound."""
    tx.lock(statements.LOCK_UPLOAD, **place._asdict(), uploadid=uploadid)
    need(tx, place, uploadid)
    abandon(tx, place.colonyname, uploadid)


def abandon(tx: Transaction, colonyname: str, uploadid: str) -> None:
    """Forget an upload that nobody else is about to change."""
    row = tx.one(statements.SIZE_OF_PARTS, uploadid=uploadid)
    objects.account(tx, colonyname, -(row["bytes"] if row else 0), 0)
    tx.run(statements.REMOVE_PARTS, uploadid=uploadid)
    tx.run(statements.REMOVE_UPLOAD, uploadid=uploadid)


def listing(
    tx: Transaction, colonyname: str, bucket: str, *, prefix: str, key: str, uploadid: str,
    most: int,
) -> Listed:  # fmt: skip
    """The uploads under way whose keys have a prefix, after that of a key and an id."""
    objects.need_bucket(tx, colonyname, bucket)
    rows = tx.all(
        statements.LIST_UPLOADS, colonyname=colonyname, bucket=bucket, prefix=prefix,
        before=prefix + objects.LAST, after=key, uploadid=uploadid or LAST_ID, most=most + 1,
    )  # fmt: skip
    return Listed(rows[:most], len(rows) > most)


def forget(tx: Transaction, before: int) -> int:
    """Forget the uploads that began before a moment, in nanoseconds since 1970; how many."""
    rows = tx.all(statements.FORGOTTEN_UPLOADS, before=before)
    for row in rows:
        abandon(tx, row["colonyname"], row["uploadid"])
    return len(rows)
