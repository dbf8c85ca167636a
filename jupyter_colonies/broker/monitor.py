"""Figures of a whole colony at one moment, read in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from jupyter_colonies.broker.authorize import authorize
from jupyter_colonies.broker.call import Desk, carries_out
from jupyter_colonies.broker.pauses import is_paused
from jupyter_colonies.core.messages import monitor as messages
from jupyter_colonies.core.messages.monitor import (
    FailureFigures,
    GetMonitor,
    Monitor,
    QueueFigures,
    RunningFigures,
    SlotFigures,
)
from jupyter_colonies.core.policy import Caller
from jupyter_colonies.core.times import SECOND, to_wire
from jupyter_colonies.core.timeslots import SLOT, first_slot, percentile
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.store import monitor, processes
from jupyter_colonies.store.statement import Row, Transaction

LONGEST_LINE = 500

_errors = msgspec.json.Decoder(list[str])


@carries_out(messages.GET_MONITOR)
async def get_monitor(desk: Desk, request: GetMonitor, callerid: str) -> Monitor:
    """Queues, running processes, failures and what ended lately."""
    if request.since < 0:
        raise InvalidRequest("Failed to get monitor, since must not be negative")
    here = desk.attendance.here()

    def job(tx: Transaction) -> tuple[Caller, Monitor]:
        call = authorize(tx, desk.facts, messages.GET_MONITOR, request, callerid)
        found = figures(tx, request, here)
        found.crontimezone = str(desk.facts.zone)
        return call.caller, found

    caller, found = await desk.store.read(job)
    desk.attendance.heard(caller)
    return found


def figures(tx: Transaction, request: GetMonitor, here: Sequence[int]) -> Monitor:
    """The figures; `here` are the numbers of executors that are at this server."""
    colony = {"colonyname": request.colonyname}
    waiting = tx.one(monitor.WAITING, **colony)
    load = {row["executorname"]: row["count"] for row in tx.all(monitor.LOAD, **colony)}
    return Monitor(
        at=to_wire(tx.now),
        paused=is_paused(tx, request.colonyname),
        waiting=waiting["count"] if waiting else 0,
        running=sum(load.values()),
        queues=[_queue(row) for row in tx.all(monitor.QUEUES, **colony)],
        load=load,
        connected=sorted(_names(tx, here, request.colonyname)),
        processes=[_running(row) for row in tx.all(monitor.RUNNING, **colony)],
        failures=[_failure(row) for row in tx.all(monitor.FAILED, **colony)],
        slots=list(_slots(tx, request.colonyname, first_slot(tx.now, request.since))),
    )


def _names(tx: Transaction, seqs: Sequence[int], colonyname: str) -> Iterator[str]:
    for statement, keys in processes.numbered(monitor.names_of, seqs):
        for row in tx.all(statement, colonyname=colonyname, **keys):
            yield row["executorname"]


def _queue(row: Row) -> QueueFigures:
    return QueueFigures(
        executortype=row["executortype"], ready=int(row["ready"]), oldest=to_wire(row["oldest"])
    )


def _running(row: Row) -> RunningFigures:
    return RunningFigures(
        **_named(row), starttime=to_wire(row["starttime"]), progress=row["progress"] or ""
    )


def _failure(row: Row) -> FailureFigures:
    lines = [line for text in _errors.decode(row["errors"]) for line in text.splitlines()]
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return FailureFigures(**_named(row), endtime=to_wire(row["endtime"]), error=last[:LONGEST_LINE])


def _named(row: Row) -> dict[str, str]:
    return {
        name: row[name]
        for name in (
            "processid",
            "processgraphid",
            "nodename",
            "funcname",
            "executortype",
            "executorname",
        )
    }


def _slots(tx: Transaction, colonyname: str, since: int) -> Iterator[SlotFigures]:
    colony = {"colonyname": colonyname}
    successful, failed = (
        {row["slot"]: row["count"] for row in tx.all(statement, **colony, since=since)}
        for statement in (monitor.SUCCEEDED_BY_SLOT, monitor.FAILED_BY_SLOT)
    )
    for slot in sorted({*successful, *failed}):
        begun = slot * SLOT * SECOND
        end = begun + SLOT * SECOND
        rows = tx.all(monitor.TIMES, **colony, since=begun, until=end) if slot in successful else ()
        waits = [_seconds(row["starttime"] - row["submissiontime"]) for row in rows]
        runs = [_seconds(row["endtime"] - row["starttime"]) for row in rows]
        yield SlotFigures(
            at=to_wire(begun),
            successful=successful.get(slot, 0),
            failed=failed.get(slot, 0),
            p50wait=percentile(waits, 0.5),
            p95wait=percentile(waits, 0.95),
            p50run=percentile(runs, 0.5),
            p95run=percentile(runs, 0.95),
        )


def _seconds(nanoseconds: int) -> float:
    """To the millisecond."""
    return round(nanoseconds / SECOND, 3)
