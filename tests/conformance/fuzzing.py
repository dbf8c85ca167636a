"""Very many spoiled messages to one server, and what must never come of them."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from typing import Any

from jupyter_colonies.testing import RunningServer
from tests.conformance import mutation
from tests.conformance.arbitrary import foreseen
from tests.conformance.direct import ask
from tests.conformance.roles import EXTENSIONS, WHO
from tests.conformance.test_roles import ENDS_THE_CAST, REQUESTS, Cast
from tests.conformance.wire import Colony, Wire

# They would end the colony or the callers that all other messages need.
TOO_FINAL = ENDS_THE_CAST | {
    "removecolonymsg", "changecolonyidmsg", "changeexecutoridmsg", "changeserveridmsg",
    "changeuseridmsg",
}  # fmt: skip
TOGETHER = 100
RENEWAL = 10_000
COPIES = 3


class Fuzz:
    """A colony whose messages are spoiled, and another whose secrets must stay with it."""

    def __init__(self, server: RunningServer, wire: Wire, seed: int) -> None:
        self.server = server
        self.wire = wire
        self.chance = random.Random(seed)
        secret = f"secret-{secrets.token_hex(12)}"
        self.marker = secret.encode()
        self.closed = _with_secrets(wire, secret)
        self.found: Counter[str] = Counter()

    def _renew(self) -> None:
        """A new cast: of the one before, some were removed or rejected by what was sent."""
        cast = Cast(self.wire)
        self.keys = list(cast.keys.values())
        self.may = {
            name: [cast.keys[who] for who in sorted((WHO | EXTENSIONS)[name].may)] or self.keys
            for name in REQUESTS
        }
        self.messages: list[tuple[str, dict[str, Any]]] = [
            (name, {"msgtype": name, **make(cast)})
            for name, make in REQUESTS.items()
            if name not in TOO_FINAL
            for _ in range(COPIES)
        ]
        self.values = [
            mutation.at(message, path)
            for _, message in self.messages
            for path in mutation.places(message)
        ] + [self.closed.name]

    def one(self) -> bytes:
        """The next request."""
        chance = self.chance
        name, message = chance.choice(self.messages)
        if chance.random() < 0.75:
            message = mutation.spoiled(message, chance, self.values)
        may = self.may[name] if chance.random() < 0.75 else self.keys
        return mutation.enveloped(
            name, mutation.encoded(message, chance), chance.choice(may), chance
        )

    def run(self, count: int) -> None:
        """Send so many requests and look at every answer."""
        for start in range(0, count, TOGETHER):
            if start % RENEWAL == 0:
                self._renew()
            bodies = [self.one() for _ in range(min(TOGETHER, count - start))]
            for body, reply in zip(bodies, ask(self.server, bodies, gone=True), strict=True):
                assert foreseen(f"{reply.status}: {reply.text}"), (reply, body)
                assert self.marker not in reply.payload, body
                self.found[reply.payloadtype if reply.status == 200 else str(reply.status)] += 1


def _with_secrets(wire: Wire, marker: str) -> Colony:
    """A colony in which everything bears a marker that nobody outside may see."""
    colony = wire.new_colony()
    executor = colony.executor(executortype=marker, name=marker)
    colony.user(name=f"user-{marker}")
    executor.submit(marker, args=[marker], label=marker)
    executor.submit_workflow(executor.spec(nodename=marker))
    running = executor.assign()
    executor.call("addlogmsg", processid=running["processid"], message=marker)
    return colony
