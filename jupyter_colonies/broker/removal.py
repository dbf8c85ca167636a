"""Removing all processes, or all workflows, of a colony (protocol part 02, 6.3 and 10.3).

Workflows go with all their processes, whatever the state of these; processes of workflows go with
them only. Logs stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.core.messages import Empty, processes, workflows
from jupyter_colonies.core.messages.processes import RemoveAllProcesses
from jupyter_colonies.core.messages.workflows import RemoveAllGraphs
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.store import removal
from jupyter_colonies.store.processes import numbered
from jupyter_colonies.store.removal import ANY_STATE
from jupyter_colonies.store.statement import Row, Statement, Transaction

PROCESSES_AT_ONCE = 1000
GRAPHS_AT_ONCE = 50


@answers(processes.REMOVE_ALL_PROCESSES)
def remove_all_processes(call: Call, request: RemoveAllProcesses) -> Empty:
    """Remove the processes in a state that belong to no workflow; -1 for all, running ones too."""
    if request.state == State.RUNNING:
        raise InvalidRequest("Not possible to remove running processes")
    if request.state != ANY_STATE and not State.WAITING <= request.state <= State.CANCELLED:
        raise InvalidRequest("Invalid state when deleting all processes")
    call.tx.end_batch()
    last = _newest(call, removal.NEWEST_PROCESS, request.colonyname)
    place = {"colonyname": request.colonyname, "of_state": request.state, "last": last}
    after = 0
    while rows := call.tx.all(removal.STANDALONE, **place, after=after, many=PROCESSES_AT_ONCE):
        _run_all(call.tx, removal.REMOVE_PROCESSES, _seqs(rows))
        after = rows[-1]["seq"]
    return Empty()


@answers(workflows.REMOVE_ALL_GRAPHS)
def remove_all_process_graphs(call: Call, request: RemoveAllGraphs) -> Empty:
    """Remove the workflows in a state; -1 for all, running ones too."""
    if request.state == State.RUNNING:
        raise InvalidRequest("not possible to remove running processgraphs")
    if request.state != ANY_STATE and not State.WAITING <= request.state <= State.CANCELLED:
        raise InvalidRequest("invalid state when deleting all processgraphs")
    call.tx.end_batch()
    last = _newest(call, removal.NEWEST_GRAPH, request.colonyname)
    place = {"colonyname": request.colonyname, "of_state": request.state, "last": last}
    after = 0
    while rows := call.tx.all(removal.GRAPHS, **place, after=after, many=GRAPHS_AT_ONCE):
        _remove_graphs(call.tx, _seqs(rows), request.state)
        after = rows[-1]["seq"]
    return Empty()


def _remove_graphs(tx: Transaction, candidates: Sequence[int], state: int) -> None:
    """Remove those that still are in the state once nobody else can change them.

    Processes are locked before their workflow, by everybody.
    """
    if tx.shared:
        _every(tx, removal.LOCK_MEMBERS, candidates)
    chosen = _seqs(_every(tx, removal.STILL_IN_STATE, candidates, of_state=state))
    _run_all(tx, removal.REMOVE_PROCESSES, _seqs(_every(tx, removal.MEMBERS, chosen)))
    _run_all(tx, removal.REMOVE_GRAPHS, chosen)


def _newest(call: Call, statement: Statement, colonyname: str) -> int:
    """Up to where to remove: what comes meanwhile stays."""
    row = call.tx.one(statement, colonyname=colonyname)
    return int(row["last"]) if row else 0


def _every(tx: Transaction, statement: Any, seqs: Sequence[int], **more: Any) -> list[Row]:
    return [row for part, keys in numbered(statement, seqs) for row in tx.all(part, **keys, **more)]


def _run_all(tx: Transaction, statements: Sequence[Any], seqs: Sequence[int]) -> None:
    for statement in statements:
        for part, keys in numbered(statement, seqs):
            tx.run(part, **keys)


def _seqs(rows: Sequence[Row]) -> list[int]:
    return [row["seq"] for row in rows]
