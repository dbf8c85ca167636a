"""Several processes with one request: the same rules, each on its own, for few statements."""

import asyncio

import pytest

from jupyter_colonies.core.member import Function
from jupyter_colonies.core.messages import executors, processes, workflows
from jupyter_colonies.core.messages.processes import Result
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import InvalidRequest, NothingToAssign
from jupyter_colonies.store import graphs
from tests.unit.broker.stage import spec

DENIED = "Failed to close process as successful, not allowed to close process as successful"


def well(process, *out):
    return Result(processid=process.processid, out=list(out))


def badly(process, *errors):
    return Result(processid=process.processid, failed=True, errors=list(errors))


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


async def take(stage, count):
    """The next processes by the names of their nodes."""
    return {process.spec.nodename: process for process in await stage.assign_several(count)}


async def graph_of(stage, graphid):
    return await stage.call(workflows.GET_GRAPH, stage.user, processgraphid=graphid)


async def states(stage, graphid):
    found = await stage.call(
        processes.GET_PROCESSES, stage.user, colonyname="dev", processgraphid=graphid, state=-1
    )
    return {process.spec.nodename: process.state for process in found}


async def counts(stage, graphid):
    """The counters of a workflow's row and what they should be."""
    row = await stage.broker.store.read(
        lambda tx: dict(tx.one(graphs.BY_ID, processgraphid=graphid))
    )
    found = list((await states(stage, graphid)).values())
    expected = [found.count(state) for state in State]
    return [row[name] for name in graphs.COUNTS], expected


# --- taking ---


async def test_a_batch_is_taken_in_the_order_of_the_queue(stage) -> None:
    submitted = [await stage.submit(priority=priority) for priority in (0, 5, 1, 5)]
    taken = await stage.assign_several(3)
    ids = [submitted[index].processid for index in (1, 3, 2)]
    assert [process.processid for process in taken] == ids
    assert all(p.isassigned and p.assignedexecutorid == stage.executors["e1"] for p in taken)
    assert [process.processid for process in await stage.assign_several(3)] == [
        submitted[0].processid
    ]
    with pytest.raises(NothingToAssign, match="No process available for assignment"):
        await stage.assign_several(3)


async def test_all_queues_are_served_and_nothing_that_does_not_fit(stage) -> None:
    await stage.add_executor("e2")
    await stage.submit(funcname="anyone")
    await stage.submit(funcname="me", executornames=["e1"])
    await stage.submit(funcname="us", executornames=["e1", "e2"])
    await stage.submit(funcname="other", executornames=["e2"])
    await stage.submit(funcname="large", mem="8Gi")
    taken = await stage.assign_several(9, availablemem="1Gi")
    assert [process.spec.funcname for process in taken] == ["anyone", "me", "us"]


@pytest.mark.parametrize("count", [0, -1, 257])
async def test_a_count_has_limits(stage, count) -> None:
    with pytest.raises(InvalidRequest, match=f"count must be from 1 to 256, not {count}"):
        await stage.assign_several(count)


async def test_inputs_of_a_batch_are_those_of_its_parents_in_order(stage) -> None:
    graphid = await stage.submit_workflow(
        spec("a"), spec("b"), spec("x", "b", "a"), spec("y", "a"), spec("z")
    )
    first = await take(stage, 3)
    assert set(first) == {"a", "b", "z"}
    await stage.close_several(well(first["a"], 1, [2]), well(first["b"], "b"))
    second = await take(stage, 9)
    assert {name: process.input for name, process in second.items()} == {
        "x": ["b", 1, [2]],
        "y": [1, [2]],
    }
    assert second["x"].parents == [first["b"].processid, first["a"].processid]
    assert first["a"].children == [second["x"].processid, second["y"].processid]
    assert (await stage.get(second["x"].processid)).input == ["b", 1, [2]]
    found, expected = await counts(stage, graphid)
    assert found == expected == [0, 3, 2, 0, 0]


async def test_a_waiting_batch_takes_what_is_there(stage) -> None:
    waiting = asyncio.create_task(stage.assign_several(8, wait=60))
    await stage.waiting(1)
    await stage.submit()
    assert len(await asyncio.wait_for(waiting, 10)) == 1


async def test_work_beyond_a_batch_wakes_others(stage) -> None:
    await stage.add_executor("e2")
    first = asyncio.create_task(stage.assign_several(2, wait=60))
    await stage.waiting(1)
    second = asyncio.create_task(stage.assign_several(2, name="e2", wait=60))
    await stage.waiting(2)
    await stage.submit_workflow(*(spec(f"n{index}") for index in range(4)))
    taken = [await asyncio.wait_for(task, 10) for task in (first, second)]
    assert sorted(len(each) for each in taken) == [2, 2]


async def test_a_batch_for_a_vanished_caller_goes_back_as_a_whole(stage) -> None:
    gone = asyncio.Event()
    request = processes.AssignProcesses(
        msgtype="assignprocessesmsg", colonyname="dev", timeout=60, count=5
    )
    waiting = asyncio.create_task(
        stage.broker.call(processes.ASSIGN_PROCESSES, request, stage.executors["e1"], gone=gone)
    )
    await stage.waiting(1)
    submitting = asyncio.create_task(
        stage.submit_workflow(spec("a"), spec("b"), spec("c"), spec("d", "a"))
    )
    gone.set()
    with pytest.raises(NothingToAssign):
        await waiting
    graphid = await submitting
    await stage.settled()
    assert set((await states(stage, graphid)).values()) == {State.WAITING}
    found, expected = await counts(stage, graphid)
    assert found == expected
    assert len(await stage.assign_several(5)) == 3


async def test_a_cancelled_batch_gives_back_what_it_took(stage) -> None:
    graphid = await stage.submit_workflow(spec("a"), spec("b"))
    await stage.submit()
    taking = asyncio.create_task(stage.assign_several(5, wait=60))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    await stage.settled()
    assert set((await states(stage, graphid)).values()) == {State.WAITING}
    assert len(await stage.assign_several(5)) == 3


# --- closing ---


async def test_each_result_has_an_outcome_of_its_own(stage) -> None:
    await stage.add_executor("e2")
    for _ in range(3):
        await stage.submit()
    good, bad, again = await stage.assign_several(3)
    await stage.submit()
    foreign = await stage.assign("e2")
    waiting = await stage.submit()
    outcomes = await stage.close_several(
        well(good, 1),
        well(foreign, 2),
        badly(bad, "broken"),
        Result(processid="unknown"),
        Result(processid="unknown", failed=True),
        well(waiting, 3),
        well(again, "first"),
        well(again, "second"),
        badly(again, "late"),
        badly(bad, "once more"),
        well(bad),
    )
    nil = "process is nil: there is no process 'unknown'"
    assert [(outcome.status, outcome.message) for outcome in outcomes] == [
        (200, ""),
        (403, DENIED),
        (200, ""),
        (500, f"Failed to close process as successful, {nil}"),
        (500, f"Failed to close process as failed, {nil}"),
        (403, "Failed to close process as successful, process is not assigned"),
        (200, ""),
        (200, ""),
        (400, "Tried to set successful process as failed"),
        (400, "Tried to set failed process as failed"),
        (400, "Tried to set failed process as successful"),
    ]
    assert outcomes[0].processid == good.processid
    ends = [await stage.get(p.processid) for p in (good, foreign, bad, waiting, again)]
    assert [(p.state, p.output, p.errors) for p in ends] == [
        (State.SUCCESS, [1], []),
        (State.RUNNING, [], []),
        (State.FAILED, [], ["broken"]),
        (State.WAITING, [], []),
        (State.SUCCESS, ["first"], []),
    ]


async def test_an_empty_output_keeps_the_one_set_before(stage) -> None:
    await stage.submit()
    (process,) = await stage.assign_several(1)
    await stage.call(
        processes.SET_OUTPUT, stage.executors["e1"], processid=process.processid, out=["kept"]
    )
    await stage.close_several(well(process))
    assert (await stage.get(process.processid)).output == ["kept"]


async def test_two_parents_in_a_batch_release_their_child_once(stage) -> None:
    graphid = await stage.submit_workflow(
        spec("a"), spec("b"), spec("c"), spec("both", "a", "b"), spec("all", "a", "b", "c")
    )
    polling = asyncio.create_task(stage.assign_several(9, wait=60))
    taken = {process.spec.nodename: process for process in await polling}
    polling = asyncio.create_task(stage.assign_several(9, wait=60))
    await stage.waiting(1)
    outcomes = await stage.close_several(well(taken["a"], 1), well(taken["b"], 2))
    assert statuses(outcomes) == [200, 200]
    (both,) = await asyncio.wait_for(polling, 10)
    assert (both.spec.nodename, both.input) == ("both", [1, 2])
    assert (await graph_of(stage, graphid)).state == State.RUNNING
    assert statuses(await stage.close_several(well(taken["c"], 3), well(both))) == [200, 200]
    last = await stage.assign()
    assert (last.spec.nodename, last.input) == ("all", [1, 2, 3])
    assert statuses(await stage.close_several(well(last))) == [200]
    assert (await graph_of(stage, graphid)).state == State.SUCCESS
    found, expected = await counts(stage, graphid)
    assert found == expected == [0, 0, 5, 0, 0]


async def test_a_failed_inner_node_takes_the_rest_of_its_workflow_along(stage) -> None:
    graphid = await stage.submit_workflow(
        spec("done"), spec("inner"), spec("late"), spec("after", "inner", "done")
    )
    other = await stage.submit_workflow(spec("elsewhere"))
    taken = await take(stage, 9)
    outcomes = await stage.close_several(
        well(taken["done"], 1),
        badly(taken["inner"], "broken"),
        well(taken["late"], 2),
        well(taken["elsewhere"], 3),
    )
    assert [(outcome.status, outcome.message) for outcome in outcomes] == [
        (200, ""),
        (200, ""),
        (400, "Tried to set failed process as successful"),
        (200, ""),
    ]
    assert await states(stage, graphid) == {
        "done": State.SUCCESS,
        "inner": State.FAILED,
        "late": State.FAILED,
        "after": State.FAILED,
    }
    for each in (graphid, other):
        found, expected = await counts(stage, each)
        assert found == expected
    assert (await graph_of(stage, graphid)).state == State.FAILED
    assert (await graph_of(stage, other)).state == State.SUCCESS


async def test_a_failed_leaf_lets_other_branches_go_on(stage) -> None:
    graphid = await stage.submit_workflow(spec("leaf"), spec("trunk"), spec("next", "trunk"))
    taken = await take(stage, 9)
    outcomes = await stage.close_several(badly(taken["leaf"], "broken"), well(taken["trunk"], 1))
    assert statuses(outcomes) == [200, 200]
    assert await states(stage, graphid) == {
        "leaf": State.FAILED,
        "trunk": State.SUCCESS,
        "next": State.WAITING,
    }
    assert (await stage.assign()).spec.nodename == "next"
    found, expected = await counts(stage, graphid)
    assert found == expected == [0, 1, 1, 1, 0]


async def test_a_batch_of_results_has_limits(stage) -> None:
    for many in (0, 257):
        with pytest.raises(InvalidRequest, match=f"not {many}"):
            await stage.close_several(*[Result(processid="p")] * many)
    with pytest.raises(InvalidRequest, match=r"msg\.Items is nil"):
        await stage.call(processes.CLOSE_PROCESSES, stage.executors["e1"])


# --- what it costs ---


async def test_the_statements_of_a_batch_do_not_grow_with_it(stage) -> None:
    taking, closing = set(), set()
    for width in (2, 60, 250):
        middle = [f"m{index}" for index in range(width)]
        await stage.submit_workflow(spec("a"), *(spec(name, "a") for name in middle))
        await stage.close(await stage.assign(), 1)
        before = stage.broker.store.statements
        taken = await stage.assign_several(width)
        between = stage.broker.store.statements
        outcomes = await stage.close_several(*(well(process, 2) for process in taken))
        after = stage.broker.store.statements
        assert statuses(outcomes) == [200] * width
        taking.add(between - before)
        closing.add(after - between)
    assert len(taking) == 1
    assert taking.pop() <= 12
    assert len(closing) == 1
    assert closing.pop() <= 11


async def test_runs_of_a_batch_count_as_if_they_had_ended_one_by_one(stage) -> None:
    for funcname in ("f", "g"):
        fun = Function(colonyname="dev", executorname="e1", funcname=funcname)
        await stage.call(executors.ADD_FUNCTION, stage.executors["e1"], fun=fun)
    for runs in (["f"], ["f", "g", "f", "f"], ["f", "f"]):
        taken = []
        for funcname in runs:
            await stage.submit(funcname=funcname)
        for _ in runs:
            stage.clock.advance(3)
            taken.append(await stage.assign())
        stage.clock.advance(4)
        await stage.close_several(*(well(process) for process in taken))
    found = {
        function.funcname: function
        for function in await stage.call(
            executors.GET_FUNCTIONS, stage.user, colonyname="dev", executorname="e1"
        )
    }
    waited = {"f": [3, 3, 9, 12, 3, 6], "g": [6]}
    ran = {"f": [4, 13, 7, 4, 7, 4], "g": [10]}
    for name, function in found.items():
        assert function.counter == len(ran[name])
        for what, seconds in (("wait", waited[name]), ("exec", ran[name])):
            average = 0.0
            for each in seconds:
                average = (average + each) / 2 if average else each
            times = [getattr(function, f"{kind}{what}time") for kind in ("min", "max", "avg")]
            assert times == pytest.approx([min(seconds), max(seconds), average], abs=1e-3)
