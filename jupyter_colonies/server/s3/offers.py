"""What is offered to S3 clients, and what is refused rather than misunderstood.

Many operations of S3 differ in nothing but a word of the query: one that is not known must not be
taken for the plain one, which might replace an object by its own access list.
"""

from __future__ import annotations

from jupyter_colonies.server.s3.refusal import Refusal, not_offered
from jupyter_colonies.server.s3.visit import Visit

ANYWAY = ("x-id", "versionId")
CHANGES: dict[tuple[str, str], tuple[str, ...]] = {
    ("bucket", "PUT"): (),
    ("bucket", "DELETE"): (),
    ("bucket", "POST"): ("delete",),
    ("key", "PUT"): (),
    ("key", "DELETE"): (),
    ("upload", "PUT"): ("uploadId", "partNumber"),
    ("upload", "DELETE"): ("uploadId",),
    ("upload", "POST"): ("uploadId",),
    ("uploads", "POST"): ("uploads",),
}
"""What the query of a request that changes something may hold."""

ASPECTS = ("acl", "attributes", "legal-hold", "retention", "tagging", "torrent")
"""What may be asked of an object beside its bytes, and is not kept here."""

PROMISES = ("x-amz-server-side-encryption", "x-amz-object-lock")
"""What begins the headers of promises that are not kept here."""


def subject(visit: Visit) -> str:
    """What a request is about: root, bucket, key, a certain upload, or the uploads of a key."""
    if not visit.key:
        return "bucket" if visit.bucket else "root"
    if "uploadId" in visit.query:
        return "upload"
    return "uploads" if "uploads" in visit.query else "key"


def check(visit: Visit) -> None:
    """Raise Refusal for what is not offered."""
    method, about = visit.head.method, subject(visit)
    allowed = CHANGES.get((about, method))
    if allowed is not None:
        unknown = [
            name
            for name in visit.query
            if name not in allowed + ANYWAY and not name.lower().startswith("x-amz-")
        ]
        if unknown or any(name not in visit.query for name in allowed):
            raise not_offered(f"{method} with '{(unknown or allowed)[0]}' of this {about}")
    elif about == "key" and (found := [name for name in ASPECTS if name in visit.query]):
        raise not_offered(f"The {found[0]} of an object")
    if visit.query.get("versionId", "null") != "null":
        raise Refusal(404, "NoSuchVersion", "Objects have no versions here")
    promised = [name for name in visit.head.headers if name.startswith(PROMISES)]
    if promised:
        raise not_offered(f"What '{promised[0]}' asks for")
