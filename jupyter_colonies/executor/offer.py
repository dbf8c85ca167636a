"""What an executor serves: functions, and what runs them."""

from __future__ import annotations

import contextvars
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from jupyter_colonies.core.member import FunctionArgument
from jupyter_colonies.executor.functions.source import Source
from jupyter_colonies.executor.running import RunningProcess

ANY_FUNCTION = "*"


class Runnable(Protocol):
    """What runs a process: a cell's code, a function, a command, something on another machine.

    It is called in a thread of its own and may take as long as it needs. What it returns becomes
    the output. It may raise `RunFailed`, whose text is all that the process's errors tell, and
    `RunCancelled`; any other exception fails the process with its traceback. Where it waits it
    should heed `process.cancellation`.
    """

    def __call__(self, process: RunningProcess, /) -> Any:
        """Run the process."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A function an executor serves.

    origin: the cell whose offers replace each other. source: what is attached to each run.
    since: the moment from which on it is served.
    """

    funcname: str
    runnable: Runnable
    description: str = ""
    args: Sequence[FunctionArgument] = ()
    origin: str = ""
    source: Source | None = None
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
