"""How far a transfer is: a bar with its speed where somebody watches, else a few lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

from jupyter_colonies.client.sync.crew import Done, Moved
from jupyter_colonies.client.sync.plan import Move
from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Line
from jupyter_colonies.commands.session import Frontend

STEPS = 10
"""Lines, at most, for a whole transfer."""


def watched(frontend: Frontend) -> bool:
    """Whether a bar can be seen: in a notebook, and in a terminal unless it goes into a file."""
    return frontend == "notebook" or sys.stderr.isatty()


def followed(
    events: Iterable[Moved | Done[Move, Any]], files: int, size: int, *, bar: bool
) -> Iterator[Line]:
    """Let a transfer run and show how far it is; `size` in bytes."""
    meter = _Bar(files, size) if bar else _Lines(files, size)
    try:
        for event in events:
            if isinstance(event, Moved):
                meter.moved += event.size
            else:
                meter.done += 1
            yield from meter.lines()
    finally:
        meter.end()


class _Bar:
    """A bar over the bytes; the files are counted beside it."""

    def __init__(self, files: int, size: int) -> None:
        # Loads ipywidgets in a notebook, which nobody needs who never waits.
        from tqdm.auto import tqdm  # noqa: PLC0415

        self.moved = self.done = 0
        self._files = files
        self._bar = tqdm(total=size, unit="B", unit_scale=True, unit_divisor=1024)

    def lines(self) -> Iterator[Line]:
        """Bring the bar up to date; there is nothing else to say."""
        self._bar.set_description_str(f"{self.done}/{self._files} files", refresh=False)
        self._bar.update(self.moved - self._bar.n)
        return iter(())

    def end(self) -> None:
        """Leave the bar as it is."""
        self._bar.refresh()
        self._bar.close()


class _Lines:
    """A line each time that another tenth is done."""

    def __init__(self, files: int, size: int) -> None:
        self.moved = self.done = 0
        self._files, self._size = files, size
        self._began = time.monotonic()
        self._said = 0

    def lines(self) -> Iterator[Line]:
        """The line, if it is time for one."""
        part = (self.moved + self.done) / ((self._size + self._files) or 1)
        step = int(part * STEPS)
        if step > self._said and self.done < self._files:
            self._said = step
            speed = self.moved / max(time.monotonic() - self._began, 0.001)
            yield Line(
                text=f"{self.done} of {self._files} files, {wording.size(self.moved)} of "
                f"{wording.size(self._size)}, {wording.size(int(speed))}/s"
            )

    def end(self) -> None:
        """What there is to say was said."""
