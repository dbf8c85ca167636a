"""The texts of the code that executors of this kernel serve."""

from __future__ import annotations

import inspect
import linecache
import textwrap
from collections.abc import Iterator

from jupyter_colonies.executor import registry
from jupyter_colonies.executor.function import FunctionRunnable
from jupyter_colonies.executor.offer import Runnable


def here() -> Iterator[str]:
    """The text of each function and cell that is served now."""
    for worker in registry.list():
        for runnable in worker.functions.values():
            if text := text_of(runnable):
                yield textwrap.dedent(text)
                # A cell without the line that makes it an executor.
                yield text.partition("\n")[2]


def text_of(runnable: Runnable) -> str:
    """The source of a function or a cell; empty if it is not to be had."""
    if not isinstance(runnable, FunctionRunnable):
        return "".join(linecache.getlines(str(getattr(runnable, "filename", ""))))
    try:
        return inspect.getsource(inspect.unwrap(runnable.function))
    except (OSError, TypeError):
        return ""
