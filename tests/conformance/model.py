"""The protocol's rules about processes, workflows and time, in the plainest Python.

Nothing here is clever: whole lists are walked at every step. Time is counted in whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from jupyter_colonies.core.process import State

WAITING, RUNNING, SUCCESS, FAILED, CANCELLED = State
WAITED = ["Maximum waiting time limit exceeded"]
RAN = ["Maximum execution time limit exceeded"]


@dataclass(eq=False)
class ModelProcess:
    id: str
    order: int
    graph: ModelGraph | None = None
    priority: int = 0
    maxwaittime: int = 0
    maxexectime: int = 0
    maxretries: int = 0
    state: State = WAITING
    executor: str = ""
    retries: int = 0
    parents: list[ModelProcess] = field(default_factory=list)
    children: list[ModelProcess] = field(default_factory=list)
    inputs: list[object] = field(default_factory=list)
    output: list[object] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    waits_until: int | None = None
    runs_until: int | None = None

    @property
    def blocked(self) -> bool:
        return any(parent.state != SUCCESS for parent in self.parents)

    @property
    def ready(self) -> bool:
        return self.state == WAITING and not self.blocked

    def descends_from(self, other: ModelProcess) -> bool:
        return self is other or any(parent.descends_from(other) for parent in self.parents)


@dataclass(eq=False)
class ModelGraph:
    id: str
    members: list[ModelProcess] = field(default_factory=list)
    state: State = WAITING

    def resolve(self) -> None:
        states = {member.state for member in self.members}
        if FAILED in states:
            self.state = FAILED
        elif CANCELLED in states:
            self.state = CANCELLED
        elif states == {SUCCESS}:
            self.state = SUCCESS
        elif states & {SUCCESS, RUNNING}:
            self.state = RUNNING
        # Only waiting members: a workflow that ran before goes on running.


class Model:
    """All processes and workflows of one colony."""

    def __init__(self) -> None:
        self.now = 0
        self.processes: dict[str, ModelProcess] = {}
        self.graphs: dict[str, ModelGraph] = {}
        self._order = count()

    def add(self, processid: str, **fields: object) -> ModelProcess:
        process = ModelProcess(processid, next(self._order), **fields)  # type: ignore[arg-type]
        self.processes[processid] = process
        if process.graph is not None:
            process.graph.members.append(process)
        for parent in process.parents:
            parent.children.append(process)
        self._start_waiting(process)
        return process

    def next_for(self) -> ModelProcess | None:
        ready = [process for process in self.processes.values() if process.ready]
        return min(ready, key=lambda process: (-process.priority, process.order), default=None)

    def assign(self, process: ModelProcess, executor: str) -> None:
        process.state, process.executor = RUNNING, executor
        if process.parents:
            process.inputs = [value for parent in process.parents for value in parent.output]
        if process.maxexectime > 0:
            process.runs_until = self._after(process.maxexectime)
        self._resolve(process)

    def close(self, process: ModelProcess, output: list[object]) -> None:
        process.state = SUCCESS
        process.output = output or process.output
        for child in process.children:
            if child.ready:
                self._start_waiting(child)
        self._resolve(process)

    def fail(self, process: ModelProcess, errors: list[str]) -> None:
        process.state, process.errors = FAILED, errors
        if process.children and process.graph:
            for member in process.graph.members:
                if not member.state.finished:
                    member.state = FAILED
        self._resolve(process)

    def requeue(self, process: ModelProcess) -> None:
        process.state, process.executor = WAITING, ""
        self._resolve(process)

    def cancel(self, process: ModelProcess) -> None:
        process.state = CANCELLED

    def cancel_graph(self, graph: ModelGraph) -> None:
        for member in graph.members:
            if not member.state.finished:
                member.state = CANCELLED
        graph.resolve()

    def add_child(
        self,
        parent: ModelProcess,
        childid: str,
        joined: ModelProcess | None,
        *,
        insert: bool,
        **fields: object,
    ) -> ModelProcess:
        moved, parent.children = (parent.children, []) if insert else ([], parent.children)
        child = self.add(childid, graph=parent.graph, parents=[parent], **fields)
        for each in moved:
            each.parents.remove(parent)
            each.parents.append(child)
            child.children.append(each)
        if joined is not None and not insert:
            joined.parents.append(child)
            joined.waits_until = None
            child.children.append(joined)
        self._resolve(child)
        return child

    def advance(self, seconds: int) -> None:
        """Time passes; what is due happens, the longest waiting first, then the first submitted."""
        self.now += seconds
        for process in self._due(WAITING):
            if process.state == WAITING:
                self.fail(process, WAITED)
        for process in self._due(RUNNING):
            if process.state != RUNNING:
                continue
            if 0 <= process.maxretries <= process.retries:
                self.fail(process, RAN)
            else:
                process.retries += 1
                self._start_waiting(process)
                self.requeue(process)

    def remove(self, process: ModelProcess) -> None:
        del self.processes[process.id]

    def remove_graph(self, graph: ModelGraph) -> None:
        del self.graphs[graph.id]
        for member in graph.members:
            del self.processes[member.id]

    def _start_waiting(self, process: ModelProcess) -> None:
        limited = process.maxwaittime > 0 and not process.blocked
        process.waits_until = self._after(process.maxwaittime) if limited else None

    def _after(self, seconds: int) -> int:
        return self.now + seconds

    def _due(self, state: State) -> list[ModelProcess]:
        def limit(process: ModelProcess) -> int | None:
            return process.waits_until if state == WAITING else process.runs_until

        due = [
            (moment, process.order, process)
            for process in self.processes.values()
            if process.state == state
            and (moment := limit(process)) is not None
            and moment <= self.now
        ]
        return [process for _, _, process in sorted(due, key=lambda each: each[:2])]

    def _resolve(self, process: ModelProcess) -> None:
        if process.graph is not None:
            process.graph.resolve()
