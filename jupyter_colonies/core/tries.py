"""The tries of a run: each time that an executor took a process, how long that waited and ran."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from jupyter_colonies.core.history import History
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import NEVER


class Try(NamedTuple):
    """One try of a process, counted from 1.

    `ready` is when it could have been taken. `start` is the zero time for one that waits and has
    not been taken yet, `end` for one that has not ended. `state` is what became of it: waiting
    means that the process went back to the queue.
    """

    node: NodeChange
    number: int
    executorname: str
    ready: datetime
    start: datetime
    end: datetime
    state: State

    @property
    def begun(self) -> bool:
        """Whether an executor took it."""
        return self.start > NEVER

    def until(self, now: datetime) -> datetime:
        """When it ended, or `now` if it has not."""
        return self.end if self.end > NEVER else max(now, self.start, self.ready)


def tries(history: History) -> list[Try]:
    """All tries in the order in which they began, then what waits and may be taken.

    A process whose result was kept from an earlier run was not tried in this one.
    """
    found = [each for node in history.nodes.values() for each in _tries_of(history, node)]
    return sorted(found, key=lambda each: (not each.begun, each.start, each.ready))


def ready_time(history: History, node: NodeChange) -> datetime:
    """When all that a process waits for had succeeded; the zero time if it has not."""
    ready = history.submitted(node.processid)
    for parentid in node.parents:
        parent = history.nodes.get(parentid)
        if parent is None or parent.keptfrom:
            continue
        steps = history.steps(parentid)
        if not steps or steps[-1].state != State.SUCCESS:
            return NEVER
        ready = max(ready, steps[-1].at)
    return ready


def _tries_of(history: History, node: NodeChange) -> list[Try]:
    if node.keptfrom:
        return []
    released = ready = ready_time(history, node)
    found: list[Try] = []
    running: Try | None = None
    for step in history.steps(node.processid):
        if step.state == State.RUNNING:
            # A retry that is known by its times only began after the process was ready.
            since = min(ready, step.at) if ready > NEVER else step.at
            running = Try(
                node, len(found) + 1, step.executorname, since, step.at, NEVER, State.RUNNING
            )
            continue
        if running is not None:
            found.append(running._replace(end=step.at, state=step.state))
            running = None
        # What was given back may wait for a parent that was inserted since.
        ready = max(step.at, released) if step.state == State.WAITING else NEVER
    if running is not None:
        found.append(running)
    elif min(ready, released) > NEVER and node.state == State.WAITING:
        found.append(Try(node, len(found) + 1, "", ready, NEVER, NEVER, State.WAITING))
    return found
