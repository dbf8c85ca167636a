"""The streams of events over a websocket, for who prefers messages."""

from __future__ import annotations

import asyncio
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from jupyter_colonies.broker.origin import ORIGIN, Origin, address_of
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import events
from jupyter_colonies.core.messages.registry import Message
from jupyter_colonies.errors import ColoniesError, ServerStopping
from jupyter_colonies.server import rpc
from jupyter_colonies.server.presence import STOPPING, Presence
from jupyter_colonies.server.rest import exchange
from jupyter_colonies.server.rest.declaration import OPERATIONS, Visit
from jupyter_colonies.server.rest.events import BEAT, FOLLOWED, frames_of
from jupyter_colonies.server.rest.exchange import SLOWEST
from jupyter_colonies.server.visitor import Visitor

PATHS = {f"{OPERATIONS[name].pattern}/websocket": name for name in FOLLOWED}
"""Paths below `/v1/` by the operations that give the same as text."""

TEXT_ONLY = "These websockets only tell: nothing is to be sent"
UNSUPPORTED = 1003
GOING_AWAY = 1001


class Feed:
    """Frames on their way to a websocket."""

    def __init__(self, handler: WebSocketHandler, presence: Presence) -> None:
        self._handler = handler
        self._presence = presence
        self._task: asyncio.Task[None] | None = None
        self._frames: Any = None

    async def prepare(self, broker: Broker, visitor: Visitor, name: str, *names: str) -> None:
        """Look whether the visitor may have the stream. Raises ColoniesError."""
        if self._presence.stopping:
            raise ServerStopping(STOPPING)
        request = self._handler.request
        ORIGIN.set(Origin("rest", address_of(request), visitor.proof))
        self._presence.admit(visitor.id)
        operation = OPERATIONS[name]
        exchange.check_scope(visitor, operation)
        query = exchange.read_query(request.query, operation)
        message: Message[Any, Any]
        message, fields = FOLLOWED[name]
        visit = Visit(broker, visitor, asyncio.Event())
        given = dict(zip(fields, names, strict=True))
        self._frames = await frames_of(visit, query.after, message, **given)

    def begin(self) -> None:
        """The client has come."""
        self._task = asyncio.create_task(self._send())

    def end(self) -> None:
        """The client has gone."""
        if self._task is not None:
            self._task.cancel()

    async def _send(self) -> None:
        """Send what there is; who does not take it is cut off, and can go on from the last id."""
        with self._presence.exchange():
            try:
                async for frame in self._frames:
                    async with asyncio.timeout(SLOWEST):
                        await self._handler.write_message(events.as_message(frame))
                self._handler.close(GOING_AWAY)
            except TimeoutError:
                self._cut()
            except WebSocketClosedError:
                return
            except Exception as error:  # noqa: BLE001 - the client must not wait for ever
                rpc.unexpected(error)
                self._cut()
            finally:
                await self._frames.aclose()

    def _cut(self) -> None:
        connection = self._handler.ws_connection
        if connection is not None and connection.stream is not None:
            connection.stream.close()


class EventsHandler(WebSocketHandler):
    """A stream of events for whoever the gate knows."""

    def initialize(self, broker: Broker, presence: Presence, gate: Any, name: str) -> None:
        """Take the service, and which operation gives the same as text."""
        self._broker = broker
        self._gate = gate
        self._name = name
        self._feed = Feed(self, presence)

    @property
    def ping_interval(self) -> float:
        """Seconds between two frames that ask whether the client is there."""
        return BEAT

    def check_origin(self, origin: str) -> bool:  # noqa: ARG002 - tornado's signature
        """Any origin: the request proves by itself who sent it, no cookie takes part."""
        return True

    async def prepare(self) -> None:
        """Know who it is; everything that is refused is refused before the upgrade."""
        request: HTTPServerRequest = self.request
        try:
            visitor = await self._gate(request)
            await self._feed.prepare(self._broker, visitor, self._name, *self.path_args)
        except ColoniesError as error:
            exchange.refuse(self, error)
            self.finish()

    def open(self, *_: str) -> None:
        """The client has come."""
        self._feed.begin()

    def on_message(self, _: str | bytes) -> None:
        """Nothing is to be sent here."""
        self.close(UNSUPPORTED, TEXT_ONLY)

    def on_close(self) -> None:
        """The client has gone."""
        self._feed.end()
