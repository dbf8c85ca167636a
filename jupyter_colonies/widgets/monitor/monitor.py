"""The monitor of a colony: live figures and lists, and what can be done about them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets
import traitlets
from IPython.core.getipython import get_ipython

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.colonychanges import colony_changes
from jupyter_colonies.client.patience import passes, persevere
from jupyter_colonies.core.messages.monitor import EXECUTORS, GET_MONITOR, PROCESSES
from jupyter_colonies.errors import ColoniesError, NotFound
from jupyter_colonies.executor import registry
from jupyter_colonies.widgets.executors.panel import notebook
from jupyter_colonies.widgets.inspector.inspector import Inspector
from jupyter_colonies.widgets.monitor import planning, rows
from jupyter_colonies.widgets.monitor.actions import NO_KEY, Actions
from jupyter_colonies.widgets.monitor.board import Board
from jupyter_colonies.widgets.monitor.reading import Reading
from jupyter_colonies.widgets.pace import Pace
from jupyter_colonies.widgets.page.bound import PageBound, has_page

PAUSE = 0.25
"""Seconds between two looks while changes keep coming."""

AGAIN = 1.0
"""Seconds after which what could not be asked for is asked for again."""

LATER = 10.0
"""Seconds after which counts and times of functions are asked for again while processes end."""

Message = dict[str, Any]


class Monitor(PageBound, ipywidgets.VBox):  # type: ignore[misc]
    """Shows executors, queues, running processes, failures, crons and generators of a colony.

    It is woken by the colony's changes and asks for nothing while there are none. `selected` is
    the id of the process that the inspector below shows, empty for none; it may be set and
    linked. `namespace` is where workflows for new crons are looked for: the notebook's own unless
    given. `options` are those of `ipywidgets.VBox`.
    """

    selected = traitlets.Unicode()

    _closed = True  # until it is made: what is not need not be closed

    def __init__(
        self, colony: Colony, *, namespace: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        self.colony = colony
        self._namespace = notebook() if namespace is None else namespace
        self._actions = Actions(colony, self._namespace)
        self._board = Board(colony.name, self._hear)
        self._inspector: Inspector | None = None
        self._reading = Reading()
        self._lock = threading.Lock()
        self._changed: frozenset[str] = frozenset()
        self._deaf = ""
        self._unread = ""
        self._closed = False
        self._callbacks: list[Callable[[str], object]] = []
        super().__init__([self._board], **options)
        self._link = traitlets.link((self, "selected"), (self._board, "selected"))
        self.observe(self._select, "selected")
        self._pace = Pace(self._look, PAUSE)
        self._stop_observing = registry.observe(lambda _: self._pace.knock())
        self._timer = colony.portal.start(asyncio.sleep(0))
        self._listening = colony.portal.start(self._listen())
        if self.selected:
            self._select({})

    @property
    def reading(self) -> Reading:
        """What is known of the colony."""
        return self._reading

    @property
    def text(self) -> str:
        """The figures in words, one line each."""
        figures = self._reading.figures
        here = sum(row["state"] == "approved" for row in self._executor_rows())
        lines = [
            f"Colony {self.colony.name}: {here} executors, {figures.waiting} waiting, "
            f"{figures.running} running" + (", assignments are paused" if figures.paused else "")
        ]
        lines += [f"  {each.executortype}: {each.ready} ready" for each in figures.queues]
        lines += [f"  failed: {each.funcname}: {each.error}" for each in figures.failures[:5]]
        if self.trouble:
            lines.append(f"  {self.trouble}")
        return "\n".join(lines)

    @property
    def trouble(self) -> str:
        """Why what is shown may not be how things are; empty if it is."""
        return self._deaf or self._unread

    def on_action(self, callback: Callable[[str], object]) -> None:
        """Call back, on another thread, with what was done from here, in words."""
        self._callbacks.append(callback)

    def close(self) -> None:
        """Listen no more and remove the monitor from all pages."""
        if self._closed:
            return
        self._closed = True
        self._stop_observing()
        self._listening.cancel()
        self._timer.cancel()
        self._pace.finish()
        self._link.unlink()
        self._board.close()
        if self._inspector is not None:
            self._inspector.close()
        super().close()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The live widget, and words where it can't live."""
        live = (super()._repr_mimebundle_(**options) or {}) if has_page(get_ipython()) else {}
        return {**live, "text/plain": self.text}

    async def _listen(self) -> None:
        """On the portal, which is never made to wait: what is heard is only noted."""
        try:
            if GET_MONITOR.type not in await persevere(self.colony.extensions, self._miss):
                raise NotFound("This server does not tell what a monitor needs (getmonitormsg)")
            async for news in colony_changes(self.colony.client, self.colony.name):
                if news.away:
                    self._miss(news.away)
                else:
                    self._deaf = ""
                    self._note(news.changed)
        except ColoniesError as error:
            self._miss(error)

    def _miss(self, error: ColoniesError) -> None:
        """Nothing is heard for this reason; when that changes, everything is looked at."""
        self._deaf = f"No longer live: {error.message}"
        self._pace.knock()

    def _note(self, changed: frozenset[str]) -> None:
        with self._lock:
            self._changed |= changed
        self._pace.knock()

    def _look(self) -> None:
        """Ask for what may have changed, and show it; in a thread of its own."""
        if self._closed:
            return
        with self._lock:
            changed, self._changed = self._changed, frozenset()
        if changed:
            try:
                self._reading = self.colony.call(self._reading.renewed(self.colony, changed))
                self._unread = ""
            except ColoniesError as error:
                self._unread = f"No longer live: {error.message}"
                if passes(error) and not self._deaf:
                    self._look_again(AGAIN, changed | {EXECUTORS})
            if PROCESSES in changed and EXECUTORS not in changed and self._timer.done():
                self._look_again(LATER, frozenset({EXECUTORS}))
        if not self._closed:
            self._show()

    def _look_again(self, seconds: float, changed: frozenset[str]) -> None:
        async def note() -> None:
            await asyncio.sleep(seconds)
            self._note(changed)

        before, self._timer = self._timer, self.colony.portal.start(note())
        if not before.done():
            before.cancel()

    def _show(self) -> None:
        board, reading = self._board, self._reading
        figures = reading.figures
        with board.hold_sync():
            board.summary = {
                "paused": figures.paused,
                "waiting": figures.waiting,
                "running": figures.running,
                "at": rows.milliseconds(figures.at),
                "zone": figures.crontimezone,
                "owns": self._actions.owns,
                "why": NO_KEY,
                "trouble": self.trouble,
            }
            board.fill("executors", self._executor_rows())
            board.fill("queues", rows.queue_rows(figures, reading.executors))
            board.fill("running", rows.running_rows(figures))
            board.fill("failures", rows.failure_rows(figures))
            board.fill("crons", rows.cron_rows(reading.crons))
            board.fill("generators", rows.generator_rows(reading.generators))
            board.slots = list(reading.slots)

    def _executor_rows(self) -> list[dict[str, Any]]:
        rooms = {
            worker.name: worker.concurrency
            for worker in registry.list()
            if worker.colony.name == self.colony.name
        }
        reading = self._reading
        return rows.executor_rows(reading.executors, reading.functions, reading.figures, rooms)

    def _select(self, _: object) -> None:
        """Show the inspector of the selected process; it is made when it is first needed."""
        if self._inspector is None and self.selected:
            self._inspector = Inspector(self.colony)
            self.children = [self._board, self._inspector]
        if self._inspector is not None:
            self._inspector.processid = self.selected

    def _hear(self, message: Message) -> None:
        """A wish of the page, on the kernel's own thread: what waits is done on another one."""
        wish = str(message.get("wish"))
        if wish == "preview":
            self._preview(message["form"])
        elif wish == "variables":
            self._board.variables = planning.variables(self._namespace)
        elif self._actions.knows(wish):
            threading.Thread(
                target=self._carry_out, args=(message,), name="colonies-monitor", daemon=True
            ).start()

    def _preview(self, form: Message) -> None:
        try:
            found = planning.starts(form, self._reading.figures.crontimezone, time.time_ns())
        except ColoniesError as error:
            self._board.preview = {"trouble": error.message, "starts": []}
        else:
            self._board.preview = {
                "trouble": "" if found else "This never starts: no moment within five years",
                "starts": [moment // 1_000_000 for moment in found],
            }

    def _carry_out(self, message: Message) -> None:
        about = str(message.get("about", ""))
        try:
            told = self._actions.carry_out(message)
        except ColoniesError as error:
            self._board.say(error.message, about=about, failed=True)
            return
        self._board.say(told, about=about)
        for callback in list(self._callbacks):
            callback(told)
