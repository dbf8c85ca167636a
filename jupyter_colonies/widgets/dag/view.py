"""The live graph of a run: states as they change, and the inspector of the selected process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
import traitlets

from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.widgets.dag.board import Board
from jupyter_colonies.widgets.dag.scene import Scene
from jupyter_colonies.widgets.dag.unseen import still
from jupyter_colonies.widgets.following import Following, FollowsRun
from jupyter_colonies.widgets.inspector.inspector import Inspector
from jupyter_colonies.widgets.pace import INTERVAL
from jupyter_colonies.widgets.page import output
from jupyter_colonies.widgets.page.bound import PageBound

PER_ELEMENT = 0.0001
"""Seconds that the page needs for each element of a picture."""

_SHARED = ("selected", "search", "states", "highlighted", "details", "unfolded")


class DagView(FollowsRun, PageBound, ipywidgets.VBox):  # type: ignore[misc]
    """A workflow's graph that follows its run until that has finished or the view is closed.

    All traits may be set and observed, and are what the reader of the page sees and sets:

    `selected`
    : the id of the selected process, empty if there is none; the inspector shows it
    `search`
    : what is looked for in names, functions and executors; the rest of the graph is dimmed
    `states`
    : the words of the states that are shown (`Running`, `Failed`, …), all of them if it is empty
    `highlighted`
    : whether only what the selected process depends on, and what depends on it, stands out
    `details`
    : whether each process says its executor, and a running one for how long
    `unfolded`
    : whether up to about a thousand processes are drawn one by one

    The run's changes arrive on the portal's thread, which only takes note of them; they are
    painted in a thread of the view. `options` are those of `ipywidgets.VBox`.
    """

    selected = traitlets.Unicode()
    search = traitlets.Unicode()
    states = traitlets.List(traitlets.Unicode())
    highlighted = traitlets.Bool(False)
    details = traitlets.Bool(False)
    unfolded = traitlets.Bool(False)

    def __init__(self, run: Run, **options: Any) -> None:
        self.run = run
        self._scene = Scene(run.id, run.title)
        self._board = Board(self.open_fold, self.close_fold)
        self.inspector = Inspector(run.colony)
        super().__init__([self._board, self._board.widget, self.inspector], **options)
        self.add_class("colonies-dag")
        self.add_class("colonies-surface")
        self._links = [traitlets.link((self, name), (self._board, name)) for name in _SHARED]
        self._board.show_view(self._scene.view(), self._scene.rows)
        self._following = Following(run, self._scene.learn, self._paint, self._scene.tell)
        self.observe(self._looks_elsewhere, ["selected", "details", "unfolded"])
        self.observe(lambda _: self.inspector.show(self._scene.node(self.selected)), "selected")
        self.inspector.observe(self._go, "chosen")

    @property
    def text(self) -> str:
        """State and progress in words, and a small table of the nodes."""
        return self._scene.text()

    def on_select(self, callback: Callable[[NodeChange | None], None]) -> None:
        """Call back with the process that was selected, or None when none is any more."""
        self.observe(lambda change: callback(self._scene.node(change["new"])), "selected")

    def open_fold(self, fold: str) -> None:
        """Open a fold of the graph, by the id that it has in what is drawn."""
        self._scene.open(fold)
        self._following.knock()

    def close_fold(self, fold: str) -> None:
        """Close an opened fold, with those that were opened in it; an empty id closes all."""
        self._scene.close(fold)
        self._following.knock()

    def show_states(self, nodes: Sequence[NodeChange] | None) -> None:
        """Show the graph as it was at another moment, made of these nodes; None shows it live.

        What happens to the run meanwhile is kept. Works after the end of the run as well.
        """
        self._scene.show_states(nodes)
        self._following.knock()

    def close(self) -> None:
        """Follow no more and remove the view from all pages."""
        self._following.close()
        while self._links:
            self._links.pop().unlink()
        for child in (self._board, self.inspector):
            child.close()
        super().close()

    def still(self) -> output.Still:
        """The graph at this moment, as it is kept where it can't live."""
        return still(self._scene)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The live view, and what stands for it where it can't live."""
        return output.bundle(super()._repr_mimebundle_(**options), self.still())

    def _go(self, change: dict[str, Any]) -> None:
        """Select the parent or child that was pressed in the inspector."""
        if change["new"]:
            self.selected = change["new"]

    def _looks_elsewhere(self, _: object = None) -> None:
        sight = self._scene.sight
        sight.selected, sight.details, sight.unfolded = self.selected, self.details, self.unfolded
        self._following.knock()

    def _paint(self) -> None:
        view = self._scene.view()
        self._following.slow(INTERVAL + len(view.drawn) * PER_ELEMENT)
        self._board.show_view(view, self._scene.rows)
        shown = self.inspector.node
        if shown is not None and (now := self._scene.node(shown.processid)) != shown:
            self.inspector.show(now)
