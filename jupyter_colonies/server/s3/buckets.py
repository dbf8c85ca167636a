"""What S3 clients do with buckets."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from jupyter_colonies.broker import objects
from jupyter_colonies.broker.objects import REGION, Listed, Place
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.server.s3 import uploads, xml
from jupyter_colonies.server.s3.answer import Answer, document
from jupyter_colonies.server.s3.refusal import Refusal, not_offered, refusal
from jupyter_colonies.server.s3.visit import Visit

UNSET = {
    # What a client may ask of a bucket that has nothing of the kind.
    "policy": (404, "NoSuchBucketPolicy"),
    "lifecycle": (404, "NoSuchLifecycleConfiguration"),
    "cors": (404, "NoSuchCORSConfiguration"),
    "tagging": (404, "NoSuchTagSet"),
    "encryption": (404, "ServerSideEncryptionConfigurationNotFoundError"),
    "object-lock": (404, "ObjectLockConfigurationNotFoundError"),
}


async def list_buckets(visit: Visit) -> Answer:
    """The colony's buckets."""
    colonyname = visit.owner.colonyname
    rows = await visit.service.broker.store.read(lambda tx: objects.buckets(tx, colonyname))
    content = [
        ("Owner", [("ID", visit.owner.memberid), ("DisplayName", visit.owner.memberid)]),
        (
            "Buckets",
            [
                ("Bucket", [("Name", row["bucket"]), ("CreationDate", xml.moment(row["added"]))])
                for row in rows
            ],
        ),
    ]
    return document(xml.document("ListAllMyBucketsResult", content))


async def make(visit: Visit) -> Answer:
    """Make a bucket; one that is there already is no mistake."""
    colonyname, bucket = visit.owner.colonyname, visit.bucket
    await visit.service.broker.store.write(lambda tx: objects.add_bucket(tx, colonyname, bucket))
    return Answer(headers={"Location": f"/{bucket}"})


async def look(visit: Visit) -> Answer:
    """Whether the bucket is there."""
    await _need(visit)
    return Answer(headers={"x-amz-bucket-region": REGION})


async def remove(visit: Visit) -> Answer:
    """Remove an empty bucket."""
    colonyname, bucket = visit.owner.colonyname, visit.bucket
    await visit.service.broker.store.write(lambda tx: objects.remove_bucket(tx, colonyname, bucket))
    return Answer(status=204)


async def read(visit: Visit) -> Answer:
    """The bucket's listing, or one of its properties."""
    for name, (status, code) in UNSET.items():
        if name in visit.query:
            raise Refusal(status, code, f"The bucket has no {name}")
    if "location" in visit.query:
        await _need(visit)
        return document(xml.document("LocationConstraint", []))
    if "versioning" in visit.query:
        await _need(visit)
        return document(xml.document("VersioningConfiguration", []))
    if "uploads" in visit.query:
        return await uploads.listing(visit)
    unknown = [name for name in ("acl", "versions", "replication", "notification", "website")
               if name in visit.query]  # fmt: skip
    if unknown:
        raise not_offered(f"The {unknown[0]} of a bucket")
    return await _objects(visit)


async def remove_several(visit: Visit, body: bytes) -> Answer:
    """Remove the objects that the body names."""
    keys, quiet = xml.doomed(body)
    await _need(visit)
    content: list[tuple[str, Any]] = []
    for key in keys:
        try:
            await _remove(visit, Place(visit.owner.colonyname, visit.bucket, key))
            if not quiet:
                content.append(("Deleted", [("Key", key)]))
        except ColoniesError as error:
            why = refusal(error)
            told = [("Key", key), ("Code", why.code), ("Message", why.message)]
            content.append(("Error", told))
    return document(xml.document("DeleteResult", content))


async def _remove(visit: Visit, place: Place) -> None:
    await visit.service.broker.store.write(lambda tx: objects.remove(tx, place))


async def _need(visit: Visit) -> None:
    colonyname, bucket = visit.owner.colonyname, visit.bucket
    await visit.service.broker.store.read(lambda tx: objects.need_bucket(tx, colonyname, bucket))


async def _objects(visit: Visit) -> Answer:
    query = visit.query
    second = query.get("list-type") == "2"
    most = visit.number("max-keys", xml.MOST_KEYS, xml.MOST_KEYS)
    after = unquote(query.get("continuation-token", "")) or query.get("start-after")
    after = after if second else None
    start = after or query.get("marker", "")
    colonyname, bucket = visit.owner.colonyname, visit.bucket
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    found = await visit.service.broker.store.read(
        lambda tx: objects.listing(
            tx, colonyname, bucket, prefix=prefix, delimiter=delimiter, after=start, most=most
        )
    )
    return document(xml.document("ListBucketResult", _listed(visit, found, most, second=second)))


def _listed(visit: Visit, found: Listed, most: int, *, second: bool) -> list[tuple[str, Any]]:
    coded = visit.query.get("encoding-type") == "url"

    def name(text: str) -> str:
        return quote(text) if coded else text

    content: list[tuple[str, Any]] = [
        ("Name", visit.bucket),
        ("Prefix", name(visit.query.get("prefix", ""))),
        ("Delimiter", name(visit.query.get("delimiter", ""))),
        ("MaxKeys", most),
        ("IsTruncated", "true" if found.more_after else "false"),
    ]
    if coded:
        content.append(("EncodingType", "url"))
    if second:
        content.append(("KeyCount", len(found.rows) + len(found.prefixes)))
    if found.more_after:
        # A token is given back as it is, so what no document can hold is coded in any case.
        token = quote(found.more_after) if second else name(found.more_after)
        content.append(("NextContinuationToken" if second else "NextMarker", token))
    content += [
        (
            "Contents",
            xml.listed_object(name(row["key"]), row["modified"], row["etag"], row["size"]),
        )
        for row in found.rows
    ]
    return [*content, *(("CommonPrefixes", [("Prefix", name(each))]) for each in found.prefixes)]
