"""What happened in a run, process by process: when each entered which state, and where.

The events come from the server (`getworkfloweventsmsg`). Where it has none to give, they are
reconstructed from the times that each process carries, which leaves earlier tries out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from jupyter_colonies.core.messages.workflows import NodeChange, ProcessEvent
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import NEVER


class Step(NamedTuple):
    """A process entered a state: when, on which executor, and after how many retries."""

    at: datetime
    state: State
    executorname: str
    retries: int


class History:
    """The processes of a run as last known, and the steps that led each of them there.

    `exact` says whether the steps are the server's own events. Events of processes that are not
    among the nodes are left out: they belong to ones that nothing else is known of yet.
    """

    def __init__(
        self, nodes: Iterable[NodeChange], events: Iterable[ProcessEvent] | None = None
    ) -> None:
        self.nodes = {node.processid: node for node in nodes}
        self.exact = events is not None
        self.inserted: set[str] = set()
        """Processes that were put between their parent and that one's children."""
        self._steps: dict[str, list[Step]] = {processid: [] for processid in self.nodes}
        for event in _reconstructed(self.nodes.values()) if events is None else events:
            self._take(event)
        # What was kept from an earlier run has the times that it had there.
        own = [node for node in self.nodes.values() if not node.keptfrom]
        known = [node.submissiontime for node in own if node.submissiontime > NEVER]
        times = [steps[0].at for steps in self._steps.values() if steps]
        self.begin = min(known, default=min(times, default=NEVER))
        """When the run was submitted."""
        self.end = max((steps[-1].at for steps in self._steps.values() if steps), default=NEVER)
        """When anything happened last."""
        self.end = max(self.end, max(known, default=self.begin))

    def steps(self, processid: str) -> list[Step]:
        """The steps of a process in their order; none while it waits for the first time."""
        return self._steps[processid]

    def steps_until(self, processid: str, moment: datetime) -> list[Step]:
        """Those of the steps that had been made at a moment."""
        steps = self._steps[processid]
        return steps[: bisect_right(steps, moment, key=lambda step: step.at)]

    def submitted(self, processid: str) -> datetime:
        """When a process came into the run."""
        node = self.nodes[processid]
        return self.begin if node.keptfrom else max(node.submissiontime, self.begin)

    def moments(self) -> list[datetime]:
        """Every moment at which something changed, from the submission on, each once."""
        changed = {self.begin, *(self.submitted(each) for each in self.nodes)}
        changed.update(step.at for steps in self._steps.values() for step in steps)
        return sorted(changed - {NEVER})

    def _take(self, event: ProcessEvent) -> None:
        steps = self._steps.get(event.processid)
        if steps is None:
            return
        if event.inserted is True:
            self.inserted.add(event.processid)
        # A process is also told of when its place changes: its state stays what it was.
        before = steps[-1].state if steps else State.WAITING
        if event.state != before:
            steps.append(Step(event.at, event.state, event.executorname, event.retries))


def _reconstructed(nodes: Iterable[NodeChange]) -> Iterator[ProcessEvent]:
    """The events that the times of the processes tell of."""
    for node in nodes:
        if node.keptfrom:
            continue
        if node.starttime > NEVER:
            yield _event(node, State.RUNNING, node.starttime)
        # One that waits again after its time was over has the start and end of the try before.
        if node.state != State.RUNNING and node.endtime > NEVER:
            yield _event(node, node.state, node.endtime)


def _event(node: NodeChange, state: State, at: datetime) -> ProcessEvent:
    return ProcessEvent(
        processid=node.processid,
        state=state,
        executorname=node.executorname,
        retries=node.retries,
        at=at,
    )
