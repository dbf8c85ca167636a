"""Cancelling and removing workflows (protocol part 02, sections 6.3 and 6.4).

What concerns more processes than fit into one part is done in parts, before it is answered.
"""

from __future__ import annotations

from jupyter_colonies.broker import remainders, transition
from jupyter_colonies.broker.authorize import authorize
from jupyter_colonies.broker.call import Desk, carries_out
from jupyter_colonies.broker.remainders import Remainder
from jupyter_colonies.broker.signals import CRONS, Due
from jupyter_colonies.core.messages import Empty
from jupyter_colonies.core.messages.workflows import CANCEL_GRAPH, REMOVE_GRAPH, OneGraph
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.store import channels, graphs, processes
from jupyter_colonies.store.remainders import Purpose
from jupyter_colonies.store.statement import Row, Transaction


@carries_out(CANCEL_GRAPH)
async def cancel_process_graph(desk: Desk, request: OneGraph, callerid: str) -> Empty:
    """Cancel everything unfinished of a workflow; a finished one stays as it is."""

    def job(tx: Transaction) -> Remainder | None:
        graph = authorize(tx, desk.facts, CANCEL_GRAPH, request, callerid).row
        if _unfinished(graph) > remainders.PART:
            return _begin(tx, graph, Purpose.CANCEL)
        if not State(graph["state"]).finished or _unfinished(graph):
            transition.cancel_graph(tx, graph["seq"])
        return None

    await remainders.finish(desk.store, await desk.store.write(job))
    return Empty()


@carries_out(REMOVE_GRAPH)
async def remove_process_graph(desk: Desk, request: OneGraph, callerid: str) -> Empty:
    """Remove a workflow that is not running, with all its processes."""

    def job(tx: Transaction) -> Remainder | None:
        graph = authorize(tx, desk.facts, REMOVE_GRAPH, request, callerid).row
        return remove_graph(tx, graph["seq"])

    await remainders.finish(desk.store, await desk.store.write(job))
    return Empty()


def remove_graph(tx: Transaction, graphseq: int) -> Remainder | None:
    """Remove a workflow with its processes, edges, attributes, channels and events; logs stay.

    Gives what is left to do if it is large. Raises InvalidRequest for one that is running.
    """
    tx.lock(processes.LOCK_UNFINISHED, of_graph=graphseq)
    graph = tx.one(graphs.BY_SEQ_TO_CHANGE, graphseq=graphseq)
    if graph is None:
        return None
    if graph["state"] == State.RUNNING:
        raise InvalidRequest("Failed to remove processgraph, cannot remove a running processgraph")
    return discard(tx, graph)


def discard(tx: Transaction, graph: Row) -> Remainder | None:
    """Remove a workflow whatever its state, as `remove_graph`."""
    tx.end_batch()
    # A cron may have waited for its end.
    tx.announce(Due(tx.now, CRONS))
    transition.announce_graph(tx, graph)
    if sum(graph[name] for name in graphs.COUNTS) <= remainders.PART:
        for statement in (*channels.REMOVE_OF_GRAPH, *graphs.REMOVE):
            tx.run(statement, graphseq=graph["seq"])
        return None
    remainder = _begin(tx, graph, Purpose.REMOVE)
    # What has ended can disappear at once, what has not must not start meanwhile.
    return remainder if _unfinished(graph) else remainders.hide(tx, remainder)


def _begin(tx: Transaction, graph: Row, purpose: Purpose) -> Remainder:
    tx.end_batch()
    return remainders.begin(tx, Remainder(graph["seq"], graph["colonyname"], purpose))


def _unfinished(graph: Row) -> int:
    return int(graph["waiting"] + graph["running"])
