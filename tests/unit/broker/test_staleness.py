"""Executors without a lease that fall silent; scenario 71 of protocol part 02."""

import asyncio

import pytest

from jupyter_colonies.broker import staleness
from jupyter_colonies.broker.call import Facts
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.messages import executors, logs, processes
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import NothingToAssign
from tests.unit.broker.stage import Stage

LIMIT = 600


async def heard(stage: Stage, name: str) -> None:
    """The executor asks for work once, in vain."""
    with pytest.raises(NothingToAssign):
        await stage.assign(name)


async def pass_by(stage: Stage, seconds: int) -> None:
    """Time passes, and what is due is done, as often as the duty would."""
    for _ in range(0, seconds, LIMIT // 2):
        stage.clock.advance(LIMIT // 2)
        await look(stage)


async def look(stage: Stage) -> None:
    found = stage.broker.attendance.taken()
    if found:
        await stage.broker.store.write(lambda tx: staleness.write_down(tx, found))
    facts = stage.broker.facts
    await stage.broker.store.write(lambda tx: staleness.let_leave(tx, facts))


async def shown(stage: Stage) -> dict[str, tuple[ExecutorState, bool]]:
    listed = await stage.call(executors.GET_EXECUTORS, stage.user, colonyname="dev")
    return {each.executorname: (each.state, each.unresponsive is True) for each in listed}


GONE = (ExecutorState.UNREGISTERED, False)
THERE = (ExecutorState.APPROVED, False)
UNRESPONSIVE = (ExecutorState.APPROVED, True)


async def test_only_who_was_heard_from_and_fell_silent_leaves(stage) -> None:
    await stage.add_executor("never")
    await heard(stage, "e1")
    await pass_by(stage, LIMIT // 2)
    assert await shown(stage) == {"e1": THERE, "never": THERE}
    await pass_by(stage, LIMIT)
    assert await shown(stage) == {"e1": GONE, "never": THERE}


async def test_what_runs_in_time_keeps_its_executor(stage) -> None:
    process = await stage.submit(maxexectime=3 * LIMIT)
    await stage.assign()
    await pass_by(stage, 2 * LIMIT)
    assert await shown(stage) == {"e1": THERE}
    await stage.close(process)
    await pass_by(stage, LIMIT // 2)
    assert await shown(stage) == {"e1": THERE}
    await pass_by(stage, LIMIT)
    assert await shown(stage) == {"e1": GONE}


async def test_without_a_deadline_it_is_shown_and_left_alone(stage) -> None:
    process = await stage.submit()
    await stage.assign()
    await pass_by(stage, 10 * LIMIT)
    assert await shown(stage) == {"e1": UNRESPONSIVE}
    one = await stage.call(executors.GET_EXECUTOR, stage.user, colonyname="dev", executorname="e1")
    assert one.unresponsive is True
    line = {"processid": process.processid, "message": "still here"}
    await stage.call(logs.ADD_LOG, stage.executors["e1"], **line)
    assert await shown(stage) == {"e1": THERE}
    await stage.close(process, "done")


async def test_the_owner_gives_the_process_of_an_unresponsive_one_back(stage) -> None:
    process = await stage.submit()
    await stage.assign()
    await stage.add_executor("e2")
    await pass_by(stage, 2 * LIMIT)
    await stage.call(executors.REMOVE_EXECUTOR, stage.owner, colonyname="dev", executorname="e1")
    assert (await stage.assign("e2")).processid == process.processid


async def test_a_setting_gives_it_back_too(stage) -> None:
    process = await stage.submit()
    await stage.assign()
    await stage.add_executor("e2")
    waiting = asyncio.create_task(stage.assign("e2", wait=60))
    await stage.waiting(1)
    stage.broker.facts = stage.broker.facts._replace(give_back=True)
    await pass_by(stage, 2 * LIMIT)
    assert (await waiting).processid == process.processid
    assert (await shown(stage))["e1"] == GONE


async def test_an_open_poll_and_an_open_subscription_are_signs_of_life(stage) -> None:
    await stage.add_executor("watching", executortype="other")
    await heard(stage, "watching")
    polling = asyncio.create_task(stage.assign(wait=60))
    message = processes.SUBSCRIBE_PROCESSES
    request = message.request(
        msgtype=message.type,
        colonyname="dev",
        executortype="worker",
        state=int(State.WAITING),
        timeout=60,
    )
    events = stage.broker.subscribe(message, request, stage.executors["watching"])
    event = asyncio.create_task(anext(events))
    await stage.waiting(1)
    while not len(stage.broker.subscriptions):  # noqa: ASYNC110 - tests look in from outside
        await asyncio.sleep(0.005)
    await pass_by(stage, 5 * LIMIT)
    assert await shown(stage) == {"e1": THERE, "watching": THERE}
    await stage.submit()
    await asyncio.gather(polling, event)
    await events.aclose()
    await pass_by(stage, 2 * LIMIT)
    assert (await shown(stage))["watching"] == GONE


async def test_reading_and_writing_are_signs_of_life(stage) -> None:
    for name in ("reads", "writes"):
        await stage.add_executor(name)
        await heard(stage, name)
    for _ in range(10):
        await stage.call(executors.GET_EXECUTORS, stage.executors["reads"], colonyname="dev")
        await stage.call(
            executors.UPDATE_EXECUTOR,
            stage.executors["writes"],
            colonyname="dev",
            executorname="writes",
        )
        await pass_by(stage, LIMIT // 2)
    found = await shown(stage)
    assert (found["reads"], found["writes"]) == (THERE, THERE)


async def test_a_server_that_was_away_heard_nobody(stage, database) -> None:
    """The first look comes a whole limit after the start."""
    await heard(stage, "e1")
    await stage.broker.stop()
    stage.clock.advance(10 * LIMIT)
    broker = Broker(database, stage.broker.facts, clock=stage.clock)
    await broker.start()
    stage.broker = broker
    await stage.settled()
    assert await shown(stage) == {"e1": THERE}


async def test_zero_is_no_limit(stage) -> None:
    await heard(stage, "e1")
    duty = staleness.duty(
        stage.broker.store,
        stage.clock,
        stage.broker.attendance,
        lambda: Facts("", "", stale_after=0),
    )
    stage.clock.advance(10 * LIMIT)
    assert await duty._act() == 0
    assert await shown(stage) == {"e1": THERE}
