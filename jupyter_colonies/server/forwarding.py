"""The way from a Jupyter server to the host of the data folder, through the host's `door`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Protocol

from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.httpclient import HTTPError, HTTPRequest
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream, StreamClosedError
from tornado.netutil import Resolver
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    WebSocketHandler,
    websocket_connect,
)

from jupyter_colonies.errors import HostLost, ServerStopping, from_reply
from jupyter_colonies.server.folder import DataFolder

PATIENCE = 15.0
"""Seconds that a request waits for a host when the former one has gone."""

PAUSE = 0.1
MAX_BODY = 256 << 20
STREAMS = ("text/event-stream", "application/octet-stream")
"""What is passed on as it comes; a file may have any size."""

PARAMETERS = HTTP1ConnectionParameters(max_body_size=1 << 50)


class Taker(Protocol):
    """Who passes streams on."""

    async def relayed(self, answer: Answer, chunk: bytes) -> None:
        """Part of a stream has come; the next one is read when this has returned."""


class Answer(HTTPMessageDelegate):
    """What the host answered; a stream goes to `relay` as it comes and is not kept."""

    def __init__(self, relay: Taker | None = None) -> None:
        self._relay = relay
        self.status = 0
        self.headers = HTTPHeaders()
        self.body = bytearray()
        self.complete = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        """Note status and headers."""
        assert isinstance(start_line, ResponseStartLine)
        self.status, self.headers = start_line.code, headers

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Collect the body, or pass it on."""
        if self._relay is not None and self.headers.get("Content-Type") in STREAMS:
            return self._relay.relayed(self, chunk)
        self.body += chunk
        return None

    def finish(self) -> None:
        """The answer is complete."""
        self.complete = True


class Forwarding:
    """Requests and websockets to whoever hosts a data folder.

    While there is no host, a request waits for the next one: nothing of it has been sent yet.
    """

    def __init__(self, folder: DataFolder, trouble: Callable[[], str]) -> None:
        """`trouble` says, for people, why there may be no host."""
        self._folder = folder
        self._trouble = trouble
        self._path = ""

    async def exchange(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        gone: asyncio.Event,
        more: Mapping[str, str] = MappingProxyType({}),
        relay: Taker | None = None,
    ) -> Answer:
        """The host's answer to a request, `more` are further headers of it.

        Raises ServerStopping if there is no host, and HostLost if it ended before it answered or
        `gone` was set, which says that nobody waits for the answer any more.
        """
        stream = await self._connected()
        left = asyncio.create_task(_close_when(gone, stream))
        answer = Answer(relay)
        try:
            connection = HTTP1Connection(stream, True, PARAMETERS)
            headers = HTTPHeaders({"Host": "colonies", "Content-Length": str(len(body)), **more})
            start_line = RequestStartLine(method, target, "HTTP/1.1")
            sent = connection.write_headers(start_line, headers, body or None)
            connection.finish()
            await connection.read_response(answer)
            await sent
        except (StreamClosedError, TimeoutError):
            pass
        finally:
            left.cancel()
            stream.close()
        if not answer.complete:
            raise HostLost(
                "The server that hosts the colony ended before it answered. Whether it carried "
                "the request out is not known: look before repeating it"
            )
        return answer

    async def subscribe(
        self, target: str = "/pubsub", headers: Mapping[str, str] = MappingProxyType({})
    ) -> WebSocketClientConnection:
        """A websocket at the host. Raises ServerStopping, and what the host refuses."""
        (await self._connected()).close()
        request = HTTPRequest(f"ws://colonies{target}", headers=HTTPHeaders(headers))
        try:
            return await websocket_connect(
                request, resolver=OneSocket(self._path), max_message_size=MAX_BODY
            )
        except HTTPError as error:
            if error.code in (599, 503):
                raise ServerStopping(f"{self._trouble()} ({error})") from None
            raise from_reply(error.code, f"The host of the colony refused it ({error})") from None
        except (OSError, StreamClosedError) as error:
            raise ServerStopping(f"{self._trouble()} ({error})") from None

    async def _connected(self) -> IOStream:
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    with suppress(OSError, StreamClosedError):
                        return await self._connect()
                    # Another server may be the next host: nothing wakes this one then.
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            raise ServerStopping(self._trouble()) from None

    async def _connect(self) -> IOStream:
        if not self._path:
            self._path = await asyncio.to_thread(self._described)
        stream = IOStream(socket.socket(socket.AF_UNIX), max_buffer_size=MAX_BODY)
        try:
            await stream.connect(self._path)
        except (OSError, StreamClosedError):
            self._path = ""
            raise
        return stream

    def _described(self) -> str:
        host = self._folder.described()
        if host is None or not host.socket:
            raise FileNotFoundError(self._folder.host)
        return host.socket


class OneSocket(Resolver):
    """Every name leads to one socket file."""

    def initialize(self, path: str) -> None:
        """Take the path."""
        self._path = path

    async def resolve(self, *_: object, **__: object) -> list[tuple[int, Any]]:
        """The socket."""
        return [(socket.AF_UNIX, self._path)]


class Relay:
    """Carries frames between a client here and the host, and ends as the host's end ends."""

    def __init__(self, host: WebSocketClientConnection, client: WebSocketHandler) -> None:
        self._host = host
        self._client = client
        self._task = asyncio.create_task(self._feed())

    async def send(self, message: str | bytes) -> None:
        """A frame from the client; lost if the host has gone, as the client is about to see."""
        with suppress(WebSocketClosedError):
            await self._host.write_message(message, binary=isinstance(message, bytes))

    async def _feed(self) -> None:
        with suppress(WebSocketClosedError):
            while (message := await self._host.read_message()) is not None:
                await self._client.write_message(message, binary=isinstance(message, bytes))
        connection = self._client.ws_connection
        if self._host.close_code is not None:
            self._client.close(self._host.close_code, self._host.close_reason)
        elif connection is not None and connection.stream is not None:
            # No close frame came: none is passed on (protocol part 01, section 5.5).
            connection.stream.close()


async def _close_when(gone: asyncio.Event, stream: IOStream) -> None:
    await gone.wait()
    stream.close()
