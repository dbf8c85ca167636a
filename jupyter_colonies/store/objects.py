"""Statements about buckets, objects, uploads and the keys of S3 clients."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Table,
    and_,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, inserting

credentials: Table = tables.Credential.__table__  # type: ignore[attr-defined]
buckets: Table = tables.Bucket.__table__  # type: ignore[attr-defined]
objects: Table = tables.StoredObject.__table__  # type: ignore[attr-defined]
usages: Table = tables.Usage.__table__  # type: ignore[attr-defined]
uploads: Table = tables.Upload.__table__  # type: ignore[attr-defined]
parts: Table = tables.Part.__table__  # type: ignore[attr-defined]

_COLONY: BindParameter[str] = bindparam("colonyname")
_BUCKET: BindParameter[str] = bindparam("bucket")
_KEY: BindParameter[str] = bindparam("key")
_UPLOAD: BindParameter[str] = bindparam("uploadid")
_O = objects.c
_IN_BUCKET = (_O.colonyname == _COLONY, _O.bucket == _BUCKET)


def _put(table: Table) -> Statement:
    """Insert a row, or replace the one with the same key."""
    key = [column.name for column in table.primary_key]
    values = _values(table)

    def form(dialect: Any) -> Any:
        made = dialect.insert(table).values(values)
        changed = {name: made.excluded[name] for name in values if name not in key}
        return made.on_conflict_do_update(index_elements=key, set_=changed)

    return Statement(form(sqlite), postgresql=form(postgresql))


def _values(table: Table) -> dict[str, BindParameter[Any]]:
    return {each.name: bindparam(each.name) for each in table.c}


ADD_CREDENTIAL = Statement(inserting(credentials))
CREDENTIAL = Statement(select(credentials).where(credentials.c.accesskey == bindparam("accesskey")))
CREDENTIAL_OF_MEMBER = Statement(
    select(credentials).where(
        credentials.c.colonyname == _COLONY, credentials.c.memberid == bindparam("memberid")
    )
)
REMOVE_CREDENTIAL = Statement(
    delete(credentials).where(
        credentials.c.colonyname == _COLONY, credentials.c.memberid == bindparam("memberid")
    )
)

ADD_BUCKET = _put(buckets)
GET_BUCKET = Statement(
    select(buckets).where(buckets.c.colonyname == _COLONY, buckets.c.bucket == _BUCKET)
)
LIST_BUCKETS = Statement(
    select(buckets).where(buckets.c.colonyname == _COLONY).order_by(buckets.c.bucket)
)
REMOVE_BUCKET = Statement(
    delete(buckets).where(buckets.c.colonyname == _COLONY, buckets.c.bucket == _BUCKET)
)

PUT = _put(objects)
GET = Statement(select(objects).where(*_IN_BUCKET, _O.key == _KEY))
REMOVE = Statement(delete(objects).where(*_IN_BUCKET, _O.key == _KEY))

HELD = Statement(select(_O.pieces).where(_O.size > literal_column("0")))
HELD_BY_PARTS = Statement(select(parts.c.digest))
FORGOTTEN_UPLOADS = Statement(
    select(uploads.c.uploadid, uploads.c.colonyname)
    .where(uploads.c.added < bindparam("before"))
    .with_for_update(skip_locked=True)
)

_usage = select(usages).where(usages.c.colonyname == _COLONY)
USAGE = Statement(_usage)
LOCK_USAGE = Statement(_usage.with_for_update(), lasting=True)
BEGIN_USAGE = Statement(
    sqlite.insert(usages).values(_values(usages)).on_conflict_do_nothing(),
    postgresql=postgresql.insert(usages).values(_values(usages)).on_conflict_do_nothing(),
)
SET_USAGE = _put(usages)

ADD_UPLOAD = Statement(inserting(uploads))
_upload = (
    uploads.c.uploadid == _UPLOAD,
    uploads.c.colonyname == _COLONY,
    uploads.c.bucket == _BUCKET,
    uploads.c.key == _KEY,
)
GET_UPLOAD = Statement(select(uploads).where(*_upload))
LOCK_UPLOAD = Statement(select(uploads.c.uploadid).where(*_upload).with_for_update())
_after: BindParameter[str] = bindparam("after")
LIST_UPLOADS = Statement(
    select(uploads)
    .where(
        uploads.c.colonyname == _COLONY,
        uploads.c.bucket == _BUCKET,
        uploads.c.key >= bindparam("prefix"),
        uploads.c.key < bindparam("before"),
        or_(
            uploads.c.key > _after,
            and_(uploads.c.key == _after, uploads.c.uploadid > _UPLOAD),
        ),
    )
    .order_by(uploads.c.key, uploads.c.uploadid)
    .limit(bindparam("most"))
)
REMOVE_UPLOAD = Statement(delete(uploads).where(uploads.c.uploadid == _UPLOAD))
PUT_PART = _put(parts)
PART = Statement(
    select(parts.c.size).where(parts.c.uploadid == _UPLOAD, parts.c.number == bindparam("number"))
)
SIZE_OF_PARTS = Statement(
    select(cast(func.coalesce(func.sum(parts.c.size), 0), BigInteger).label("bytes")).where(
        parts.c.uploadid == _UPLOAD
    )
)
PARTS = Statement(select(parts).where(parts.c.uploadid == _UPLOAD).order_by(parts.c.number))
REMOVE_PARTS = Statement(delete(parts).where(parts.c.uploadid == _UPLOAD))


def _counted(table: Table) -> Statement:
    """How many rows each colony has."""
    number = func.count().label("value")
    return Statement(select(table.c.colonyname, number).group_by(table.c.colonyname))


USED = Statement(select(usages.c.colonyname, usages.c.bytes.label("value")))
OBJECTS_HELD, UPLOADS_HELD = _counted(objects), _counted(uploads)
REVISIONS_HELD = _counted(tables.File.__table__)  # type: ignore[attr-defined]

REMOVE_OF_COLONY = (
    Statement(
        delete(parts).where(
            parts.c.uploadid.in_(select(uploads.c.uploadid).where(uploads.c.colonyname == _COLONY))
        )
    ),
    *(
        Statement(delete(table).where(table.c.colonyname == _COLONY))
        for table in (uploads, objects, usages, buckets, credentials)
    ),
)


KEYS = Statement(
    select(_O.key, _O.size, _O.etag, _O.modified)
    .where(
        *_IN_BUCKET,
        _O.key >= bindparam("prefix"),
        _O.key > bindparam("after"),
        _O.key < bindparam("before"),
    )
    .order_by(_O.key)
    .limit(bindparam("most"))
)
"""Objects of a bucket from a prefix and after a key, in the order of their bytes."""
