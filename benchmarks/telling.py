"""The kernel's side of `widgets.py`: a graph, and changes of it at a given rate.

The run is made up, so that nothing but the view is measured: what a server would have told is
handed to the view by a thread.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from IPython.display import display

import jupyter_colonies
from jupyter_colonies.client.runs.run import Follower
from jupyter_colonies.core.messages.workflows import NodeChange, WorkflowChange
from jupyter_colonies.core.process import State
from jupyter_colonies.widgets.dag.view import DagView

STAGES = ("load", "clean", "fit", "score")


class Told:
    """A run that does what it is told."""

    is_workflow = True
    id = "f" * 64

    def __init__(self, nodes: list[NodeChange]) -> None:
        self.colony = jupyter_colonies.connect()
        self.title = f"{len(nodes):,} processes"
        self.nodes = {node.processid: node for node in nodes}
        self.tell: Callable[[WorkflowChange], object] = print

    def follow(self, callback: Callable[[WorkflowChange], object], _: object = None) -> Follower:
        """Hand over the whole graph now, and later what `change` says."""
        self.tell = callback
        callback(WorkflowChange(processgraphid=self.id, nodes=list(self.nodes.values())))
        return Follower(Future())

    def shown(self, final: Future[None]) -> None:
        """Nobody waits."""

    def change(self, rng: random.Random) -> None:
        """One process takes its next step, from waiting to running to successful and back."""
        node = self.nodes[rng.choice(list(self.nodes))]
        node.state = State((node.state + 1) % 3)
        node.executorname = "worker" if node.state else ""
        if node.state == State.RUNNING:
            node.starttime = datetime.now(UTC)
        elif node.state == State.SUCCESS:
            node.endtime = datetime.now(UTC)
        fresh = NodeChange(**{name: getattr(node, name) for name in node.__struct_fields__})
        self.nodes[node.processid] = fresh
        self.tell(WorkflowChange(processgraphid=self.id, nodes=[fresh]))


class Show:
    """A view on a page, and the times at which it was told what."""

    def __init__(self, number: int, *, unfolded: bool = False) -> None:
        run = Told(graph(number))
        self.begun = time.time()
        self._run = run
        self._times: list[float] = []
        self._painted: list[tuple[int, int]] = []
        self.view = DagView(run, layout={"width": "100%"})  # type: ignore[arg-type]
        self.view.unfolded = unfolded
        display(self.view)  # type: ignore[no-untyped-call]

    def tell(self, rate: float, seconds: float, file: str) -> None:
        """Change one process after the other; how many were on which picture goes into a file."""
        self._times, self._painted = [], []
        scene, board = self.view._scene, self.view._board  # noqa: SLF001 - measured from inside
        view, show = scene.view, board.show_view

        def looked() -> Any:
            self._known = len(self._times)
            return view()

        def shown(*what: Any) -> None:
            known = self._known
            show(*what)
            self._painted.append((board.drawn["number"], known))

        scene.view, board.show_view = looked, shown  # type: ignore[method-assign]
        rng, next_one = random.Random(1), time.monotonic()  # noqa: S311 - nothing secret
        end = next_one + seconds
        while next_one < end:
            time.sleep(max(0.0, next_one - time.monotonic()))
            self._times.append(time.time())
            self._run.change(rng)
            # As changes come: with gaps of any length.
            next_one += rng.expovariate(rate)
        time.sleep(1)
        scene.view, board.show_view = view, show  # type: ignore[method-assign]
        Path(file).write_text(json.dumps({"times": self._times, "painted": self._painted}))


def graph(number: int) -> list[NodeChange]:
    """Pipelines of four stages between a first and a last process."""

    def node(place: int, above: list[int], funcname: str) -> NodeChange:
        return NodeChange(
            processid=f"{place:064x}",
            nodename=f"{funcname} {place}",
            funcname=funcname,
            executortype="worker",
            parents=[f"{each:064x}" for each in above],
        )

    pipes = max(1, (number - 2) // len(STAGES))
    nodes = [node(0, [], "start")]
    for pipe in range(pipes):
        first = 1 + pipe * len(STAGES)
        nodes += [
            node(first + place, [first + place - 1 if place else 0], stage)
            for place, stage in enumerate(STAGES)
        ]
    ends = [len(STAGES) * (pipe + 1) for pipe in range(pipes)]
    return [*nodes, node(len(nodes), ends, "end")]
