"""Crons and generators across restarts, with several servers, and at speed."""

import asyncio
import json
from collections.abc import AsyncIterator

import msgspec
import pytest

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core.cron import Cron
from jupyter_colonies.core.generator import Generator
from jupyter_colonies.core.messages import crons, generators, workflows
from jupyter_colonies.core.process import State
from jupyter_colonies.store.address import Address
from tests.unit.broker.stage import Stage, spec


def workflow() -> str:
    specs = msgspec.to_builtins([spec("n")])
    return json.dumps({"colonyname": "dev", "functionspecs": specs})


async def add_cron(stage: Stage, **fields) -> Cron:
    cron = Cron(colonyname="dev", workflowspec=workflow(), **{"name": "tick", **fields})
    added: Cron = await stage.call(crons.ADD_CRON, stage.user, cron=cron)
    return added


async def add_generator(stage: Stage, **fields) -> Generator:
    generator = Generator(colonyname="dev", name="g", workflowspec=workflow(), **fields)
    added: Generator = await stage.call(generators.ADD_GENERATOR, stage.user, generator=generator)
    return added


async def pack(stage: Stage, generator: Generator, argument: str) -> None:
    await stage.call(
        generators.PACK_GENERATOR, stage.user, generatorid=generator.generatorid, arg=argument
    )


async def waiting(stage: Stage) -> int:
    found = await stage.call(
        workflows.GET_GRAPHS, stage.user, colonyname="dev", count=100, state=int(State.WAITING)
    )
    return len(found)


async def reaches(stage: Stage, many: int) -> None:
    """Return once so many workflows wait."""
    async with asyncio.timeout(30):
        while await waiting(stage) < many:  # noqa: ASYNC110 - tests look in from outside
            await asyncio.sleep(0.01)


def look(*stages: Stage) -> None:
    for stage in stages:
        for duty in stage.broker._duties.values():
            duty.look()


async def restarted(stage: Stage, database: Address) -> Stage:
    await stage.broker.stop()
    return await another(stage, database)


async def another(stage: Stage, database: Address) -> Stage:
    """One more server on the same database."""
    broker = Broker(database, stage.broker.facts, clock=stage.clock)
    await broker.start()
    other = Stage(broker, stage.clock)
    other.owner, other.user, other.executors = stage.owner, stage.user, stage.executors
    return other


@pytest.mark.parametrize("away", [5, 10**6])
async def test_what_became_due_while_the_server_was_away_starts_once(stage, database, away) -> None:
    await add_cron(stage, interval=-1, cronexpression="* * * * * *")
    await stage.broker.stop()
    stage.clock.advance(away)
    again = await another(stage, database)
    await reaches(again, 1)
    await again.settled()
    assert await waiting(again) == 1
    await again.broker.stop()


async def test_a_restart_changes_no_moment(stage, database) -> None:
    added = await add_cron(stage, interval=1000)
    before = await stage.call(crons.GET_CRON, stage.user, cronid=added.cronid)
    again = await restarted(stage, database)
    await again.settled()
    assert await again.call(crons.GET_CRON, again.user, cronid=added.cronid) == before
    assert await waiting(again) == 0
    await again.broker.stop()


async def test_what_is_packed_survives_a_restart(stage, database) -> None:
    """Also where the server ended before it had looked at the queue."""
    generator = await add_generator(stage, trigger=3)
    await pack(stage, generator, "a")
    await pack(stage, generator, "b")
    await stage.broker._generators.stop()
    await pack(stage, generator, "c")
    again = await restarted(stage, database)
    assert (await again.assign(wait=30)).spec.args == ["a", "b", "c"]
    await again.broker.stop()


async def test_a_timeout_goes_on_after_a_restart(stage, database) -> None:
    generator = await add_generator(stage, trigger=3, timeout=10)
    await pack(stage, generator, "a")
    await stage.broker._generators.stop()
    stage.clock.advance(20)
    again = await restarted(stage, database)
    assert (await again.assign(wait=30)).spec.args == ["a"]
    await again.broker.stop()


async def test_ten_thousand_packs_are_one_insert_each(stage) -> None:
    generator = await add_generator(stage, trigger=100)
    await pack(stage, generator, "first")
    await stage.settled()
    before = stage.broker.store.statements
    await pack(stage, generator, "second")
    await stage.settled()
    # The generator, the role, the argument; then the duty's own look.
    assert stage.broker.store.statements - before <= 8
    await asyncio.gather(*(pack(stage, generator, str(number)) for number in range(2, 10_000)))
    async with asyncio.timeout(60):
        await reaches(stage, 100)
    arguments: list[str] = []
    for _ in range(100):
        arguments += (await stage.assign()).spec.args or []
    assert sorted(arguments) == sorted(["first", "second", *map(str, range(2, 10_000))])
    found = await stage.call(
        generators.GET_GENERATOR, stage.user, generatorid=generator.generatorid
    )
    assert found.queuesize == 0


async def test_an_idle_cron_causes_no_statement(stage) -> None:
    await add_cron(stage, interval=1000)
    await stage.settled()
    before = stage.broker.store.statements
    await asyncio.sleep(0.2)
    assert stage.broker.store.statements == before


# --- two servers ---


@pytest.fixture
async def pair(stage, database) -> AsyncIterator[tuple[Stage, Stage]]:
    other = await another(stage, database)
    yield stage, other
    await other.broker.stop()


def on_postgresql(test):
    return pytest.mark.parametrize("database", ["postgresql"], indirect=True)(test)


@on_postgresql
async def test_each_moment_starts_one_workflow_on_whichever_server(pair) -> None:
    a, b = pair
    for number in range(10):
        await add_cron(pair[number % 2], name=f"c{number}", interval=10)
    for run in range(1, 4):
        a.clock.advance(10)
        look(a, b)
        await reaches(a, 10 * run)
    await a.settled()
    await b.settled()
    assert await waiting(a) == 30


@on_postgresql
async def test_the_end_on_one_server_wakes_the_cron_on_the_other(pair) -> None:
    a, b = pair
    await add_cron(a, interval=10, waitforprevprocessgraph=True)
    for _ in range(2):
        a.clock.advance(10)
        look(a, b)
        await reaches(a, 1)
    await a.settled()
    process = await b.assign()
    await b.close(process)
    assert (await a.assign(wait=30)).processgraphid != process.processgraphid


@on_postgresql
async def test_each_argument_reaches_one_workflow(pair) -> None:
    a, b = pair
    generator = await add_generator(a, trigger=7)
    sent = [str(number) for number in range(700)]
    await asyncio.gather(
        *(pack(pair[number % 2], generator, text) for number, text in enumerate(sent))
    )
    await reaches(a, 100)
    await a.settled()
    await b.settled()
    arguments: list[str] = []
    for number in range(100):
        taken = (await pair[number % 2].assign()).spec.args or []
        assert len(taken) == 7
        arguments += taken
    assert sorted(arguments) == sorted(sent)


@on_postgresql
async def test_what_is_packed_on_a_server_that_dies_is_seen_by_the_other(pair) -> None:
    a, b = pair
    generator = await add_generator(a, trigger=2)
    await a.broker._generators.stop()
    await pack(a, generator, "a")
    await pack(a, generator, "b")
    assert (await b.assign(wait=30)).spec.args == ["a", "b"]
