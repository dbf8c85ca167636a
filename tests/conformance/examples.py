"""Records a request and its reply for every message: `python -m tests.conformance.examples`.

The requests are those with which the tests try who may do what; the reference of the messages
shows what was recorded.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from jupyter_colonies.core import enrolment
from jupyter_colonies.core.messages import REGISTRY, Message
from jupyter_colonies.testing import RunningServer, server_in_thread
from tests.conformance.roles import EXTENSIONS, WHO
from tests.conformance.test_roles import ENDS_THE_CAST, REQUESTS, Cast
from tests.conformance.wire import Wire, envelope, reply_type

FILE = Path(__file__).parents[2] / "docs" / "examples.json"
CALLERS = ("assigned", "user", "approved", "colony owner", "server owner")


def record(server: RunningServer) -> dict[str, Any]:
    """Request and reply of every message; what is streamed has no reply here."""
    wire = Wire(server.host, server.port, server.server_key)
    cast = Cast(wire)
    found = {}
    # What ends the cast comes last.
    for name in sorted(REGISTRY, key=lambda name: (name in ENDS_THE_CAST, name)):
        if name in ENDS_THE_CAST:
            cast = Cast(wire)
        message = REGISTRY[name]
        key = _caller(cast, message)
        request = {"msgtype": name, **REQUESTS[name](cast)}
        if name == "enrolexecutormsg":
            request["proof"] = _proof(server, request["executor"])
        found[name] = {"request": request}
        if not message.streams:
            found[name]["reply"] = wire.post(envelope(name, request, key), reply_type(name))
    return dict(sorted(found.items()))


def _caller(cast: Cast, message: Message[Any, Any]) -> str:
    may = (WHO | EXTENSIONS)[message.type].may or {"assigned"}
    keys: dict[str, str] = cast.keys
    return keys[next(caller for caller in CALLERS if caller in may)]


def _proof(server: RunningServer, executor: dict[str, str]) -> str:
    return enrolment.proof(
        server.broker.secret,
        executor["colonyname"],
        executor["executorname"],
        executor["executorid"],
    )


def main() -> None:
    """Write the file."""
    with (
        tempfile.TemporaryDirectory() as folder,
        server_in_thread(Path(folder), colonyname="dev") as server,
    ):
        found = record(server)
    FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
