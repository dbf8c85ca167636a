"""Connections on which no request comes are closed, others are not."""

import asyncio
import socket
from typing import Any

from tornado import web

from jupyter_colonies.server.limits import Limits
from jupyter_colonies.server.listener import Listener
from jupyter_colonies.server.presence import Presence

HEAD = b"POST /api HTTP/1.1\r\nHost: localhost\r\n"


async def opened(seconds: float, broker: Any = None):
    bound = socket.create_server(("127.0.0.1", 0))
    bound.setblocking(False)
    limits = Limits(head_seconds=seconds)
    listener = Listener(
        broker,
        Presence(),
        bound,
        host="127.0.0.1",
        tls=None,
        limits=limits,
        routes=web.Application(),
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    return listener, reader, writer


async def closed(listener: Listener, writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()
    listener.stop()
    await listener.drain()


async def test_half_a_head_is_not_waited_for():
    listener, reader, writer = await opened(0.1)
    writer.write(HEAD)
    assert await reader.read() == b""
    await closed(listener, writer)


async def test_a_request_that_came_in_time_is_answered_however_long_that_takes():
    class Slow:
        async def call(self, *_: object, **__: object) -> dict[str, str]:
            # Another connection on which nothing comes shows that the time is over.
            silent, silent_writer = await asyncio.open_connection("127.0.0.1", listener.port)
            assert await silent.read() == b""
            silent_writer.close()
            return {}

    listener, reader, writer = await opened(0.1, Slow())
    body = b'{"payloadtype":"versionmsg","payload":"e30=","signature":""}'
    writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    await closed(listener, writer)
