"""One request on the own port, from its first line to the reply.

tornado's own way describes, parses and routes a request before anything sees it: more work than
answering one. So a plain `POST /api` with a plain Host is known by its first line, and every
other request is passed on to the routes, once it is known to be within the limits.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Container
from http import HTTPStatus
from math import inf
from typing import Any, Protocol

from tornado.http1connection import HTTP1Connection
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)

from jupyter_colonies.broker.origin import ORIGIN, signed
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import envelope
from jupyter_colonies.errors import (
    ColoniesError,
    ServerStopping,
    TooLarge,
    TooManyHeaders,
    TooManyRequests,
)
from jupyter_colonies.server import cors, rpc
from jupyter_colonies.server.guard import Guard
from jupyter_colonies.server.idle import Idle
from jupyter_colonies.server.limits import Limits
from jupyter_colonies.server.presence import STOPPING, Presence
from jupyter_colonies.server.proxied import address_behind, protocol_behind
from jupyter_colonies.server.rest import problem

TEXT = "text/plain; charset=utf-8"
PHRASES = {status.value: status.phrase for status in HTTPStatus}
LARGEST_BODY = 5 * 1024**4  # for tornado: what is allowed is decided here
SMALL_BODY = 1024 * 1024
LINGER = 5.0
"""Seconds for which a refused body is still taken, so that the client comes to read the reply."""

_PLAIN_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")
_NO_HEADERS = HTTPHeaders()


class Front(Protocol):
    """What an exchange needs of the listener."""

    broker: Broker
    presence: Presence
    tasks: set[asyncio.Task[None]]
    limits: Limits
    guard: Guard | None
    bodies: Idle
    proxies: frozenset[str]
    tls: bool

    def left(self, server_conn: object) -> None:
        """The head of a request has come."""

    def routed(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """What receives a request that does not take the short way."""


class RpcExchange(HTTPMessageDelegate):
    """One `POST /api`, or the start of another request, which is then passed on."""

    def __init__(
        self,
        front: Front,
        server_conn: object,
        connection: HTTPConnection,
        *,
        short: bool = True,
    ) -> None:
        assert isinstance(connection, HTTP1Connection)
        self._front = front
        self._server_conn = server_conn
        self.connection = connection
        self._short = short
        self._other: HTTPMessageDelegate | None = None
        self._headers = _NO_HEADERS
        self._chunks: list[bytes] = []
        self._room: float = front.limits.body
        self._timer: asyncio.TimerHandle | None = None
        self._refused = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        """Take the request, pass it on, or refuse it."""
        assert isinstance(start_line, RequestStartLine)
        self._headers = headers
        if not self._short:
            return None  # within another exchange, which looks after the limits
        front = self._front
        front.left(self._server_conn)
        plain = (
            start_line.path == "/api"
            and start_line.method == "POST"
            and _PLAIN_HOST.fullmatch(headers.get("Host", ""))
        )
        try:
            if front.proxies:
                self._look_behind(front.proxies, headers)
            if front.guard is not None:
                front.guard.come(self.connection.context.remote_ip)  # type: ignore[attr-defined]
            self._check_head(headers, plain=bool(plain))
            following = None if plain else self._pass_on(start_line, headers)
            self._expect(headers)
        except (TooLarge, TooManyRequests) as error:
            self._refuse(error, enveloped=start_line.path == "/api")
            return None
        return following

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Collect the body."""
        if self._refused:
            return None
        self._room -= len(chunk)
        if self._room < 0:
            self._refuse(self._too_large(), enveloped=self._other is None)
            return None
        if self._other is not None:
            return self._other.data_received(chunk)
        self._chunks.append(chunk)
        return None

    def finish(self) -> None:
        """The request is complete: answer it."""
        self._complete()
        if self._refused:
            self.connection.finish()
            return
        if self._other is not None:
            self._other.finish()
            return
        gone = asyncio.Event()
        self.connection.set_close_callback(gone.set)
        task = asyncio.get_running_loop().create_task(self._answer(gone))
        self._front.tasks.add(task)
        task.add_done_callback(self._front.tasks.discard)

    def on_connection_close(self) -> None:
        """The client went away while it was still sending."""
        self._complete()
        if self._other is not None:
            self._other.on_connection_close()
        self._chunks.clear()

    def _look_behind(self, proxies: Container[str], headers: HTTPHeaders) -> None:
        """One connection of a proxy carries requests of many clients."""
        context: Any = self.connection.context
        peer = context.address[0] if isinstance(context.address, tuple) else ""
        if peer in proxies:
            spoken = "https" if self._front.tls else "http"
            context.remote_ip = address_behind(proxies, peer, headers)
            context.protocol = protocol_behind(spoken, headers)

    def _pass_on(
        self, start_line: RequestStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        other = self._other = self._front.routed(self._server_conn, self.connection)
        following = other.headers_received(start_line, headers)
        # Who takes a body as it comes, such as that of a file, has limits of its own.
        handler = getattr(other, "delegate", None)
        if getattr(handler, "stream_request_body", False):
            self._room = inf
        return following

    def _check_head(self, headers: HTTPHeaders, *, plain: bool) -> None:
        limits = self._front.limits
        if len(headers) > limits.headers:
            raise TooManyHeaders(f"The request has more than {limits.headers} header fields")
        if not plain and sum(map(len, headers.values())) > limits.head:
            raise TooManyHeaders(f"The request's header fields have more than {limits.head} bytes")

    def _expect(self, headers: HTTPHeaders) -> None:
        """Give the body the time that it may take. Raises TooLarge."""
        announced = headers.get("Content-Length", "")
        if not announced and "Transfer-Encoding" not in headers:
            return
        length = int(announced) if announced.isdecimal() else 0
        if length > self._room:
            raise self._too_large()
        if announced and length <= SMALL_BODY:
            self._front.bodies.began(self._server_conn, self.connection)
            return
        expected = length or (0 if self._room == inf else self._front.limits.body)
        self._close_in(self._front.limits.body_time(expected))

    def _close_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.connection.close)

    def _complete(self) -> None:
        self._front.bodies.ended(self._server_conn)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"The body of the request is larger than the {self._front.limits.body} bytes that this "
            "server takes: send less at a time, and large values as files"
        )

    def _refuse(self, error: ColoniesError, *, enveloped: bool) -> None:
        """Answer, take the rest of the body for a moment without keeping it, and hang up."""
        if self._other is not None:
            self._other.on_connection_close()
            self._other = None
        self._chunks.clear()
        self._refused = True
        status, body, media = _refusal(error, enveloped=enveloped)
        self._respond(status, body, close=True, media=media, finish=False)
        sends = "Content-Length" in self._headers or "Transfer-Encoding" in self._headers
        if not sends or self._headers.get("Expect", "").lower() == "100-continue":
            self.connection.finish()
        else:
            self._close_in(LINGER)

    async def _answer(self, gone: asyncio.Event) -> None:
        front = self._front
        presence = front.presence
        context: Any = self.connection.context
        through_file = not isinstance(context.address, tuple)
        ORIGIN.set(signed("rpc", "" if through_file else context.remote_ip))
        with presence.exchange():
            if presence.stopping:
                status, body = envelope.refusal(ServerStopping(STOPPING))
            else:
                body = b"".join(self._chunks)
                self._chunks.clear()
                status, body = await rpc.answer(front.broker, body, gone, front.guard)
            if not gone.is_set():
                self._respond(status, body, close=presence.stopping)

    def _respond(
        self, status: int, body: bytes, *, close: bool, media: str = TEXT, finish: bool = True
    ) -> None:
        fields = HTTPHeaders()
        fields["Content-Type"] = media
        fields["Content-Length"] = str(len(body))
        if close:
            fields["Connection"] = "close"
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            fields["Retry-After"] = "1"
        for name, value in cors.headers(self._headers).items():
            fields[name] = value
        start_line = ResponseStartLine("HTTP/1.1", status, PHRASES[status])
        self.connection.write_headers(start_line, fields, body)
        if finish:
            self.connection.finish()


class Preflight(HTTPMessageDelegate):
    """The answer to a page of another origin that asks what it may send."""

    def __init__(self, request: HTTPServerRequest) -> None:
        self._request = request

    def finish(self) -> None:
        """Answer."""
        connection = self._request.connection
        assert connection is not None
        fields = HTTPHeaders(cors.preflight(self._request))
        connection.write_headers(ResponseStartLine("HTTP/1.1", 204, PHRASES[204]), fields)
        connection.finish()


def _refusal(error: ColoniesError, *, enveloped: bool) -> tuple[int, bytes, str]:
    if enveloped:
        status, body = envelope.refusal(error)
        return status, body, TEXT
    told = problem.of_error(error)
    return told.status, problem.encode(told), problem.MEDIA_TYPE
