"""Long polls: woken, passed on, ended, and never given away to nobody."""

import asyncio

import pytest

from jupyter_colonies.core.messages import executors, processes
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import AccessDenied, NothingToAssign, ServerStopping, StorageFailed
from tests.unit.broker.stage import Stage


async def poll(stage: Stage, name: str = "e1", **fields):
    before = len(stage.broker.waiters)
    task = asyncio.create_task(stage.assign(name, 60, **fields))
    await stage.waiting(before + 1)
    return task


async def test_a_poll_ends_without_work_when_its_time_is_over(stage) -> None:
    with pytest.raises(NothingToAssign, match="No process available for assignment"):
        await stage.assign(wait=1)


async def test_a_wake_up_is_passed_on_by_one_that_cannot_take_the_work(stage) -> None:
    await stage.add_executor("small")
    small = await poll(stage, "small", availablemem="1Gi")
    large = await poll(stage, "e1")
    await stage.submit(mem="8Gi")
    process = await asyncio.wait_for(large, 10)
    assert process.assignedexecutorid == stage.executors["e1"]
    assert not small.done()
    small.cancel()


async def test_work_for_one_of_several_names_finds_that_executor(stage) -> None:
    await stage.add_executor("e2")
    await stage.add_executor("e3")
    polls = {name: await poll(stage, name) for name in ("e1", "e2", "e3")}
    await stage.submit(executornames=["e3", "e9"])
    assert (await asyncio.wait_for(polls["e3"], 10)).isassigned
    assert not polls["e1"].done()
    for task in polls.values():
        task.cancel()


async def test_a_name_in_the_arguments_is_not_a_named_executor(stage) -> None:
    await stage.submit(executornames=["e8", "e9"], args=["e1"])
    with pytest.raises(NothingToAssign):
        await stage.assign()


async def test_work_taken_for_a_vanished_caller_goes_back_unchanged(stage) -> None:
    gone = asyncio.Event()
    request = processes.AssignProcess(msgtype="assignprocessmsg", colonyname="dev", timeout=60)
    waiting = asyncio.create_task(
        stage.broker.call(processes.ASSIGN_PROCESS, request, stage.executors["e1"], gone=gone)
    )
    await stage.waiting(1)
    submitting = asyncio.create_task(stage.submit())
    gone.set()
    with pytest.raises(NothingToAssign):
        await waiting
    process = await submitting
    await stage.settled()
    found = await stage.get(process.processid)
    assert (found.state, found.retries, found.assignedexecutorid) == (State.WAITING, 0, "")


async def test_a_cancelled_call_gives_back_what_it_took(stage) -> None:
    process = await stage.submit()
    taking = asyncio.create_task(stage.assign(wait=60))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    await stage.settled()
    found = await stage.get(process.processid)
    assert found.state == State.WAITING


async def test_stopping_the_server_tells_those_who_wait(stage) -> None:
    waiting = await poll(stage)
    await stage.broker.stop()
    with pytest.raises(ServerStopping):
        await waiting


async def test_with_a_failed_commit_no_waiter_wakes(stage, refuse_commits) -> None:
    waiting = await poll(stage)
    await stage.settled()
    await refuse_commits(stage.broker.store)
    with pytest.raises(StorageFailed):
        await stage.submit()
    await asyncio.sleep(0.05)
    assert not waiting.done()
    waiting.cancel()


async def test_work_that_comes_at_any_moment_of_a_poll_wakes_it(stage) -> None:
    for ticks in range(400):
        polling = asyncio.create_task(stage.assign(wait=60))
        for _ in range(ticks // 4):
            await asyncio.sleep(0)
        submitted = await stage.submit()
        process = await asyncio.wait_for(polling, 10)
        assert process.processid == submitted.processid


async def test_an_executor_that_loses_its_place_learns_it_at_once(stage) -> None:
    waiting = await poll(stage)
    await stage.call(executors.REMOVE_EXECUTOR, stage.owner, colonyname="dev", executorname="e1")
    with pytest.raises(AccessDenied, match="not a member of Colony"):
        await asyncio.wait_for(waiting, 10)


async def test_a_wake_up_of_one_that_lost_its_place_goes_to_another(stage) -> None:
    await stage.add_executor("e2")
    first, second = await poll(stage, "e1"), await poll(stage, "e2")
    removing = asyncio.create_task(
        stage.call(executors.REMOVE_EXECUTOR, stage.owner, colonyname="dev", executorname="e1")
    )
    submitting = asyncio.create_task(stage.submit())
    await asyncio.gather(removing, submitting)
    process = await asyncio.wait_for(second, 10)
    assert process.assignedexecutorid == stage.executors["e2"]
    with pytest.raises(AccessDenied):
        await first
