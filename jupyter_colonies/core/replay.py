"""A run as it was at any moment, from what happened in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from jupyter_colonies.core.history import History, Step
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import NEVER


def states_at(history: History, moment: datetime) -> list[NodeChange]:
    """The processes that the run had at a moment, each in the state and place it had then.

    At the end of the history, and after it, they are the processes as last known; before its
    beginning there are none.
    """
    if moment >= history.end:
        return list(history.nodes.values())
    there = {
        processid: _as_it_was(history, node, moment)
        for processid, node in history.nodes.items()
        if history.submitted(processid) <= moment
    }
    if len(there) < len(history.nodes):
        _put_back(history, there)
    return list(there.values())


def _as_it_was(history: History, node: NodeChange, moment: datetime) -> NodeChange:
    steps = history.steps_until(node.processid, moment)
    if len(steps) == len(history.steps(node.processid)) and (
        not steps or steps[-1].state == node.state
    ):
        return node
    last = steps[-1] if steps else Step(NEVER, State.WAITING, "", 0)
    started = NEVER
    if last.state != State.WAITING:
        started = next((each.at for each in reversed(steps) if each.state == State.RUNNING), NEVER)
        if last.state.finished and len(steps) > 1 and steps[-2].state == State.WAITING:
            started = NEVER  # it went back to the queue and ended there
    return msgspec.structs.replace(
        node,
        state=last.state,
        executorname=last.executorname,
        retries=last.retries,
        starttime=started,
        endtime=last.at if last.state.finished else NEVER,
    )


def _put_back(history: History, there: dict[str, NodeChange]) -> None:
    """Give the processes the parents and children that they had before others were added."""
    parents = {
        processid: list(dict.fromkeys(_parents(history, there, node)))
        for processid, node in there.items()
    }
    children: dict[str, list[str]] = {processid: [] for processid in there}
    for processid, above in parents.items():
        for parent in above:
            if parent in children:
                children[parent].append(processid)
    for processid, node in there.items():
        if node.parents != parents[processid] or set(node.children) != set(children[processid]):
            there[processid] = msgspec.structs.replace(
                node, parents=parents[processid], children=children[processid]
            )


def _parents(history: History, there: Mapping[str, NodeChange], node: NodeChange) -> Iterator[str]:
    """Parents of a process; for one that was inserted above it later, that one's own parents."""
    for parent in node.parents:
        if parent in there or parent not in history.nodes:
            yield parent
        elif parent in history.inserted:
            yield from _parents(history, there, history.nodes[parent])
