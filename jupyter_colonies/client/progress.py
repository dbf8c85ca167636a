"""What a waiting user sees: one bar that counts finished nodes."""

from __future__ import annotations

from typing import Any

from jupyter_colonies.core.messages.workflows import WorkflowChange
from jupyter_colonies.core.process import State

SHOWN = 3
FORMAT = "{l_bar}{bar}| {n_fmt}/{total_fmt} nodes [{elapsed}]"


class Progress:
    """A tqdm bar over the nodes of a workflow; its total grows when the workflow does."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._bar: Any = None

    def show(self, change: WorkflowChange) -> None:
        """Bring the bar up to date with a whole workflow."""
        if not self._shown:
            return
        done = sum(node.state.finished for node in change.nodes)
        if self._bar is None:
            # Loads ipywidgets in a notebook, which nobody needs who never waits.
            from tqdm.auto import tqdm  # noqa: PLC0415

            self._bar = tqdm(total=len(change.nodes), bar_format=FORMAT, desc=_described(change))
        self._bar.total = len(change.nodes)
        self._bar.n = done
        self._bar.set_description_str(_described(change))

    def end(self, said: str = "") -> None:
        """Leave the bar as it is, with a last word."""
        if self._bar is None:
            return
        if said:
            self._bar.set_description_str(said)
        self._bar.close()


def _described(change: WorkflowChange) -> str:
    running = [node.nodename for node in change.nodes if node.state == State.RUNNING]
    if change.state.finished or not running:
        return change.state.word
    more = f" and {len(running) - SHOWN} more" if len(running) > SHOWN else ""
    return f"{State.RUNNING.word}: {', '.join(running[:SHOWN])}{more}"
