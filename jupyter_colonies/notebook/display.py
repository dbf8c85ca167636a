"""Showing a run in a notebook: its live graph, which also outlives the kernel as a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.widgets.dag.unseen import Unseen
from jupyter_colonies.widgets.dag.view import DagView
from jupyter_colonies.widgets.page.bound import has_page

PATIENCE = 2.0
"""Seconds to wait for the first picture, so that it is there when the output appears."""

_shown_here: set[tuple[int, str]] = set()
"""Which runs the cell that is being executed has shown, as (execution count, run's id)."""


class View(Protocol):
    """A view of a run that may outlive its page as a picture."""

    @property
    def text(self) -> str:
        """The view in words."""

    def wait_until_painted(self, timeout: float) -> bool:
        """Wait until there is a first picture."""

    def on_end(self, callback: Callable[[], None]) -> None:
        """Call back when the last change has been painted."""


ViewT = TypeVar("ViewT", bound=View)


def show(run: Run) -> DagView | Unseen:
    """Display the live graph of a run; where nothing can be displayed, print its nodes.

    When the run has finished the output is updated once, so that the saved notebook holds the
    final picture. A notebook that is run by a program gets the picture alone.
    """
    shell = get_ipython()
    if shell is not None:
        _remember(shell, run)
    return present(DagView(run) if has_page(shell) else Unseen(run))


def present(view: ViewT) -> ViewT:
    """Display a view of a run as `show` does the graph."""
    view.wait_until_painted(PATIENCE)
    shell = get_ipython()
    if shell is None:
        print(view.text)  # noqa: T201 - there is nothing that could show more
        return view
    handle = display(view, display_id=True)  # type: ignore[no-untyped-call]
    if getattr(shell, "kernel", None) is not None:  # a terminal can't change what it has printed
        view.on_end(lambda: handle.update(view))
    return view


def show_as_value(run: Run) -> None:
    """What a run looks like as the value of a cell: its graph, unless the cell shows it already."""
    shell = get_ipython()
    if shell is None or (shell.execution_count, run.id) not in _shown_here:
        show(run)


def _remember(shell: InteractiveShell, run: Run) -> None:
    now = shell.execution_count
    _shown_here.intersection_update({shown for shown in _shown_here if shown[0] == now})
    _shown_here.add((now, run.id))
