"""The live graph of a run: states as they change, and the inspector of the selected process."""

from __future__ import annotations

import concurrent.futures
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets

from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.core.messages.workflows import NodeChange, WorkflowChange
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.widgets.dag.board import Board, Drawing
from jupyter_colonies.widgets.dag.scene import Scene
from jupyter_colonies.widgets.inspector.inspector import Inspector
from jupyter_colonies.widgets.pace import Pace
from jupyter_colonies.widgets.page import output
from jupyter_colonies.widgets.page.bound import PageBound

NOTHING = ("Choose a node …", "")


class DagView(PageBound, ipywidgets.VBox):  # type: ignore[misc]
    """A workflow's graph that follows its run until that has finished or the view is closed.

    The run's changes arrive on the portal's thread, which only takes note of them; they are
    painted in a thread of the view. `options` are those of `ipywidgets.VBox`.
    """

    def __init__(self, run: Run, **options: Any) -> None:
        self.run = run
        self._scene = Scene(run.id, _title(run))
        self._drawing: Drawing | None = Drawing()
        self._board = Board(graph=self._drawing.widget, news=self._scene.update().news)
        self._folded = ipywidgets.HTML()
        self._chooser = ipywidgets.Dropdown(
            options=[NOTHING],
            description="Node",
            layout={"width": "320px"},
            style={"description_width": "40px"},
        )
        self.inspector = Inspector(run.colony)
        self._listed: list[str] = []
        self._closed = False
        self._followed_to_the_end = False
        self._painted = threading.Event()
        self._over: concurrent.futures.Future[None] = concurrent.futures.Future()
        super().__init__(
            [self._board, self._drawing.widget, self._chooser, self.inspector], **options
        )
        self.add_class("colonies-dag")
        self._board.observe(self._chosen, "selected")
        self._chooser.observe(self._choose, "value")
        self._pace = Pace(self._paint)
        self._follower = run.follow(self._learn)
        self._follower.future.add_done_callback(self._unfollowed)

    @property
    def selected(self) -> str:
        """The id of the selected process; empty if there is none. May be set."""
        return str(self._board.selected)

    @selected.setter
    def selected(self, processid: str) -> None:
        self._board.selected = processid

    @property
    def text(self) -> str:
        """State and progress in words, and a small table of the nodes."""
        return self._scene.text()

    def on_select(self, callback: Callable[[NodeChange | None], None]) -> None:
        """Call back with the process that was selected, or None when none is any more."""
        self._board.observe(lambda change: callback(self._scene.node(change["new"])), "selected")

    def show_states(self, nodes: Sequence[NodeChange] | None) -> None:
        """Show the graph as it was at another moment, made of these nodes; None shows it live.

        What happens to the run meanwhile is kept. Works after the end of the run as well.
        """
        self._scene.show_states(nodes)
        self._pace.knock()

    def wait_until_painted(self, timeout: float) -> bool:
        """Wait until the first picture is there, `timeout` seconds at most; whether it is."""
        return self._painted.wait(timeout)

    def on_end(self, callback: Callable[[], None]) -> None:
        """Call back, on any thread, when the last change has been painted and the view is open.

        Who waits for the run waits for the callback as well.
        """
        called: concurrent.futures.Future[None] = concurrent.futures.Future()
        self.run.shown(called)

        def call(over: concurrent.futures.Future[None]) -> None:
            try:
                if not over.cancelled():
                    callback()
            finally:
                called.set_result(None)

        self._over.add_done_callback(call)

    def close(self) -> None:
        """Follow no more and remove the view from all pages."""
        self._closed = True
        self._over.cancel()
        self._follower.stop()
        self._pace.finish()
        if self._drawing:
            self._drawing.close()
        for child in (self._board, self._folded, self._chooser, self.inspector):
            child.close()
        super().close()

    def still(self) -> output.Still:
        """The graph at this moment, as it is kept where it can't live."""
        table = self._scene.table()
        return output.Still(
            title=self._scene.title,
            processgraphid=self.run.id,
            state=self._scene.state.word,
            svg=self._scene.picture(),
            columns=("Node", "State", "Function", "Executor type"),
            rows=[list(row.values()) for row in table],
            text=self.text,
            nodes=table,
        )

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The live view, and what stands for it where it can't live."""
        return output.bundle(super()._repr_mimebundle_(**options), self.still())

    def _learn(self, change: WorkflowChange) -> None:
        self._scene.learn(change)
        self._pace.knock()

    def _unfollowed(self, future: concurrent.futures.Future[None]) -> None:
        if not future.cancelled() and isinstance(error := future.exception(), ColoniesError):
            self._scene.trouble = f"No longer live: {error.message}"
        self._followed_to_the_end = True
        self._pace.knock()

    def _paint(self) -> None:
        if self._closed:
            return
        last = self._followed_to_the_end
        update = self._scene.update()
        if update.folded:
            self._paint_folded()
        elif self._drawing:
            self._drawing.add(update)
            self._drawing.keep(update)
        if update.news != self._board.news:
            self._board.news = update.news
        self._list()
        shown = self.inspector.node
        if shown is not None and (now := self._scene.node(shown.processid)) != shown:
            self.inspector.show(now)
        if last or self._scene.nodes:
            self._painted.set()
        if last and not self._over.done() and self._over.set_running_or_notify_cancel():
            self._over.set_result(None)

    def _paint_folded(self) -> None:
        self._folded.value = self._scene.picture() + (
            f"<p>{len(self._scene.nodes):,} processes are too many to draw one by one, so they "
            "are folded by layer. The list offers "
            f"{len(self._scene.foremost()):,} of them, failed ones first.</p>"
        )
        if self._drawing:
            drawing, self._drawing = self._drawing, None
            self._board.graph = None
            self.children = [self._board, self._folded, self._chooser, self.inspector]
            drawing.close()

    def _list(self) -> None:
        """Offer the nodes in the list, which is touched only when there are others."""
        nodes = self._scene.foremost()
        if [node.processid for node in nodes] == self._listed:
            return
        self._listed = [node.processid for node in nodes]
        chosen = self._board.selected
        self._chooser.unobserve(self._choose, "value")
        with self._chooser.hold_sync():
            self._chooser.options = [NOTHING, *_labelled(nodes)]
            self._chooser.value = chosen if chosen in self._listed else ""
        self._chooser.observe(self._choose, "value")

    def _choose(self, change: dict[str, Any]) -> None:
        self._board.selected = change["new"]

    def _chosen(self, change: dict[str, Any]) -> None:
        processid = change["new"]
        self._chooser.value = processid if processid in self._listed else ""
        self.inspector.show(self._scene.node(processid))


def _title(run: Run) -> str:
    if not run.is_workflow:
        return f"Process {run.name or run.id[:8]}"
    return run.name or f"Workflow {run.id[:8]}"


def _labelled(nodes: list[NodeChange]) -> list[tuple[str, str]]:
    """Name and id of each node, names that repeat made distinct."""
    names = [node.nodename or node.funcname for node in nodes]
    number = Counter(names)
    return [
        (f"{name} · {node.processid[:8]}" if number[name] > 1 else name, node.processid)
        for name, node in zip(names, nodes, strict=True)
    ]
