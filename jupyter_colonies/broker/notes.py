"""What executors write beside their results: attributes and logs (part 01, 4.5 and 4.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jupyter_colonies.broker import reading
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.signals import ColonyChanged, Noted, Progressed
from jupyter_colonies.core.member import Log
from jupyter_colonies.core.messages import Empty, logs, processes
from jupyter_colonies.core.messages.logs import (
    AddExecutorLog,
    AddLog,
    GetLogs,
    Notes,
    SearchLogs,
)
from jupyter_colonies.core.messages.monitor import PROCESSES
from jupyter_colonies.core.messages.processes import (
    MOST_TEXTS,
    AddAttribute,
    OneAttribute,
    SetAttributes,
)
from jupyter_colonies.core.process import PROGRESS, Attribute, AttributeType, State, attribute_id
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import AccessDenied, InvalidRequest
from jupyter_colonies.store import journal, members
from jupyter_colonies.store import processes as statements
from jupyter_colonies.store.attributes import REMOVE_ATTRIBUTE
from jupyter_colonies.store.statement import Row, Transaction

MOST_LOGS = 500
MOST_FOUND = 100
MOST_DAYS = 30
DAY = 86_400 * SECOND


@answers(processes.ADD_ATTRIBUTE)
def add_attribute(call: Call, request: AddAttribute) -> Attribute:
    """Attach a text to a running process; only its executor may, and only once per key."""
    attribute = request.attribute or Attribute()
    if call.row["state"] != State.RUNNING:
        raise AccessDenied("Failed to add attribute, process is not running")
    if call.row["assignedexecutorid"] != call.caller.id:
        raise AccessDenied(
            "Failed to add attribute, only executor with id "
            f"<{call.row['assignedexecutorid']}> is allowed to set attributes"
        )
    attributeid = attribute_id(attribute.targetid, attribute.key, attribute.attributetype)
    if call.tx.one(statements.ATTRIBUTE, attributeid=attributeid) is not None:
        raise InvalidRequest(
            f"Failed to add attribute, duplicate key: '{attribute.key}' of type "
            f"{attribute.attributetype} is set already"
        )
    row = {
        "attributeid": attributeid,
        "process": call.row["seq"],
        "attributetype": attribute.attributetype,
        "key": attribute.key,
        "value": attribute.value,
    }
    call.tx.many(statements.INSERT_ATTRIBUTE, [row])
    call.tx.announce(Noted(call.row["processid"]))
    return reading.attribute(row, call.row)


@answers(processes.SET_ATTRIBUTES)
def set_attributes(call: Call, request: SetAttributes) -> Empty:
    """Attach texts to a running process, in place of those there are; only its executor may."""
    texts = request.texts or {}
    if not 1 <= len(texts) <= MOST_TEXTS:
        raise InvalidRequest(
            f"Failed to set attributes, from 1 to {MOST_TEXTS} can be set with one request, not "
            f"{len(texts)}"
        )
    if call.row["state"] != State.RUNNING:
        raise AccessDenied("Failed to set attributes, process is not running")
    if call.row["assignedexecutorid"] != call.caller.id:
        raise AccessDenied("Failed to set attributes, only the assigned executor may")
    attach(call.tx, [(call.row, texts)])
    call.tx.announce(Noted(request.processid))
    if PROGRESS in texts and call.row["processgraphid"]:
        call.tx.announce(Progressed(call.row["processgraphid"], request.processid))
    call.tx.announce(ColonyChanged(call.row["colonyname"], PROCESSES))
    return Empty()


def attach(tx: Transaction, texts: Iterable[tuple[Row, Mapping[str, str]]]) -> None:
    """Attach texts to processes, in place of those with the same keys: two statements."""
    rows = [
        {
            "attributeid": attribute_id(row["processid"], key, AttributeType.OUT),
            "process": row["seq"],
            "attributetype": int(AttributeType.OUT),
            "key": key,
            "value": value,
        }
        for row, each in texts
        for key, value in each.items()
    ]
    if rows:
        tx.many(REMOVE_ATTRIBUTE, [{"attributeid": row["attributeid"]} for row in rows])
        tx.many(statements.INSERT_ATTRIBUTE, rows)


@answers(processes.GET_ATTRIBUTE)
def get_attribute(call: Call, _: OneAttribute) -> Attribute:
    """One attribute by its id."""
    return reading.attribute(call.row, call.row)


@answers(logs.ADD_LOG)
def add_log(call: Call, request: AddLog) -> Empty:
    """Write to the log of a running process; timestamps grow strictly within it."""
    if call.row["state"] != State.RUNNING:
        raise AccessDenied("Failed to set output, process is not running")
    if call.row["assignedexecutorid"] != call.caller.id:
        raise AccessDenied(
            "Failed to add log, not allowed to add log, only the assigned Executor may att logs"
        )
    name = call.row["executorname"]
    write(call.tx, call.colonyname, name, request.processid, request.message)
    return Empty()


@answers(logs.ADD_EXECUTOR_LOG)
def add_executor_log(call: Call, request: AddExecutorLog) -> Empty:
    """Write to an executor's own log; only the executor itself may."""
    executor = call.caller.executor
    if executor is None:
        raise AccessDenied("Failed to add executor log, executor not found")
    if executor.executorname != request.executorname:
        raise AccessDenied("Failed to add executor log, executor name mismatch")
    call.tx.end_batch()
    call.tx.lock(members.GET_EXECUTOR_TO_CHANGE, **_place(request))
    write(call.tx, call.colonyname, executor.executorname, "", request.message)
    return Empty()


@answers(logs.GET_LOGS)
def get_logs(call: Call, request: GetLogs) -> list[Log]:
    """Lines of a process or an executor, oldest first; `latest` picks the newest ones."""
    if request.count > MOST_LOGS:
        raise AccessDenied(f"Count exceeds max log count ({MOST_LOGS})")
    if request.count < 0:
        raise InvalidRequest("Count must not be negative")
    since = 0 if request.latest else max(request.since, 0)
    if request.executorname:
        statement = journal.NEWEST_OF_EXECUTOR if request.latest else journal.OF_EXECUTOR
        rows = call.tx.all(
            statement,
            colonyname=call.colonyname,
            executorname=request.executorname,
            since=since,
            count=request.count,
        )
    else:
        statement = journal.NEWEST_OF_PROCESS if request.latest else journal.OF_PROCESS
        rows = call.tx.all(statement, processid=request.processid, since=since, count=request.count)
    return [as_log(row) for row in (reversed(rows) if request.latest else rows)]


@answers(logs.SEARCH_LOGS)
def search_logs(call: Call, request: SearchLogs) -> list[Log]:
    """Lines of a colony with a text in them, newest first."""
    if request.count > MOST_FOUND:
        raise InvalidRequest(f"Count exceeds max log count ({MOST_FOUND})")
    if request.days > MOST_DAYS:
        raise InvalidRequest(f"Count exceeds max day count ({MOST_DAYS})")
    if request.count < 0 or request.days < 0:
        raise InvalidRequest("Count and days must not be negative")
    rows = call.tx.all(
        journal.SEARCH,
        colonyname=request.colonyname,
        since=call.tx.now - request.days * DAY,
        text=request.text,
        count=request.count,
    )
    return [as_log(row) for row in rows]


class Known(NamedTuple):
    """What a subscriber knows: the time of the last line, attributes, and where the process is."""

    since: int
    attributes: list[tuple[str, int, str]] | None = None
    standing: tuple[int, str, int] | None = None


def news(tx: Transaction, processid: str, known: Known) -> tuple[Notes, Known]:
    """What is noted of a process beyond what is known, and what is known then.

    `ended` if nothing can follow, also because the process was removed.
    """
    process = tx.one(statements.BY_ID, processid=processid)
    if process is None:
        return Notes(ended=True), known
    # A line is only written while the process runs: none comes after an end that was seen first.
    rows = tx.all(journal.OF_PROCESS, processid=processid, since=known.since, count=MOST_LOGS)
    found = tx.all(statements.ATTRIBUTES, seq=process["seq"])
    state = State(process["state"])
    now = Known(
        rows[-1]["timestamp"] if rows else known.since,
        [(row["key"], row["attributetype"], row["value"]) for row in found],
        (process["state"], process["assignedexecutorid"], process["retries"]),
    )
    ended = state.finished and len(rows) < MOST_LOGS
    told = Notes(lines=[as_log(row) for row in rows], ended=ended)
    if now.attributes != known.attributes:
        told.attributes = [reading.attribute(row, process) for row in found]
    if now.standing != known.standing:
        told.state = state
    return told, now


def write(
    tx: Transaction, colonyname: str, executorname: str, processid: str, message: str
) -> None:
    """Add a line; times grow strictly within a process and within an executor.

    Who reads on asks for what came after the last line, so that equal times would hide lines.
    """
    place = {
        "processid": processid,
        "colonyname": colonyname,
        "executorname": executorname,
    }
    # An executor's own log is no process's: nothing equals NULL.
    last = tx.one(journal.LAST, **{**place, "processid": processid or None})
    newest = max(last["process"] or 0, last["executor"] or 0) if last else 0
    timestamp = max(tx.now, newest + 1)
    tx.run(journal.ADD_LOG, **place, timestamp=timestamp, message=message)
    if processid:
        tx.announce(Noted(processid))


def _place(request: AddExecutorLog) -> dict[str, str]:
    return {"colonyname": request.colonyname, "executorname": request.executorname}


def as_log(row: Row) -> Log:
    """A line as it is told."""
    return Log(
        processid=row["processid"],
        colonyname=row["colonyname"],
        executorname=row["executorname"],
        message=row["message"],
        timestamp=row["timestamp"],
    )
