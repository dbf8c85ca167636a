"""Objects in buckets: what S3 clients do with the bytes of a colony's files.

The bytes themselves are stored and read by whoever calls: here is what is known of them, and who
may do what. A client's keys are good for one colony and only as long as their owner is a member.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from jupyter_colonies.broker import authorize
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.core.messages import objects as messages
from jupyter_colonies.core.messages.objects import Credentials, GetCredentials
from jupyter_colonies.core.objects import (
    ANYTHING,
    Expectation,
    Piece,
    Stored,
    check_bucket,
    check_key,
)
from jupyter_colonies.errors import (
    AccessDenied,
    Conflict,
    NoSuchBucket,
    NotFound,
    OverQuota,
)
from jupyter_colonies.store import objects, presence
from jupyter_colonies.store.statement import Row, Transaction

BUCKET = "colonies"
REGION = "us-east-1"
LAST = "\U0010ffff"
PAGE = 1000

_PIECES = msgspec.json.Decoder(tuple[Piece, ...])
_META = msgspec.json.Decoder(dict[str, str])


class Owner(NamedTuple):
    """Whose keys signed a request, and what is needed to check it."""

    colonyname: str
    memberid: str
    secretkey: str


class Place(NamedTuple):
    """Where an object is."""

    colonyname: str
    bucket: str
    key: str


@answers(messages.GET_CREDENTIALS)
def get_credentials(call: Call, request: GetCredentials) -> Credentials:
    """The caller's keys, made when they are first asked for. There is a bucket then, too.

    Raises NotFound if the bytes of files are elsewhere and the server was not told where.
    """
    if not call.facts.face:
        if call.facts.elsewhere is None:
            raise NotFound(
                "This server keeps no bytes of files (COLONIES_S3 is off): set the AWS_S3_* "
                "variables to those of the store that the colony uses"
            )
        return call.facts.elsewhere
    member = {"colonyname": call.colonyname, "memberid": call.caller.id}
    row = call.tx.one(objects.CREDENTIAL_OF_MEMBER, **member)
    if row is None or request.renew:
        call.tx.run(objects.REMOVE_CREDENTIAL, **member)
        row = {
            **member,
            "accesskey": base64.b32encode(secrets.token_bytes(10)).decode() + "COLO",
            "secretkey": secrets.token_urlsafe(30),
            "added": call.tx.now,
        }
        call.tx.run(objects.ADD_CREDENTIAL, **row)
    add_bucket(call.tx, call.colonyname, BUCKET)
    return Credentials(
        accesskey=row["accesskey"], secretkey=row["secretkey"], bucket=BUCKET, region=REGION
    )


def owner(tx: Transaction, accesskey: str) -> Owner:
    """Whose keys these are. Raises AccessDenied for unknown keys and those of former members."""
    row = tx.one(objects.CREDENTIAL, accesskey=accesskey)
    if row is None:
        raise AccessDenied("The access key is not known: ask the server for one")
    authorize.member(tx, row["colonyname"], row["memberid"])
    return Owner(row["colonyname"], row["memberid"], row["secretkey"])


def add_bucket(tx: Transaction, colonyname: str, bucket: str) -> None:
    """Make a bucket unless it is there. Raises InvalidRequest for its name."""
    check_bucket(bucket)
    presence.keep(tx, colonyname)
    if tx.one(objects.GET_BUCKET, colonyname=colonyname, bucket=bucket) is None:
        tx.run(objects.ADD_BUCKET, colonyname=colonyname, bucket=bucket, added=tx.now)
        tx.run(objects.BEGIN_USAGE, colonyname=colonyname, bytes=0)


def need_bucket(tx: Transaction, colonyname: str, bucket: str) -> None:
    """Raise NoSuchBucket unless it is there."""
    if tx.one(objects.GET_BUCKET, colonyname=colonyname, bucket=bucket) is None:
        raise NoSuchBucket(f"There is no bucket '{bucket}'")


def buckets(tx: Transaction, colonyname: str) -> list[Row]:
    """The colony's buckets by name, each with `bucket` and `added`."""
    return tx.all(objects.LIST_BUCKETS, colonyname=colonyname)


def remove_bucket(tx: Transaction, colonyname: str, bucket: str) -> None:
    """Remove an empty bucket. Raises NotFound and Conflict."""
    need_bucket(tx, colonyname, bucket)
    where = {"colonyname": colonyname, "bucket": bucket}
    if tx.one(objects.KEYS, **where, prefix="", after="", before=LAST, most=1) is not None:
        raise Conflict(f"The bucket '{bucket}' is not empty")
    tx.run(objects.REMOVE_BUCKET, **where)


def find(tx: Transaction, place: Place) -> Stored:
    """An object. Raises NotFound."""
    need_bucket(tx, place.colonyname, place.bucket)
    found = seek(tx, place)
    if found is None:
        raise NotFound(f"There is no object '{place.key}'")
    return found


def seek(tx: Transaction, place: Place) -> Stored | None:
    """An object, None if there is none."""
    row = tx.one(objects.GET, **place._asdict())
    return _stored(row) if row else None


def put(
    tx: Transaction,
    place: Place,
    pieces: Sequence[Piece],
    etag: str,
    meta: dict[str, str],
    *,
    quota: int = 0,
    expected: Expectation = ANYTHING,
) -> Stored:
    """Store or replace an object whose bytes are on disk.

    `quota` is the number of bytes a colony may hold, 0 for any. Raises NotFound, OverQuota,
    PreconditionFailed unless there is what is expected, and InvalidRequest for a key.
    """
    presence.keep(tx, place.colonyname)
    need_bucket(tx, place.colonyname, place.bucket)
    check_key(place.key)
    size = sum(piece.size for piece in pieces)
    tx.lock(objects.LOCK_USAGE, colonyname=place.colonyname)
    before = tx.one(objects.GET, **place._asdict())
    expected.check(before["etag"] if before else None)
    account(tx, place.colonyname, size - (before["size"] if before else 0), quota)
    made = Stored(
        key=place.key, size=size, etag=etag, pieces=tuple(pieces), meta=meta, modified=tx.now
    )
    tx.run(
        objects.PUT, **place._asdict(), size=size, etag=etag, modified=tx.now,
        meta=msgspec.json.encode(meta).decode(), pieces=msgspec.json.encode(made.pieces).decode(),
    )  # fmt: skip
    return made


def remove(tx: Transaction, place: Place, expected: Expectation = ANYTHING) -> None:
    """Remove an object; it is no mistake if there is none.

    Raises NotFound if there is no such bucket, and PreconditionFailed.
    """
    need_bucket(tx, place.colonyname, place.bucket)
    tx.lock(objects.LOCK_USAGE, colonyname=place.colonyname)
    row = tx.one(objects.GET, **place._asdict())
    if row is not None:
        expected.check(row["etag"])
        account(tx, place.colonyname, -row["size"], 0)
        tx.run(objects.REMOVE, **place._asdict())


class Listed(NamedTuple):
    """Part of a bucket's listing: objects, what they are gathered under, where to go on."""

    rows: list[Row]
    prefixes: list[str]
    more_after: str


def listing(
    tx: Transaction, colonyname: str, bucket: str, *, prefix: str, delimiter: str, after: str,
    most: int,
) -> Listed:  # fmt: skip
    """Objects with a prefix after a key; those with a delimiter behind it as their prefix alone."""
    need_bucket(tx, colonyname, bucket)
    rows: list[Row] = []
    prefixes: list[str] = []
    page = min(PAGE, most + 1)
    for name, row in _names(tx, colonyname, bucket, prefix, delimiter, after, page):
        if len(rows) + len(prefixes) == most:
            return Listed(rows, prefixes, after)
        if row is None:
            prefixes.append(name)
            after = name + LAST
        else:
            rows.append(row)
            after = name
    return Listed(rows, prefixes, "")


def _names(
    tx: Transaction, colonyname: str, bucket: str, prefix: str, delimiter: str, after: str,
    most: int,
) -> Iterator[tuple[str, Row | None]]:  # fmt: skip
    """Objects and, without a row, what stands for several of them."""
    while page := tx.all(
        objects.KEYS, colonyname=colonyname, bucket=bucket, prefix=prefix, after=after,
        before=prefix + LAST, most=most,
    ):  # fmt: skip
        for row in page:
            if row["key"] <= after:  # what the last name stands for
                continue
            after = str(row["key"])
            head, found, _ = after[len(prefix) :].partition(delimiter or LAST)
            if found:
                together = prefix + head + delimiter
                after = together + LAST
                yield together, None
            else:
                yield after, row


def held(tx: Transaction) -> set[str]:
    """The digests of all bytes that an object or a part refers to."""
    digests = {row["digest"] for row in tx.all(objects.HELD_BY_PARTS)}
    for row in tx.all(objects.HELD):
        digests.update(piece.digest for piece in _PIECES.decode(row["pieces"]))
    return digests


def check_quota(tx: Transaction, colonyname: str, more: int, quota: int) -> None:
    """Raise OverQuota if so many more bytes are too many."""
    row = tx.one(objects.USAGE, colonyname=colonyname)
    _within(quota, colonyname, (row["bytes"] if row else 0) + more)


def account(tx: Transaction, colonyname: str, more: int, quota: int) -> None:
    """Count bytes that come, or go where `more` is negative. Raises OverQuota."""
    tx.lock(objects.LOCK_USAGE, colonyname=colonyname)
    row = tx.one(objects.USAGE, colonyname=colonyname)
    used = (row["bytes"] if row else 0) + more
    if more > 0:
        _within(quota, colonyname, used)
    if more:
        tx.run(objects.SET_USAGE, colonyname=colonyname, bytes=used)


def _within(quota: int, colonyname: str, used: int) -> None:
    if quota and used > quota:
        raise OverQuota(
            f"Colony '{colonyname}' may hold {quota:,} bytes of files and would hold {used:,}: "
            "remove files, or have the quota raised"
        )


def _stored(row: Row) -> Stored:
    return Stored(
        key=row["key"], size=row["size"], etag=row["etag"], pieces=_PIECES.decode(row["pieces"]),
        meta=_META.decode(row["meta"]), modified=row["modified"],
    )  # fmt: skip
