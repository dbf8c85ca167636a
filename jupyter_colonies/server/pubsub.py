"""Subscriptions over a websocket (protocol part 01, section 5).

One socket carries any number of subscriptions. When one to processes expires the connection is
cut without a close frame: that is how the SDKs tell a timeout from an end. One to a channel says
itself that it is over, and the connection stays unless the process has ended.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import Any

import msgspec
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.broker.subscriptions import Over
from jupyter_colonies.core import envelope, identity
from jupyter_colonies.core.messages.channels import SUBSCRIBE_CHANNEL
from jupyter_colonies.core.messages.processes import SUBSCRIBE_PROCESS, SUBSCRIBE_PROCESSES
from jupyter_colonies.core.messages.registry import REGISTRY, Message
from jupyter_colonies.errors import AccessDenied, ColoniesError, RequestError
from jupyter_colonies.server import rpc
from jupyter_colonies.server.presence import STOPPING, Presence

MAX_MESSAGE = 1024 * 1024
GOING_AWAY = 1001
POLICY_VIOLATION = 1008
MISSING = "404 page not found"

log = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode


class PubsubHandler(WebSocketHandler):
    """`GET /pubsub`: signed requests in, events out."""

    def initialize(self, broker: Broker, presence: Presence) -> None:
        """Take the service."""
        self._broker = broker
        self._presence = presence
        self._subscriptions: set[asyncio.Task[None]] = set()

    def check_origin(self, origin: str) -> bool:  # noqa: ARG002 - tornado's signature
        """Any origin: every subscription is signed."""
        return True

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Another method than GET does not exist (protocol part 01, section 1.1)."""
        if status_code == 405:
            self.set_status(404)
            self.finish(MISSING)
        else:
            super().write_error(status_code, **kwargs)

    def open(self, *args: str, **kwargs: str) -> None:  # noqa: ARG002 - tornado's signature
        """A client has come."""
        self._presence.entered(self)
        if self._presence.stopping:
            self.leave()

    def leave(self) -> None:
        """Tell the client that the server goes away."""
        self._end_subscriptions()
        self.close(GOING_AWAY, STOPPING)

    def on_close(self) -> None:
        """The client has gone, and its subscriptions with it."""
        self._end_subscriptions()
        self._presence.left(self)

    async def on_message(self, message: str | bytes) -> None:
        """Start a subscription; the client learns why if that is refused (section 5.2)."""
        frame = Frames(self, binary=isinstance(message, bytes))
        body = message.encode() if isinstance(message, str) else message
        try:
            sealed = envelope.opened(body)
            callerid = identity.recover(sealed.payload, sealed.signature)
        except ColoniesError as error:
            await frame.send(envelope.refusal(error)[1])
            self.close(POLICY_VIOLATION)
            return
        operation = REGISTRY.get(sealed.payloadtype)
        if operation is None or not operation.streams:
            await frame.refuse(rpc.unknown_type(sealed.payloadtype))
            return
        task = asyncio.create_task(self._feed(frame, operation, sealed.payload, callerid))
        self._subscriptions.add(task)
        task.add_done_callback(self._subscriptions.discard)

    async def _feed(
        self, frame: Frames, operation: Message[Any, Any], payload: str, callerid: str
    ) -> None:
        try:
            request = rpc.message_of(operation, payload)
            events = self._broker.subscribe(operation, request, callerid)
            async with aclosing(events):
                async for event in events:
                    await frame.send(envelope.reply(operation.reply_type, _encode(event)))
        except WebSocketClosedError:
            return
        except Over:
            # Others on this connection are not over.
            if len(self._subscriptions) == 1:
                self.close()
            return
        except ColoniesError as error:
            await frame.refuse(as_subscription_error(operation, error))
            return
        except Exception as error:  # noqa: BLE001 - a client must hear of it whatever happens
            await frame.refuse(rpc.unexpected(error))
            return
        if operation is not SUBSCRIBE_CHANNEL or self._presence.stopping:
            self._cut()

    def _cut(self) -> None:
        """Drop the connection without a close frame (protocol part 01, section 5.5)."""
        if self._presence.stopping:
            self.leave()
        elif self.ws_connection is not None and self.ws_connection.stream is not None:
            self.ws_connection.stream.close()

    def _end_subscriptions(self) -> None:
        for task in self._subscriptions:
            task.cancel()


class Frames:
    """Writes replies in the frame type of the request they belong to."""

    def __init__(self, handler: WebSocketHandler, *, binary: bool) -> None:
        self._handler = handler
        self._binary = binary

    async def send(self, body: bytes) -> None:
        """Send one envelope. Raises WebSocketClosedError if nobody is there any more."""
        await self._handler.write_message(body, binary=self._binary)

    async def refuse(self, error: ColoniesError) -> None:
        """Send an error envelope, if anybody is still there; the connection stays."""
        try:
            await self.send(envelope.refusal(error)[1])
        except WebSocketClosedError:
            log.debug("A refused subscriber had left before it was told: %s", error.message)


def as_subscription_error(operation: Message[Any, Any], error: ColoniesError) -> ColoniesError:
    """Process subscriptions refuse with 403 whatever the reason (protocol part 01, 5.2)."""
    if isinstance(error, RequestError) and operation in (SUBSCRIBE_PROCESS, SUBSCRIBE_PROCESSES):
        return AccessDenied(error.message)
    return error
