"""Lists by page, for the REST API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Integer

from jupyter_colonies.broker import (
    crons,
    files,
    generators,
    locations,
    members,
    notes,
    reading,
    snapshots,
    staleness,
)
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.core.messages import pages
from jupyter_colonies.core.messages.pages import MOST, Found, Page, Progress
from jupyter_colonies.core.messages.registry import Message
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import FaultyField
from jupyter_colonies.store import files as file_statements
from jupyter_colonies.store import pages as lists
from jupyter_colonies.store.pages import Listing, Value
from jupyter_colonies.store.statement import Row

Shown = Callable[[Call, Sequence[Row]], list[Any]]
"""From rows to what is told of them."""


def found(
    call: Call, request: Page, listing: Listing, fixed: Mapping[str, Value], shown: Shown
) -> Found:
    """One page of a list.

    Raises FaultyField for an order, a limit or a place that the list does not have.
    """
    if request.sort and request.sort not in listing.orders:
        _refuse("sort", f"there are {', '.join(listing.orders)}")
    if not 1 <= request.limit <= MOST:
        _refuse("limit", f"a page has from 1 to {MOST} entries")
    columns = listing.order(request.sort).columns
    kinds = [int if isinstance(column.type, Integer) else str for column in columns]
    if request.after and [type(each) for each in request.after] != kinds:
        _refuse("cursor", "take it from the page before")
    conditions = {**fixed, **request.filters}
    # One more than asked for tells whether others follow.
    query = listing.page(conditions, request.sort, request.after, request.limit + 1)
    rows = call.tx.select(query)
    here = rows[: request.limit]
    more = len(rows) > len(here)
    return Found(
        items=shown(call, here), last=listing.place(here[-1], request.sort) if more else None
    )


def each(show: Callable[[Row], Any]) -> Shown:
    """What is told of rows, one by one."""
    return lambda _, rows: [show(row) for row in rows]


def of_colony(message: Message[Any, Any], listing: Listing, shown: Shown) -> None:
    """Answer a message with a page of what a colony has."""

    @answers(message)
    def list_page(call: Call, request: Page) -> Found:
        return found(call, request, listing, {"colonyname": request.colonyname}, shown)


def _executors(call: Call, rows: Sequence[Row]) -> list[Any]:
    told = [reading.executor(row) for row in rows]
    staleness.mark(call.tx, call.facts, rows, told)
    return told


def _processes(call: Call, rows: Sequence[Row]) -> list[Any]:
    return list(reading.several(call.tx, rows))


def _snapshots(call: Call, rows: Sequence[Row]) -> list[Any]:
    return [
        snapshots.shown(
            row,
            [each["fileid"] for each in call.tx.all(file_statements.PINNED, snapshot=row["seq"])],
        )
        for row in rows
    ]


def progress(row: Row) -> Progress:
    """A workflow in short."""
    return Progress(
        workflowid=row["processgraphid"],
        colonyname=row["colonyname"],
        initiatorname=row["initiatorname"],
        revision=row["revision"],
        state=State(row["state"]),
        submissiontime=to_wire(row["submissiontime"]),
        starttime=to_wire(row["starttime"]),
        endtime=to_wire(row["endtime"]),
        waiting=row["waiting"],
        running=row["running"],
        successful=row["success"],
        failed=row["failed"],
        cancelled=row["cancelled"],
        original=row["original"],
        name=row["name"],
    )


of_colony(pages.MEMBERS, lists.MEMBERS, each(members.as_user))
of_colony(pages.LOCATIONS, lists.LOCATIONS, each(locations.as_location))
of_colony(pages.EXECUTORS, lists.EXECUTORS, _executors)
of_colony(pages.FUNCTIONS, lists.FUNCTIONS, each(reading.function))
of_colony(pages.PROCESSES, lists.PROCESSES, _processes)
of_colony(pages.WORKFLOWS, lists.WORKFLOWS, each(progress))
of_colony(pages.COLONY_LINES, lists.FOUND_LINES, each(notes.as_log))
of_colony(pages.CRONS, lists.CRONS, each(crons.described))
of_colony(pages.GENERATORS, lists.GENERATORS, each(generators.described))
of_colony(pages.FILES, lists.FILES, each(files.as_file))
of_colony(pages.LABELS, lists.LABELS, each(files.as_label))
of_colony(pages.SNAPSHOTS, lists.SNAPSHOTS, _snapshots)


@answers(pages.COLONIES)
def list_colonies(call: Call, request: Page) -> Found:
    """Colonies by name."""
    return found(call, request, lists.COLONIES, {}, each(members.as_colony))


@answers(pages.NODES)
def list_nodes(call: Call, request: Page) -> Found:
    """Processes of a workflow, in the order in which they were submitted."""
    return found(call, request, lists.NODES, {"graphseq": call.row["seq"]}, _processes)


@answers(pages.LINES)
def list_lines(call: Call, request: Page) -> Found:
    """Lines of a process's log."""
    fixed = {"processid": request.processid}
    return found(call, request, lists.LINES, fixed, each(notes.as_log))


@answers(pages.EXECUTOR_LINES)
def list_executor_lines(call: Call, request: Page) -> Found:
    """Lines that an executor wrote, into its own log and those of its processes."""
    fixed = {"colonyname": request.colonyname, "executorname": request.executorname}
    return found(call, request, lists.LINES, fixed, each(notes.as_log))


@answers(pages.GET_PROGRESS)
def getprogress(call: Call, _: Any) -> Progress:
    """How far a workflow is: from its own row, however many processes it has."""
    return progress(call.row)


def _refuse(parameter: str, why: str) -> None:
    raise FaultyField(f"'{parameter}' can't be used here: {why}", "parameter", parameter)
