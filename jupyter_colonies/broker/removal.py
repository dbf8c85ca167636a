"""Removing all processes, or all workflows, of a colony (protocol part 02, 6.3 and 10.3).

Workflows go with all their processes, whatever the state of these; processes of workflows go with
them only. Logs stay. Very many go in parts, before it is answered: each process and each workflow
is wholly there or gone at any moment, and what a killed server left over goes later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from jupyter_colonies.broker import ending, remainders, transition
from jupyter_colonies.broker.authorize import authorize
from jupyter_colonies.broker.call import Desk, carries_out
from jupyter_colonies.broker.remainders import Remainder, carries_on
from jupyter_colonies.broker.signals import CRONS, ColonyChanged, Due
from jupyter_colonies.core.messages import Empty, processes, workflows
from jupyter_colonies.core.messages.monitor import PROCESSES
from jupyter_colonies.core.messages.processes import RemoveAllProcesses
from jupyter_colonies.core.messages.workflows import RemoveAllGraphs
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.store import graphs, members, removal
from jupyter_colonies.store.processes import numbered
from jupyter_colonies.store.remainders import Purpose
from jupyter_colonies.store.removal import ANY_STATE
from jupyter_colonies.store.statement import Row, Statement, Transaction

GRAPHS_AT_ONCE = 50

OF_PROCESSES: dict[int, Purpose] = {
    ANY_STATE: Purpose.PROCESSES,
    State.WAITING: Purpose.WAITING_PROCESSES,
    State.SUCCESS: Purpose.SUCCESSFUL_PROCESSES,
    State.FAILED: Purpose.FAILED_PROCESSES,
    State.CANCELLED: Purpose.CANCELLED_PROCESSES,
}
OF_GRAPHS: dict[int, Purpose] = {
    ANY_STATE: Purpose.GRAPHS,
    State.WAITING: Purpose.WAITING_GRAPHS,
    State.SUCCESS: Purpose.SUCCESSFUL_GRAPHS,
    State.FAILED: Purpose.FAILED_GRAPHS,
    State.CANCELLED: Purpose.CANCELLED_GRAPHS,
}
_STATES = {purpose: int(state) for of in (OF_PROCESSES, OF_GRAPHS) for state, purpose in of.items()}


@carries_out(processes.REMOVE_ALL_PROCESSES)
async def remove_all_processes(desk: Desk, request: RemoveAllProcesses, callerid: str) -> Empty:
    """Remove the processes in a state that belong to no workflow; -1 for all, running ones too."""

    def job(tx: Transaction) -> Remainder | None:
        authorize(tx, desk.facts, processes.REMOVE_ALL_PROCESSES, request, callerid)
        if request.state == State.RUNNING:
            raise InvalidRequest("Not possible to remove running processes")
        if request.state not in OF_PROCESSES:
            raise InvalidRequest("Invalid state when deleting all processes")
        purpose = OF_PROCESSES[request.state]
        return begin(tx, request.colonyname, purpose, removal.NEWEST_PROCESS)

    await remainders.finish(desk.store, await desk.store.write(job))
    return Empty()


@carries_out(workflows.REMOVE_ALL_GRAPHS)
async def remove_all_process_graphs(desk: Desk, request: RemoveAllGraphs, callerid: str) -> Empty:
    """Remove the workflows in a state; -1 for all, running ones too."""

    def job(tx: Transaction) -> Remainder | None:
        authorize(tx, desk.facts, workflows.REMOVE_ALL_GRAPHS, request, callerid)
        if request.state == State.RUNNING:
            raise InvalidRequest("not possible to remove running processgraphs")
        if request.state not in OF_GRAPHS:
            raise InvalidRequest("invalid state when deleting all processgraphs")
        purpose = OF_GRAPHS[request.state]
        return begin(tx, request.colonyname, purpose, removal.NEWEST_GRAPH)

    await remainders.finish(desk.store, await desk.store.write(job))
    return Empty()


def begin(tx: Transaction, colonyname: str, purpose: Purpose, newest: Statement) -> Remainder:
    """Write down that everything up to the newest goes; what comes meanwhile stays."""
    tx.end_batch()
    # Two that begin the same at one moment would both add it.
    tx.lock(members.LOCK_COLONY, colonyname=colonyname)
    row = tx.one(newest, colonyname=colonyname)
    before = int(row["last"]) + 1 if row else 0
    return remainders.begin_again(tx, Remainder(0, colonyname, purpose), before)


@carries_on(*OF_PROCESSES.values())
def _remove_processes(tx: Transaction, remainder: Remainder, reached: int) -> Remainder | None:
    place = _place(remainder, reached)
    found = _seqs(tx.all(removal.STANDALONE, **place, many=remainders.PART))
    if not found:
        return remainders.drop(tx, remainder)
    # In the order in which everybody locks processes.
    found.reverse()
    state = _STATES[remainder.purpose]
    chosen = _every(tx, removal.STANDALONE_STILL, found, of_state=state)
    _run_all(tx, removal.REMOVE_PROCESSES, _seqs(chosen))
    tx.announce(ColonyChanged(remainder.colonyname, PROCESSES))
    return remainders.reach(tx, remainder, found[0])


@carries_on(*OF_GRAPHS.values())
def _remove_graphs(tx: Transaction, remainder: Remainder, reached: int) -> Remainder | None:
    found = tx.all(removal.GRAPHS, **_place(remainder, reached), many=GRAPHS_AT_ONCE)
    if not found:
        return remainders.drop(tx, remainder)
    part = list(_part(found))
    remainders.reach(tx, remainder, part[-1]["seq"])
    state = _STATES[remainder.purpose]
    if _size(part[0]) > remainders.PART:
        return _remove_large(tx, remainder, part[0]["seq"], state)
    _remove_small(tx, _seqs(part), state)
    tx.announce(ColonyChanged(remainder.colonyname, PROCESSES))
    return remainder


def _part(found: Sequence[Row]) -> Iterator[Row]:
    """The first workflows that have no more processes than fit into a part; at least one."""
    size = 0
    for row in found:
        size += _size(row)
        if size > max(remainders.PART, _size(found[0])):
            return
        yield row


def _remove_large(tx: Transaction, remainder: Remainder, seq: int, state: int) -> Remainder:
    """Begin to remove one workflow if it still is in the state; all others come after it."""
    graph = tx.one(graphs.BY_SEQ_TO_CHANGE, graphseq=seq)
    if graph is None or state not in (ANY_STATE, graph["state"]):
        return remainder
    left = ending.discard(tx, graph)
    if left is None:
        return remainder
    # Who carries on with what a killed server left over need not wait for this one's time.
    remainders.renew(tx, left, silence=0)
    return left._replace(then=remainder)


def _remove_small(tx: Transaction, candidates: Sequence[int], state: int) -> None:
    """Remove those that still are in the state once nobody else can change them.

    Processes are locked before their workflow, by everybody.
    """
    if tx.shared:
        _every(tx, removal.LOCK_MEMBERS, candidates)
    rows = _every(tx, removal.STILL_IN_STATE, candidates, of_state=state)
    for row in rows:
        transition.announce_graph(tx, row)
    chosen = _seqs(rows)
    _run_all(tx, removal.REMOVE_PROCESSES, _seqs(_every(tx, removal.MEMBERS, chosen)))
    _run_all(tx, removal.REMOVE_GRAPHS, chosen)
    # A cron may have waited for the end of one of them.
    tx.announce(Due(tx.now, CRONS))


def _place(remainder: Remainder, reached: int) -> dict[str, Any]:
    state = _STATES[remainder.purpose]
    return {"colonyname": remainder.colonyname, "of_state": state, "before": reached}


def _size(graph: Row) -> int:
    return sum(graph[name] for name in graphs.COUNTS)


def _every(tx: Transaction, statement: Any, seqs: Sequence[int], **more: Any) -> list[Row]:
    return [row for part, keys in numbered(statement, seqs) for row in tx.all(part, **keys, **more)]


def _run_all(tx: Transaction, statements: Sequence[Any], seqs: Sequence[int]) -> None:
    for statement in statements:
        for part, keys in numbered(statement, seqs):
            tx.run(part, **keys)


def _seqs(rows: Sequence[Row]) -> list[int]:
    return [row["seq"] for row in rows]
