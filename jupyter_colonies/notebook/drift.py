"""Warnings when an executor runs other code than the notebook shows.

What the kernel can know: a cell was run again with other code and without its magic or decorator,
or a function was defined anew after it was registered. What is edited and not run it can't see.
"""

from __future__ import annotations

import inspect
import warnings
from types import FunctionType
from typing import Any

from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

from jupyter_colonies.executor import registry
from jupyter_colonies.executor.functions.function import FunctionRunnable
from jupyter_colonies.executor.offer import Offer
from jupyter_colonies.executor.worker import Worker
from jupyter_colonies.notebook.origin import cell_id, source_of


class Drift:
    """Looks after each cell at what the executors of this kernel serve."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._told: set[tuple[str, str, str]] = set()
        self._seated: set[tuple[str, str]] = set()  # cells that showed the source, with its digest

    def look(self, result: ExecutionResult) -> None:
        """Warn of what has drifted, once for each new text; IPython calls it after a cell."""
        if result.info is None or result.info.silent:
            return
        cell, raw = cell_id(self._shell), str(result.info.raw_cell or "")
        for worker in registry.list():
            for offer in worker.offers.values():
                if shown := self._shown(offer, cell, raw):
                    self._warn(worker, offer, shown)

    def _shown(self, offer: Offer, cell: str, raw: str) -> str:
        """What the notebook has in place of the code that is served; empty if that is it."""
        source = offer.source
        if source is None or not source.text:
            return ""
        if cell and cell == source.cell:
            place = (cell, source.sha256)
            if _plain(source.text) in _plain(raw):
                self._seated.add(place)
            elif place in self._seated:
                return raw
        runnable = getattr(offer.runnable, "within", offer.runnable)
        if not isinstance(runnable, FunctionRunnable):
            return ""
        served = inspect.unwrap(runnable.function)
        present = self._present(getattr(served, "__name__", ""))
        if present is None or present is served:
            return ""
        text = source_of(present).text
        return "" if text.strip() == source.text.strip() else text

    def _present(self, name: str) -> FunctionType | None:
        found: Any = self._shell.user_ns.get(name)
        found = inspect.unwrap(found) if callable(found) else found
        ours = isinstance(found, FunctionType) and found.__module__ == "__main__"
        return found if ours else None

    def _warn(self, worker: Worker, offer: Offer, shown: str) -> None:
        key = (worker.name, offer.funcname, shown)
        if key in self._told:
            return
        self._told.add(key)
        what = "its cell" if offer.funcname == "*" else f"'{offer.funcname}'"
        warnings.warn(
            f"Executor '{worker.name}' still runs {what} as it was before: run the cell with its "
            f"magic or decorator to replace it, or end it with `%colonies executor stop "
            f"{worker.name}`",
            stacklevel=2,
        )


def _plain(text: str) -> str:
    """A text without indentation and empty lines."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def watch(shell: InteractiveShell) -> None:
    """Look after each cell."""
    shell.events.register("post_run_cell", Drift(shell).look)


def unwatch(shell: InteractiveShell) -> None:
    """Look no more."""
    for callback in list(shell.events.callbacks["post_run_cell"]):
        if isinstance(getattr(callback, "__self__", None), Drift):
            shell.events.unregister("post_run_cell", callback)
