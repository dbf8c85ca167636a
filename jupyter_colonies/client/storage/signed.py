"""Signed requests to an S3 endpoint on kept-alive connections; they block, on any thread."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import quote
from xml.etree import ElementTree as Tree

from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.storage.bucket import Bucket
from jupyter_colonies.core import signature4
from jupyter_colonies.core.signature4 import EMPTY_DIGEST, Head
from jupyter_colonies.errors import (
    AccessDenied,
    ColoniesError,
    InvalidRequest,
    NoSuchBucket,
    NoSuchUpload,
    NotFound,
    OverQuota,
    ServerRefused,
    ServerStopping,
    ServerUnreachable,
)

PATIENCE = 60.0
"""Seconds without any byte after which a connection is given up."""

LARGEST_ANSWER = 16 << 20
MAX_IDLE = 16

_KINDS: dict[str | int, type[ColoniesError]] = {
    "NoSuchKey": NotFound,
    "NoSuchBucket": NoSuchBucket,
    "NoSuchUpload": NoSuchUpload,
    "QuotaExceeded": OverQuota,
    "SlowDown": ServerStopping,
    403: AccessDenied,
    404: NotFound,
    416: InvalidRequest,
    503: ServerStopping,
}

Response = http.client.HTTPResponse


class Connections:
    """The connections to S3 endpoints that wait to be used again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[tuple[tuple[object, ...], http.client.HTTPConnection]] = []

    @contextmanager
    def request(
        self,
        bucket: Bucket,
        method: str,
        key: str = "",
        query: str = "",
        *,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        digest: str = EMPTY_DIGEST,
    ) -> Iterator[Response]:
        """Ask and have the answer, whose body is read by the caller.

        `digest` is the SHA-256 of the body. The connection is kept if the body was read to its
        end. Raises ServerUnreachable when the connection breaks, and what was refused.
        """
        path = f"/{bucket.name}" + (f"/{quote(key, safe='-_.~/')}" if key else "")
        asked = {"host": bucket.endpoint.authority, **(headers or {})}
        signed = signature4.sign(
            Head(method=method, path=path, query=query, headers=asked),
            accesskey=bucket.accesskey,
            secretkey=bucket.secretkey,
            region=bucket.region,
            payload=digest,
            now=time.time_ns(),
        )
        signed = {**dict(bucket.endpoint.headers), **signed}
        # What does not move belongs to this process: a forked child has sockets that are not its.
        at = (os.getpid(), bucket.endpoint, bucket.verified)
        connection = self._kept(at) or _connection(bucket)
        keep = False
        try:
            with told(bucket.endpoint):
                target = bucket.endpoint.path + path + (f"?{query}" if query else "")
                response = _answer(connection, method, target, signed, body)
            if response.status >= 300:
                raise refusal(response.status, response.read(LARGEST_ANSWER), path)
            yield response
            keep = response.isclosed() and not response.will_close
        finally:
            if keep:
                self._keep(at, connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close those that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def __del__(self) -> None:
        self.close()

    def _kept(self, at: tuple[object, ...]) -> http.client.HTTPConnection | None:
        with self._lock:
            while self._idle:
                where, connection = self._idle.pop()
                if where == at and _is_open(connection):
                    return connection
                connection.close()
        return None

    def _keep(self, at: tuple[object, ...], connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._idle.append((at, connection))
            if len(self._idle) > MAX_IDLE:
                self._idle.pop(0)[1].close()


@contextmanager
def told(endpoint: Endpoint) -> Iterator[None]:
    """Say in words what breaks a connection."""
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        raise ServerUnreachable(
            f"The bytes of files are at {endpoint.base_url}, and the connection broke: "
            f"{str(error) or type(error).__name__}. Look whether the server runs, and try again"
        ) from error


def refusal(status: int, body: bytes, path: str) -> ColoniesError:
    """The error that an S3 server's answer means."""
    code, message = _said(body)
    text = f"{message or 'The request was refused'} ({code or status}, {path})"
    kind = _KINDS.get(code) or _KINDS.get(status)
    return kind(text) if kind is not None else ServerRefused(text, status)


def _said(body: bytes) -> tuple[str, str]:
    if b"<!" in body:  # no document type, so no entities that could grow without end
        return "", ""
    try:
        fields = {each.tag.rpartition("}")[2]: each.text or "" for each in Tree.fromstring(body)}  # noqa: S314 - see above
    except Tree.ParseError:
        return "", ""
    return fields.get("Code", ""), fields.get("Message", "")


def _connection(bucket: Bucket) -> http.client.HTTPConnection:
    where = bucket.endpoint
    if not where.tls:
        return http.client.HTTPConnection(where.host, where.port, timeout=PATIENCE)
    context = _tls_context(verified=bucket.verified)
    return http.client.HTTPSConnection(where.host, where.port, timeout=PATIENCE, context=context)


@cache
def _tls_context(*, verified: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _answer(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    headers: dict[str, str],
    body: bytes,
) -> Response:
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    if body or method in ("PUT", "POST"):
        connection.putheader("content-length", str(len(body)))
    try:
        connection.endheaders()
        if body:
            connection.send(body)
    except (BrokenPipeError, ConnectionResetError):
        # What was refused before it was sent: the refusal may be there to be read.
        return connection.getresponse()
    return connection.getresponse()


def _is_open(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side has not closed a connection that waited."""
    if connection.sock is None:
        return False
    try:
        connection.sock.setblocking(False)
        # Of the plain socket also where there is TLS: it is the connection that counts.
        socket.socket.recv(connection.sock, 1, socket.MSG_PEEK)
    except BlockingIOError:
        connection.sock.settimeout(PATIENCE)
        return True
    except OSError:
        return False
    return False
