"""What S3 clients do with objects."""

from __future__ import annotations

import email.utils
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from jupyter_colonies.broker import objects
from jupyter_colonies.broker.objects import Place
from jupyter_colonies.core.objects import Piece, Stored, byte_range, check_key, spans
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.server.s3 import xml
from jupyter_colonies.server.s3.answer import Answer, document
from jupyter_colonies.server.s3.refusal import Refusal, not_offered
from jupyter_colonies.server.s3.visit import Visit
from jupyter_colonies.store.blobs import Blob, Blobs


async def find(visit: Visit) -> Stored:
    """The object. Raises NotFound."""
    place = visit.place
    return await visit.service.broker.store.read(lambda tx: objects.find(tx, place))


async def read(visit: Visit) -> Answer:
    """The object's bytes or a part of them; without them for HEAD; or the parts of an upload."""
    if "uploadId" in visit.query:
        return await _parts(visit)
    unknown = [name for name in ("acl", "tagging", "torrent", "retention") if name in visit.query]
    if unknown:
        raise not_offered(f"The {unknown[0]} of an object")
    stored = await find(visit)
    headers = _headers(visit, stored)
    etag = f'"{stored.etag}"'
    if _named(visit.head.headers.get("if-none-match", ""), etag):
        return Answer(status=304, headers={"ETag": etag})
    expected = visit.head.headers.get("if-match", "")
    if expected and not _named(expected, etag):
        raise Refusal(412, "PreconditionFailed", "The object is another one by now")
    span = _span(visit, stored)
    if span is None:
        first, last, status = 0, stored.size - 1, 200
    else:
        (first, last), status = span, 206
        headers["Content-Range"] = f"bytes {first}-{last}/{stored.size}"
    length = last - first + 1
    if visit.head.method == "HEAD":
        return Answer(status=status, headers=headers, length=length)
    stream = _bytes(visit.service.blobs, stored, first, last)
    return Answer(status=status, headers=headers, stream=stream, length=length)


async def put(visit: Visit, blob: Blob) -> Answer:
    """Store an object, or a part of one, whose bytes have come."""
    service, place = visit.service, visit.place
    piece = Piece(blob.digest, blob.size)
    if "uploadId" in visit.query:
        uploadid = visit.query["uploadId"]
        number = visit.number("partNumber", 0, 1_000_000)
        await service.broker.store.write(
            lambda tx: objects.put_part(tx, place, uploadid, number, piece, blob.md5)
        )
    else:
        meta, pieces = visit.meta, [piece] if blob.size else []
        await service.broker.store.write(
            lambda tx: objects.put(tx, place, pieces, blob.md5, meta, quota=service.quota)
        )
    return Answer(headers={"ETag": f'"{blob.md5}"'})


async def copy(visit: Visit) -> Answer:
    """Store an object with the bytes of another one, which need not be moved for it."""
    if "uploadId" in visit.query:
        raise not_offered("Copying a part of an upload")
    source = unquote(visit.head.headers["x-amz-copy-source"]).lstrip("/")
    bucket, _, key = source.partition("/")
    service, place = visit.service, visit.place
    origin = Place(visit.owner.colonyname, bucket, key)
    replaced = visit.head.headers.get("x-amz-metadata-directive") == "REPLACE"

    def job(tx: Any) -> Stored:
        found = objects.find(tx, origin)
        meta = visit.meta if replaced else found.meta
        return objects.put(tx, place, found.pieces, found.etag, meta, quota=service.quota)

    made = await service.broker.store.write(job)
    return document(xml.copied("CopyObjectResult", made))


async def remove(visit: Visit) -> Answer:
    """Remove the object, or give an upload up."""
    place, store = visit.place, visit.service.broker.store
    if "uploadId" in visit.query:
        uploadid = visit.query["uploadId"]

        def job(tx: Any) -> None:
            objects.need_upload(tx, place, uploadid)
            objects.abandon(tx, uploadid)

        await store.write(job)
    else:
        await store.write(lambda tx: objects.remove(tx, place))
    return Answer(status=204)


async def post(visit: Visit, body: bytes) -> Answer:
    """Begin an upload in parts, or make an object of the parts that came."""
    service, place = visit.service, visit.place
    names = [("Bucket", visit.bucket), ("Key", visit.key)]
    if "uploads" in visit.query:
        meta = visit.meta
        uploadid = await service.broker.store.write(
            lambda tx: objects.begin_upload(tx, place, meta)
        )
        content = [*names, ("UploadId", uploadid)]
        return document(xml.document("InitiateMultipartUploadResult", content))
    if "uploadId" not in visit.query:
        raise not_offered("This way to change an object")
    chosen, uploadid = xml.chosen_parts(body), visit.query["uploadId"]
    try:
        made = await service.broker.store.write(
            lambda tx: objects.complete(tx, place, uploadid, chosen, quota=service.quota)
        )
    except InvalidRequest as error:
        code = "EntityTooSmall" if "smaller" in error.message else "InvalidPart"
        raise Refusal(400, code, error.message) from None
    content = [("Location", visit.head.path), *names, ("ETag", f'"{made.etag}"')]
    return document(xml.document("CompleteMultipartUploadResult", content))


async def check_target(visit: Visit) -> None:
    """Raise what an upload would be refused with anyway, before its bytes are sent."""
    place, query = visit.place, visit.query

    def job(tx: Any) -> None:
        check_key(place.key)
        if "uploadId" in query:
            objects.need_upload(tx, place, query["uploadId"])
        else:
            objects.need_bucket(tx, place.colonyname, place.bucket)

    await visit.service.broker.store.read(job)


async def _parts(visit: Visit) -> Answer:
    place, uploadid = visit.place, visit.query["uploadId"]
    rows = await visit.service.broker.store.read(lambda tx: objects.received(tx, place, uploadid))
    content: list[tuple[str, Any]] = [
        ("Bucket", visit.bucket),
        ("Key", visit.key),
        ("UploadId", uploadid),
        ("IsTruncated", "false"),
    ]
    content += [
        (
            "Part",
            [
                ("PartNumber", part.number),
                ("LastModified", xml.moment(part.modified)),
                ("ETag", f'"{part.md5}"'),
                ("Size", part.piece.size),
            ],
        )
        for part in rows
    ]
    return document(xml.document("ListPartsResult", content))


def _headers(visit: Visit, stored: Stored) -> dict[str, str]:
    headers = {
        "Content-Type": "binary/octet-stream",
        **stored.meta,
        "ETag": f'"{stored.etag}"',
        "Last-Modified": email.utils.formatdate(stored.modified // SECOND, usegmt=True),
        "Accept-Ranges": "bytes",
    }
    for name in ("content-type", "content-disposition"):
        if asked := visit.query.get(f"response-{name}"):
            headers[name] = asked
    return headers


def _span(visit: Visit, stored: Stored) -> tuple[int, int] | None:
    header = visit.head.headers.get("range", "")
    try:
        return byte_range(header, stored.size) if header else None
    except InvalidRequest as error:
        raise Refusal(416, "InvalidRange", error.message) from None


def _bytes(blobs: Blobs, stored: Stored, first: int, last: int) -> Iterator[bytes]:
    for piece, offset, length in spans(stored.pieces, first, last):
        yield from blobs.read(piece.digest, offset, length)


def _named(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in [each.strip() for each in header.split(",")]
