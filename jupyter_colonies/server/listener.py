"""The own port: what every Colonies SDK expects at the root of one origin.

`/api` takes the short way, straight from the HTTP connection to the RPC; everything else goes
through an ordinary tornado application (protocol part 01, sections 1.1 and 1.2).
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Iterable
from typing import Any

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPConnection, HTTPMessageDelegate, HTTPServerRequest
from tornado.iostream import IOStream
from tornado.routing import Router

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.errors import InvalidConfiguration
from jupyter_colonies.server import cors, pubsub
from jupyter_colonies.server.crowd import Crowd
from jupyter_colonies.server.guard import Guard
from jupyter_colonies.server.idle import Idle
from jupyter_colonies.server.limits import Limits
from jupyter_colonies.server.ownaddress import url
from jupyter_colonies.server.presence import Presence
from jupyter_colonies.server.proofs import Proofs
from jupyter_colonies.server.pubsub import MISSING
from jupyter_colonies.server.rest import port as rest
from jupyter_colonies.server.rpcexchange import LARGEST_BODY, TEXT, Preflight, RpcExchange
from jupyter_colonies.server.s3.face import face, is_for_s3
from jupyter_colonies.server.s3.visit import Service
from jupyter_colonies.server.settings import Settings
from jupyter_colonies.server.shield import shield

PORTS_TRIED = 100
BACKLOG = 1024
KEPT_TRIED = 20
KEPT_PAUSE = 0.05

log = logging.getLogger(__name__)


class Listener(Router):
    """An HTTP server on a port of its own, until `stop`.

    objects: what S3 clients reach, None if bytes are somewhere else. guard: who may come how
    often; None where only the user's own programs come, as often as they like. proxies: addresses
    whose X-Forwarded headers are believed. routes: what there is beside `/api`, unless it is what
    SDKs expect.
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
        limits: Limits | None = None,
        guard: Guard | None = None,
        proxies: Iterable[str] = (),
        routes: web.Application | None = None,
    ) -> None:
        self.broker = broker
        self.presence = presence
        self.tasks: set[asyncio.Task[None]] = set()
        self.host, self.port = host, port_of(bound)
        self.tls = tls is not None
        self.guard = guard
        self.proxies = frozenset(proxies)
        self.limits = limits = limits or Limits()
        self._application = routes or application(broker, self.presence)
        self._objects = face(objects, presence) if objects else None
        self.crowd = Crowd(limits.connections_possible, limits.connections_each, self.proxies)
        self._server = BoundedServer(
            self,
            crowd=self.crowd,
            ssl_options=tls,
            max_header_size=2 * limits.head,
            max_body_size=LARGEST_BODY,
            max_buffer_size=limits.body + 1024 * 1024,
        )
        self._server.conn_params.header_timeout = None
        self.fresh = Idle(limits.head_seconds)
        self.waiting = Idle(limits.idle_seconds)
        self.bodies = Idle(limits.body_seconds)
        self._served: set[object] = set()
        self._server.add_socket(bound)

    @property
    def address(self) -> str:
        """URL of the root."""
        return url(self.host, self.port, tls=self.tls)

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> RpcExchange:
        """What receives the next request on a connection."""
        exchange = RpcExchange(self, server_conn, request_conn)
        if server_conn in self._served:
            self.waiting.began(server_conn, exchange.connection)
        else:
            self._served.add(server_conn)
            self.fresh.began(server_conn, exchange.connection)
        return exchange

    def left(self, server_conn: object) -> None:
        """The head of a request has come: the connection waits for it no longer."""
        self.fresh.ended(server_conn)
        self.waiting.ended(server_conn)

    def on_close(self, server_conn: object) -> None:
        """A connection has ended."""
        self.left(server_conn)
        self.bodies.ended(server_conn)
        self._served.discard(server_conn)

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
        for waiting in (self.fresh, self.waiting, self.bodies):
            waiting.stop()


class BoundedServer(HTTPServer):
    """tornado's server, for as many connections as there is room for."""

    def initialize(self, *args: Any, crowd: Crowd, **kwargs: Any) -> None:  # type: ignore[override]
        """Take the crowd."""
        super().initialize(*args, **kwargs)
        self._crowd = crowd

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Serve a connection, or say why not and hang up."""
        reason = self._crowd.enter(_who(address))
        if not reason:
            super().handle_stream(stream, address)
            return
        body = f"{reason}: try again in a moment\n".encode()
        head = (
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n"
            f"Content-Type: {TEXT}\r\nContent-Length: {len(body)}\r\n\r\n"
        )

        def ended(sent: asyncio.Future[None]) -> None:
            sent.exception()
            stream.close()

        stream.write(head.encode() + body).add_done_callback(ended)

    def on_close(self, server_conn: object) -> None:
        """A connection has ended."""
        super().on_close(server_conn)
        self.request_callback.on_close(server_conn)  # type: ignore[union-attr]
        self._crowd.leave(_who(server_conn.context.address))  # type: ignore[attr-defined]


def _who(address: Any) -> str:
    """What tells one machine from another; all who come through a socket file are one."""
    return str(address[0]) if isinstance(address, tuple) else ""


class PlainHandler(web.RequestHandler):
    """Base of what answers in plain text, with the headers of the original server."""

    def set_default_headers(self) -> None:
        """Plain text, and a word to pages of other origins."""
        shield(self)
        self.set_header("Content-Type", TEXT)

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
            *(resources or rest.proven_routes(broker, presence, Proofs(broker))),
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
