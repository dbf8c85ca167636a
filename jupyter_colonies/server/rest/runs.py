"""Runs: workflows and the processes that belong to none, in one list."""

from __future__ import annotations

from jupyter_colonies.core.messages import pages
from jupyter_colonies.core.messages.pages import RunCounts, RunKind, RunSummary
from jupyter_colonies.core.policy import Role
from jupyter_colonies.server.rest.declaration import Reply, Visit, declare
from jupyter_colonies.server.rest.paging import Moment, Page, Paging, Text, page
from jupyter_colonies.server.rest.processes import Standing, number
from jupyter_colonies.server.rest.workflows import Sort
from jupyter_colonies.store import runs

ALL = "colonies/{colonyname}/runs"
KINDS = {RunKind.WORKFLOW: runs.WORKFLOW, RunKind.PROCESS: runs.PROCESS}


class RunPaging(Paging, kw_only=True):
    """Which runs: submitted from `since` on and before `until`.

    `search` is a part of the name, whatever its case, or the beginning of the id.
    """

    kind: RunKind | None = None
    state: Standing | None = None
    initiator: Text = ""
    search: Text = ""
    since: Moment | None = None
    until: Moment | None = None
    sort: Sort = Sort.NEWEST


@declare("GET", ALL, who=Role.MEMBER, replies={200: Page[RunSummary]})
async def list_runs(visit: Visit, colonyname: str, *, query: RunPaging) -> Reply:
    """Workflows of a colony and processes that belong to none, in short."""
    filters = {
        "kind": None if query.kind is None else KINDS[query.kind],
        "state": number(query.state),
        "initiator": query.initiator,
        "search": query.search.strip().lower(),
        "since": query.since,
        "until": query.until,
    }
    sort = query.sort.value
    return await page(visit, pages.RUNS, query, sort=sort, filters=filters, colonyname=colonyname)


@declare("GET", ALL + "/counts", who=Role.MEMBER, replies={200: RunCounts}, tagged=True)
async def count_runs(visit: Visit, colonyname: str) -> Reply:
    """How many runs a colony has, in which states."""
    return Reply(200, await visit.ask(pages.COUNT_RUNS, colonyname=colonyname))
