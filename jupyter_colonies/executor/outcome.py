"""One run of user code in a thread of its own, and how it ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

from jupyter_colonies.executor import capture, threads
from jupyter_colonies.executor.failure import errors_of
from jupyter_colonies.executor.results import NotJson, as_output
from jupyter_colonies.executor.running import RunningProcess

Runnable = Callable[[RunningProcess], Any]


class RunFailed(Exception):
    """A run failed for a reason of its own: the text is the process's error, no traceback."""


class RunAbandoned(Exception):
    """A run ended early because its process is not this executor's any more: nothing is closed."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The output of a run, or the errors it ended with, or why it has no result at all."""

    output: list[Any] = field(default_factory=list)
    errors: list[str] | None = None
    abandoned: str = ""


def run(
    runnable: Runnable, process: RunningProcess, log: capture.RunLog, context: Context
) -> asyncio.Future[Outcome]:
    """Start a run in a daemon thread; the future belongs to the running event loop.

    The run takes place in a copy of `context`, so that its output shows where that was made.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Outcome] = loop.create_future()

    def deliver(outcome: Outcome) -> None:
        if not future.done():
            future.set_result(outcome)

    def work() -> None:
        outcome = context.copy().run(_outcome, runnable, process, log)
        # The loop is closed when the interpreter is on its way out: nobody waits any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(deliver, outcome)

    threads.start(work, f"{process.funcname}-{process.processid[:8]}")
    return future


def _outcome(runnable: Runnable, process: RunningProcess, log: capture.RunLog) -> Outcome:
    capture.install()
    capture.CURRENT.set(log)
    try:
        return Outcome(output=as_output(runnable(process)))
    except RunAbandoned as error:
        return Outcome(abandoned=str(error))
    except RunFailed as error:
        return Outcome(errors=[str(error)])
    except NotJson as error:
        return Outcome(errors=[f"The output can't be sent: {error}"])
    except BaseException as error:  # noqa: BLE001 - an exit or interrupt fails the process only
        return Outcome(errors=errors_of(error))
    finally:
        capture.CURRENT.set(None)
