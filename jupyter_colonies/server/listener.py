"""The own port: what every Colonies SDK expects at the root of one origin.

`/api` takes the short way, straight from the HTTP connection to the RPC; everything else goes
through an ordinary tornado application (protocol part 01, sections 1.1 and 1.2).
"""

from __future__ import annotations

import asyncio
import errno
import logging
import re
import socket
import ssl
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any

from tornado import web
from tornado.http1connection import HTTP1Connection
from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.routing import Router

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import envelope
from jupyter_colonies.errors import InvalidConfiguration, ServerStopping
from jupyter_colonies.server import cors, pubsub, rpc
from jupyter_colonies.server.idle import Idle
from jupyter_colonies.server.presence import STOPPING, Presence
from jupyter_colonies.server.pubsub import MISSING
from jupyter_colonies.server.rest import port as rest
from jupyter_colonies.server.s3.face import face, is_for_s3
from jupyter_colonies.server.s3.visit import Service
from jupyter_colonies.server.settings import Settings

MAX_BODY = 128 * 1024 * 1024
IDLE_TIMEOUT = 120.0
PORTS_TRIED = 100
BACKLOG = 1024
KEPT_TRIED = 20
KEPT_PAUSE = 0.05

TEXT = "text/plain; charset=utf-8"
PHRASES = {status.value: status.phrase for status in HTTPStatus}
PLAIN_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")
NO_HEADERS = HTTPHeaders()

log = logging.getLogger(__name__)


class Listener(Router):
    """An HTTP server on a port of its own, until `stop`.

    objects: what S3 clients reach, None if bytes are somewhere else. idle_timeout: seconds after
    which a connection without a request is closed. routes: what there is beside `/api`, unless it
    is what SDKs expect.
    """

    def __init__(
        self,
        broker: Broker,
        presence: Presence,
        bound: socket.socket,
        *,
        host: str,
        tls: ssl.SSLContext | None,
        objects: Service | None = None,
        idle_timeout: float = IDLE_TIMEOUT,
        routes: web.Application | None = None,
    ) -> None:
        self.broker = broker
        self.presence = presence
        self.tasks: set[asyncio.Task[None]] = set()
        self.host, self.port = host, port_of(bound)
        self.tls = tls is not None
        self._application = routes or application(broker, self.presence)
        self._objects = face(objects, presence) if objects else None
        self._server = HTTPServer(
            self,
            ssl_options=tls,
            max_body_size=MAX_BODY,
            max_buffer_size=MAX_BODY + 1024 * 1024,
        )
        self._server.conn_params.header_timeout = None
        self.idle = Idle(idle_timeout)
        self._server.add_socket(bound)

    @property
    def address(self) -> str:
        """URL of the root."""
        return url(self.host, self.port, tls=self.tls)

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> RpcExchange:
        """What receives the next request on a connection."""
        exchange = RpcExchange(self, server_conn, request_conn)
        self.idle.began(server_conn, exchange.connection)
        return exchange

    def on_close(self, server_conn: object) -> None:
        """A connection has ended."""
        self.idle.ended(server_conn)

    def routed(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """What receives a request that does not take the short way."""
        return super().start_request(server_conn, request_conn)

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        """What answers a request that does not take the short way."""
        if request.path == "/api" and request.method == "POST":
            assert request.connection is not None
            return RpcExchange(self, request.server_connection, request.connection, short=False)
        if request.method == "OPTIONS" and cors.is_foreign(request.headers):
            return Preflight(request)
        if self._objects and is_for_s3(request):
            return self._objects.find_handler(request, **kwargs)
        return self._application.find_handler(request, **kwargs)

    def stop(self) -> None:
        """Accept no more connections; `drain` follows once the broker has stopped."""
        self._server.stop()

    async def drain(self) -> None:
        """Let the replies under way go out, then close every connection."""
        await self.presence.drain()
        await self._server.close_all_connections()
        self.idle.stop()


class RpcExchange(HTTPMessageDelegate):
    """One `POST /api`, or the start of another request, which is then passed on.

    tornado's own way describes, parses and routes a request before anything sees it: more work
    than answering one. So a plain `POST /api` with a plain Host is known by its first line.
    """

    def __init__(
        self,
        listener: Listener,
        server_conn: object,
        connection: HTTPConnection,
        *,
        short: bool = True,
    ) -> None:
        assert isinstance(connection, HTTP1Connection)
        self._listener = listener
        self._server_conn = server_conn
        self.connection = connection
        self._short = short
        self._other: HTTPMessageDelegate | None = None
        self._headers = NO_HEADERS
        self._chunks: list[bytes] = []

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        """Take the request, or pass it on."""
        assert isinstance(start_line, RequestStartLine)
        self._listener.idle.ended(self._server_conn)
        self._headers = headers
        if self._short and not (
            start_line.path == "/api"
            and start_line.method == "POST"
            and PLAIN_HOST.fullmatch(headers.get("Host", ""))
        ):
            self._other = self._listener.routed(self._server_conn, self.connection)
            return self._other.headers_received(start_line, headers)
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Collect the body."""
        if self._other is not None:
            return self._other.data_received(chunk)
        self._chunks.append(chunk)
        return None

    def finish(self) -> None:
        """The request is complete: answer it."""
        if self._other is not None:
            self._other.finish()
            return
        gone = asyncio.Event()
        self.connection.set_close_callback(gone.set)
        task = asyncio.get_running_loop().create_task(self._answer(gone))
        self._listener.tasks.add(task)
        task.add_done_callback(self._listener.tasks.discard)

    def on_connection_close(self) -> None:
        """The client went away while it was still sending."""
        if self._other is not None:
            self._other.on_connection_close()
        self._chunks.clear()

    async def _answer(self, gone: asyncio.Event) -> None:
        presence = self._listener.presence
        with presence.exchange():
            if presence.stopping:
                status, body = envelope.refusal(ServerStopping(STOPPING))
            else:
                body = b"".join(self._chunks)
                self._chunks.clear()
                status, body = await rpc.answer(self._listener.broker, body, gone)
            if not gone.is_set():
                self._respond(status, body, close=presence.stopping)

    def _respond(self, status: int, body: bytes, *, close: bool) -> None:
        fields = HTTPHeaders()
        fields["Content-Type"] = TEXT
        fields["Content-Length"] = str(len(body))
        if close:
            fields["Connection"] = "close"
        for name, value in cors.headers(self._headers).items():
            fields[name] = value
        start_line = ResponseStartLine("HTTP/1.1", status, PHRASES[status])
        self.connection.write_headers(start_line, fields, body)
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


class PlainHandler(web.RequestHandler):
    """Base of what answers in plain text, with the headers of the original server."""

    def set_default_headers(self) -> None:
        """Plain text, and a word to pages of other origins."""
        self.clear_header("Server")
        self.set_header("Content-Type", TEXT)
        for name, value in cors.headers(self.request.headers).items():
            self.set_header(name, value)

    def compute_etag(self) -> None:
        """No ETag: nothing here is worth caching."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Another method on a known path does not exist either."""
        if status_code == 405:
            self.set_status(404)
            self.finish(MISSING)
        else:
            super().write_error(status_code, **kwargs)


class HealthHandler(PlainHandler):
    """`GET /health`: the server is alive."""

    def get(self) -> None:
        """An empty body with status 200."""


class MissingHandler(PlainHandler):
    """Everything that does not exist, and known paths with a trailing slash."""

    def prepare(self) -> None:
        """404 in plain text, or the way to the path without the slash."""
        path = self.request.path
        target = path.rstrip("/")
        known = {"/api": "POST", "/health": "GET", "/pubsub": "GET"}
        if path != target and known.get(target) == self.request.method:
            query = f"?{self.request.query}" if self.request.query else ""
            self.set_status(301 if self.request.method == "GET" else 307)
            self.set_header("Location", target + query)
            self.finish()
            return
        self.set_status(404)
        self.finish(MISSING)


def application(
    broker: Broker, presence: Presence, resources: list[tuple[Any, ...]] | None = None
) -> web.Application:
    """The routes beside `/api`; unless `resources` are given they are for signed requests."""
    return web.Application(
        [
            (r"/health", HealthHandler),
            (r"/pubsub", pubsub.PubsubHandler, {"broker": broker, "presence": presence}),
            *(resources or rest.signed_routes(broker, presence)),
        ],
        default_handler_class=MissingHandler,
        log_function=lambda handler: None,  # noqa: ARG005 - tornado gives the handler
        websocket_max_message_size=pubsub.MAX_MESSAGE,
    )


def port_of(bound: socket.socket) -> int:
    """The port a socket listens on, 0 for a socket file."""
    return 0 if bound.family == socket.AF_UNIX else int(bound.getsockname()[1])


async def bind_kept(settings: Settings, port: int) -> socket.socket:
    """A listening socket at the port of a host that has ended, else as `bind` gives it.

    The system may take a moment to give the port of a killed process free.
    """
    for _ in range(KEPT_TRIED):
        try:
            return _listening(settings.host, port)
        except OSError:
            await asyncio.sleep(KEPT_PAUSE)
    return bind(settings)


def bind(settings: Settings) -> socket.socket:
    """A listening socket at the wanted port, or at the next one that is free.

    50080 lies in the range from which outgoing connections take their ports, so that it may be
    taken at any moment. Raises InvalidConfiguration if no port can be had.
    """
    last = min(settings.port + PORTS_TRIED, 65536) if settings.port else 1
    for port in range(settings.port, last):
        try:
            bound = _listening(settings.host, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            raise InvalidConfiguration(
                f"The server can't listen on {settings.host} port {port}: {error.strerror}. "
                "Name an address of this machine"
            ) from None
        if port != settings.port:
            log.warning("Port %d is taken: listening on port %d", settings.port, port)
        return bound
    raise InvalidConfiguration(
        f"No port from {settings.port} to {last - 1} is free on {settings.host}: name another one"
    )


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.create_server((host, port), family=family, backlog=BACKLOG)
    bound.setblocking(False)
    return bound


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """TLS as configured. Raises InvalidConfiguration if certificate or key can't be used."""
    if not settings.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.certificate, settings.certificate_key)
    except (OSError, ssl.SSLError) as error:
        raise InvalidConfiguration(
            f"The TLS certificate '{settings.certificate}' or its key can't be used: {error}"
        ) from None
    return context


def reachable(host: str) -> str:
    """Where this machine reaches a server that listens on a host: wildcards by loopback."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def url(host: str, port: int, *, tls: bool) -> str:
    """Address of a server as users and programs of this machine write it."""
    host = reachable(host)
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
