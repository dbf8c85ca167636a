"""A run that is simulated: what happens in it, and how it looked after each thing that did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import strategies as st

from jupyter_colonies.core.messages.workflows import NodeChange, ProcessEvent
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import NEVER

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class SimulatedRun:
    """Keeps the processes as a server does, and a copy of them after each change."""

    def __init__(self, parents: dict[str, list[str]]) -> None:
        self.now = BEGIN
        self.nodes: dict[str, NodeChange] = {}
        self.events: list[ProcessEvent] = []
        self.snapshots: dict[datetime, dict[str, NodeChange]] = {}
        for name, above in parents.items():
            self._add(name, above)
        self._keep()

    def ready(self) -> list[str]:
        return [
            name
            for name, node in self.nodes.items()
            if node.state == State.WAITING
            and all(self.nodes[parent].state == State.SUCCESS for parent in node.parents)
        ]

    def running(self) -> list[str]:
        return [name for name, node in self.nodes.items() if node.state == State.RUNNING]

    def waiting(self) -> list[str]:
        return [name for name, node in self.nodes.items() if node.state == State.WAITING]

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def start(self, name: str, executorname: str) -> None:
        self._change(name, State.RUNNING, executorname=executorname, starttime=self.now)

    def finish(self, name: str, state: State) -> None:
        self._change(name, state, endtime=self.now)

    def give_back(self, name: str, *, retry: bool) -> None:
        retries = self.nodes[name].retries + retry
        self._change(name, State.WAITING, executorname="", retries=retries, starttime=NEVER)

    def add(self, parent: str, *, insert: bool = False, join: str = "") -> None:
        name = f"n{len(self.nodes)}"
        if insert:
            for child, node in self.nodes.items():
                if parent in node.parents:
                    moved = [name if each == parent else each for each in node.parents]
                    self.nodes[child] = msgspec.structs.replace(node, parents=moved)
        self._add(name, [parent])
        if join:
            node = self.nodes[join]
            self.nodes[join] = msgspec.structs.replace(node, parents=[*node.parents, name])
        for touched in dict.fromkeys(filter(None, [name, parent, join])):
            self._tell(touched, inserted=insert and touched == name)
        self._keep()

    def end_all(self, state: State) -> None:
        for name, node in self.nodes.items():
            if not node.state.finished:
                self.nodes[name] = msgspec.structs.replace(node, state=state, endtime=self.now)
                self._tell(name)
        self._keep()

    def _add(self, name: str, parents: list[str]) -> None:
        self.nodes[name] = NodeChange(
            processid=name, nodename=name, funcname="f", submissiontime=self.now, parents=parents
        )

    def _change(self, name: str, state: State, **fields: object) -> None:
        self.nodes[name] = msgspec.structs.replace(self.nodes[name], state=state, **fields)
        self._tell(name)
        self._keep()

    def _tell(self, name: str, *, inserted: bool = False) -> None:
        node = self.nodes[name]
        event = ProcessEvent(
            processid=name, state=node.state, executorname=node.executorname,
            retries=node.retries, at=self.now, inserted=inserted or msgspec.UNSET,
        )  # fmt: skip
        self.events.append(event)

    def _keep(self) -> None:
        for name, node in self.nodes.items():
            children = [each for each, below in self.nodes.items() if name in below.parents]
            self.nodes[name] = msgspec.structs.replace(node, children=children)
        self.snapshots[self.now] = dict(self.nodes)


@st.composite
def simulated_runs(draw: st.DrawFn) -> SimulatedRun:
    """Any run: with retries, executors that left, children that were added, an early end."""
    size = draw(st.integers(1, 6))
    names = [f"n{number}" for number in range(size)]
    run = SimulatedRun(
        {name: draw(st.lists(st.sampled_from(names[:place]), unique=True) if place else st.just([]))
         for place, name in enumerate(names)}
    )  # fmt: skip
    for _ in range(draw(st.integers(0, 25))):
        run.pass_time(draw(st.integers(1, 9)))
        choices = [("start", name) for name in run.ready()]
        for name in run.running():
            choices += [(each, name) for each in ("succeed", "fail", "back", "retry", "grow")]
        if not choices:
            break
        _happen(draw, run, *draw(st.sampled_from(choices)))
    if draw(st.booleans()):
        run.pass_time(1)
        run.end_all(draw(st.sampled_from([State.CANCELLED, State.FAILED])))
    return run


def _happen(draw: st.DrawFn, run: SimulatedRun, what: str, name: str) -> None:
    match what:
        case "start":
            run.start(name, draw(st.sampled_from(["ada", "bob", ""])))
        case "succeed":
            run.finish(name, State.SUCCESS)
        case "fail":
            run.finish(name, State.FAILED)
        case "grow" if len(run.nodes) < 10:
            join = draw(st.sampled_from(["", *run.waiting()]))
            run.add(name, join=join, insert=not join and draw(st.booleans()))
        case _:
            run.give_back(name, retry=what == "retry")
