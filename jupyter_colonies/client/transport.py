"""Bytes to a server and back: kept-alive HTTP connections and websockets.

tornado's own HTTP client opens a connection per request and can't give one up: a long poll that
was cancelled here would go on there and be handed work nobody wants. So its HTTP/1 protocol class
is used directly: connections are kept, and closed at once when the caller is cancelled.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Sequence
from functools import cache
from typing import Protocol
from weakref import WeakKeyDictionary

from tornado import httputil
from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.httpclient import HTTPError, HTTPRequest
from tornado.iostream import IOStream, StreamClosedError
from tornado.tcpclient import TCPClient
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    websocket_connect,
)

from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.resolver import RememberingResolver
from jupyter_colonies.errors import ServerRefused, ServerUnreachable

CONNECT_TIMEOUT = 10.0
PING_INTERVAL = 30.0
MAX_BODY = 256 << 20
MAX_IDLE = 64

_RESOLVER = RememberingResolver()
_PARAMETERS = HTTP1ConnectionParameters(max_body_size=MAX_BODY)


class Whereabouts(Protocol):
    """Knows where the server is, also after it has moved."""

    async def endpoint(self) -> Endpoint:
        """Where the server is now, checked to be the right one."""

    def doubt(self) -> bool:
        """A connection ended: look again next time. False if there is nowhere to look."""


class FixedAddress:
    """A server that stays where it is."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def endpoint(self) -> Endpoint:
        """See `Whereabouts`."""
        return self._endpoint

    def doubt(self) -> bool:
        """See `Whereabouts`."""
        return False


class NotConnected(ServerUnreachable):
    """No connection was made, so nothing was sent and the request may be repeated."""


class Transport:
    """Carries request bodies to one server; used by any number of clients and event loops."""

    def __init__(self, whereabouts: Whereabouts) -> None:
        self.whereabouts = whereabouts
        self._idle: WeakKeyDictionary[
            asyncio.AbstractEventLoop, list[tuple[Endpoint, IOStream]]
        ] = WeakKeyDictionary()

    async def exchange(self, body: bytes, patience: float) -> bytes:
        """Post a request body and return the reply's, waiting at most `patience` seconds.

        Raises ServerUnreachable if the server can't be reached or does not answer, and
        ServerRefused if the answer does not come from a Colonies server. Cancelling the caller
        closes the connection, which is how the server learns that a long poll is over.
        """
        try:
            return await self._exchange(body, patience)
        except NotConnected:
            if not self.whereabouts.doubt():
                raise
        except ServerUnreachable:
            self.whereabouts.doubt()
            raise
        return await self._exchange(body, patience)

    async def frames(self, bodies: Sequence[bytes]) -> AsyncGenerator[bytes, None]:
        """Open a connection for subscriptions and yield its frames until the connection ends.

        Raises as `exchange` does; a connection that breaks later just ends the frames.
        """
        try:
            connection = await self._websocket()
        except NotConnected:
            if not self.whereabouts.doubt():
                raise
            connection = await self._websocket()
        try:
            for body in bodies:
                await connection.write_message(body.decode())
            while (message := await connection.read_message()) is not None:
                yield message.encode() if isinstance(message, str) else message
            self.whereabouts.doubt()
        except WebSocketClosedError:
            self.whereabouts.doubt()
        finally:
            connection.close()

    def close(self) -> None:
        """Close the running event loop's idle connections."""
        _close_all(self._idle.pop(asyncio.get_running_loop(), []))

    def __del__(self) -> None:
        for loop, idle in self._idle.items():
            if idle and not loop.is_closed():
                loop.call_soon_threadsafe(_close_all, idle)

    async def _exchange(self, body: bytes, patience: float) -> bytes:
        endpoint = await self.whereabouts.endpoint()
        stream = self._kept(endpoint)
        if stream is None:
            # Asked again: a kept connection that was closed raises doubt.
            endpoint = await self.whereabouts.endpoint()
            stream = await _connected(endpoint)
        keep = False
        try:
            async with asyncio.timeout(patience):
                reply = await _post(endpoint, stream, body)
            keep = reply.keep
        except TimeoutError:
            raise ServerUnreachable(
                f"The server at {endpoint.base_url} did not answer within {patience:.0f} s. "
                "Whether it carried the request out is not known: look before repeating it"
            ) from None
        finally:
            if keep:
                self._keep(endpoint, stream)
            else:
                stream.close()
        return reply.checked(endpoint)

    def _kept(self, endpoint: Endpoint) -> IOStream | None:
        idle = self._idle.get(asyncio.get_running_loop(), [])
        while idle:
            at, stream = idle.pop()
            if _is_open(stream):
                if at == endpoint:
                    return stream
            else:
                # The server may be gone, and somebody else at its address.
                self.whereabouts.doubt()
            stream.close()
        return None

    def _keep(self, endpoint: Endpoint, stream: IOStream) -> None:
        idle = self._idle.setdefault(asyncio.get_running_loop(), [])
        idle.append((endpoint, stream))
        if len(idle) > MAX_IDLE:
            idle.pop(0)[1].close()

    async def _websocket(self) -> WebSocketClientConnection:
        endpoint = await self.whereabouts.endpoint()
        request = HTTPRequest(
            endpoint.pubsub_url,
            headers=dict(endpoint.headers),
            connect_timeout=CONNECT_TIMEOUT,
            request_timeout=CONNECT_TIMEOUT,
        )
        connecting = asyncio.ensure_future(
            websocket_connect(request, ping_interval=PING_INTERVAL, max_message_size=MAX_BODY)
        )
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            # tornado goes on connecting; what comes of it has to be closed.
            connecting.add_done_callback(_close_late)
            raise
        except HTTPError as error:
            if error.code == 599:
                raise _not_connected(endpoint, error) from None
            raise ServerRefused(
                f"{endpoint.pubsub_url} answered HTTP {error.code} instead of opening a "
                "subscription: is this a Colonies server's address?",
                error.code,
            ) from None
        except (OSError, StreamClosedError) as error:
            raise _not_connected(endpoint, error) from None


class _Reply(httputil.HTTPMessageDelegate):
    """Collects one response."""

    def __init__(self) -> None:
        self.status = 0
        self.keep = False
        self.body = bytearray()

    def headers_received(
        self,
        start_line: httputil.RequestStartLine | httputil.ResponseStartLine,
        headers: httputil.HTTPHeaders,
    ) -> None:
        """Note the status and whether the connection may be used again."""
        assert isinstance(start_line, httputil.ResponseStartLine)
        self.status = start_line.code
        connection = headers.get("Connection", "").lower()
        framed = "Content-Length" in headers or "Transfer-Encoding" in headers
        self._may_keep = framed and start_line.version == "HTTP/1.1" and connection != "close"

    def data_received(self, chunk: bytes) -> None:
        """Collect the body."""
        self.body += chunk

    def finish(self) -> None:
        """The response is complete."""
        self.keep = self._may_keep

    def on_connection_close(self) -> None:
        """The connection broke before the response was complete."""
        self.status = 0

    def checked(self, endpoint: Endpoint) -> bytes:
        """The body, if it can be a reply."""
        if self.status == 0:
            raise ServerUnreachable(
                f"The server at {endpoint.base_url} closed the connection before it answered. "
                "Whether it carried the request out is not known: look before repeating it"
            )
        if not self.body.lstrip().startswith(b"{"):
            raise ServerRefused(
                f"{endpoint.api_url} answered HTTP {self.status} with something that is no "
                "Colonies reply: is this a Colonies server's address?",
                self.status,
            )
        return bytes(self.body)


def _close_late(connecting: asyncio.Future[WebSocketClientConnection]) -> None:
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().close()


def _close_all(idle: list[tuple[Endpoint, IOStream]]) -> None:
    for _, stream in idle:
        stream.close()


def _is_open(stream: IOStream) -> bool:
    """Whether an idle connection is still there: the server may have closed it unnoticed."""
    if stream.closed():
        return False
    try:
        # Of the plain socket also where there is TLS: it is the connection that counts.
        socket.socket.recv(stream.socket, 1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    # Either its end or something nobody asked for.
    return False


async def _connected(endpoint: Endpoint) -> IOStream:
    context = _tls_context() if endpoint.tls else None
    try:
        return await TCPClient(_RESOLVER).connect(
            endpoint.host,
            endpoint.port,
            ssl_options=context,
            max_buffer_size=MAX_BODY,
            timeout=CONNECT_TIMEOUT,
        )
    except (OSError, StreamClosedError) as error:
        raise _not_connected(endpoint, error) from None


async def _post(endpoint: Endpoint, stream: IOStream, body: bytes) -> _Reply:
    reply = _Reply()
    connection = HTTP1Connection(stream, True, _PARAMETERS)
    headers = httputil.HTTPHeaders(dict(endpoint.headers))
    headers["Host"] = endpoint.authority
    headers["Content-Type"] = "application/json"
    headers["Content-Length"] = str(len(body))
    start_line = httputil.RequestStartLine("POST", f"{endpoint.path}/api", "HTTP/1.1")
    try:
        sent = connection.write_headers(start_line, headers, body)
        connection.finish()
        await connection.read_response(reply)
        await sent
    except StreamClosedError:
        reply.status = 0
    return reply


def _not_connected(endpoint: Endpoint, error: Exception) -> NotConnected:
    reason = getattr(error, "real_error", None) or error
    if isinstance(reason, ConnectionRefusedError):
        said = "nothing listens there"
    elif isinstance(reason, ssl.SSLError):
        said = f"TLS failed ({reason})"
    else:
        said = str(reason) or type(reason).__name__
    return NotConnected(
        f"The Colonies server at {endpoint.base_url} can't be reached: {said}. Start it with "
        "`jupyter colonies serve`, or name another with connect(…) or the COLONIES_* variables"
    )


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()
