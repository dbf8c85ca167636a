"""The streams of events over a websocket inside Jupyter, for users Jupyter knows and others."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketClientConnection, WebSocketHandler

from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.server.forwarding import Relay
from jupyter_colonies.server.inside import Inside, passed_on
from jupyter_colonies.server.rest import exchange
from jupyter_colonies.server.rest.sockets import TEXT_ONLY, UNSUPPORTED, Feed


class JupyterEventsHandler(Inside, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """A stream of events, here or at the host of the data folder."""

    auth_resource = "colonies"

    def initialize(self, desk: Any, name: str) -> None:
        """Take the service, and which operation gives the same as text."""
        self._desk = desk
        self._name = name
        self._feed: Feed | None = None
        self._host: WebSocketClientConnection | None = None

    def get_login_url(self) -> str:
        """Nobody can log in on a websocket: 403."""
        raise web.HTTPError(403)

    async def prepared(self, *names: str) -> None:
        """Find the stream; everything that is refused is refused before the upgrade."""
        hosting = self._desk.hosting()
        try:
            if hosting is None:
                target, headers = await passed_on(self)
                self._host = await self._desk.forwarding().subscribe(target, headers)
                return
            visitor = await self.visitor(hosting)
            self._feed = Feed(self, hosting.presence)
            await self._feed.prepare(hosting.broker, visitor, self._name, *names)
        except ColoniesError as error:
            exchange.refuse(self, error)
            self.finish()

    async def proven(self) -> None:
        """Go on to the upgrade: the request itself has proven who sent it."""
        await self.prepared(*self.path_args)
        if not self._finished:
            await WebSocketHandler.get(self, *self.path_args)
            self._auto_finish = False

    @web.authenticated
    @authorized
    async def get(self, *names: str) -> None:  # type: ignore[override]
        """The upgrade to a websocket."""
        await self.prepared(*names)
        if not self._finished:
            await super().get(*names)

    def open(self, *args: str, **kwargs: str) -> None:
        """The client has come."""
        super().open(*args, **kwargs)
        if self._feed is not None:
            self._feed.begin()
        elif self._host is not None:
            Relay(self._host, self)

    def on_message(self, _: str | bytes) -> None:
        """Nothing is to be sent here."""
        self.close(UNSUPPORTED, TEXT_ONLY)

    def on_close(self) -> None:
        """The client has gone."""
        if self._feed is not None:
            self._feed.end()
        if self._host is not None:
            self._host.close()
