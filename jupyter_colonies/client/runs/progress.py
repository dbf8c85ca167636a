"""What a waiting user sees: one bar that counts finished nodes."""

from __future__ import annotations

from itertools import islice
from typing import Any

from jupyter_colonies.client.runs.picture import Picture
from jupyter_colonies.core.process import State

SHOWN = 3
FORMAT = "{l_bar}{bar}| {n_fmt}/{total_fmt} nodes [{elapsed}]"


class Progress:
    """A tqdm bar over the nodes of a workflow; its total grows when the workflow does."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._bar: Any = None

    def show(self, picture: Picture) -> None:
        """Bring the bar up to date."""
        if not self._shown:
            return
        total = len(picture.nodes)
        if self._bar is None:
            # Loads ipywidgets in a notebook, which nobody needs who never waits.
            from tqdm.auto import tqdm  # noqa: PLC0415

            self._bar = tqdm(total=total, bar_format=FORMAT, desc=_described(picture))
        self._bar.total = total
        self._bar.n = picture.finished
        self._bar.set_description_str(_described(picture))

    def end(self, said: str = "") -> None:
        """Leave the bar as it is, with a last word."""
        if self._bar is None:
            return
        if said:
            self._bar.set_description_str(said)
        self._bar.close()


def _described(picture: Picture) -> str:
    if picture.state.finished or not picture.running:
        return picture.state.word
    names = [node.nodename or node.funcname for node in islice(picture.running.values(), SHOWN)]
    more = len(picture.running) - len(names)
    return f"{State.RUNNING.word}: {', '.join(names)}" + (f" and {more} more" if more else "")
