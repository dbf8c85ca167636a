"""The timeline of a run: when which executor worked on what, live while the run goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from jupyter_colonies.client.runs.chronicle import Chronicle
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.core import ganttpicture
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.palette import state_text
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.widgets.following import Following, FollowsRun
from jupyter_colonies.widgets.page import bundle, output
from jupyter_colonies.widgets.page.bound import PageBound
from jupyter_colonies.widgets.timeline.plot import Plot

MOST_NODES = 1_000
"""Processes in the table of a saved timeline."""

_HERE = Path(__file__).parent


class Timeline(FollowsRun, PageBound, anywidget.AnyWidget):
    """Bars of a run by executor: what ran when, what waited, and what decided about the end.

    `selected` is the id of the selected process, empty for none; it may be set and observed, see
    `select_together`. The timeline follows its run until that has finished or it is closed. It has
    the server's own events where there are any, so each try of a process is a bar of its own.
    """

    _esm = bundle.script(_HERE / "timeline.js")
    _css = bundle.style(_HERE / "timeline.css")

    bars: traitlets.List[list[Any]] = traitlets.List().tag(sync=True)
    news = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)
    selected = traitlets.Unicode()

    def __init__(self, run: Run, **options: Any) -> None:
        self.run = run
        self._showing = False
        self._plot = Plot(run.title)
        self._chronicle = Chronicle(run)
        super().__init__(news=self._plot.update(self._chronicle.history, _now()), **options)
        self.observe(self._page_chose, "chosen")
        self.observe(self._show_selected, "selected")
        self._following = Following(run, self._chronicle.learn, self._paint)

    @property
    def text(self) -> str:
        """Rows, durations and the critical path in words, for places without pictures."""
        return ganttpicture.text(self._chronicle.history, self._plot.title, _now())

    def on_select(self, callback: Callable[[NodeChange | None], None]) -> None:
        """Call back with the process that was selected, or None when none is any more."""
        self.observe(
            lambda change: callback(self._chronicle.history.nodes.get(change["new"])), "selected"
        )

    def close(self) -> None:
        """Follow no more and remove the view from all pages."""
        self._following.close()
        super().close()

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and what stands for it where it can't live."""
        history, now = self._chronicle.history, _now()
        shown: tuple[dict[str, Any], dict[str, Any]] | None = super()._repr_mimebundle_(**options)
        live, metadata = shown or ({}, {})
        still = output.Still(
            title=f"Timeline of {self._plot.title}",
            processgraphid=self.run.id,
            state=ganttpicture.state(history).word,
            svg=ganttpicture.svg(history, self._plot.title, now),
            columns=ganttpicture.COLUMNS,
            rows=ganttpicture.table(history, now),
            text=ganttpicture.text(history, self._plot.title, now),
            nodes=[
                {
                    "nodename": node.nodename,
                    "state": state_text(node),
                    "funcname": node.funcname,
                    "executortype": node.executortype,
                }
                for node in list(history.nodes.values())[:MOST_NODES]
            ],
        )
        return output.bundle(live, still), metadata

    def _should_send_property(self, key: str, value: Any) -> bool:
        # The news tell the page what has changed; all bars are for pages that load later.
        return key != "bars" and bool(super()._should_send_property(key, value))

    def _paint(self) -> None:
        trouble = self._following.trouble
        try:
            history = self._chronicle.read()
        except ColoniesError as error:
            trouble = trouble or f"Not up to date: {error.message}"
            history = self._chronicle.history
        news = self._plot.update(history, _now(), trouble)
        self.bars = [list(entry) for entry in self._plot.bars]
        self.news = news
        self._show_selected()

    def _page_chose(self, change: dict[str, Any]) -> None:
        if not self._showing:
            self.selected = self._plot.process(change["new"])

    def _show_selected(self, _: object = None) -> None:
        """Let the page know the bar of the selected process, if it has one."""
        if self._plot.process(self.chosen) != self.selected:
            self._showing = True
            self.chosen = self._plot.last_bar(self.selected)
            self._showing = False


def _now() -> datetime:
    return datetime.now(UTC)
