"""Runs of a colony: workflows and the processes that belong to none, by page and in numbers."""

from __future__ import annotations

from typing import Any

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.core.messages import pages
from jupyter_colonies.core.messages.pages import MOST, Found, Page, RunCounts, RunKind, RunSummary
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import FaultyField
from jupyter_colonies.store import graphs, runs
from jupyter_colonies.store.statement import Row

NEWEST = "-submissiontime"
SORTS = ("submissiontime", NEWEST)
KINDS = {runs.WORKFLOW: RunKind.WORKFLOW, runs.PROCESS: RunKind.PROCESS}


@answers(pages.RUNS)
def list_runs(call: Call, request: Page) -> Found:
    """Runs in the order of submission. Raises FaultyField for an order or place there is not."""
    sort = request.sort or NEWEST
    if sort not in SORTS:
        raise FaultyField(
            f"'sort' can't be used here: there are {', '.join(SORTS)}", "parameter", "sort"
        )
    if not 1 <= request.limit <= MOST:
        raise FaultyField(
            f"'limit' can't be used here: a page has from 1 to {MOST} entries", "parameter", "limit"
        )
    after = [each for each in request.after if isinstance(each, int)]
    if len(after) != len(request.after) or len(after) not in (0, 3):
        raise FaultyField(
            "'cursor' can't be used here: take it from the page before", "parameter", "cursor"
        )
    conditions = {"colonyname": request.colonyname, **request.filters}
    # One more than asked for tells whether others follow.
    statements = runs.page(conditions, sort, after, request.limit + 1)
    found = [row for statement in statements for row in call.tx.select(statement)]
    found.sort(key=runs.place, reverse=sort == NEWEST)
    here = found[: request.limit]
    more = len(found) > len(here)
    return Found(items=[_shown(row) for row in here], last=_place(here[-1]) if more else None)


@answers(pages.COUNT_RUNS)
def count_runs(call: Call, _: Any) -> RunCounts:
    """How many runs there are in each state."""
    numbers = dict.fromkeys(State, 0)
    for statement in (graphs.COUNT_BY_STATE, runs.COUNT_ALONE):
        for row in call.tx.all(statement, colonyname=call.colonyname):
            numbers[State(row["state"])] += row["count"]
    return RunCounts(
        waiting=numbers[State.WAITING],
        running=numbers[State.RUNNING],
        successful=numbers[State.SUCCESS],
        failed=numbers[State.FAILED],
        cancelled=numbers[State.CANCELLED],
    )


def _place(row: Row) -> list[int | str]:
    return [*runs.place(row)]


def _shown(row: Row) -> RunSummary:
    return RunSummary(
        runid=row["runid"],
        kind=KINDS[row["kind"]],
        name=row["name"],
        colonyname=row["colonyname"],
        initiatorname=row["initiatorname"],
        executorname=row["executorname"],
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
    )
