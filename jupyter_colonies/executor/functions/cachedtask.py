"""A task whose results are kept, and used again while nothing that they depend on has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jupyter_colonies.client.values.cache import Hit
from jupyter_colonies.core.process import CACHE
from jupyter_colonies.executor.functions.fingerprint import fingerprint
from jupyter_colonies.executor.functions.function import TaskRunnable
from jupyter_colonies.executor.functions.results import Output, as_output, label_of
from jupyter_colonies.executor.running import RunningProcess


class CachedTaskRunnable(TaskRunnable):
    """Calls the function of a task unless a kept result will do.

    version: a text that is part of what results depend on. packages: names of installed packages
    whose versions are, too. What a run finds out is in the process's log and in its attribute
    `cache`. Raises importlib.metadata.PackageNotFoundError.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        funcname: str = "",
        *,
        version: str = "",
        packages: Sequence[str] = (),
    ) -> None:
        super().__init__(function, funcname)
        self._version = version
        self._packages = tuple(packages)
        self._frozen: dict[str, str] | None = None
        self._fingerprint()

    def __getstate__(self) -> dict[str, Any]:
        # Another process has the code and not its text.
        return {**super().__getstate__(), "_frozen": self._fingerprint()}

    def __call__(self, process: RunningProcess) -> Any:
        """Give the kept result, or run the function and keep what it returns."""
        if process.values is None:
            return super().__call__(process)
        cache = process.values.cache
        parts = self._parts(process)
        found = cache.find(self.signature.funcname, parts)
        if isinstance(found, Hit):
            _note(process, f"hit: this is the kept result of process {found.processid}")
            return Output(found.output, found.packed)
        output = as_output(super().__call__(process), label_of(process.processid))
        funcname, processid = self.signature.funcname, process.processid
        kept = cache.keep(funcname, parts, processid, output.values, output.packed)
        rest = "" if kept else ". Its own result is too large to be kept, or could not be written"
        _note(process, f"miss: {found.reason}{rest}")
        return output

    def _fingerprint(self) -> dict[str, str]:
        return self._frozen or fingerprint(self.function, self._packages)

    def _parts(self, process: RunningProcess) -> dict[str, str]:
        digests = process.argument_digests(self.signature)
        arguments = {f"argument `{name}`": digest for name, digest in digests.items()}
        version = {"version of the task": self._version} if self._version else {}
        return self._fingerprint() | arguments | version


def _note(process: RunningProcess, text: str) -> None:
    process.log(f"Result cache: {text}")
    if CACHE not in process.attributes:  # a run before this one has said it
        process.attributes[CACHE] = text
