"""A socket server that answers as a test tells it, for what no Colonies server does on purpose."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import asynccontextmanager

from jupyter_colonies.client.endpoint import Endpoint


class Wire:
    """What arrived, and what is answered."""

    def __init__(self, answer):
        self.answer = answer
        self.connections = 0
        self.requests = []
        self.serving = []
        self.writers = []
        self.arrived = asyncio.Event()
        self.gone = asyncio.Event()

    def close(self):
        """End all connections from this side."""
        for writer in self.writers:
            writer.close()

    async def serve(self, reader, writer):
        self.connections += 1
        self.writers.append(writer)
        self.serving.append(asyncio.current_task())
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(
                    line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:-2]
                )
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                self.requests.append((head.decode(), body))
                self.arrived.set()
                answer = self.answer(len(self.requests))
                if answer is None:
                    break
                if answer == b"":
                    await reader.read()
                    break
                writer.write(answer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            self.gone.set()
            writer.close()


def http(body, *, status="200 OK", headers=""):
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def reply(value, payloadtype="x"):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    payload = base64.b64encode(text).decode()
    return json.dumps({"payloadtype": payloadtype, "payload": payload, "error": False}).encode()


@asynccontextmanager
async def wire(answer):
    """A listening wire and its endpoint; `answer` gives the bytes for the n-th request.

    None closes the connection, empty bytes keep silent until the client closes it.
    """
    made = Wire(answer)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield made, Endpoint(host="127.0.0.1", port=port)
    finally:
        server.close()
        await asyncio.gather(*made.serving, return_exceptions=True)
