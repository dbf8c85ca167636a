"""What a function is called with: placeholders for results, and references to files, in full.

The input of a process is what its parents put out, one list after the other (protocol part 02,
section 5.5). A placeholder names one of its dependencies; its result is what that one put out, or
what was inserted between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jupyter_colonies.client.compose.arguments import unwaited
from jupyter_colonies.client.compose.signature import CallError, Signature
from jupyter_colonies.client.values.forms import FILE, OUTPUTS, RESULT, Special, decoded
from jupyter_colonies.core.process import Process
from jupyter_colonies.executor.functions.fingerprint import digest_of

Read = Callable[[Sequence[str]], Sequence[Process]]
"""Reads processes from the server by their ids, in this order."""


class Resolution:
    """The arguments of one process. Nothing is fetched that no argument needs.

    All methods raise CallError for a placeholder that can't be put in place, and what fetching
    raises.
    """

    def __init__(self, process: Process, read: Read, open_file: Special) -> None:
        self._process = process
        self._read = read
        self._open = open_file
        self._shares: dict[str, list[Any]] | None = None
        self._results: dict[tuple[str, str], Any] = {}

    def args(self) -> list[Any]:
        """Arguments by position."""
        return [decoded(value, self._special) for value in self._process.spec.args or ()]

    def kwargs(self) -> dict[str, Any]:
        """Arguments by name."""
        given = self._process.spec.kwargs or {}
        return {name: decoded(value, self._special) for name, value in given.items()}

    def inputs(self) -> list[Any]:
        """All outputs of all parents."""
        return [decoded(value, self._open) for value in self._process.input or ()]

    def digests(self, signature: Signature) -> dict[str, str]:
        """The digest of each argument, by parameter; results and files count by what they hold.

        Nothing is fetched but what is asked for in part. Raises CallError.
        """
        spec = self._process.spec
        bound = signature.bind(spec.args or (), spec.kwargs or {}).arguments
        if "inputs" in signature.whole.parameters:
            bound["inputs"] = self._process.input or []
        return {name: digest_of(self._content(value)) for name, value in bound.items()}

    def _content(self, value: Any) -> Any:
        """A JSON value in which nothing depends on where, or by which process, it was stored."""
        if isinstance(value, list | tuple):
            return [self._content(item) for item in value]
        if not isinstance(value, dict):
            return value
        if FILE in value:
            return {"file": value.get("sha256"), "kind": value.get("kind")}
        if name := value.get(RESULT, value.get(OUTPUTS)):
            return self._special(value) if value.get("at") else self._content(self._share(name))
        return {key: self._content(item) for key, item in value.items()}

    def _special(self, value: dict[str, Any]) -> Any:
        if FILE in value:
            return self._open(value)
        kind = RESULT if RESULT in value else OUTPUTS
        name = value[kind]
        found = self._result(kind, name)
        for step in value.get("at") or ():
            try:
                found = found[step]
            except (TypeError, LookupError):
                raise CallError(
                    f"the result of node '{name}' has no part {step!r}: it is {found!r:.80}"
                ) from None
        return found

    def _result(self, kind: str, name: str) -> Any:
        if (kind, name) not in self._results:
            share = self._share(name)
            if kind == RESULT and len(share) != 1:
                raise CallError(
                    f"node '{name}' put out {len(share)} values where one result is expected: "
                    "use its `outputs`"
                )
            values = [decoded(value, self._open) for value in share]
            self._results[kind, name] = values[0] if kind == RESULT else values
        return self._results[kind, name]

    def _share(self, name: str) -> list[Any]:
        if self._shares is None:
            self._shares = self._divided()
        if name not in self._shares:
            raise CallError(unwaited(name, self._shares))
        return self._shares[name]

    def _divided(self) -> dict[str, list[Any]]:
        """What came from each dependency.

        The input alone tells it where there is one. Otherwise the parents are asked, because an
        inserted process takes the last place among them (protocol part 02, section 7.2), and any
        of them may put out several values or none.
        """
        dependencies = self._process.spec.dependencies
        if len(dependencies) == 1 and len(self._process.parents) == 1:
            return {dependencies[0]: self._process.input or []}
        parents = self._read(self._process.parents)
        shares: dict[str, list[Any]] = {}
        for parent in parents:
            if parent.spec.nodename in dependencies:
                shares.setdefault(parent.spec.nodename, parent.output or [])
        missing = set(dependencies) - set(shares)
        for parent in parents if missing else ():
            if replaced := self._replaced(parent, missing):
                shares.setdefault(replaced, []).extend(parent.output or [])
        return shares

    def _replaced(self, parent: Process, missing: set[str]) -> str:
        """The dependency in whose place a process was inserted; empty for one that was added."""
        while parent.spec.nodename not in missing:
            if len(parent.parents) != 1:
                return ""
            (parent,) = self._read(parent.parents)
        return parent.spec.nodename
