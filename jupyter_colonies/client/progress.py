"""What a waiting user sees: one bar that counts finished nodes."""

from __future__ import annotations

from typing import Any

from jupyter_colonies.core.messages.workflows import WorkflowChange
from jupyter_colonies.core.process import State

SHOWN = 3


class Progress:
    """A tqdm bar over the nodes of a workflow; its total grows when the workflow does."""

    def __init__(self, *, shown: bool) -> None:
        self._bar: Any = None
        if shown:
            # Loads ipywidgets in a notebook, which nobody needs who never waits.
            from tqdm.auto import tqdm  # noqa: PLC0415

            self._bar = tqdm(total=0, unit="node", desc=State.WAITING.word, leave=True)

    def show(self, change: WorkflowChange) -> None:
        """Bring the bar up to date with a whole workflow."""
        if self._bar is None:
            return
        self._bar.total = len(change.nodes)
        self._bar.n = sum(node.state.finished for node in change.nodes)
        self._bar.set_description_str(_described(change), refresh=False)
        self._bar.refresh()

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
