"""What happened in a run, read from the server and read on when there is news."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from jupyter_colonies.core.history import History
from jupyter_colonies.core.messages.workflows import (
    GET_WORKFLOW_EVENTS,
    NodeChange,
    ProcessEvent,
    WorkflowChange,
)

if TYPE_CHECKING:
    from jupyter_colonies.client.runs.run import Run


class Chronicle:
    """Keeps what is known of a run and asks for the events that are new; safe for several threads.

    Where the server has no events to give, because it is the original one or because the run is a
    single process, the history is reconstructed from the times of the processes.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._nodes: dict[str, NodeChange] = {}
        self._events: list[ProcessEvent] = []
        self._known = 0
        self._read_to = 0
        self._offered: bool | None = None if run.is_workflow else False

    def learn(self, change: WorkflowChange) -> None:
        """Take in what the run's own changes say; nothing is asked for."""
        with self._lock:
            self._nodes.update((node.processid, node) for node in change.nodes)
            self._known = max(self._known, change.revision)

    @property
    def history(self) -> History:
        """What is known now, without asking."""
        with self._lock:
            nodes, events = list(self._nodes.values()), list(self._events)
        return History(nodes, events if self._offered else None)

    def read(self) -> History:
        """Ask for the events that are new, and give what is known then.

        Raises what the server refuses with and ServerUnreachable; what is known stays known.
        """
        self._run.colony.call(self.read_on())
        return self.history

    async def read_on(self) -> None:
        """Ask for the events that are new, page by page; a coroutine. Raises as `read` does."""
        if self._offered is None:
            self._offered = GET_WORKFLOW_EVENTS.type in await self._run.colony.extensions()
        latest = self._known
        while self._offered and self._read_to < latest:
            page = await self._run.colony.client.get_workflow_events(
                processgraphid=self._run.id, after=self._read_to
            )
            with self._lock:
                self._events += page.events
            self._read_to = page.revision
            latest = max(latest, page.latest)
