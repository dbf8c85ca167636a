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

from jupyter_colonies.core import envelope
from jupyter_colonies.errors import ColoniesError, ServerStopping
from jupyter_colonies.server import rpc
from jupyter_colonies.server.hosting import Hosting
from jupyter_colonies.server.presence import STOPPING
from jupyter_colonies.server.pubsub import PubsubHandler
from jupyter_colonies.server.resources import RESOURCES, Action
from jupyter_colonies.server.rest import Exchange, describe
from jupyter_colonies.server.visitor import JupyterVisitor

TEXT = "text/plain; charset=utf-8"


class Desk(Protocol):
    """Where the routes ask for the service."""

    def hosting(self) -> Hosting:
        """The running service. Raises ServerStopping if this process does not host it now."""


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
            hosting = self._desk.hosting()
            with hosting.presence.exchange():
                if hosting.presence.stopping:
                    raise ServerStopping(STOPPING)
                status, body = await rpc.answer(hosting.broker, self.request.body, self._gone)
        except ColoniesError as error:
            status, body = envelope.refusal(error)
        self.set_status(status)
        self.set_header("Content-Type", TEXT)
        self.write(body)


class SubscriptionsHandler(PubsubHandler):
    """`GET colonies/pubsub`: signed subscriptions."""

    def initialize(self, desk: Desk) -> None:  # type: ignore[override]
        """Take the service."""
        self._desk = desk

    def prepare(self) -> None:
        """Find the service. Answers 503 while it is not hosted here."""
        try:
            hosting = self._desk.hosting()
        except ServerStopping as error:
            raise web.HTTPError(503, error.message) from None
        super().initialize(hosting.broker, hosting.presence)

    @allow_unauthenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """The upgrade to a websocket."""
        await super().get(*args, **kwargs)


class HealthHandler(web.RequestHandler):
    """`GET colonies/health`: whether the service runs in this process."""

    def initialize(self, desk: Desk) -> None:
        """Take the service."""
        self._desk = desk

    @allow_unauthenticated
    def get(self) -> None:
        """An empty body with status 200, or 503."""
        self.set_header("Content-Type", TEXT)
        try:
            self._desk.hosting()
        except ServerStopping:
            self.set_status(503)


class ResourceHandler(APIHandler):
    """A resource of the REST API, for users Jupyter knows."""

    auth_resource = "colonies"

    def initialize(self, desk: Desk, actions: dict[str, Action]) -> None:
        """Take the service and the resource."""
        self._desk = desk
        self._actions = actions
        self._gone = asyncio.Event()

    def compute_etag(self) -> None:
        """No ETag: long polls and states are not worth caching."""

    def update_api_activity(self) -> None:
        """An idle executor that asks for work keeps no server alive: work does."""

    def on_connection_close(self) -> None:
        """The client has left: stop waiting for it."""
        self._gone.set()

    def finish(self, *args: Any, **kwargs: Any) -> Any:
        """Keep the content type of the reply, which is not always plain JSON."""
        kept = self._headers.get("Content-Type", "application/json")
        return super().finish(*args, set_content_type=kept, **kwargs)

    async def _act(self, *names: str) -> None:
        try:
            hosting = self._desk.hosting()
        except ServerStopping as error:
            describe(self, 503, error.message)
            return
        exchange = Exchange(self, hosting.broker, hosting.presence, self._gone)
        action = self._actions.get(self.request.method or "")
        if action is None:
            exchange.not_allowed(self._actions)
        else:
            visitor = JupyterVisitor(hosting.broker, hosting.ids.userid)
            await exchange.act(visitor, action, *names)

    @web.authenticated
    @authorized
    async def get(self, *names: str) -> None:
        """Read the resource."""
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


def routes(desk: Desk) -> list[tuple[Any, ...]]:
    """All routes, relative to Jupyter's base URL."""
    service = {"desk": desk}
    return [
        (r"/colonies/api", RpcHandler, service),
        (r"/colonies/pubsub", SubscriptionsHandler, service),
        (r"/colonies/health", HealthHandler, service),
        *(
            (rf"/colonies/v1/{path}", ResourceHandler, {**service, "actions": actions})
            for path, actions in RESOURCES.items()
        ),
    ]
