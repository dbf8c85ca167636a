"""What every change of a process's state brings with it.

The graph's counts, the event, the children that become ready, the failure that spreads: each is
one set-based statement, so a change costs the same in a workflow of ten and of ten thousand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from jupyter_colonies.broker import notes
from jupyter_colonies.broker.signals import (
    Changed,
    Dismissed,
    Due,
    Ended,
    GraphChanged,
    Ready,
    Stood,
    Taken,
)
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.store import graphs, journal, members, processes
from jupyter_colonies.store.statement import Row, Transaction

_COUNT_OF = {
    State.WAITING: "waiting",
    State.RUNNING: "running",
    State.SUCCESS: "success",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
}


class Moved(NamedTuple):
    """A process in its new state, and the state it came from."""

    row: Row
    came_from: State


def record(
    tx: Transaction,
    rows: Sequence[Row],
    graphseq: int,
    moves: Iterable[tuple[State, int]],
    touched: Sequence[Row] = (),
) -> None:
    """Write down that processes changed: counts of their graph, events, announcements.

    `moves` says how many processes entered (positive) or left (negative) each state; `touched`
    are processes whose place in the graph changed and not their state.
    """
    revision = _count(tx, graphseq, moves) if graphseq else 0
    tx.add(journal.ADD_EVENT, [_event(tx, row, revision) for row in (*rows, *touched)])
    _announce_changed(tx, rows)


def record_arrival(tx: Transaction, graph: Mapping[str, Any]) -> None:
    """Write down that there is a new workflow: an event about none of its processes."""
    told = {"colonyname": graph["colonyname"], "graphseq": graph["seq"], "at": tx.now}
    about = {"revision": 0, "process": 0, "state": graph["state"], "executorname": "", "retries": 0}
    tx.add(journal.ADD_EVENT, [told | about])


def record_all(tx: Transaction, moved: Sequence[Moved]) -> None:
    """Write down changes of any processes: each graph counts once, in the order of all writers."""
    moves: dict[int, Counter[State]] = {}
    for row, came_from in moved:
        counter = moves.setdefault(row["graphseq"], Counter())
        counter[came_from] -= 1
        counter[State(row["state"])] += 1
    revisions = {
        graphseq: _count(tx, graphseq, moves[graphseq].items()) if graphseq else 0
        for graphseq in sorted(moves)
    }
    tx.add(
        journal.ADD_EVENT, [_event(tx, each.row, revisions[each.row["graphseq"]]) for each in moved]
    )
    _announce_changed(tx, [each.row for each in moved])


def _count(tx: Transaction, graphseq: int, moves: Iterable[tuple[State, int]]) -> int:
    """Change the counts of a graph; its new revision."""
    tx.end_batch()
    more = {f"more_{name}": 0 for name in graphs.COUNTS}
    for state, number in moves:
        more[f"more_{_COUNT_OF[state]}"] += number
    graph = tx.one(graphs.COUNT, at_seq=graphseq, now=tx.now, **more)
    if graph is None:
        return 0
    announce_graph(tx, graph)
    return int(graph["revision"])


def announce_graph(tx: Transaction, graph: Row) -> None:
    """Tell who follows a workflow that it changed, or that it is gone."""
    state = State(graph["state"])
    tx.announce(GraphChanged(graph["seq"], graph["processgraphid"], graph["revision"], state))


def _event(tx: Transaction, row: Row, revision: int) -> dict[str, object]:
    return {
        "colonyname": row["colonyname"],
        "graphseq": row["graphseq"],
        "revision": revision,
        "process": row["seq"],
        "state": row["state"],
        "executorname": row["executorname"],
        "retries": row["retries"],
        "at": tx.now,
    }


def _announce_changed(tx: Transaction, rows: Iterable[Row]) -> None:
    for row in rows:
        state = State(row["state"])
        tx.announce(Changed(row["processid"], row["colonyname"], row["executortype"], state))
        if state.finished:
            began = row["starttime"]
            seconds = (tx.now - began) / SECOND if began else 0.0
            tx.announce(Ended(row["executortype"], state, seconds))


def announce_ready(tx: Transaction, rows: Iterable[Row]) -> None:
    """Wake executors for the processes among these that may be assigned."""
    for row in rows:
        if row["state"] == State.WAITING and row["pending"] == 0:
            tx.announce(
                Ready(row["colonyname"], row["executortype"], row["location"], row["target"])
            )
            if row["waitdeadline"]:
                tx.announce(Due(row["waitdeadline"]))


def announce_taken(tx: Transaction, ended: Iterable[Row]) -> None:
    """Tell executors which of these, ended by somebody else, they were running."""
    for row in ended:
        if row["isassigned"]:
            tx.announce(
                Taken(row["colonyname"], row["executorname"], row["processid"], State(row["state"]))
            )


def succeed(tx: Transaction, row: Row) -> None:
    """A process ended well: its children wait for one parent less."""
    moves = [(State.RUNNING, -1), (State.SUCCESS, 1)]
    if not row["graphseq"]:
        record(tx, [row], 0, moves)
    else:
        # Processes are locked before the graph, by everybody.
        released = tx.all(processes.RELEASE_CHILDREN, parent=row["seq"], now=tx.now)
        record(tx, [row], row["graphseq"], moves)
        announce_released(tx, released)


def announce_released(tx: Transaction, children: Sequence[Row]) -> None:
    """Tell of the children among these whose last parent has succeeded."""
    ready = [row for row in children if row["state"] == State.WAITING and row["pending"] == 0]
    announce_ready(tx, ready)
    _announce_changed(tx, ready)


def fail(tx: Transaction, row: Row, came_from: State) -> None:
    """A process failed; if it has children, everything unfinished of its workflow fails too.

    Protocol part 02, section 5.5; decisions: what succeeded stays successful.
    """
    moves = [(came_from, -1), (State.FAILED, 1)]
    rows = [row]
    if row["graphseq"]:
        has_children = tx.one(processes.HAS_CHILDREN, parent=row["seq"])
        if has_children is not None and has_children["any"]:
            spread = end_graph(tx, row["graphseq"], State.FAILED)
            rows.extend(spread)
            moves.extend(_left(spread, State.FAILED))
    record(tx, rows, row["graphseq"], moves)


def cancel_graph(tx: Transaction, graphseq: int) -> None:
    """Everything unfinished of a workflow is cancelled (protocol part 02, section 6.4)."""
    ended = end_graph(tx, graphseq, State.CANCELLED)
    if ended:
        record(tx, ended, graphseq, _left(ended, State.CANCELLED))


def cancel_part(tx: Transaction, graphseq: int, after: int, last: int) -> None:
    """What is unfinished among the processes of a workflow with these numbers is cancelled."""
    part = {"of_graph": graphseq, "after": after, "last": last}
    tx.lock(processes.LOCK_PART, **part)
    ended = tx.all(processes.END_PART, **part, new_state=int(State.CANCELLED), now=tx.now)
    announce_taken(tx, ended)
    if ended:
        record(tx, ended, graphseq, _left(ended, State.CANCELLED))


def end_graph(tx: Transaction, graphseq: int, state: State) -> list[Row]:
    """Everything unfinished of a workflow enters a state.

    The locks come first, in order: a child that somebody was adding is there when they are held.
    """
    tx.lock(processes.LOCK_UNFINISHED, of_graph=graphseq)
    ended = tx.all(processes.END_GRAPH, of_graph=graphseq, new_state=int(state), now=tx.now)
    announce_taken(tx, ended)
    return ended


def requeue(tx: Transaction, rows: Sequence[Row]) -> None:
    """Running processes went back to the queue: their counts, events and a new wake-up."""
    if rows:
        record_all(tx, [Moved(row, State.RUNNING) for row in rows])
    announce_ready(tx, rows)


def unregister(tx: Transaction, executor: Row, reason: str) -> None:
    """An executor leaves: its functions go, its running processes return to the queue.

    `reason` says for their logs what the executor has done or suffered. Protocol part 01,
    section 4.3.
    """
    tx.end_batch()
    tx.run(
        members.REMOVE_FUNCTIONS,
        colonyname=executor["colonyname"],
        executorname=executor["executorname"],
    )
    tx.run(members.UNREGISTER_EXECUTOR, at_seq=executor["seq"])
    place = executor["colonyname"], executor["executorname"]
    if executor["executorid"]:
        rows = tx.all(
            processes.REQUEUE_OF_EXECUTOR,
            executorid=executor["executorid"],
            colonyname=executor["colonyname"],
        )
        requeue(tx, rows)
        for row in rows:
            text = f"Executor '{executor['executorname']}' {reason}. Waiting for another one\n"
            notes.write(tx, *place, row["processid"], text)
            tx.announce(Taken(*place, row["processid"], State.WAITING))
    tx.announce(Dismissed(*place))
    tx.announce(Stood(*place, ExecutorState.UNREGISTERED))


def _left(rows: Sequence[Row], entered: State) -> list[tuple[State, int]]:
    running = sum(1 for row in rows if row["isassigned"])
    return [
        (State.RUNNING, -running),
        (State.WAITING, running - len(rows)),
        (entered, len(rows)),
    ]
