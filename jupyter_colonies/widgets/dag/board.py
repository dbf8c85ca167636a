"""What stands above a graph: heading, legend, search and table, and the graph's own drawing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import traitlets

from jupyter_colonies.core.sketch import Json
from jupyter_colonies.widgets.dag.drawing import ALL, Drawing
from jupyter_colonies.widgets.dag.roll import Row
from jupyter_colonies.widgets.dag.scene import View
from jupyter_colonies.widgets.page import bundle

SHORT_ROLL = 2_000
"""Rows up to which the list of all processes goes to the page unasked."""

PIECE = 1_000
"""Rows that are sent at a time: Jupyter drops what a kernel sends too fast."""

_HERE = Path(__file__).parent


class Board(Drawing):
    """The drawing of a run with everything around it; `DagView` says what the traits mean.

    `opened` and `closed` are called with the id of a fold that the reader opens or closes.
    """

    _esm = bundle.script(_HERE / "board.js")
    _css = bundle.style(_HERE / "board.css")

    roll = traitlets.Dict().tag(sync=True)
    search = traitlets.Unicode().tag(sync=True)
    states = traitlets.List(traitlets.Unicode()).tag(sync=True)
    highlighted = traitlets.Bool(False).tag(sync=True)
    details = traitlets.Bool(False).tag(sync=True)
    unfolded = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self, opened: Callable[[str], None], closed: Callable[[str], None], **options: Any
    ) -> None:
        self._does = {"open": opened, "close": closed}
        self._rows: list[Row] = []
        self._listing = False
        super().__init__(roll={"rows": []}, **options)

    def show_view(self, view: View, rows: list[Row]) -> None:
        """Show what is to be seen now; `rows` are those of all processes."""
        self._rows = rows
        short = len(rows) <= SHORT_ROLL
        self._listing = self._listing or short
        # For pages that load later: in place, as the page has it from the news.
        self.roll["rows"] = rows if short else []
        told: Json = {"heading": view.heading | {"rows": len(rows)}}
        if self._listing and view.rows:
            told["rows"] = {str(number): row for number, row in view.rows.items()}
        self.show(view.drawn, **told)

    def _asked(self, widget: object, message: Json, buffers: object) -> None:
        wish = message.get("wish")
        if wish == "roll" or (wish == ALL and self._listing):
            self._listing = True
            for begin in range(0, len(self._rows), PIECE):
                self.send({"from": begin, "rows": self._rows[begin : begin + PIECE]})
        elif wish in self._does:
            self._does[wish](str(message.get("part", "")))
        super()._asked(widget, message, buffers)
