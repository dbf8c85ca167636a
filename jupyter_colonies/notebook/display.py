"""Showing a run in a notebook: its live graph, which also outlives the kernel as a picture."""

from __future__ import annotations

from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.widgets.dag.view import DagView

PATIENCE = 2.0
"""Seconds to wait for the first picture, so that it is there when the output appears."""

_shown_here: set[tuple[int, str]] = set()
"""Which runs the cell that is being executed has shown, as (execution count, run's id)."""


def show(run: Run) -> DagView:
    """Display the live graph of a run; where nothing can be displayed, print its nodes.

    When the run has finished the output is updated once, so that the saved notebook holds the
    final picture.
    """
    view = DagView(run)
    view.wait_until_painted(PATIENCE)
    shell = get_ipython()
    if shell is None:
        print(view.text)  # noqa: T201 - there is nothing that could show more
        return view
    _remember(shell, run)
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
