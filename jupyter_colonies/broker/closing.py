"""Finishing many processes with one request, an extension: each has an outcome of its own.

All results are decided before anything is written, one after the other, on rows that nobody
else changes meanwhile. So what is refused leaves no trace, and what is accepted is stored with
statements about all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jupyter_colonies.broker import finish, notes, transition
from jupyter_colonies.broker.authorize import member
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.transition import Moved
from jupyter_colonies.core import lifecycle
from jupyter_colonies.core.messages.processes import (
    CLOSE_FAILED,
    CLOSE_PROCESSES,
    CLOSE_SUCCESSFUL,
    MOST_AT_ONCE,
    Closed,
    CloseProcesses,
    Result,
)
from jupyter_colonies.core.policy import Caller
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import AccessDenied, InvalidRequest, RequestError, rpc_status
from jupyter_colonies.store import batches, processes
from jupyter_colonies.store.statement import Row, Transaction

Held = dict[str, Any]


@answers(CLOSE_PROCESSES)
def close_processes(call: Call, request: CloseProcesses) -> list[Closed]:
    """Processes end well or fail; what a result is answered is what it would be on its own."""
    items = request.items or []
    if not 1 <= len(items) <= MOST_AT_ONCE:
        raise InvalidRequest(
            f"Failed to close processes, from 1 to {MOST_AT_ONCE} can be closed with one "
            f"request, not {len(items)}"
        )
    batch = _Batch(call, items)
    outcomes = [batch.outcome(item) for item in items]
    batch.store()
    return outcomes


class _Batch:
    """The processes of a request, as they are once the results so far have taken effect."""

    def __init__(self, call: Call, items: Sequence[Result]) -> None:
        self._call = call
        self._tx = call.tx
        ids = sorted({item.processid for item in items})
        self._rows = {
            row["processid"]: dict(row) for row in _every(call.tx, batches.to_change, ids)
        }
        failing = [
            self._rows[item.processid]["seq"]
            for item in items
            if item.failed and item.processid in self._rows
        ]
        self._with_children = {
            row["parent"] for row in _every(call.tx, batches.parents_among, failing)
        }
        self._callers: dict[str, Caller | AccessDenied] = {}
        self._closed: list[tuple[Held, Result]] = []
        self._failed: list[tuple[Held, Result]] = []
        self._ended: set[int] = set()

    def outcome(self, item: Result) -> Closed:
        """Decide on one result, after those before it."""
        try:
            self._decide(item)
        except RequestError as error:
            status = rpc_status(error)
            return Closed(processid=item.processid, status=status, message=error.message)
        return Closed(processid=item.processid, status=200)

    def store(self) -> None:
        """Write down everything that was accepted: processes first, then graphs, as everywhere."""
        if not self._closed and not self._failed:
            return
        released = self._write_processes()
        moved = [Moved(row, State.RUNNING) for row, _ in (*self._closed, *self._failed)]
        for graphseq in sorted(self._ended):
            moved += [
                Moved(row, State.RUNNING if row["isassigned"] else State.WAITING)
                for row in transition.end_graph(self._tx, graphseq, State.FAILED)
            ]
        transition.record_all(self._tx, moved)
        transition.announce_released(
            self._tx, [row for row in released if row["graphseq"] not in self._ended]
        )
        runs: dict[tuple[str, str], list[Row]] = {}
        for row, _ in self._closed:
            runs.setdefault((row["colonyname"], row["funcname"]), []).append(row)
        for rows in runs.values():
            finish.count_runs(self._tx, self._caller(rows[0]), rows)

    def _decide(self, item: Result) -> None:
        row = self._row(item)
        caller = self._caller(row)
        assignment = finish.held(row)
        if not item.failed:
            if lifecycle.check_close(assignment, caller.id):
                row["state"] = int(State.SUCCESS)
                self._closed.append((row, item))
            return
        lifecycle.check_fail(assignment, caller.id)
        row["state"] = int(State.FAILED)
        self._failed.append((row, item))
        if row["graphseq"] and row["seq"] in self._with_children:
            self._spread(row["graphseq"])

    def _row(self, item: Result) -> Held:
        row = self._rows.get(item.processid)
        if row is not None:
            return row
        message = CLOSE_FAILED if item.failed else CLOSE_SUCCESSFUL
        missing = message.subject.missing if message.subject else InvalidRequest("{}")
        raise type(missing)(missing.message.format(item.processid))

    def _caller(self, row: Row) -> Caller:
        """The caller as a member of the process's colony, looked up once. Raises AccessDenied."""
        colonyname = row["colonyname"]
        if colonyname not in self._callers:
            try:
                found = member(self._tx, colonyname, self._call.caller.id, renew=True)
            except AccessDenied as refusal:
                self._callers[colonyname] = refusal
            else:
                self._callers[colonyname] = found
        caller = self._callers[colonyname]
        if isinstance(caller, AccessDenied):
            raise caller
        return caller

    def _spread(self, graphseq: int) -> None:
        """What is unfinished of the workflow fails with a process that has children."""
        self._ended.add(graphseq)
        for row in self._rows.values():
            if row["graphseq"] == graphseq and not State(row["state"]).finished:
                row["state"] = int(State.FAILED)

    def _write_processes(self) -> list[Row]:
        """Store states, outputs and errors; the children that wait for less now."""
        tx = self._tx
        if self._closed:
            tx.many(
                batches.CLOSE_HELD,
                [
                    {"at_seq": row["seq"], "new_output": finish.encoded(item.out), "now": tx.now}
                    for row, item in self._closed
                ],
            )
        if self._failed:
            tx.many(
                batches.FAIL_HELD,
                [
                    {"at_seq": row["seq"], "new_errors": finish.encoded(item.errors), "now": tx.now}
                    for row, item in self._failed
                ],
            )
        ended = (*self._closed, *self._failed)
        notes.attach(tx, [(row, item.texts) for row, item in ended if item.texts])
        parents = [row["seq"] for row, _ in self._closed if row["graphseq"]]
        return _every(tx, batches.release_children_of, parents, now=tx.now)


def _every(tx: Transaction, statement: Any, keys: Sequence[Any], **more: Any) -> list[Row]:
    found: list[Row] = []
    for part, numbers in processes.numbered(statement, keys):
        found += tx.all(part, **numbers, **more)
    return found
