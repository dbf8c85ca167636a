"""What S3 clients do with objects that they send in parts."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from jupyter_colonies.broker import uploads
from jupyter_colonies.core.objects import MOST_PARTS
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.server.s3 import xml
from jupyter_colonies.server.s3.answer import Answer, document
from jupyter_colonies.server.s3.refusal import Refusal
from jupyter_colonies.server.s3.visit import Visit
from jupyter_colonies.store.blobs import Blob


async def begin(visit: Visit) -> Answer:
    """Begin an upload."""
    place, meta = visit.place, visit.meta
    store = visit.service.broker.store
    uploadid = await store.write(lambda tx: uploads.begin(tx, place, meta))
    content = [("Bucket", visit.bucket), ("Key", visit.key), ("UploadId", uploadid)]
    return document(xml.document("InitiateMultipartUploadResult", content))


async def put_part(visit: Visit, blob: Blob) -> Answer:
    """Store a part whose bytes have come."""
    service, place, uploadid = visit.service, visit.place, visit.query["uploadId"]
    number = part_number(visit)
    await service.broker.store.write(
        lambda tx: uploads.put_part(
            tx, place, uploadid, number, blob.piece, blob.md5, quota=service.quota
        )
    )
    return Answer(headers={"ETag": f'"{blob.md5}"'})


def part_number(visit: Visit) -> int:
    """Which part a request is about. Raises Refusal."""
    return visit.number("partNumber", 0, MOST_PARTS + 1)


async def complete(visit: Visit, body: bytes) -> Answer:
    """Make the object of the parts that came."""
    service, place, expected = visit.service, visit.place, visit.expected
    chosen, uploadid = xml.chosen_parts(body), visit.query["uploadId"]
    try:
        made = await service.broker.store.write(
            lambda tx: uploads.complete(
                tx, place, uploadid, chosen, quota=service.quota, expected=expected
            )
        )
    except InvalidRequest as error:
        code = "EntityTooSmall" if "smaller" in error.message else "InvalidPart"
        raise Refusal(400, code, error.message) from None
    content = [
        ("Location", visit.head.path),
        ("Bucket", visit.bucket),
        ("Key", visit.key),
        ("ETag", f'"{made.etag}"'),
    ]
    return document(xml.document("CompleteMultipartUploadResult", content))


async def give_up(visit: Visit) -> Answer:
    """Forget an upload and what came of it."""
    place, uploadid = visit.place, visit.query["uploadId"]
    await visit.service.broker.store.write(lambda tx: uploads.give_up(tx, place, uploadid))
    return Answer(status=204)


async def parts(visit: Visit) -> Answer:
    """The parts that have come so far, a page at a time."""
    place, uploadid = visit.place, visit.query["uploadId"]
    after = visit.number("part-number-marker", 0, MOST_PARTS)
    most = visit.number("max-parts", xml.MOST_KEYS, xml.MOST_KEYS)
    found = await visit.service.broker.store.read(lambda tx: uploads.received(tx, place, uploadid))
    left = [part for part in found if part.number > after]
    page = left[:most]
    content: list[tuple[str, Any]] = [
        ("Bucket", visit.bucket),
        ("Key", visit.key),
        ("UploadId", uploadid),
        ("PartNumberMarker", after),
        ("NextPartNumberMarker", page[-1].number if page else 0),
        ("MaxParts", most),
        ("IsTruncated", "true" if len(left) > most else "false"),
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
        for part in page
    ]
    return document(xml.document("ListPartsResult", content))


async def listing(visit: Visit) -> Answer:
    """The uploads under way in a bucket, a page at a time."""
    query = visit.query
    coded = query.get("encoding-type") == "url"
    prefix, key = query.get("prefix", ""), query.get("key-marker", "")
    most = visit.number("max-uploads", xml.MOST_KEYS, xml.MOST_KEYS)
    colonyname, bucket = visit.owner.colonyname, visit.bucket
    found = await visit.service.broker.store.read(
        lambda tx: uploads.listing(
            tx, colonyname, bucket, prefix=prefix, key=key,
            uploadid=query.get("upload-id-marker", ""), most=most,
        )
    )  # fmt: skip

    def name(text: str) -> str:
        return quote(text) if coded else text

    content: list[tuple[str, Any]] = [
        ("Bucket", bucket),
        ("KeyMarker", name(key)),
        ("Prefix", name(prefix)),
        ("MaxUploads", most),
        ("IsTruncated", "true" if found.more else "false"),
    ]
    if coded:
        content.append(("EncodingType", "url"))
    if found.more and found.rows:
        last = found.rows[-1]
        content += [
            ("NextKeyMarker", name(last["key"])),
            ("NextUploadIdMarker", last["uploadid"]),
        ]
    content += [
        (
            "Upload",
            [
                ("Key", name(row["key"])),
                ("UploadId", row["uploadid"]),
                ("Initiated", xml.moment(row["added"])),
            ],
        )
        for row in found.rows
    ]
    return document(xml.document("ListMultipartUploadsResult", content))
