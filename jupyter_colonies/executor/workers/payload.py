"""Code of the notebook, packed to be run in another process.

Functions and classes of the notebook travel by value, with what they use of it; what comes from
modules is imported there.
"""

from __future__ import annotations

import hashlib
import threading
from types import CodeType
from typing import Any, Protocol, runtime_checkable

import cloudpickle

from jupyter_colonies.errors import InvalidCell
from jupyter_colonies.executor.functions import names
from jupyter_colonies.executor.offer import ANY_FUNCTION, Offer


@runtime_checkable
class Portable(Protocol):
    """A runnable whose code and names are known, so that it can be packed."""

    @property
    def code(self) -> CodeType:
        """What it runs."""

    @property
    def namespace(self) -> dict[str, Any]:
        """Where the code looks for global names."""


class Payload:
    """One runnable, packed when it is registered and again when the notebook has changed.

    What the code uses is taken along as it is at that moment. Names that stand for something else
    by the time of a run are packed anew; an object that was changed in place is not. Raises
    InvalidCell for what can't be copied to another process.
    """

    def __init__(self, offer: Offer) -> None:
        if not isinstance(offer.runnable, Portable):
            raise InvalidCell(f"'{offer.funcname}' is no code of the notebook: run it in threads")
        self._runnable = offer.runnable
        self._title = f"'{offer.funcname}'" if offer.funcname != ANY_FUNCTION else "The cell"
        self._lock = threading.Lock()
        self._uses: dict[str, Any] = {}
        self._packed = b""
        self.digest = ""
        self.packed()

    def packed(self) -> bytes:
        """The bytes; `digest` names them. Raises InvalidCell."""
        with self._lock:
            uses = names.reached(self._runnable.code, self._runnable.namespace)
            if not self._packed or not _same(uses, self._uses):
                self._packed = self._pack(uses)
                self._uses = uses
                self.digest = hashlib.sha256(self._packed).hexdigest()
            return self._packed

    def _pack(self, uses: dict[str, Any]) -> bytes:
        try:
            return bytes(cloudpickle.dumps(self._runnable))
        except Exception as error:  # noqa: BLE001 - packing runs code of whatever is packed
            raise InvalidCell(
                f"{self._title} can't run in worker processes: {_culprit(uses)}it can't be copied "
                f"to another process ({type(error).__name__}: {error}). Make it within the "
                "function, or run it in threads, without `processes`"
            ) from None


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(one[name] is other[name] for name in one)


def _culprit(uses: dict[str, Any]) -> str:
    for name, value in uses.items():
        try:
            cloudpickle.dumps(value)
        except Exception:  # noqa: BLE001 - as above: that it fails is the answer
            kind = type(value)
            return f"it uses '{name}', of type {kind.__module__}.{kind.__qualname__}, and "
    return ""
