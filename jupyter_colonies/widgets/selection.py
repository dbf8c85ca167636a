"""One selection for several views of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from jupyter_colonies.core.messages.workflows import NodeChange


class Selects(Protocol):
    """A view in which a process can be selected, by its id."""

    selected: Any

    def on_select(self, callback: Callable[[NodeChange | None], None]) -> None:
        """Call back when another process, or none, is selected."""


def select_together(*views: Selects) -> None:
    """Let all these views show the same process as selected, wherever it was selected."""

    def spread(node: NodeChange | None) -> None:
        chosen = node.processid if node is not None else ""
        for view in views:
            if view.selected != chosen:
                view.selected = chosen

    for view in views:
        view.on_select(spread)
