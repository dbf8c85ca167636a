"""The steps of one run, in the order in which they happen, in the thread that runs it.

Before the call each step of the executor prepares; then the runnable is called and what it
returns becomes the output; then the steps follow in the opposite order, whatever happened.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from jupyter_colonies.executor import bars, capture, failures
from jupyter_colonies.executor.functions.results import Output, as_output, label_of
from jupyter_colonies.executor.offer import Runnable
from jupyter_colonies.executor.outcome import Outcome, failure
from jupyter_colonies.executor.running import RunningProcess


class Step:
    """Something around each run of an executor. It may block, and what it prints is logged."""

    def before(self, process: RunningProcess) -> None:
        """Prepare. What this raises fails the process, as an error of its function would."""

    def after(self, process: RunningProcess, outcome: Outcome) -> Outcome:  # noqa: ARG002 - for those who need it
        """Follow a run that this step has prepared, however it ended, and say how it ended.

        What this raises fails the process.
        """
        return outcome


def take(
    runnable: Runnable, process: RunningProcess, log: capture.RunLog, steps: Sequence[Step]
) -> Outcome:
    """Take all steps of a run; what is written meanwhile goes to its log."""
    capture.install()
    capture.CURRENT.set(log)
    bars.CURRENT.set(process)
    prepared: list[Step] = []
    try:
        for step in steps:
            step.before(process)
            prepared.append(step)
        outcome = call(runnable, process)
    except BaseException as error:  # noqa: BLE001 - as in `call`
        outcome = failure(error)
    try:
        for step in reversed(prepared):
            outcome = _after(step, process, outcome)
    finally:
        capture.CURRENT.set(None)
        bars.CURRENT.set(None)
    return outcome


def call(runnable: Runnable, process: RunningProcess) -> Outcome:
    """The call itself, here or in a worker process: from arguments to output or errors."""
    pid = os.getpid()
    try:
        value = runnable(process)
        made = isinstance(value, Output)  # in a worker process, from what was returned there
        output = value if made else as_output(value, label_of(process.processid))
        outcome = Outcome(output=output.values, packed=output.packed)
    except BaseException as error:  # noqa: BLE001 - an exit or interrupt fails the process only
        failures.keep(process, error)
        outcome = failure(error)
    if os.getpid() != pid:
        # The code forked, and this is its child coming back: the result is the parent's to give.
        os._exit(0 if outcome.errors is None else 1)
    return outcome


def _after(step: Step, process: RunningProcess, outcome: Outcome) -> Outcome:
    try:
        return step.after(process, outcome)
    except BaseException as error:  # noqa: BLE001 - as in `call`
        return failure(error)
