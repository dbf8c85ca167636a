"""Widgets that tell nobody of themselves where no page could show them."""

from __future__ import annotations

import os
from typing import Any

import ipywidgets
from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell


class PageBound(ipywidgets.Widget):  # type: ignore[misc]
    """A widget that opens its channel to the page only where there may be one.

    What runs a notebook by itself keeps the state of every widget it hears of, and the notebook
    would carry scripts that nothing but the widget's own page can use.
    """

    def open(self) -> None:
        """See `ipywidgets.Widget`."""
        if has_page(get_ipython()):
            super().open()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The live view; nothing where there is none."""
        return None if self.comm is None else super()._repr_mimebundle_(**options)


def has_page(shell: InteractiveShell | None) -> bool:
    """Whether what a cell shows can live on a page, as far as its front end lets one know.

    Front ends with pages say with each cell which one it is. What runs notebooks by itself
    (nbconvert, papermill) and consoles say nothing; Voilà does neither, and has a page. Outside of
    a kernel nobody listens, so nothing is left out.
    """
    if getattr(shell, "kernel", None) is None:
        return True
    parent = getattr(shell, "parent_header", None) or {}
    asked = (parent.get("header") or {}).get("msg_type") == "execute_request"
    return bool(parent.get("metadata")) or in_voila() or not asked


def in_voila() -> bool:
    """Whether this kernel runs a notebook that Voilà shows as an app."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
