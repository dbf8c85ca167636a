"""Objects, and parts of uploads, that are made of other objects."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import unquote

from jupyter_colonies.broker import objects, uploads
from jupyter_colonies.broker.objects import Place
from jupyter_colonies.core.objects import Stored, byte_range
from jupyter_colonies.errors import InvalidRequest, PreconditionFailed
from jupyter_colonies.server.s3 import conditions, xml
from jupyter_colonies.server.s3.answer import Answer, document
from jupyter_colonies.server.s3.objects import read_span
from jupyter_colonies.server.s3.refusal import Refusal, not_offered
from jupyter_colonies.server.s3.uploads import part_number
from jupyter_colonies.server.s3.visit import Visit
from jupyter_colonies.store.blobs import Blob, Blobs

SOURCE = "x-amz-copy-source"


async def copy(visit: Visit) -> Answer:
    """Store an object with the bytes of another one, which need not be moved for it."""
    if "uploadId" in visit.query:
        return await _copy_part(visit)
    origin = _origin(visit)
    service, place, expected = visit.service, visit.place, visit.expected
    replaced = visit.head.headers.get("x-amz-metadata-directive") == "REPLACE"

    def job(tx: Any) -> Stored:
        found = objects.find(tx, origin)
        conditions.check_source(visit.head.headers, found)
        meta = visit.meta if replaced else found.meta
        return objects.put(
            tx, place, found.pieces, found.etag, meta, quota=service.quota, expected=expected
        )

    made = await service.broker.store.write(job)
    return document(xml.copied("CopyObjectResult", made.etag, made.modified))


async def _copy_part(visit: Visit) -> Answer:
    origin, number = _origin(visit), part_number(visit)
    service, place, uploadid = visit.service, visit.place, visit.query["uploadId"]
    found = await service.broker.store.read(lambda tx: objects.find(tx, origin))
    conditions.check_source(visit.head.headers, found)
    first, last = _span(visit, found)
    blob = _as_it_is(found, first, last)
    moved = blob is None
    if blob is None:
        blob = await asyncio.to_thread(_written_again, service.blobs, found, first, last)
    piece, md5 = blob.piece, blob.md5

    def job(tx: Any) -> int:
        if not moved and objects.find(tx, origin).pieces != found.pieces:
            raise PreconditionFailed("The object to copy from was changed meanwhile")
        uploads.put_part(tx, place, uploadid, number, piece, md5, quota=service.quota)
        return int(tx.now)

    modified = await service.broker.store.write(job)
    return document(xml.copied("CopyPartResult", md5, modified))


def _origin(visit: Visit) -> Place:
    source, _, version = visit.head.headers[SOURCE].partition("?versionId=")
    if version not in ("", "null"):
        raise not_offered("A version of an object")
    bucket, _, key = unquote(source).removeprefix("/").partition("/")
    if not bucket or not key or "\0" in key:
        raise Refusal(400, "InvalidArgument", f"{SOURCE} names no bucket and key")
    return Place(visit.owner.colonyname, bucket, key)


def _span(visit: Visit, found: Stored) -> tuple[int, int]:
    header = visit.head.headers.get(f"{SOURCE}-range", "")
    if not header:
        return 0, found.size - 1
    try:
        span = byte_range(header, found.size)
    except InvalidRequest as error:
        raise Refusal(416, "InvalidRange", error.message) from None
    if span is None:
        raise Refusal(400, "InvalidArgument", f"{SOURCE}-range is '{header}'")
    return span


def _as_it_is(found: Stored, first: int, last: int) -> Blob | None:
    """The bytes where they are, if they are exactly those of one upload in one piece."""
    whole = (first, last) == (0, found.size - 1)
    if not whole or len(found.pieces) != 1 or "-" in found.etag:
        return None
    return Blob(found.pieces[0].digest, found.etag, found.size)


def _written_again(blobs: Blobs, found: Stored, first: int, last: int) -> Blob:
    incoming = blobs.incoming()
    try:
        for chunk in read_span(blobs, found, first, last):
            incoming.write(chunk)
        return incoming.keep()
    except BaseException:
        incoming.discard()
        raise
