"""The inspector: everything about one process, fetched without making anybody wait."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

import ipywidgets
import msgspec

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.values.forms import FILE
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.widgets.inspector.report import note, report

LOG_LINES = 500
INVITATION = "Click a node, or choose it in the list, to see its values, log and times."


class Inspector(ipywidgets.HTML):  # type: ignore[misc]
    """Shows the process that was last given to `show`; `refresh` fetches it again.

    The fetching runs on the colony's portal. What arrives after another process has been chosen
    is dropped.
    """

    def __init__(self, colony: Colony) -> None:
        super().__init__(value=note(INVITATION))
        self._colony = colony
        self.node: NodeChange | None = None
        self._lock = threading.Lock()
        self._busy = False
        self._again = False

    def show(self, node: NodeChange | None) -> None:
        """Show a process, or the invitation to choose one."""
        before, self.node = self.node, node
        if node is None:
            self.value = note(INVITATION)
            return
        if before is None or before.processid != node.processid:
            self.value = note(f"Fetching {node.nodename or node.funcname} …")
        self.refresh()

    def refresh(self) -> None:
        """Fetch the shown process again; calls while a fetch is under way become one."""
        with self._lock:
            if self._busy:
                self._again = True
                return
            self._busy = True
        self._colony.portal.start(self._follow())

    async def _follow(self) -> None:
        more = True
        while more:
            node, text = self.node, note(INVITATION)
            try:
                if node:
                    text = await self._fetch(node)
            finally:
                with self._lock:
                    more, self._again = self._again, False
                    self._busy = more
            if node is self.node:
                self.value = text

    async def _fetch(self, node: NodeChange) -> str:
        client, name = self._colony.client, node.nodename or node.funcname
        try:
            process, logs = await asyncio.gather(
                client.get_process(processid=node.processid),
                client.get_logs(
                    colonyname=self._colony.name,
                    processid=node.keptfrom or node.processid,
                    count=LOG_LINES,
                ),
            )
        except ColoniesError as error:
            return note(f"{name} could not be fetched: {error.message}")
        rich = await asyncio.to_thread(self._rich, process)
        return report(process, logs, executorname=node.executorname, rich=rich)

    def _rich(self, process: Process) -> list[dict[str, Any]]:
        """What a notebook shows for the outputs; what can't be fetched is left out."""
        found = []
        for value in process.output or ():
            if isinstance(value, dict) and FILE in value and "rich" in value:
                with contextlib.suppress(ColoniesError, msgspec.MsgspecError):
                    found.append(self._colony.values.rich(value))
        return found
