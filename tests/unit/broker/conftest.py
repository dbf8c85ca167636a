"""The broker most tests start from."""

from collections.abc import AsyncIterator

import pytest

from jupyter_colonies.broker.call import Facts
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import identity
from jupyter_colonies.core.member import Colony, User
from jupyter_colonies.core.messages import colonies
from jupyter_colonies.store.address import Address, parse
from tests.unit.broker.pair import Pair
from tests.unit.broker.stage import Clock, Stage


@pytest.fixture
async def stage(database: Address) -> AsyncIterator[Stage]:
    serverid = identity.new_id()
    clock = Clock()
    broker = Broker(database, Facts(serverid, "secret"), clock=clock)
    await broker.start()
    stage = Stage(broker, clock)
    colony = Colony(colonyid=stage.owner, name="dev")
    await stage.call(colonies.ADD_COLONY, serverid, colony=colony)
    await stage.call(
        colonies.ADD_USER, stage.owner, user=User(colonyname="dev", userid=stage.user, name="ada")
    )
    await stage.add_executor("e1")
    yield stage
    await broker.stop()


@pytest.fixture
async def pair(postgres_url: str) -> AsyncIterator[Pair]:
    facts, clock = Facts(identity.new_id(), "secret"), Clock()
    stages = []
    for _ in range(2):
        broker = Broker(parse(postgres_url), facts, clock=clock)
        await broker.start()
        stages.append(Stage(broker, clock))
    pair = Pair(*stages)
    pair.b.owner, pair.b.user, pair.b.executors = pair.a.owner, pair.a.user, pair.a.executors
    colony = Colony(colonyid=pair.a.owner, name="dev")
    await pair.a.call(colonies.ADD_COLONY, facts.serverid, colony=colony)
    user = User(colonyname="dev", userid=pair.a.user, name="ada")
    await pair.b.call(colonies.ADD_USER, pair.a.owner, user=user)
    await pair.a.add_executor("e1")
    yield pair
    for stage in pair:
        if not stage.broker.stopping.is_set():
            await stage.broker.stop()
