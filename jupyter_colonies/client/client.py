"""The asynchronous client: one identity at one server."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, get_origin

import msgspec

from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.methods import Methods
from jupyter_colonies.client.transport import FixedAddress, Transport
from jupyter_colonies.core import envelope, identity
from jupyter_colonies.core.decoding import decode
from jupyter_colonies.core.messages import Message, Request
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import ServerRefused

ANSWER_TIMEOUT = 60.0

_encode = msgspec.json.Encoder().encode


class Client(Methods):
    """Signs requests, sends them and reads the replies into the protocol's structs.

    Every operation of the protocol is a method; `call` and `stream` are what they are made of.
    Raises the errors of `jupyter_colonies.errors`: those of the server, and ServerUnreachable and
    ServerRefused of its own. May be used from any event loop.
    """

    def __init__(
        self, endpoint: Endpoint, private_key: str, *, transport: Transport | None = None
    ) -> None:
        self.endpoint = endpoint
        self.id = identity.id_of(private_key) if private_key else ""
        self._private_key = private_key
        self._transport = transport or Transport(FixedAddress(endpoint))

    def __repr__(self) -> str:
        return f"<Client {self.id[:8] or 'unsigned'} at {self.endpoint.base_url}>"

    async def call(self, message: Message[Any, Any], request: Request) -> Any:
        """Carry out one operation and return its reply."""
        # A long poll may keep silent for as long as it was asked to.
        patience = max(getattr(request, "timeout", 0), 0)
        reply = await self._transport.exchange(
            self._sealed(message, request), patience + ANSWER_TIMEOUT
        )
        return _read(reply, message)

    async def stream(
        self, message: Message[Any, Any], *requests: Request
    ) -> AsyncGenerator[Any, None]:
        """Subscribe, with several requests on one connection, and yield what is pushed.

        Ends when a subscription expires or the connection breaks: the server does not say which
        (protocol part 01, section 5.5). One to a channel also ends with the process.
        """
        bodies = [self._sealed(message, request) for request in requests]
        frames = self._transport.frames(bodies)
        async with aclosing(frames):
            async for frame in frames:
                event = _read(frame, message)
                if event == []:
                    # The end of a channel's subscription; the connection stays (part 03, CH-22).
                    return
                yield event

    def signed_by(self, private_key: str) -> Client:
        """A client for the same server that signs as somebody else; they share connections."""
        return Client(self.endpoint, private_key, transport=self._transport)

    def sign(self, text: str) -> str:
        """The signature of a text by this identity (protocol part 01, section 2.3).

        Not for texts that could stand for the payload of a request.
        """
        return identity.sign(text, self._private_key)

    async def close(self) -> None:
        """Close the running event loop's idle connections to the server."""
        self._transport.close()

    def _sealed(self, message: Message[Any, Any], request: Request) -> bytes:
        request.msgtype = message.type
        key = "" if message.role is Role.ANYONE else self._private_key
        return envelope.sealed(message.type, _encode(request), key)


def _read(body: bytes, message: Message[Any, Any]) -> Any:
    _, data = envelope.result(body)
    if data == b"null" and get_origin(message.reply) is list:
        return []
    try:
        return decode(data, message.reply)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ServerRefused(
            f"The server's answer to {message.type} can't be read: {error}", 200
        ) from None
