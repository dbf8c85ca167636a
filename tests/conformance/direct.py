"""Requests to a server of the package without a connection: for tests that send very many."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from jupyter_colonies.server.rpc import answer
from jupyter_colonies.testing import RunningServer

PATIENCE = 60


class Reply(NamedTuple):
    """Status, payload type and payload of a reply, whose envelope was found to be sound."""

    status: int
    payloadtype: str
    payload: bytes

    @property
    def text(self) -> str:
        """Why the request was refused; empty if it was not."""
        return json.loads(self.payload)["message"] if self.status != 200 else ""


def ask(server: RunningServer, bodies: Sequence[bytes], *, gone: bool = False) -> list[Reply]:
    """Send all requests at once; their replies in that order.

    `gone` says that nobody waits for work, as if the clients of long polls had left already. An
    endless wait fails.
    """

    async def answers() -> list[tuple[int, bytes]]:
        left = asyncio.Event()
        if gone:
            left.set()
        replies = (answer(server.broker, body, left) for body in bodies)
        return await asyncio.wait_for(asyncio.gather(*replies), PATIENCE)

    found = asyncio.run_coroutine_threadsafe(answers(), server.loop).result(PATIENCE * 2)
    return [_reply(status, body) for status, body in found]


def _reply(status: int, body: bytes) -> Reply:
    envelope: dict[str, Any] = json.loads(body)
    assert set(envelope) == {"payloadtype", "payload", "error"}
    payload = base64.b64decode(envelope["payload"], validate=True)
    message = json.loads(payload)
    assert envelope["error"] == (status != 200)
    if status != 200:
        assert envelope["payloadtype"] == "error"
        assert message["status"] == status
        assert message["message"]
    return Reply(status, envelope["payloadtype"], payload)
