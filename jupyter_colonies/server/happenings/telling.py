"""From the broker's signals to events of the Jupyter server (jupyter-events).

Nobody waits for them, and nothing is made while nobody listens. An event that is one among very
many waits until others had their turn: to check one against its schema takes longer than to
answer a request.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from jupyter_colonies.broker.signals import Changed, GraphChanged, Stood

FOLDER = Path(__file__).parent
PROCESS, WORKFLOW, EXECUTOR = (
    f"https://colonies.jupyter.org/{name}/v1" for name in ("process", "workflow", "executor")
)
AT_ONCE = 20
LOOKED_AT = 1000
MOST = 100_000

Event = tuple[str, dict[str, Any]]


class Logger(Protocol):
    """A logger of events, such as `jupyter_events.EventLogger`."""

    def register_event_schema(self, schema: Path) -> None:
        """Know a schema."""

    def emit(self, *, schema_id: str, data: dict[str, Any]) -> dict[str, Any] | None:
        """Tell those who listen; None if nobody does."""


class Telling:
    """Tells of what is committed; above so many that wait the oldest are left out.

    These are processes and workflows of all servers on a database, and this server's executors.
    """

    def __init__(self, logger: Logger) -> None:
        self._logger = logger
        self._waiting: deque[Event] = deque(maxlen=MOST)

    def register(self) -> None:
        """Let the logger know what there is to be told."""
        for name in ("process", "workflow", "executor"):
            self._logger.register_event_schema(FOLDER / f"{name}.yaml")

    def heard(self, announced: Iterable[object]) -> None:
        """What was committed, here or by another server on the same database."""
        idle = not self._waiting
        for signal in announced:
            event = _event(signal)
            if event is not None:
                self._waiting.append(event)
        if idle and self._waiting:
            self._tell()

    def _tell(self) -> None:
        told = 0
        for _ in range(min(LOOKED_AT, len(self._waiting))):
            schema, data = self._waiting.popleft()
            if self._logger.emit(schema_id=schema, data=data) is not None:
                told += 1
                if told == AT_ONCE:
                    break
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._tell)


def _event(signal: object) -> Event | None:
    if isinstance(signal, Changed):
        return PROCESS, {
            "colony": signal.colonyname,
            "processid": signal.processid,
            "executortype": signal.executortype,
            "state": signal.state.name.lower(),
        }
    if isinstance(signal, GraphChanged):
        state = signal.state.name.lower()
        revision = signal.revision
        return WORKFLOW, {"workflowid": signal.processgraphid, "revision": revision, "state": state}
    if isinstance(signal, Stood):
        change = signal.state.name.lower()
        return EXECUTOR, {
            "colony": signal.colonyname,
            "executor": signal.executorname,
            "change": change,
        }
    return None
