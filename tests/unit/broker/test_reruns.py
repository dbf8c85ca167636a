"""Large workflows that run again: in parts, as a whole or not at all."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_colonies.broker import arrival, remainders, reruns
from jupyter_colonies.broker.reruns import Repeating
from jupyter_colonies.core.messages import processes, workflows
from jupyter_colonies.core.messages import reruns as messages
from jupyter_colonies.core.messages.processes import Result
from jupyter_colonies.core.messages.reruns import RerunWorkflow
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.errors import InvalidRequest, NothingToAssign, StorageFailed
from jupyter_colonies.store import graphs
from tests.unit.broker.stage import Stage, spec
from tests.unit.broker.test_large_workflows import (
    asked,
    carried_on,
    cost,
    listed,
    small_parts,
    stored,
)

__all__ = ["small_parts"]


async def members(stage: Stage, graph: str):
    return await stage.call(
        processes.GET_PROCESSES, stage.user, colonyname="dev", processgraphid=graph, state=-1
    )


async def failed_fan(stage: Stage, width: int, failing: set[int]) -> str:
    """A finished workflow of a start, so many branches of which some fail, and an end."""
    branches = [f"b{index}" for index in range(width)]
    graph = await stage.submit_workflow(
        spec("start"), *(spec(name, "start", env={"K": name}) for name in branches),
        spec("end", *branches),
    )  # fmt: skip
    await stage.close(await stage.assign(), "go")
    taken: list[Process] = []
    while len(taken) < width:
        taken += await stage.assign_several(256)
    results = {
        p.processid: Result(processid=p.processid, out=[p.spec.nodename])
        for p in taken
        if int(p.spec.nodename[1:]) not in failing
    }
    for start in range(0, len(results), 256):
        await stage.close_several(*list(results.values())[start : start + 256])
    lost = [p.processid for p in taken if p.processid not in results]
    for processid in lost[:1]:
        await stage.call(processes.CLOSE_FAILED, stage.executors["e1"], processid=processid)
    return graph


async def again(stage: Stage, graph: str, *fromnodes: str):
    return await stage.call(
        messages.RERUN_WORKFLOW, stage.user, processgraphid=graph, fromnodes=list(fromnodes)
    )


async def run_all(stage: Stage) -> list[str]:
    """Run everything; the names in the order in which they were handed out."""
    names: list[str] = []
    while True:
        try:
            taken = await stage.assign_several(100)
        except NothingToAssign:
            return names
        names += [process.spec.nodename for process in taken]
        await stage.close_several(
            *(Result(processid=p.processid, out=[p.spec.nodename]) for p in taken)
        )


@pytest.mark.parametrize("width", [1, 2, 7, 20])
async def test_in_parts_as_at_once(stage, small_parts, width):
    failing = set(random.Random(width).sample(range(width), k=(width + 1) // 2))
    graph = await failed_fan(stage, width, failing)
    new = await again(stage, graph)
    kept = {p.spec.nodename: p for p in await members(stage, new.processgraphid) if p.keptfrom}
    assert set(kept) == {"start", *(f"b{n}" for n in range(width) if n not in failing)}
    assert all(process.state is State.SUCCESS for process in kept.values())
    assert sorted(await run_all(stage)) == sorted(["end", *(f"b{n}" for n in failing)])
    done = await members(stage, new.processgraphid)
    assert {process.state for process in done} == {State.SUCCESS}
    end = next(process for process in done if process.spec.nodename == "end")
    assert end.input == [f"b{index}" for index in range(width)]
    assert [p.spec.env for p in done if p.spec.nodename == "b0"] == [{"K": "b0"}]


@st.composite
def workflows_with_faults(draw):
    """Nodes with their dependencies, and which of them fail when they run."""
    size = draw(st.integers(1, 8))
    after = [draw(st.lists(st.integers(0, n - 1), max_size=3, unique=True)) if n else []
             for n in range(size)]  # fmt: skip
    return after, draw(st.sets(st.integers(0, size - 1), min_size=1))


async def executed(stage: Stage, failing: set[str]) -> list[Process]:
    """Run everything that can run, some of it in vain; what was handed out."""
    handed: list[Process] = []
    while True:
        try:
            process = await stage.assign()
        except NothingToAssign:
            return handed
        handed.append(process)
        name = process.spec.nodename
        if name in failing:
            await stage.call(
                processes.CLOSE_FAILED, stage.executors["e1"], processid=process.processid
            )
        else:
            await stage.close(process, name, process.input)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(workflows_with_faults())
async def test_what_runs_again_is_what_failed_and_what_depends_on_it(stage, workflow):
    after, faults = workflow
    nodes = [spec(f"n{n}", *(f"n{parent}" for parent in after[n])) for n in range(len(after))]
    graph = await stage.submit_workflow(*nodes)
    await executed(stage, {f"n{fault}" for fault in faults})
    old = {process.spec.nodename: process for process in await members(stage, graph)}
    unsuccessful = {name for name, each in old.items() if each.state is not State.SUCCESS}
    # The failure spread to all that was unfinished, or it was a leaf's: either way it has ended.
    assert all(process.state.finished for process in old.values())
    new = await again(stage, graph)
    ran = await executed(stage, set())
    assert sorted(process.spec.nodename for process in ran) == sorted(unsuccessful)
    done = {p.spec.nodename: p for p in await members(stage, new.processgraphid)}
    for number, names in enumerate(after):
        found, before = done[f"n{number}"], old[f"n{number}"]
        assert found.state is State.SUCCESS
        given_to = [value for name in names for value in done[f"n{name}"].output]
        assert found.input == given_to
        if f"n{number}" not in unsuccessful:
            assert found.keptfrom == before.processid
            assert (found.output, found.starttime, found.endtime) == (
                before.output, before.starttime, before.endtime,
            )  # fmt: skip


async def test_the_statements_of_a_small_one_do_not_grow_with_it(stage):
    costs = set()
    for width in (100, 200):
        graph = await failed_fan(stage, width, {1})
        costs.add(await cost(stage, messages.RERUN_WORKFLOW, processgraphid=graph))
        await run_all(stage)
    assert len(costs) == 1


async def half_copied(stage: Stage, graph: str) -> Repeating:
    """The state after a server was killed while it stored a repetition."""
    store = stage.broker.store
    request = RerunWorkflow(processgraphid=graph)

    def begin(tx):
        call = asked(stage, tx)
        row = tx.one(graphs.BY_ID, processgraphid=graph)
        old = reruns._planned(reruns._read(tx, row), request)
        repeating = Repeating(call, old, reruns._specs_again(tx, old, request))
        arrival.begin(call, repeating)
        return repeating

    repeating: Repeating = await store.write(begin)
    part = repeating.part(0, len(repeating) - 1, queued=False)
    await store.write(lambda tx: arrival.store_part(tx, repeating, part))
    return repeating


async def test_half_of_one_is_seen_by_nobody_and_goes(stage, small_parts):
    graph = await failed_fan(stage, 9, {2, 5})
    before = await stored(stage), await listed(stage, State.FAILED)
    repeating = await half_copied(stage, graph)
    assert await listed(stage, State.RUNNING) == []
    assert await listed(stage, State.FAILED) == before[1]
    with pytest.raises(NothingToAssign):
        await stage.assign()
    (family,) = await stage.call(messages.GET_RERUNS, stage.user, processgraphid=graph)
    assert family.processgraphid == graph
    assert remainders.PART == 3
    await remainders.finish(stage.broker.store, repeating.remainder)
    await carried_on(stage)
    assert (await stored(stage), await listed(stage, State.FAILED)) == before


async def test_a_workflow_that_is_removed_meanwhile_runs_not_again(stage, small_parts):
    graph = await failed_fan(stage, 9, {2})
    repeating = await half_copied(stage, graph)
    await stage.call(workflows.REMOVE_GRAPH, stage.user, processgraphid=graph)
    last = repeating.part(len(repeating) - 1, len(repeating), queued=False)
    store = stage.broker.store
    await store.write(lambda tx: arrival.store_part(tx, repeating, last))
    with pytest.raises(StorageFailed, match="removed while it was copied"):
        await store.write(lambda tx: arrival.appear(asked(stage, tx), repeating))
    assert await listed(stage, State.RUNNING) == []


async def test_a_refusal_in_parts_stores_nothing(stage, small_parts):
    graph = await stage.submit_workflow(*(spec(f"n{index}") for index in range(9)))
    before = await stored(stage)
    with pytest.raises(InvalidRequest, match="9 of its processes have not finished"):
        await again(stage, graph)
    assert await stored(stage) == before
