"""Removing all processes, or all workflows, of a colony in parts."""

import asyncio
import json
from functools import partial
from typing import Any

import msgspec
import pytest

from jupyter_colonies.broker import remainders, removal
from jupyter_colonies.broker.call import Facts
from jupyter_colonies.broker.remainders import Remainder
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import identity
from jupyter_colonies.core.cron import Cron
from jupyter_colonies.core.member import Colony, User
from jupyter_colonies.core.messages import Message, colonies, crons, processes, workflows
from jupyter_colonies.core.process import State
from jupyter_colonies.store import removal as statements
from jupyter_colonies.store.remainders import Purpose
from jupyter_colonies.store.statement import Statement
from tests.unit.broker.stage import Clock, Stage
from tests.unit.broker.test_crons import look, reaches
from tests.unit.broker.test_large_workflows import (
    carried_on,
    chain,
    costs_of_parts,
    graph_of,
    listed,
    small_parts,
    stored,
    waiting,
)

__all__ = ["small_parts"]

ALL_PROCESSES = (Purpose.WAITING_PROCESSES, statements.NEWEST_PROCESS)
ALL_GRAPHS = (Purpose.WAITING_GRAPHS, statements.NEWEST_GRAPH)


async def begun(stage: Stage, purpose: Purpose, newest: Statement, steps: int = 0) -> Remainder:
    """The state after a server was killed while it removed everything, after so many parts."""
    store = stage.broker.store
    begin = partial(removal.begin, colonyname="dev", purpose=purpose, newest=newest)
    remainder = await store.write(begin)
    left: Remainder | None = remainder
    for _ in range(steps):
        assert left is not None
        left = await store.write(partial(remainders.step, remainder=left))
    return remainder


async def remove_all(stage: Stage, message: Message[Any, Any], state: int = State.WAITING) -> None:
    await stage.call(message, stage.owner, colonyname="dev", state=int(state))


async def test_a_part_costs_the_same_for_any_number_of_processes(stage, small_parts):
    found = []
    for many in (12, 36):
        for _ in range(many):
            await stage.submit(env={"K": "V"})
        costs = await costs_of_parts(stage, await begun(stage, *ALL_PROCESSES))
        assert len(costs) == many / remainders.PART + 1
        found.append(set(costs))
    assert found[0] == found[1]
    assert max(found[0]) <= 12
    assert await waiting(stage) == []


async def test_a_part_costs_the_same_for_any_number_of_workflows(stage, small_parts):
    found = []
    for many in (4, 12):
        for _ in range(many):
            await stage.submit_workflow(*chain(3))
        costs = await costs_of_parts(stage, await begun(stage, *ALL_GRAPHS))
        assert len(costs) == many + 1
        found.append(set(costs))
    assert found[0] == found[1]
    assert max(found[0]) <= 16
    assert await stored(stage) == 0


async def test_others_get_in_between_the_parts_and_what_comes_meanwhile_stays(stage, small_parts):
    old = [await stage.submit() for _ in range(9)]
    await begun(stage, *ALL_PROCESSES, steps=1)
    taken = await stage.assign()
    new = await stage.submit()
    assert taken.processid == old[0].processid
    await carried_on(stage)
    assert [process.processid for process in await waiting(stage)] == [new.processid]
    await stage.close(taken)


async def test_what_a_killed_server_left_over_is_whole_and_goes_later(stage, small_parts):
    for _ in range(8):
        await stage.submit(env={"K": "V"})
    await begun(stage, *ALL_PROCESSES, steps=2)
    left = await waiting(stage)
    assert [process.spec.env for process in left] == [{"K": "V"}] * 2
    await carried_on(stage)
    assert await waiting(stage) == []


async def test_workflows_are_whole_or_gone_at_any_moment(stage, small_parts):
    sizes = [2, 10, 1, 1, 3]
    for size in sizes:
        await stage.submit_workflow(*chain(size))
    left: Remainder | None = await begun(stage, Purpose.GRAPHS, statements.NEWEST_GRAPH)
    while left is not None:
        left = await stage.broker.store.write(partial(remainders.step, remainder=left))
        seen = [
            len((await graph_of(stage, graph.processgraphid)).processids)
            for state in (State.WAITING, State.CANCELLED)
            for graph in reversed(await listed(stage, state))
        ]
        assert set(seen) <= set(sizes)
    assert seen == []
    assert await stored(stage) == 0


async def test_a_large_workflow_among_them_is_removed_after_a_kill(stage, small_parts):
    for size in (2, 10, 3):
        await stage.submit_workflow(*chain(size))
    await begun(stage, *ALL_GRAPHS, steps=3)
    assert await stored(stage)
    await carried_on(stage)
    assert await stored(stage) == 0


@pytest.mark.parametrize("ended", [False, True], ids=["waiting", "ended"])
async def test_large_and_small_workflows_are_all_gone_with_the_reply(stage, small_parts, ended):
    for size in (1, 10, 2, 3, 7):
        await stage.submit_workflow(*chain(size))
    if ended:
        for _ in range(23):
            await stage.close(await stage.assign())
    alone = await stage.submit()
    await remove_all(stage, workflows.REMOVE_ALL_GRAPHS, State.SUCCESS if ended else State.WAITING)
    assert [process.processid for process in await waiting(stage)] == [alone.processid]
    await stage.assign()
    await remove_all(stage, processes.REMOVE_ALL_PROCESSES, -1)
    assert await waiting(stage) == await listed(stage) == []


async def test_two_that_remove_the_same_at_a_time_both_leave_nothing(stage, small_parts):
    for _ in range(10):
        await stage.submit()
        await stage.submit_workflow(*chain(2))
    both = (processes.REMOVE_ALL_PROCESSES, workflows.REMOVE_ALL_GRAPHS)
    await asyncio.gather(*(remove_all(stage, message) for message in (*both, *both)))
    assert await waiting(stage) == await listed(stage) == []


async def test_the_only_server_of_a_database_carries_on_when_it_starts(tmp_path, small_parts):
    facts, clock = Facts(identity.new_id(), "secret"), Clock()
    broker = Broker(tmp_path / "colonies.db", facts, clock=clock)
    await broker.start()
    stage = Stage(broker, clock)
    colony = Colony(colonyid=stage.owner, name="dev")
    await stage.call(colonies.ADD_COLONY, facts.serverid, colony=colony)
    user = User(colonyname="dev", userid=stage.user, name="ada")
    await stage.call(colonies.ADD_USER, stage.owner, user=user)
    for _ in range(10):
        await stage.submit()
    await begun(stage, *ALL_PROCESSES, steps=1)
    await broker.stop()
    stage.broker = Broker(tmp_path / "colonies.db", facts, clock=clock)
    await stage.broker.start()
    await stage.settled()
    assert await waiting(stage) == []
    await stage.broker.stop()


@pytest.mark.parametrize("size", [2, 10], ids=["small", "large"])
async def test_a_cron_that_waits_for_a_removed_workflow_is_woken(stage, small_parts, size):
    workflowspec = json.dumps({"functionspecs": msgspec.to_builtins(chain(size))})
    added = Cron(
        colonyname="dev",
        name="tick",
        interval=1000,
        waitforprevprocessgraph=True,
        workflowspec=workflowspec,
    )
    cron = await stage.call(crons.ADD_CRON, stage.user, cron=added)
    await stage.call(crons.RUN_CRON, stage.user, cronid=cron.cronid)
    [held_by] = await listed(stage)
    stage.clock.advance(2000)
    look(stage)
    await stage.settled()
    assert await listed(stage) == [held_by]
    await remove_all(stage, workflows.REMOVE_ALL_GRAPHS)
    await reaches(stage, 1)
    assert (await listed(stage))[0].processgraphid != held_by.processgraphid
