"""Reading and removing processes and workflows (protocol part 02, sections 6 and 10)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from jupyter_colonies.broker import reading
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.signals import ColonyChanged, Noted
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.messages import Empty, workflows
from jupyter_colonies.core.messages import processes as process_messages
from jupyter_colonies.core.messages.monitor import PROCESSES
from jupyter_colonies.core.messages.processes import ListProcesses, OneProcess, ProcessHistory
from jupyter_colonies.core.messages.workflows import (
    GetWorkflowEvents,
    ListGraphs,
    OneGraph,
    ProcessEvent,
    WorkflowChange,
    WorkflowEvents,
)
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.core.times import SECOND, to_wire
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.store import channels, graphs, journal, members, processes
from jupyter_colonies.store.statement import Row, Transaction

MOST = 100
MOST_EVENTS = 10_000
ANY_STATE = -1


@answers(process_messages.GET_PROCESS)
def get_process(call: Call, request: OneProcess) -> Process:
    """One process with its parents, children and attributes."""
    return find_process(call.tx, request.processid)


def find_process(tx: Transaction, processid: str) -> Process:
    """One process. Raises InvalidRequest if it was removed in the meantime."""
    row = tx.one(processes.WHOLE, processid=processid)
    if row is None:
        raise InvalidRequest(f"Process with Id {processid} was removed")
    return reading.whole(tx, row)


@answers(process_messages.GET_PROCESSES)
def get_processes(call: Call, request: ListProcesses) -> list[Process]:
    """Processes in one state, filtered; or all of one workflow in depth-first order."""
    _check_count(request.count)
    if request.initiator and not call.tx.one(
        members.GET_USER, colonyname=request.colonyname, name=request.initiator
    ):
        raise InvalidRequest(f"User <{request.initiator}> does not exist")
    if request.processgraphid:
        return _of_graph(call, request)
    if not _is_state(request.state):
        raise InvalidRequest("Failed to get processes, invalid msg.State")
    rows = call.tx.select(
        processes.listing(
            request.colonyname,
            request.state,
            request.count,
            executortype=request.executortype,
            label=request.label,
            initiatorname=request.initiator,
        )
    )
    return reading.several(call.tx, rows)


@answers(process_messages.GET_PROCESS_HISTORY)
def get_process_history(call: Call, request: ProcessHistory) -> list[Process]:
    """Processes in one state that were submitted lately, oldest first."""
    if not _is_state(request.state):
        raise InvalidRequest("Failed to get process history, invalid msg.State")
    if request.seconds < 0:
        raise InvalidRequest("Failed to get process history, seconds must not be negative")
    rows = call.tx.all(
        processes.HISTORY[request.state],
        colonyname=request.colonyname,
        executorid=request.executorid,
        since=max(call.tx.now - request.seconds * SECOND, 0),
    )
    return reading.several(call.tx, rows)


@answers(process_messages.REMOVE_PROCESS)
def remove_process(call: Call, _: OneProcess) -> Empty:
    """Remove a process that is neither running nor part of a workflow."""
    if call.row["graphseq"]:
        raise InvalidRequest(
            "Failed to remove, cannot remove a process part of a workflow, "
            "delete the entire workflow instead"
        )
    if call.row["state"] == State.RUNNING:
        raise InvalidRequest("Failed to remove process, cannot remove a running process")
    for statement in (*channels.REMOVE_OF_PROCESS, *processes.REMOVE):
        call.tx.run(statement, seq=call.row["seq"])
    call.tx.announce(Noted(call.row["processid"]))
    call.tx.announce(ColonyChanged(call.row["colonyname"], PROCESSES))
    return Empty()


@answers(workflows.GET_GRAPH)
def get_process_graph(call: Call, _: OneGraph) -> ProcessGraph:
    """A workflow with its nodes and edges."""
    graphseq = call.row["seq"]
    return reading.graph(call.row, reading.vertices(call.tx, [graphseq])[graphseq], drawn=True)


@answers(workflows.GET_GRAPHS)
def get_process_graphs(call: Call, request: ListGraphs) -> list[ProcessGraph]:
    """Workflows in one state, newest first, without nodes and edges."""
    _check_count(request.count)
    if not _is_state(request.state):
        raise InvalidRequest("invalid msg.State")
    rows = call.tx.select(graphs.listing(request.colonyname, request.state, request.count))
    members = reading.vertices(call.tx, [row["seq"] for row in rows])
    return [reading.graph(row, members[row["seq"]], drawn=False) for row in rows]


def workflow_change(
    tx: Transaction, graph: Row, after: int, also: Sequence[str] = ()
) -> WorkflowChange:
    """What changed in a workflow after a revision; from 0 everything, in depth-first order.

    `also` are ids of processes that are told of in any case.
    """
    graphseq = graph["seq"]
    if after <= 0:
        rows = {row["processid"]: row for row in tx.all(graphs.MEMBERS, graphseq=graphseq)}
        order = [rows[vertex.processid] for vertex in reading.vertices(tx, [graphseq])[graphseq]]
    else:
        order = tx.all(journal.CHANGED_SINCE, graphseq=graphseq, after=after)
        missing = sorted(set(also) - {row["processid"] for row in order})
        for statement, numbers in processes.numbered(processes.wholes, missing):
            order = [*order, *tx.all(statement, **numbers)]
    if after <= 0:
        edges = tx.all(graphs.EDGES_WITH_IDS, graphseq=graphseq)
        said = tx.all(graphs.SAID, graphseq=graphseq)
    else:
        edges = reading.relatives(tx, [row["seq"] for row in order])
        said = reading.said(tx, [row["seq"] for row in order])
    return WorkflowChange(
        processgraphid=graph["processgraphid"],
        colonyname=graph["colonyname"],
        revision=graph["revision"],
        state=State(graph["state"]),
        nodes=reading.node_changes(order, edges, said),
    )


@answers(workflows.GET_WORKFLOW_EVENTS)
def get_workflow_events(call: Call, request: GetWorkflowEvents) -> WorkflowEvents:
    """What happened in a workflow after a revision, a page at a time."""
    if not 0 <= request.count <= MOST_EVENTS:
        raise InvalidRequest(
            f"Failed to get workflow events, count must be from 0 to {MOST_EVENTS}, "
            f"not {request.count}"
        )
    rows = call.tx.all(
        journal.OF_GRAPH,
        graphseq=call.row["seq"],
        after=request.after,
        count=request.count or MOST_EVENTS,
    )
    latest = call.row["revision"]
    return WorkflowEvents(
        processgraphid=request.processgraphid,
        colonyname=call.row["colonyname"],
        revision=rows[-1]["revision"] if rows else latest,
        latest=latest,
        events=[
            ProcessEvent(
                processid=row["processid"],
                state=State(row["state"]),
                executorname=row["executorname"],
                retries=row["retries"],
                revision=row["revision"],
                at=to_wire(row["at"]),
                inserted=bool(row["inserted"]) or msgspec.UNSET,
            )
            for row in rows
        ],
    )


def _of_graph(call: Call, request: ListProcesses) -> list[Process]:
    graph = call.tx.one(graphs.BY_ID, processgraphid=request.processgraphid)
    if graph is None or graph["colonyname"] != request.colonyname:
        raise InvalidRequest(f"Processgraph with Id {request.processgraphid} not found")
    if request.state != ANY_STATE and not _is_state(request.state):
        raise InvalidRequest("Failed to get processes, invalid msg.State")
    chosen = [
        vertex.processid
        for vertex in reading.vertices(call.tx, [graph["seq"]])[graph["seq"]]
        if request.state in (ANY_STATE, vertex.state)
    ][: request.count or None]
    rows = {
        row["processid"]: row
        for statement, ids in processes.numbered(processes.wholes, chosen)
        for row in call.tx.all(statement, **ids)
    }
    return reading.several(call.tx, [rows[processid] for processid in chosen])


def _is_state(state: int) -> bool:
    return State.WAITING <= state <= State.CANCELLED


def _check_count(count: int) -> None:
    if count > MOST:
        raise InvalidRequest(f"Count is larger than MaxCount limit <{MOST}>")
    if count < 0:
        raise InvalidRequest("Count must not be negative")
