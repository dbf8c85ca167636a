"""A graph on the page: a sketch, drawn into ipycytoscape and kept equal to it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import anywidget
import ipycytoscape
import traitlets
from ipywidgets import widget_serialization

from jupyter_colonies.core.sketch import Json, Sketch, changes
from jupyter_colonies.core.stylesheet import stylesheet
from jupyter_colonies.widgets.page import bundle
from jupyter_colonies.widgets.page.bound import PageBound

_HERE = Path(__file__).parent

ALL = "all"
"""What the page asks for when it has missed something."""


class Drawing(PageBound, anywidget.AnyWidget):
    """Draws sketches (see `core.sketch`) into `widget`, which is ipycytoscape's.

    Both belong into one box with the class `colonies-dag`: `VBox([drawing, drawing.widget])`. Needs
    no run. `selected` is the id of the selected process, on the page as well as in the kernel.
    A fold that is clicked is asked for with the message `{"wish": "open", "part": id}`.

    The elements travel in one trait and changes of any number of them in one message, which has a
    number: a page that misses one asks for everything.
    """

    _esm = bundle.script(_HERE / "drawing.js")
    _css = bundle.style(_HERE / "board.css")

    graph = traitlets.Instance(ipycytoscape.CytoscapeWidget).tag(sync=True, **widget_serialization)
    drawn = traitlets.Dict().tag(sync=True)
    news = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)

    def __init__(self, **options: Any) -> None:
        self.widget = ipycytoscape.CytoscapeWidget(
            cytoscape_layout={"name": "preset", "fit": False},
            cytoscape_style=stylesheet(),
            auto_unselectify=False,
            tooltip_source="",
            max_zoom=3,
            min_zoom=0.02,
        )
        self._sketch: Sketch = {}
        self._drawing = threading.Lock()
        super().__init__(graph=self.widget, drawn={"number": 0, "elements": {}}, **options)
        self.on_msg(self._asked)

    def show(self, sketch: Sketch, **more: Any) -> None:
        """Draw this in place of what is drawn; `more` goes to the page along with it."""
        with self._drawing:
            before, self._sketch = self._sketch, sketch
            told: Json = {**more, **(changes(before, sketch) if before else {})}
            if before and told == {name: self.news.get(name) for name in more}:
                return
            # Changed in place, so that nothing is sent: the page does the same with the news.
            self.drawn.update(number=self.drawn["number"] + 1, elements=sketch)
            if not before:
                self.send_state("drawn")
            self.news = told | {"number": self.drawn["number"]}

    def close(self) -> None:
        """End the drawing and ipycytoscape's widget."""
        self.widget.graph.close()
        self.widget.close()
        super().close()

    def _asked(self, _: object, message: Json, __: object) -> None:
        if message.get("wish") == ALL:
            self.send_state(["drawn"])
