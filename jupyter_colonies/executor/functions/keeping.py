"""The step that stores what a run returned and JSON can't hold."""

from __future__ import annotations

from jupyter_colonies.executor.outcome import Outcome
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.executor.steps import Step


class Keeping(Step):
    """Stores values as files of the colony before the output that refers to them is handed in."""

    def after(self, process: RunningProcess, outcome: Outcome) -> Outcome:
        """Store them. What the server refuses with fails the process."""
        if outcome.packed and process.values is not None and not process.cancelled.is_set():
            process.values.store(outcome.packed)
        return outcome
