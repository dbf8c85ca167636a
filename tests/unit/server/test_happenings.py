"""What is committed becomes events, while somebody listens."""

import asyncio

import pytest
from jupyter_events import EventLogger

from jupyter_colonies.broker.signals import Changed, GraphChanged, Ready, Stood
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.process import State
from jupyter_colonies.server.happenings import telling
from jupyter_colonies.server.happenings.telling import EXECUTOR, PROCESS, WORKFLOW, Telling

SIGNALS = [
    Changed("p1", "dev", "cli", State.RUNNING),
    Ready("dev", "cli", "", ""),
    GraphChanged(1, "g1", 7, State.SUCCESS),
    Stood("dev", "e", ExecutorState.APPROVED),
]


@pytest.fixture
def heard():
    return []


@pytest.fixture
def logger():
    return EventLogger()


def listen(logger, heard):
    async def listener(logger, schema_id, data):
        heard.append((schema_id, data))

    for schema in (PROCESS, WORKFLOW, EXECUTOR):
        logger.add_listener(schema_id=schema, listener=listener)


async def settled():
    for _ in range(20):
        await asyncio.sleep(0)


async def test_each_kind_is_told_as_its_schema_says(logger, heard):
    told = Telling(logger)
    told.register()
    listen(logger, heard)
    told.heard(SIGNALS)
    await settled()
    assert heard == [
        (PROCESS, {"colony": "dev", "processid": "p1", "executortype": "cli", "state": "running"}),
        (WORKFLOW, {"workflowid": "g1", "revision": 7, "state": "success"}),
        (EXECUTOR, {"colony": "dev", "executor": "e", "change": "approved"}),
    ]


@pytest.mark.parametrize("state", State)
async def test_every_state_is_in_the_schema(logger, heard, state):
    told = Telling(logger)
    told.register()
    listen(logger, heard)
    told.heard([Changed("p", "dev", "cli", state), GraphChanged(1, "g", 1, state)])
    told.heard([Stood("dev", "e", each) for each in ExecutorState])
    await settled()
    assert len(heard) == 2 + len(ExecutorState)


async def test_nothing_waits_where_nobody_listens(logger):
    told = Telling(logger)
    told.register()
    told.heard(SIGNALS * 1000)
    await settled()
    assert not told._waiting


async def test_very_many_are_told_by_turns(logger, heard, monkeypatch):
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    told = Telling(logger)
    told.register()
    listen(logger, heard)
    told.heard([Changed(f"p{number}", "dev", "cli", State.SUCCESS) for number in range(9)])
    assert len(told._waiting) == 7
    await settled()
    assert [data["processid"] for _, data in heard] == [f"p{number}" for number in range(9)]
