"""A process that has ended, once more for the code that ran it: nothing reaches the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any, cast

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.core.process import Process
from jupyter_colonies.executor.capture import RunLog
from jupyter_colonies.executor.running import RunningProcess, child_spec


class Rehearsal(RunningProcess):
    """What the code sees as `process`: the same arguments and inputs, and no effect outside.

    Logs are printed, attributes stay here, and children that are added are only told of.
    """

    def __init__(self, colony: Colony, process: Process) -> None:
        super().__init__(process, colony.client, colony.portal, cast("RunLog", None))
        self.attributes: MutableMapping[str, str] = _Attributes(process)

    def log(self, text: str) -> None:
        """Print a line."""
        print(text, end="" if text.endswith("\n") else "\n")  # noqa: T201 - it has no log

    def set_output(self, values: Any) -> None:
        """Print what would be stored."""
        self.log(f"Rehearsal: the output would be {values!r}")

    def _grow(
        self,
        funcname: str,
        args: Sequence[Any],
        nodename: str,
        child: Process | str | None,  # noqa: ARG002 - nothing waits here
        fields: Mapping[str, Any],
        *,
        insert: bool,
    ) -> Process:
        spec = child_spec(self.spec, funcname, args, {"nodename": nodename or funcname, **fields})
        self.log(f"Rehearsal: a child would be {'inserted' if insert else 'added'}: {funcname}")
        return Process(spec=spec, processgraphid=self.process.processgraphid)


class _Attributes(MutableMapping[str, str]):
    """Texts attached to the process, those that are set now only here."""

    def __init__(self, process: Process) -> None:
        self._texts = {each.key: each.value for each in process.attributes or ()}

    def __getitem__(self, key: str) -> str:
        return self._texts[key]

    def __setitem__(self, key: str, value: str) -> None:
        self._texts[key] = value

    def __delitem__(self, key: str) -> None:
        raise TypeError(f"attributes stay with their process: '{key}' can't be removed")

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
