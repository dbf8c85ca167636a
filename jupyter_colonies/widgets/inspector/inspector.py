"""The inspector: everything about one process, live, and what can be done with it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.core.getipython import get_ipython

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.widgets.inspector import account, actions
from jupyter_colonies.widgets.inspector.following import Following
from jupyter_colonies.widgets.inspector.report import report
from jupyter_colonies.widgets.inspector.tree import MORE, at, tree
from jupyter_colonies.widgets.inspector.values import table
from jupyter_colonies.widgets.pace import Pace
from jupyter_colonies.widgets.page import bundle
from jupyter_colonies.widgets.page.bound import PageBound, has_page
from jupyter_colonies.widgets.page.output import WIDGET_MIME_TYPE

_HERE = Path(__file__).parent

PAUSE = 0.25
"""Seconds between two paintings, each of which may send a piece of the log."""

PATIENCE = 2.0
"""Seconds to wait for the first look at a process, so that the saved output holds it."""

_logger = logging.getLogger(__name__)

Message = dict[str, Any]


class Inspector(PageBound, anywidget.AnyWidget):
    """Shows one process of a colony: `processid`, the one that was last given to `show`.

    Setting `processid` shows another one. `chosen` is a parent or child that was pressed: whoever
    holds the inspector may show it, and an inspector on its own does so itself. `told` is what
    came of the last action, `trouble` what keeps news away. All other traits are what the page
    draws. The process is followed until it has ended; what arrives is painted in a thread of the
    inspector, a few times a second.
    """

    _esm = bundle.script(_HERE / "inspector.js")
    _css = bundle.style(_HERE / "inspector.css", _HERE / "log.css")

    processid = traitlets.Unicode().tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)
    told = traitlets.Dict().tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)
    head = traitlets.Dict().tag(sync=True)
    times = traitlets.Dict().tag(sync=True)
    facts: traitlets.List[Any] = traitlets.List().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    rich = traitlets.Dict().tag(sync=True)
    errors = traitlets.Dict().tag(sync=True)
    cell = traitlets.Dict().tag(sync=True)
    attributes: traitlets.List[Any] = traitlets.List().tag(sync=True)
    relatives = traitlets.Dict().tag(sync=True)
    tries: traitlets.List[Any] = traitlets.List().tag(sync=True)
    offers: traitlets.List[Any] = traitlets.List().tag(sync=True)
    logged = traitlets.Dict().tag(sync=True)

    def __init__(self, colony: Colony, processid: str = "", **options: Any) -> None:
        self._colony = colony
        self._lock = threading.Lock()
        self._following: Following | None = None
        self._node: NodeChange | None = None
        self._guided = False
        self._sent = 0
        self._said: Message = {}
        self._painted: tuple[Any, ...] = ()
        self._fetched = threading.Event()
        self._run_callbacks: list[Callable[[Run], object]] = []
        self._does: dict[str, Callable[[Message], None]] = {
            "act": self._act,
            "lines": self._resend,
            "more": self._more,
        }
        super().__init__(**options)
        self._pace = Pace(self._paint, PAUSE)
        self.on_msg(self._hear)
        self.observe(self._turn, "processid")
        self.observe(self._go, "chosen")
        if processid:
            self.processid = processid
        else:
            self._fetched.set()

    @property
    def node(self) -> NodeChange | None:
        """The process that `show` was given last."""
        return self._node

    @property
    def process(self) -> Process | None:
        """The whole process as it is known; None before it was fetched."""
        following = self._following
        return following.process if following else None

    def show(self, node: NodeChange | None) -> None:
        """Show a process of a graph, or the invitation to choose one.

        Whoever calls this decides what is shown: pressing a parent or child only sets `chosen`.
        """
        before, self._node, self._guided = self._node, node, True
        processid = node.processid if node else ""
        if processid != self.processid:
            self.processid = processid
        elif node and before and _edges(node) != _edges(before):
            self.refresh()

    def refresh(self) -> None:
        """Fetch the shown process again."""
        if following := self._following:
            following.again()

    def on_new_run(self, callback: Callable[[Run], object]) -> None:
        """Call back, on another thread, with each run that is made from here."""
        self._run_callbacks.append(callback)

    def close(self) -> None:
        """Follow no more and remove the inspector from all pages."""
        if following := self._following:
            following.stop()
        self._pace.finish()
        super().close()

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live inspector, and a report that stays where it can't live."""
        self._fetched.wait(PATIENCE)
        following, process = self._following, self.process
        shown: tuple[dict[str, Any], dict[str, Any]] | None = super()._repr_mimebundle_(**options)
        live, metadata = shown or ({}, {})
        found = {"text/plain": "No process is inspected yet"}
        if following is not None and process is not None:
            name = process.spec.nodename or process.spec.funcname
            found["text/plain"] = f"Process {name}: {process.state.word} ({process.processid})"
            found["text/html"] = report(process, (), executorname=following.executorname)
        if WIDGET_MIME_TYPE in live and has_page(get_ipython()):
            found[WIDGET_MIME_TYPE] = live[WIDGET_MIME_TYPE]
        return found, metadata

    def _turn(self, change: Message) -> None:
        """Another process is to be shown."""
        with self._lock:
            if self._following is not None:
                self._following.stop()
            processid = change["new"]
            self._following = (
                Following(self._colony, processid, self._pace.knock) if processid else None
            )
            self._sent = 0
            self._said = {}
            self._fetched.clear()
            if not processid:
                self._fetched.set()
        if self._node is not None and self._node.processid != processid:
            self._node = None
        self.chosen = ""
        self._pace.knock()

    def _go(self, change: Message) -> None:
        if change["new"] and not self._guided:
            self.processid = change["new"]

    def _paint(self) -> None:
        following = self._following
        with self.hold_sync():
            self.told = self._said
            self.trouble = following.trouble if following else ""
            process = following.process if following else None
            if following is None or process is None:
                self.head = {}
            else:
                self._paint_process(process, following)
        if following is not None:
            self._send_lines(following)

    def _paint_process(self, process: Process, following: Following) -> None:
        # Lines of the log come much oftener than anything else.
        known = (process, following.executorname, dict(following.names), dict(following.rich))
        if known == self._painted:
            return
        self._painted = known
        self._fetched.set()
        self.head = account.head(process)
        self.times = account.times(process)
        self.facts = account.facts(process, following.executorname)
        self.progress = account.progress(process)
        self.spec = account.spec(process)
        self.values = account.values(process)
        self.rich = dict(following.rich)
        self.errors = account.errors(process)
        self.cell = account.cell(process)
        self.attributes = account.attributes(process)
        self.tries = account.tries(following.events)
        self.relatives = account.relatives(process, following.names)
        self.offers = actions.offered(process, following.extensions)

    def _send_lines(self, following: Following) -> None:
        """The next lines of the log, and a knock if there are more: they wait for the pace."""
        logbook = following.logbook
        first, lines = logbook.piece(self._sent)
        if lines:
            self.send(
                {
                    "lines": lines,
                    "first": first,
                    "of": following.processid,
                    "left_out": logbook.left_out,
                }
            )
        with self._lock:
            if self._following is not following:
                return
            self._sent = first + len(lines)
        self.logged = {
            "of": following.processid,
            "total": logbook.total,
            "sent": self._sent,
            "left_out": logbook.left_out,
            "live": following.live,
        }
        if self._sent < logbook.total:
            self._pace.knock()

    def _hear(self, _: object, message: Message, __: list[memoryview]) -> None:
        """What the page asks for; nothing is done on this thread, which is the kernel's own."""
        if (does := self._does.get(str(message.get("wish")))) is not None:
            does(message)

    def _resend(self, message: Message) -> None:
        """A page has not got the lines from a number on: it came later, or missed some."""
        if message.get("of") == self.processid:
            self._sent = min(self._sent, max(int(message["first"]), 0))
            self._pace.knock()

    def _more(self, message: Message) -> None:
        process = self.process
        if process is None:
            return
        where = {key: message[key] for key in ("part", "index", "path", "first")}
        first = max(int(where["first"]), 0)
        try:
            value = account.value_at(process, str(where["part"]), int(where["index"]))
            if message.get("rows"):
                self.send({"more": where, "table": table(value, first)})
            else:
                found = at(value, where["path"])
                self.send({"more": where, "node": tree(found, first=first, longest=MORE)})
        except LookupError:
            _logger.debug("The page asked for a part that is not there any more: %s", where)

    def _act(self, message: Message) -> None:
        process, name = self.process, str(message.get("name"))
        known = {action.name for action in actions.ACTIONS}
        if process is None or name not in known or message.get("of") != process.processid:
            return
        self._say({"text": "Asked the server …"})
        future = self._colony.portal.start(actions.carry_out(self._colony, process, name))
        future.add_done_callback(self._done)

    def _done(self, future: Future[actions.Told]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if isinstance(error, ColoniesError):
            self._say({"text": error.message, "refused": True})
            return
        text, run = future.result()
        self._say({"text": text, "run": run.id if run else ""})
        if run is not None:
            threading.Thread(target=self._announce, args=[run], name="colonies-run").start()

    def _say(self, said: Message) -> None:
        self._said = said
        self._pace.knock()

    def _announce(self, run: Run) -> None:
        for callback in list(self._run_callbacks):
            callback(run)


def _edges(node: NodeChange) -> tuple[list[str], list[str]]:
    return node.parents, node.children
