"""The page's half of the monitor: what it shows as traits, what it asks for as messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from jupyter_colonies.widgets.monitor.paging import Pages, Row
from jupyter_colonies.widgets.page import bundle
from jupyter_colonies.widgets.page.bound import PageBound

_HERE = Path(__file__).parent

Message = dict[str, Any]


class Board(PageBound, anywidget.AnyWidget):
    """Lists of a colony, of each the part that is looked at; `wish` hears what else is asked for.

    Turning a page or looking for a text is done here, since it asks nobody.
    """

    _esm = bundle.script(_HERE / "board.js")
    _css = bundle.style(bundle.SECTION_STYLE, _HERE / "board.css")

    colonyname = traitlets.Unicode().tag(sync=True)
    summary = traitlets.Dict().tag(sync=True)
    executors = traitlets.Dict().tag(sync=True)
    queues = traitlets.Dict().tag(sync=True)
    running = traitlets.Dict().tag(sync=True)
    failures = traitlets.Dict().tag(sync=True)
    crons = traitlets.Dict().tag(sync=True)
    generators = traitlets.Dict().tag(sync=True)
    slots: traitlets.List[Any] = traitlets.List().tag(sync=True)
    preview = traitlets.Dict().tag(sync=True)
    variables: traitlets.List[str] = traitlets.List().tag(sync=True)
    told = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)

    def __init__(self, colonyname: str, wish: Callable[[Message], None], **options: Any) -> None:
        self._pages = {
            "executors": Pages(hides=lambda row: row["state"] == "removed"),
            **{name: Pages() for name in ("queues", "running", "failures", "crons", "generators")},
        }
        self._wish = wish
        self._count = 0
        empty = {name: pages.shown for name, pages in self._pages.items()}
        super().__init__(colonyname=colonyname, **empty, **options)
        self.on_msg(self._hear)

    def fill(self, name: str, rows: Sequence[Row]) -> None:
        """Show other rows in a list."""
        self._pages[name].fill(rows)
        self._show(name)

    def say(self, text: str, *, about: str = "", failed: bool = False) -> None:
        """Tell what came of a wish; `about` is the part of the page that asked."""
        self._count += 1
        self.told = {"text": text, "about": about, "failed": failed, "number": self._count}

    def _show(self, name: str) -> None:
        shown = self._pages[name].shown
        if shown != getattr(self, name):
            setattr(self, name, shown)

    def _hear(self, _: object, message: Message, __: object) -> None:
        """On the kernel's own thread, so nothing that waits is done here."""
        pages = self._pages.get(str(message.get("list")))
        if message.get("wish") != "look" or pages is None:
            self._wish(message)
            return
        pages.page = int(message.get("page", pages.page))
        pages.text = str(message.get("text", pages.text))
        pages.everything = bool(message.get("everything", pages.everything))
        self._show(str(message["list"]))
