"""What the broker counts while it works; whoever wants the numbers reads them from here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from jupyter_colonies.broker.signals import Ended
from jupyter_colonies.core.histogram import LONG, SECONDS, Histogram
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.errors import ColoniesError, NothingToAssign, ServerError

DONE, NOTHING, REFUSED, FAILED = "done", "nothing", "refused", "failed"


class Meter:
    """Since the server was started. Requests by their kind and outcome; processes by their type.

    Times are in seconds. What an executor waits for work is no time that a request takes.
    """

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str]] = Counter()
        self.took: dict[str, Histogram] = {}
        self.waited: dict[str, Histogram] = {}
        self.ran: dict[tuple[str, State], Histogram] = {}
        self.ended: Counter[tuple[str, State]] = Counter()

    def carried_out(self, kind: str, seconds: float, error: ColoniesError | None) -> None:
        """A request of this kind was answered."""
        self.requests[kind, outcome(error)] += 1
        if kind not in ("assignprocessmsg", "assignprocessesmsg"):
            found = self.took.get(kind)
            if found is None:
                found = self.took[kind] = Histogram(SECONDS)
            found.observe(seconds)

    def assigned(self, process: Process) -> None:
        """An executor has got a process."""
        kind = process.spec.conditions.executortype
        found = self.waited.get(kind)
        if found is None:
            found = self.waited[kind] = Histogram(LONG)
        found.observe((process.starttime - process.submissiontime).total_seconds())

    def heard(self, announced: Iterable[object]) -> None:
        """What was committed."""
        for signal in announced:
            if isinstance(signal, Ended):
                self._ending(*signal)

    def _ending(self, kind: str, state: State, seconds: float) -> None:
        self.ended[kind, state] += 1
        if seconds:
            found = self.ran.get((kind, state))
            if found is None:
                found = self.ran[kind, state] = Histogram(LONG)
            found.observe(seconds)


def outcome(error: ColoniesError | None) -> str:
    """In a word."""
    if error is None:
        return DONE
    if isinstance(error, NothingToAssign):
        return NOTHING
    return FAILED if isinstance(error, ServerError) else REFUSED
