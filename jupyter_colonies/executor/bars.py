"""Progress bars of tqdm, of every kind, tell the process how far its run is.

Kinds of bars differ in how they show themselves; when they do is decided in the class they all
have in common. Its two methods are wrapped once.
"""

from __future__ import annotations

import functools
from contextvars import ContextVar
from typing import Any

from tqdm.std import tqdm

from jupyter_colonies.executor import capture
from jupyter_colonies.executor.running import RunningProcess

CURRENT: ContextVar[RunningProcess | None] = ContextVar("jupyter_colonies_run", default=None)

_REFRESH, _CLOSE = tqdm.refresh, tqdm.close


@functools.wraps(_REFRESH)
def _refresh(bar: Any, *args: Any, **kwargs: Any) -> Any:
    process = CURRENT.get()
    if process is None:
        return _REFRESH(bar, *args, **kwargs)
    # The log has no use for a line that is written over again and again.
    with capture.unlogged():
        result = _REFRESH(bar, *args, **kwargs)
    if not bar.disable and (process.bar is None or process.bar is bar):
        process.bar = bar
        process.progress(*_state(bar))
    return result


@functools.wraps(_CLOSE)
def _close(bar: Any) -> None:
    process = CURRENT.get()
    with capture.unlogged():
        _CLOSE(bar)
    if process is not None and process.bar is bar:
        process.bar = None
        process.note_progress(*_state(bar))


def _state(bar: Any) -> tuple[float, str]:
    """How far a bar is; one without an end is nowhere, and counts."""
    share = bar.n / bar.total if bar.total else 0.0
    count = f"{bar.n}/{bar.total}" if bar.total else str(bar.n)
    return share, " ".join(part for part in ((bar.desc or "").rstrip(": "), count) if part)


def install() -> None:
    """Let bars tell the process in whose run they are."""
    tqdm.refresh, tqdm.close = _refresh, _close  # type: ignore[assignment,method-assign]
