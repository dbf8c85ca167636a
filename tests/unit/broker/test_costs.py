"""What an operation costs does not depend on the size of the workflow or of the queue."""

import asyncio

import pytest

from jupyter_colonies.core.messages import processes
from jupyter_colonies.core.process import State
from tests.unit.broker.stage import Stage, spec

MOST_STATEMENTS = 10


def chain(length: int):
    return [spec(f"n{index}", *([f"n{index - 1}"] if index else ())) for index in range(length)]


def fan(width: int):
    middle = [f"m{index}" for index in range(width)]
    return [spec("first"), *(spec(name, "first") for name in middle), spec("last", *middle)]


@pytest.mark.parametrize("shape", [chain, fan])
async def test_assign_and_close_take_the_same_few_statements_in_any_workflow(stage, shape) -> None:
    # The cheapest of several: what a duty does meanwhile is none of theirs.
    costs: dict[tuple[bool, int], tuple[int, int]] = {}
    for size in (4, 200):
        await stage.submit_workflow(*shape(size))
        for _ in range(3):
            stage.clock.advance(2)  # so that each is a sign of life worth writing down
            before = stage.broker.store.statements
            process = await stage.assign()
            between = stage.broker.store.statements
            await stage.close(process, 1)
            after = stage.broker.store.statements
            cost = between - before, after - between
            key = len(process.parents) > 0, size
            costs[key] = min(costs.get(key, cost), cost)
        while stage_left := await _waiting(stage):
            await stage.close(await stage.assign(), stage_left)
    for has_parents in (False, True):
        assert len({cost for key, cost in costs.items() if key[0] == has_parents}) == 1
    assert max(max(cost) for cost in costs.values()) <= MOST_STATEMENTS


async def test_a_failure_spreads_with_a_fixed_number_of_statements(stage) -> None:
    costs = set()
    for size in (3, 150):
        await stage.submit_workflow(*fan(size))
        process = await stage.assign()
        before = stage.broker.store.statements
        await stage.call(
            processes.CLOSE_FAILED,
            stage.executors["e1"],
            processid=process.processid,
            errors=["broken"],
        )
        costs.add(stage.broker.store.statements - before)
    assert len(costs) == 1
    assert costs.pop() <= MOST_STATEMENTS


async def test_a_hundred_idle_executors_cause_no_statement(stage) -> None:
    for index in range(100):
        await stage.add_executor(f"idle{index}")
    polls = [asyncio.create_task(stage.assign(f"idle{index}", 60)) for index in range(100)]
    await stage.waiting(100)
    await stage.settled()
    before = stage.broker.store.statements
    for _ in range(50):
        await asyncio.sleep(0.01)
    assert stage.broker.store.statements == before
    process = await stage.submit()
    done, _ = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
    assert [poll.result().processid for poll in done] == [process.processid]
    assert len(stage.broker.waiters) == 99
    for poll in polls:
        poll.cancel()
    await asyncio.gather(*polls, return_exceptions=True)


async def test_waking_one_executor_asks_the_database_once(stage) -> None:
    for index in range(20):
        await stage.add_executor(f"idle{index}")
    polls = [asyncio.create_task(stage.assign(f"idle{index}", 60)) for index in range(20)]
    await stage.waiting(20)
    await stage.settled()
    before = stage.broker.store.statements
    await stage.submit()
    await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
    assert stage.broker.store.statements - before <= 2 * MOST_STATEMENTS
    for poll in polls:
        poll.cancel()
    await asyncio.gather(*polls, return_exceptions=True)


async def _waiting(stage: Stage) -> int:
    waiting = await stage.call(
        processes.GET_PROCESSES, stage.user, colonyname="dev", count=100, state=int(State.WAITING)
    )
    return len(waiting)
