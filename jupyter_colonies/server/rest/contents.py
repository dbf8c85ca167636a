"""The bytes of files, where this server keeps them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Annotated

import msgspec

from jupyter_colonies.broker import objects
from jupyter_colonies.broker.objects import Place
from jupyter_colonies.core.file import File, check_label, check_name, located
from jupyter_colonies.core.messages import files
from jupyter_colonies.core.messages.contents import MAY_STORE, STORE_FILE
from jupyter_colonies.core.objects import Stored, byte_range
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import FaultyField, InvalidRequest, NotFound, OutOfRange
from jupyter_colonies.server.rest.declaration import MIB, Reply, Visit, address, declare
from jupyter_colonies.server.rest.files import ALL, ONE, Path
from jupyter_colonies.server.s3.objects import read_span
from jupyter_colonies.store.blobs import Blob, Blobs

BYTES = "application/octet-stream"
LARGEST = 100 * MIB
CHUNK = MIB


class Target(msgspec.Struct, kw_only=True):
    """Under which label and name, and the SHA-256 of the bytes in hexadecimal, if it is known."""

    label: Path
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    checksum: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""


@declare(
    "PUT",
    ALL,
    who=Role.MEMBER,
    replies={201: File},
    largest=LARGEST,
    once=True,
)
async def put_file(visit: Visit, colonyname: str, *, query: Target, body: bytes) -> Reply:
    """Store bytes as the newest revision of a file.

    They are the body, at most 100 MiB; more goes through the S3 face. With `checksum` they are only
    stored if they are those.
    """
    blobs = _blobs(visit)
    check_label(query.label)
    check_name(query.name)
    await visit.ask(MAY_STORE, colonyname=colonyname)
    if query.checksum:
        found = await asyncio.to_thread(lambda: hashlib.sha256(body).hexdigest())
        if found != query.checksum:
            raise FaultyField(
                f"'checksum' is not that of the body, {found}", "parameter", "checksum"
            )
    blob = await asyncio.to_thread(_kept, blobs, body)
    added: File = await visit.submit(
        STORE_FILE,
        colonyname=colonyname,
        label=query.label,
        name=query.name,
        size=blob.size,
        digest=blob.digest,
        md5=blob.md5,
        media=BYTES,
    )
    return Reply(201, added, address("colonies", colonyname, "files", added.fileid))


@declare(
    "GET",
    ONE + "/content",
    who=Role.MEMBER,
    replies={200: bytes, 206: bytes},
    media=BYTES,
    tagged=True,
)
async def get_content(visit: Visit, colonyname: str, fileid: str) -> Reply:
    """The bytes of a revision; with a header `Range` a part of them."""
    blobs = _blobs(visit)
    (file,) = await visit.ask(files.GET_FILE, colonyname=colonyname, fileid=fileid)
    place = Place(colonyname, *located(file.ref))
    stored: Stored = await visit.broker.store.read(lambda tx: objects.find(tx, place))
    first, last, status = 0, stored.size - 1, 200
    headers = {"Accept-Ranges": "bytes"}
    asked = visit.headers.get("range", "")
    try:
        span = byte_range(asked, stored.size) if asked else None
    except InvalidRequest as error:
        raise OutOfRange(error.message) from None
    if span is not None:
        (first, last), status = span, 206
        headers["Content-Range"] = f"bytes {first}-{last}/{stored.size}"
    headers["Content-Length"] = str(last - first + 1)
    stream = _sent(blobs, stored, first, last)
    return Reply(status, media=BYTES, tag=stored.etag, headers=headers, stream=stream)


def _blobs(visit: Visit) -> Blobs:
    verifier = visit.broker.verifier
    if verifier is None:
        raise NotFound("This server keeps no bytes of files: fetch them from where `ref` says")
    return verifier.blobs


def _kept(blobs: Blobs, body: bytes) -> Blob:
    coming = blobs.incoming()
    try:
        for start in range(0, len(body), CHUNK):
            coming.write(body[start : start + CHUNK])
        return coming.keep()
    finally:
        coming.discard()


async def _sent(blobs: Blobs, stored: Stored, first: int, last: int) -> AsyncIterator[bytes]:
    with closing(read_span(blobs, stored, first, last)) as chunks:  # type: ignore[type-var]
        while chunk := await asyncio.to_thread(_next, chunks):
            yield chunk


def _next(chunks: Iterator[bytes]) -> bytes:
    return next(chunks, b"")
