"""The service under `{base_url}colonies/` inside Jupyter.

The signed RPC and subscriptions need no Jupyter token, every message carries its own proof. The
REST API is for whoever Jupyter has authenticated and authorized.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.websocket import WebSocketClientConnection

from jupyter_colonies.broker.origin import ORIGIN, address_of, signed
from jupyter_colonies.core import envelope
from jupyter_colonies.core.deployment import DeploymentRequest
from jupyter_colonies.errors import ColoniesError, ServerError, ServerStopping, TooLarge
from jupyter_colonies.server import rpc
from jupyter_colonies.server.deploy import desk as deploy
from jupyter_colonies.server.forwarding import Answer, Forwarding, Relay
from jupyter_colonies.server.hosting import Hosting
from jupyter_colonies.server.inside import Inside, may_command, passed_on
from jupyter_colonies.server.jupyterevents import JupyterEventsHandler
from jupyter_colonies.server.presence import STOPPING
from jupyter_colonies.server.pubsub import PubsubHandler
from jupyter_colonies.server.rest import exchange, problem, sockets
from jupyter_colonies.server.rest.api import resources
from jupyter_colonies.server.rest.exchange import Exchange, Offered

TEXT = "text/plain; charset=utf-8"

# What is passed on of a reply; `Location` is put below the prefix.
ANSWERED = (
    "Content-Type", "Allow", "ETag", "Link", "Retry-After", "Cache-Control", "Content-Range",
    "Accept-Ranges", "Content-Disposition", "Idempotency-Replayed", "X-Accel-Buffering",
    "Accept-Signature", "WWW-Authenticate",
)  # fmt: skip

UNKNOWN_TO_JUPYTER = {
    401: "Jupyter does not know you: send a token of this server, 'Authorization: token …'",
    403: "Jupyter does not let you in: send a token of this server, 'Authorization: token …'",
}


class Desk(Protocol):
    """Where the routes ask for the service."""

    deploy_anywhere: Any  # a trait: whether notebooks outside of Jupyter's root may be deployed

    def hosting(self) -> Hosting | None:
        """The running service, if this process hosts it now."""

    def forwarding(self) -> Forwarding:
        """The way to the process that hosts it. Raises ServerStopping if there is none."""


class RpcHandler(web.RequestHandler):
    """`POST colonies/api`: the signed RPC."""

    def initialize(self, desk: Desk) -> None:
        """Take the service."""
        self._desk = desk
        self._gone = asyncio.Event()

    def check_xsrf_cookie(self) -> None:
        """No cookie takes part: the message is signed."""

    def compute_etag(self) -> None:
        """No ETag: nothing here is worth caching."""

    def on_connection_close(self) -> None:
        """The client has left: stop waiting for it."""
        self._gone.set()

    @allow_unauthenticated
    async def post(self) -> None:
        """One request, as on the own port."""
        try:
            status, body = await self._answer()
        except ColoniesError as error:
            status, body = envelope.refusal(error)
        if not self._gone.is_set():
            self.set_status(status)
            self.set_header("Content-Type", TEXT)
            self.write(body)

    async def _answer(self) -> tuple[int, bytes]:
        hosting = self._desk.hosting()
        if hosting is None:
            forwarding = self._desk.forwarding()
            answer = await forwarding.exchange("POST", "/api", self.request.body, gone=self._gone)
            return answer.status, bytes(answer.body)
        if len(self.request.body) > hosting.guard.limits.body:
            raise TooLarge(
                f"The body of the request is larger than the {hosting.guard.limits.body} bytes "
                "that this server takes: send less at a time, and large values as files"
            )
        ORIGIN.set(signed("rpc", address_of(self.request)))
        with hosting.presence.exchange():
            if hosting.presence.stopping:
                raise ServerStopping(STOPPING)
            return await rpc.answer(hosting.broker, self.request.body, self._gone, hosting.guard)


class SubscriptionsHandler(PubsubHandler):
    """`GET colonies/pubsub`: signed subscriptions."""

    def initialize(self, desk: Desk) -> None:  # type: ignore[override]
        """Take the service."""
        self._desk = desk
        self._host: WebSocketClientConnection | None = None
        self._relay: Relay | None = None

    async def prepare(self) -> None:
        """Find the service, here or at its host. Answers 503 if there is none."""
        hosting = self._desk.hosting()
        if hosting is not None:
            super().initialize(hosting.broker, hosting.presence)
            return
        try:
            self._host = await self._desk.forwarding().subscribe()
        except ServerStopping as error:
            raise web.HTTPError(503, error.message) from None

    def open(self, *args: str, **kwargs: str) -> None:
        """A client has come."""
        if self._host is None:
            super().open(*args, **kwargs)
        else:
            self._relay = Relay(self._host, self)

    def on_close(self) -> None:
        """The client has gone."""
        if self._host is None:
            super().on_close()
        else:
            self._host.close()

    async def on_message(self, message: str | bytes) -> None:
        """Start a subscription, here or at the host."""
        if self._relay is None:
            await super().on_message(message)
        else:
            await self._relay.send(message)

    @allow_unauthenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """The upgrade to a websocket."""
        await super().get(*args, **kwargs)


class HealthHandler(web.RequestHandler):
    """`GET colonies/health`: whether the service runs, here or at its host."""

    def initialize(self, desk: Desk) -> None:
        """Take the service."""
        self._desk = desk

    @allow_unauthenticated
    async def get(self) -> None:
        """An empty body with status 200, or 503."""
        self.set_header("Content-Type", TEXT)
        if self._desk.hosting() is not None:
            return
        try:
            await self._desk.forwarding().exchange("GET", "/health", gone=asyncio.Event())
        except ServerError:
            self.set_status(503)


class ResourceHandler(Inside, APIHandler):
    """A resource of the REST API, for users Jupyter knows and for who proves who they are."""

    auth_resource = "colonies"

    def initialize(self, desk: Desk, offered: Offered) -> None:
        """Take the service and the resource."""
        self._desk = desk
        self._offered = offered
        self._gone = asyncio.Event()

    def compute_etag(self) -> None:
        """The exchange tags what is worth it."""

    def update_api_activity(self) -> None:
        """An idle executor that asks for work keeps no server alive: work does."""

    def on_connection_close(self) -> None:
        """The client has left: stop waiting for it."""
        self._gone.set()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """What Jupyter refuses, as problem details."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        detail = getattr(error, "log_message", None) or UNKNOWN_TO_JUPYTER.get(status_code, "")
        told = problem.of_status(status_code, detail, self.request.path)
        exchange.describe(self, told)
        self.finish()

    def finish(self, *args: Any, **kwargs: Any) -> Any:
        """Keep the content type of the reply, which is not always plain JSON."""
        kept = self._headers.get("Content-Type", "application/json")
        return super().finish(*args, set_content_type=kept, **kwargs)

    async def _act(self, *names: str) -> None:
        operation = exchange.chosen(self._offered, self.request.method)
        hosting = self._desk.hosting()
        if operation is None:
            exchange.not_allowed(self, self._offered)
        elif hosting is None:
            await self._forward()
        else:
            try:
                visitor = await self.visitor(hosting)
            except ColoniesError as error:
                exchange.refuse(self, error)
                return
            work = Exchange(self, hosting.broker, hosting.presence, self._gone, hosting.services)
            await work.act(visitor, operation, *names)

    async def proven(self) -> None:
        """Answer who proves who they are; what is for users of this server is not there."""
        if any(operation.inside for operation in self._offered.values()):
            path = self.request.path
            exchange.describe(self, problem.of_status(404, f"There is no resource {path}", path))
        elif self.request.method == "OPTIONS":
            exchange.offer(self, self._offered)
        else:
            await ResourceHandler._act(self, *self.path_args)
        if not self._finished:
            self.finish()

    async def _forward(self) -> None:
        """Pass it on to the host, with what is known of the caller here."""
        target, sent = await passed_on(self)
        request = self.request
        try:
            answer = await self._desk.forwarding().exchange(
                request.method, target, request.body, gone=self._gone, more=sent, relay=self
            )
        except ServerError as error:
            if not self._headers_written:
                exchange.refuse(self, error)
            return
        if not self._headers_written:
            self._begin(answer)
            if answer.body:
                self.write(bytes(answer.body))

    def _begin(self, answer: Answer) -> None:
        self.set_status(answer.status)
        self.clear_header("Content-Type")
        for name in ANSWERED:
            if name in answer.headers:
                self.set_header(name, answer.headers[name])
        if "Location" in answer.headers:
            root = self.settings["base_url"].rstrip("/") + "/colonies"
            self.set_header("Location", root + answer.headers["Location"])

    async def relayed(self, answer: Answer, chunk: bytes) -> None:
        """Pass on part of a stream. Raises StreamClosedError if nobody takes it."""
        if not self._headers_written:
            self._begin(answer)
            if "Content-Length" in answer.headers:
                # So that whoever does not get all of a file sees that.
                self.set_header("Content-Length", answer.headers["Content-Length"])
        self.write(chunk)
        async with asyncio.timeout(exchange.SLOWEST):
            await self.flush()

    @web.authenticated
    @authorized
    async def get(self, *names: str) -> None:
        """Read the resource."""
        await self._act(*names)

    @web.authenticated
    @authorized
    async def head(self, *names: str) -> None:
        """Read the resource without its body."""
        await self._act(*names)

    def options(self, *_: str) -> None:
        """The methods there are."""
        exchange.offer(self, self._offered)

    @web.authenticated
    @authorized
    async def patch(self, *names: str) -> None:
        """Change parts of the resource."""
        await self._act(*names)

    @web.authenticated
    @authorized
    async def post(self, *names: str) -> None:
        """Add to the resource."""
        await self._act(*names)

    @web.authenticated
    @authorized
    async def put(self, *names: str) -> None:
        """Make or replace the resource."""
        await self._act(*names)

    @web.authenticated
    @authorized
    async def delete(self, *names: str) -> None:
        """Remove the resource."""
        await self._act(*names)


class DeploymentHandler(ResourceHandler):
    """Deployed notebooks, for users who may run code in kernels of this server.

    Paths of notebooks are relative to Jupyter's root folder, also where the host has another one.
    """

    async def _act(self, *names: str) -> None:
        if not await may_command(self):
            detail = "Deployed notebooks are for users who may run code in kernels"
            exchange.describe(self, problem.of_status(403, detail, self.request.path))
            return
        try:
            operation = exchange.chosen(self._offered, self.request.method)
            if operation is not None and operation.body is DeploymentRequest:
                self.request.body = await asyncio.to_thread(self._confined)
        except ColoniesError as error:
            exchange.refuse(self, error)
            return
        await super()._act(*names)

    def _confined(self) -> bytes:
        config = self.settings["serverapp"]
        return deploy.confined(
            self.request.body, config.root_dir, anywhere=self._desk.deploy_anywhere
        )


def routes(desk: Desk) -> list[tuple[Any, ...]]:
    """All routes, relative to Jupyter's base URL."""
    service = {"desk": desk}
    return [
        (r"/colonies/api", RpcHandler, service),
        (r"/colonies/pubsub", SubscriptionsHandler, service),
        (r"/colonies/health", HealthHandler, service),
        *(
            (
                rf"/colonies/v1/{path}",
                DeploymentHandler if path.startswith(deploy.ALL) else ResourceHandler,
                {**service, "offered": offered},
            )
            for path, offered in resources(inside=True).items()
        ),
        *(
            (rf"/colonies/v1/{path}", JupyterEventsHandler, {**service, "name": name})
            for path, name in sockets.PATHS.items()
        ),
    ]
