"""Objects in a bucket: put, read, copied and removed, whole or in parts.

Whatever breaks on the way is tried again, for as long as it may pass: a server that is restarted
in the middle of an upload only delays it.
"""

from __future__ import annotations

import hashlib
import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote
from xml.etree import ElementTree as Tree

from jupyter_colonies.client.patience import PATIENCE, passes, pauses
from jupyter_colonies.client.storage.bucket import Bucket
from jupyter_colonies.client.storage.signed import LARGEST_ANSWER, Connections, refusal, told
from jupyter_colonies.core.signature4 import EMPTY_DIGEST
from jupyter_colonies.errors import (
    AccessDenied,
    ColoniesError,
    NoSuchBucket,
    NoSuchUpload,
    ServerRefused,
    ServerUnreachable,
)

T = TypeVar("T")

MOST_FAULTS = 3
"""How often a server may fail at one request before that counts as its answer."""

CHUNK = 1 << 18

_BROKEN_BODY = ("XAmzContentSHA256Mismatch", "BadDigest", "IncompleteBody")


class Objects:
    """The objects of a bucket, from any thread.

    `find` gives the bucket, asked with True when what it gave before may be out of date. All
    methods raise NotFound, AccessDenied, OverQuota, ServerRefused, and ServerUnreachable when the
    server stayed away for a minute.
    """

    def __init__(self, find: Callable[[bool], Bucket]) -> None:
        self._find = find
        self._connections = Connections()

    def bucket(self) -> Bucket:
        """The bucket that is used."""
        return self._find(False)

    def put(self, key: str, body: bytes, digest: str) -> None:
        """Put an object; `digest` is the SHA-256 of its bytes, which the server compares."""
        self._ask("PUT", key, body=body, digest=digest)

    def copy(self, source: str, key: str, *, bucket: str = "") -> None:
        """Copy an object, of another bucket if one is named, without moving its bytes."""
        origin = quote(f"/{bucket or self.bucket().name}/{source}", safe="-_.~/")
        _checked(self._ask("PUT", key, headers={"x-amz-copy-source": origin}), key)

    def remove(self, key: str, *, bucket: str = "") -> None:
        """Remove an object; it is no mistake if there is none."""
        self._ask("DELETE", key, bucket=bucket)

    def read(self, key: str, first: int, last: int, *, bucket: str = "") -> Iterator[bytes]:
        """The bytes from `first` to `last`, a chunk at a time; what breaks off is taken up again.

        Raises ServerRefused if the object ends before `last`.
        """
        while first <= last:
            with suppress(_BrokenOff):
                for chunk in self._from(key, first, last, bucket):
                    first += len(chunk)
                    yield chunk

    def begin(self, key: str) -> str:
        """Begin to put an object in parts: the id of the upload."""
        answer = self._ask("POST", key, "uploads=")
        uploadid = _field(answer, "UploadId")
        if not uploadid:
            raise ServerRefused(f"The answer to the beginning of an upload has no id ({key})", 200)
        return uploadid

    def put_part(
        self,
        key: str,
        uploadid: str,
        number: int,
        body: bytes,
        *,
        stop: threading.Event | None = None,
    ) -> str:
        """Put a part, counted from 1: its ETag. It is not tried again once `stop` is set."""
        query = f"partNumber={number}&uploadId={quote(uploadid, safe='')}"
        digest = hashlib.sha256(body).hexdigest()

        def ask(bucket: Bucket) -> str:
            with (
                self._connections.request(
                    bucket, "PUT", key, query, body=body, digest=digest
                ) as response,
                told(bucket.endpoint),
            ):
                response.read(LARGEST_ANSWER)
                return str(response.headers.get("ETag", ""))

        return self._insist(ask, stop=stop)

    def complete(self, key: str, uploadid: str, etags: Sequence[str]) -> None:
        """Make the object of its parts."""
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
            for number, etag in enumerate(etags, 1)
        )
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        digest = hashlib.sha256(body).hexdigest()
        query = f"uploadId={quote(uploadid, safe='')}"
        try:
            _checked(self._ask("POST", key, query, body=body, digest=digest), key)
        except NoSuchUpload:
            # Completed before, when the answer was lost: then the object is there.
            self._ask("HEAD", key)

    def abandon(self, key: str, uploadid: str) -> None:
        """Give an upload up, if the server can be asked to; else it forgets it after a week."""
        query = f"uploadId={quote(uploadid, safe='')}"
        with (
            suppress(ColoniesError),
            self._connections.request(self.bucket(), "DELETE", key, query) as response,
            told(self.bucket().endpoint),
        ):
            response.read(LARGEST_ANSWER)

    def close(self) -> None:
        """Close the connections that wait."""
        self._connections.close()

    def _from(self, key: str, first: int, last: int, bucket: str) -> Iterator[bytes]:
        headers = {"range": f"bytes={first}-{last}"}

        def begin(at: Bucket) -> tuple[Iterator[bytes], bytes]:
            chunks = self._chunks(replace(at, name=bucket or at.name), key, headers)
            # The first chunk belongs to the request: it is asked for again until it comes.
            with told(at.endpoint):
                chunk = next(chunks, b"")
            if not chunk:
                raise ServerUnreachable(f"The connection to {at.endpoint.base_url} broke")
            return chunks, chunk

        chunks, chunk = self._insist(begin)
        left = last + 1 - first
        while chunk:
            left -= len(chunk)
            yield chunk
            chunk = next(chunks, b"")
        if left:
            raise _BrokenOff

    def _chunks(self, at: Bucket, key: str, headers: dict[str, str]) -> Iterator[bytes]:
        with self._connections.request(at, "GET", key, headers=headers) as response:
            if response.status != 206:
                raise ServerRefused(f"{at.endpoint.base_url} does not give parts of objects", 200)
            with suppress(OSError, http.client.HTTPException):
                while chunk := response.read(CHUNK):
                    yield chunk

    def _ask(
        self,
        method: str,
        key: str,
        query: str = "",
        *,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        digest: str = EMPTY_DIGEST,
        bucket: str = "",
    ) -> bytes:
        def ask(at: Bucket) -> bytes:
            at = replace(at, name=bucket or at.name)
            with (
                self._connections.request(
                    at, method, key, query, headers=headers, body=body, digest=digest
                ) as response,
                told(at.endpoint),
            ):
                return response.read(LARGEST_ANSWER)

        return self._insist(ask)

    def _insist(self, ask: Callable[[Bucket], T], *, stop: threading.Event | None = None) -> T:
        """Ask until the server accepts or refuses, with new keys and a new bucket if need be."""
        until = time.monotonic() + PATIENCE
        tried: set[type[ColoniesError]] = set()
        faults = 0
        fresh = False
        for pause in pauses():
            try:
                bucket = self._find(fresh)
                try:
                    return ask(bucket)
                except NoSuchBucket:
                    if NoSuchBucket in tried:
                        raise
                    tried.add(NoSuchBucket)
                    with self._connections.request(bucket, "PUT") as response:
                        response.read(LARGEST_ANSWER)
                    continue
            except AccessDenied:
                if AccessDenied in tried:
                    raise
                tried.add(AccessDenied)
                fresh = True
                continue
            except ColoniesError as error:
                faults += isinstance(error, ServerRefused)
                again = passes(error) or any(code in error.message for code in _BROKEN_BODY)
                if not again or faults >= MOST_FAULTS or time.monotonic() + pause > until:
                    raise
                fresh = True
            if (stop or threading.Event()).wait(pause):
                raise ServerUnreachable("The upload was given up")
        raise AssertionError("the pauses never end")


class _BrokenOff(Exception):
    """Some bytes came, and not all."""


def _field(document: bytes, name: str) -> str:
    try:
        root = Tree.fromstring(document)  # noqa: S314 - of the store that the keys belong to
    except Tree.ParseError:
        return ""
    return next((each.text or "" for each in root if each.tag.rpartition("}")[2] == name), "")


def _checked(document: bytes, key: str) -> None:
    """S3 may begin its answer before it knows the outcome: an error then has status 200."""
    if _field(document, "Code"):
        raise refusal(500, document, key)
