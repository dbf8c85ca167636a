"""What S3 clients do with objects."""

from __future__ import annotations

import email.utils
from collections.abc import Iterator
from typing import Any

from jupyter_colonies.broker import objects, uploads
from jupyter_colonies.core.objects import Stored, byte_range, check_key, names, spans
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.server.s3 import conditions
from jupyter_colonies.server.s3 import uploads as uploads_face
from jupyter_colonies.server.s3.answer import Answer
from jupyter_colonies.server.s3.refusal import Refusal
from jupyter_colonies.server.s3.visit import Visit
from jupyter_colonies.store.blobs import Blob, Blobs


async def find(visit: Visit) -> Stored:
    """The object. Raises NotFound."""
    place = visit.place
    return await visit.service.broker.store.read(lambda tx: objects.find(tx, place))


async def read(visit: Visit) -> Answer:
    """The object's bytes or a part of them; without them for HEAD."""
    stored = await find(visit)
    headers = _headers(visit, stored)
    if conditions.unchanged(visit.head.headers, stored):
        return Answer(status=304, headers={"ETag": headers["ETag"]})
    span = _span(visit, stored)
    if span is None:
        first, last, status = 0, stored.size - 1, 200
    else:
        (first, last), status = span, 206
        headers["Content-Range"] = f"bytes {first}-{last}/{stored.size}"
        if "partNumber" in visit.query:
            headers["x-amz-mp-parts-count"] = str(max(1, len(stored.pieces)))
    length = last - first + 1
    if visit.head.method == "HEAD":
        return Answer(status=status, headers=headers, length=length)
    stream = read_span(visit.service.blobs, stored, first, last)
    return Answer(status=status, headers=headers, stream=stream, length=length)


async def put(visit: Visit, blob: Blob) -> Answer:
    """Store an object whose bytes have come."""
    service, place, expected = visit.service, visit.place, visit.expected
    meta, pieces = visit.meta, [blob.piece] if blob.size else []
    await service.broker.store.write(
        lambda tx: objects.put(
            tx, place, pieces, blob.md5, meta, quota=service.quota, expected=expected
        )
    )
    return Answer(headers={"ETag": f'"{blob.md5}"'})


async def remove(visit: Visit) -> Answer:
    """Remove the object."""
    place, expected = visit.place, visit.expected
    await visit.service.broker.store.write(lambda tx: objects.remove(tx, place, expected))
    return Answer(status=204)


async def check_target(visit: Visit) -> None:
    """Raise what an upload would be refused with anyway, before its bytes are sent."""
    place, query, quota = visit.place, visit.query, visit.service.quota
    expected, size = visit.expected, visit.promised

    def job(tx: Any) -> None:
        check_key(place.key)
        objects.need_bucket(tx, place.colonyname, place.bucket)
        there = 0
        if "uploadId" in query:
            uploads.need(tx, place, query["uploadId"])
        else:
            before = objects.seek(tx, place)
            expected.check(before.etag if before else None)
            there = before.size if before else 0
        if size > there:
            objects.check_quota(tx, place.colonyname, size - there, quota)

    await visit.service.broker.store.read(job)


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
    headers = visit.head.headers
    if "partNumber" in visit.query:
        return _part(visit, stored)
    header, condition = headers.get("range", ""), headers.get("if-range", "")
    if not header or (condition and not names(condition, stored.etag)):
        return None
    try:
        return byte_range(header, stored.size)
    except InvalidRequest as error:
        raise Refusal(416, "InvalidRange", error.message) from None


def _part(visit: Visit, stored: Stored) -> tuple[int, int] | None:
    """The bytes that were one part when the object was sent; all of one that has no parts."""
    number = uploads_face.part_number(visit)
    if not stored.pieces and number == 1:
        return None
    if not 1 <= number <= len(stored.pieces):
        raise Refusal(416, "InvalidPartNumber", f"The object has {len(stored.pieces)} parts")
    first = sum(piece.size for piece in stored.pieces[: number - 1])
    return first, first + stored.pieces[number - 1].size - 1


def read_span(blobs: Blobs, stored: Stored, first: int, last: int) -> Iterator[bytes]:
    """The bytes `first` to `last` of an object. Raises StorageFailed."""
    with blobs.using([piece.digest for piece in stored.pieces]):
        for piece, offset, length in spans(stored.pieces, first, last):
            yield from blobs.read(piece.digest, offset, length)
