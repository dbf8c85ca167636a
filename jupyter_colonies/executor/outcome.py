"""How a run ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jupyter_colonies.client.values.packing import Packed
from jupyter_colonies.executor.cancellation import RunCancelled
from jupyter_colonies.executor.failure import errors_of
from jupyter_colonies.executor.functions.results import NotJson


class RunFailed(Exception):
    """A run failed for a reason of its own: its texts are the process's errors, no traceback."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The output of a run, or the errors it ended with, or why it has no result at all.

    `packed` are the values of the output that have to be stored before it is handed in.
    """

    output: list[Any] = field(default_factory=list)
    errors: list[str] | None = None
    abandoned: str = ""
    packed: list[Packed] = field(default_factory=list)


def failure(error: BaseException) -> Outcome:
    """The outcome of a run that ended with an exception; an exit fails the process only."""
    if isinstance(error, RunCancelled):
        return Outcome(abandoned=str(error))
    if isinstance(error, RunFailed):
        return Outcome(errors=[str(text) for text in error.args])
    if isinstance(error, NotJson):
        return Outcome(errors=[f"The output can't be sent: {error}"])
    return Outcome(errors=errors_of(error))
