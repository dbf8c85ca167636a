"""The broker most tests start from."""

from collections.abc import AsyncIterator

import pytest

from jupyter_colonies.broker.call import Facts
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import identity
from jupyter_colonies.core.member import Colony, User
from jupyter_colonies.core.messages import colonies
from jupyter_colonies.store.address import Address
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
