"""The heading of a graph, and the one channel on which news of the graph reach the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anywidget
import ipycytoscape
import traitlets
from IPython.core.getipython import get_ipython
from ipywidgets import widget_serialization

from jupyter_colonies.widgets.dag.scene import Json, Update
from jupyter_colonies.widgets.dag.stylesheet import stylesheet
from jupyter_colonies.widgets.page.bound import PageBound

MANY = 200
"""Elements that are made at once from which on the kernel's output socket could overflow."""

_HERE = Path(__file__).parent


class Board(PageBound, anywidget.AnyWidget):
    """Shows title, state, progress and legend, and keeps a graph current, fitted and selected.

    `news` holds the last change of what is drawn; however many nodes it is about, it is one
    message. `selected` is the id of the selected process, on the page as well as in the kernel.
    """

    _esm = _HERE / "board.js"
    _css = _HERE / "board.css"

    graph = traitlets.Instance(ipycytoscape.CytoscapeWidget, allow_none=True).tag(
        sync=True, **widget_serialization
    )
    news = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)


class Drawing:
    """The graph of ipycytoscape: built from constructors, changed through the board's news."""

    def __init__(self) -> None:
        self.widget = ipycytoscape.CytoscapeWidget(
            cytoscape_layout={"name": "preset", "fit": False},
            cytoscape_style=stylesheet(),
            auto_unselectify=False,
            tooltip_source="",
            max_zoom=3,
            min_zoom=0.02,
        )
        self._nodes: dict[str, Any] = {}
        self._edges: dict[str, Any] = {}

    def add(self, update: Update) -> None:
        """Add and remove elements; one message beside those that make the new ones."""
        gone = [self._nodes.pop(node) for node in update.removed_nodes]
        gone += [self._edges.pop(edge) for edge in update.removed_edges]
        if not (update.added_nodes or update.added_edges or gone):
            return
        if len(update.added_nodes) + len(update.added_edges) > MANY:
            _let_all_messages_through()
        for element in update.added_nodes:
            node = _Node(**element, selectable=True, grabbable=False)
            self._nodes[element["data"]["id"]] = node
        for element in update.added_edges:
            self._edges[element["data"]["id"]] = _Edge(**element, classes="directed")
        graph = self.widget.graph
        with graph.hold_sync():
            graph.nodes = list(self._nodes.values())
            graph.edges = list(self._edges.values())
        for each in gone:
            each.close()

    def keep(self, update: Update) -> None:
        """Remember what the board's news tell the page, for pages that load later."""
        for processid, data in update.nodes.items():
            self._nodes[processid].keep(data=data)
        for processid, position in update.positions.items():
            self._nodes[processid].keep(position=position)
        for edge, data in update.edges.items():
            self._edges[edge].keep(data=data)

    def close(self) -> None:
        """End the graph and all its elements."""
        for element in self._elements():
            element.close()
        self.widget.graph.close()
        self.widget.close()

    def _elements(self) -> Iterator[Any]:
        yield from self._nodes.values()
        yield from self._edges.values()


class _Quiet:
    """An element whose state can be set without telling the page, which knows it already."""

    _quiet = False

    def keep(self, **state: Json) -> None:
        self._quiet = True
        try:
            for name, value in state.items():
                setattr(self, name, value)
        finally:
            self._quiet = False

    def _should_send_property(self, key: str, value: Any) -> bool:
        return not self._quiet and super()._should_send_property(key, value)  # type: ignore[misc]


class _Node(_Quiet, ipycytoscape.Node):  # type: ignore[misc]
    pass


class _Edge(_Quiet, ipycytoscape.Edge):  # type: ignore[misc]
    pass


def _let_all_messages_through() -> None:
    """Lift the limit of the kernel's output socket, which drops what exceeds it without a word."""
    kernel = getattr(get_ipython(), "kernel", None)
    output = getattr(kernel, "iopub_thread", None)
    if output is not None:
        # On the socket's own thread, as sockets must not be touched from another one.
        output.schedule(lambda: setattr(output.socket, "sndhwm", 0))
