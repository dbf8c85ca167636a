"""What is known of a run: the sum of the changes so far, kept at the cost of each change."""

from __future__ import annotations

from jupyter_colonies.core.messages.workflows import NodeChange, WorkflowChange
from jupyter_colonies.core.process import State


class Picture:
    """The nodes of a run by process id, and how far they are."""

    def __init__(self) -> None:
        self.nodes: dict[str, NodeChange] = {}
        self.running: dict[str, NodeChange] = {}
        self._last: WorkflowChange | None = None
        self._unfinished: set[str] = set()

    @property
    def known(self) -> bool:
        """Whether there was a first look."""
        return self._last is not None

    @property
    def state(self) -> State:
        """The state of the run, waiting before the first look."""
        return self._last.state if self._last is not None else State.WAITING

    @property
    def finished(self) -> int:
        """How many nodes have finished."""
        return len(self.nodes) - len(self._unfinished)

    @property
    def final(self) -> bool:
        """Whether nothing can change any more."""
        return self.state.finished and not self._unfinished

    def absorb(self, change: WorkflowChange) -> None:
        """Work a change in; one that is older than the picture changes nothing."""
        if self._last is not None and change.revision < self._last.revision:
            return
        self._last = change
        for node in change.nodes:
            self.nodes[node.processid] = node
            self.running.pop(node.processid, None)
            if node.state == State.RUNNING:
                self.running[node.processid] = node
            if node.state.finished:
                self._unfinished.discard(node.processid)
            else:
                self._unfinished.add(node.processid)

    def ends_with(self, change: WorkflowChange) -> bool:
        """Whether nothing was worked in after this change."""
        return self._last is change

    def whole(self) -> WorkflowChange | None:
        """All of it as one change, None before the first look."""
        if self._last is None:
            return None
        return WorkflowChange(
            processgraphid=self._last.processgraphid,
            colonyname=self._last.colonyname,
            revision=self._last.revision,
            state=self._last.state,
            nodes=list(self.nodes.values()),
        )
