"""Runs of a colony in one list: workflows, and the processes that belong to none."""

from typing import Any

import pytest

from jupyter_colonies.core.messages import pages, workflows
from jupyter_colonies.core.messages.pages import RunCounts, RunSummary
from jupyter_colonies.core.spec import WorkflowSpec
from jupyter_colonies.errors import FaultyField
from tests.unit.broker.stage import SECOND, Stage, spec


async def listed(stage: Stage, limit: int = 100, sort: str = "", **filters: Any) -> list[str]:
    """The names of all runs, by pages of so many."""
    names: list[str] = []
    after: list[int | str] = []
    while True:
        fields = {"filters": filters, "sort": sort, "after": after, "limit": limit}
        found = await stage.call(pages.RUNS, stage.user, colonyname="dev", **fields)
        names += [each.name for each in found.items]
        if found.last is None:
            return names
        after = found.last


async def submit(stage: Stage, name: str, *nodenames: str) -> str:
    specs = [spec(nodename=each, funcname=each) for each in nodenames]
    workflow = WorkflowSpec(colonyname="dev", functionspecs=specs, name=name)
    graph = await stage.call(workflows.SUBMIT_WORKFLOW_SPEC, stage.user, spec=workflow)
    return str(graph.processgraphid)


async def test_both_kinds_come_in_the_order_of_submission(stage: Stage) -> None:
    for number in range(3):
        await submit(stage, f"flow {number}", "a", "b")
        await stage.submit(funcname=f"single {number}")
    newest = ["single 2", "flow 2", "single 1", "flow 1", "single 0", "flow 0"]
    for limit in (1, 2, 4, 100):
        assert await listed(stage, limit) == newest
        assert await listed(stage, limit, sort="submissiontime") == newest[::-1]
    assert await listed(stage, kind=1) == newest[1::2]
    assert await listed(stage, 2, kind=0) == newest[::2]


async def test_what_was_submitted_at_one_moment_is_listed_once(stage: Stage) -> None:
    stage.clock.stop()
    for number in range(4):
        await submit(stage, f"flow {number}", "a")
        await stage.submit(funcname=f"single {number}")
    for limit in (1, 3):
        for sort in ("submissiontime", "-submissiontime"):
            names = await listed(stage, limit, sort=sort)
            assert len(names) == len(set(names)) == 8


async def test_runs_are_found(stage: Stage) -> None:
    workflowid = await submit(stage, "Train 100% of it", "a", "b")
    process = await stage.submit(funcname="train_one")
    await submit(stage, "other", "c")
    assert await listed(stage, search="train") == ["train_one", "Train 100% of it"]
    assert await listed(stage, search="0% of") == ["Train 100% of it"]
    assert await listed(stage, search="%") == ["Train 100% of it"]
    assert await listed(stage, search=workflowid[:20]) == ["Train 100% of it"]
    assert await listed(stage, search=process.processid) == ["train_one"]
    assert await listed(stage, search="nothing") == []
    await stage.close(await stage.assign())
    assert await listed(stage, state=1) == ["Train 100% of it"]
    assert await listed(stage, state=0) == ["other", "train_one"]
    assert await listed(stage, initiator="nobody") == []
    assert await listed(stage, until=stage.clock.now - 3600 * SECOND) == []
    assert len(await listed(stage, since=stage.clock.now - 3600 * SECOND)) == 3


async def test_runs_are_counted_in_their_states(stage: Stage) -> None:
    await submit(stage, "flow", "a", "b")
    await stage.submit(funcname="single")
    await stage.close(await stage.assign())
    counts = await stage.call(pages.COUNT_RUNS, stage.user, colonyname="dev")
    assert counts == RunCounts(waiting=1, running=1, successful=0, failed=0, cancelled=0)
    found = await stage.call(pages.RUNS, stage.user, colonyname="dev")
    single, flow = found.items
    assert isinstance(flow, RunSummary)
    assert (flow.waiting, flow.successful, single.waiting) == (1, 1, 1)
    assert (single.kind.value, flow.kind.value) == ("process", "workflow")


async def test_a_place_that_there_is_not_is_refused(stage: Stage) -> None:
    for wrong in ({"after": [1, 2]}, {"after": ["x", 1, 2]}, {"sort": "name"}, {"limit": 501}):
        with pytest.raises(FaultyField):
            await stage.call(pages.RUNS, stage.user, colonyname="dev", **wrong)
