"""Looking at a whole colony reads what is open and recent, along indexes, and no history."""

import re

import pytest

from jupyter_colonies.core.messages.monitor import GET_MONITOR, Monitor
from jupyter_colonies.store import monitor
from jupyter_colonies.store.address import Address
from tests.unit.broker.stage import Stage, spec
from tests.unit.broker.test_queue_costs import CALLER, NOT_BY_INDEX, SCANNED, beside, explained

STATEMENTS = {
    "queues": (monitor.QUEUES, "processes_ready"),
    "waiting": (monitor.WAITING, "processes_waiting"),
    "load": (monitor.LOAD, "processes_running"),
    "running": (monitor.RUNNING, "processes_running"),
    "failed": (monitor.FAILED, "processes_failed"),
    "succeeded by slot": (monitor.SUCCEEDED_BY_SLOT, "processes_ended"),
    "failed by slot": (monitor.FAILED_BY_SLOT, "processes_ended"),
    "times": (monitor.TIMES, "processes_ended"),
}


async def test_each_statement_is_a_walk_along_an_index(
    stage: Stage, database: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("since", "until"):
        monkeypatch.setitem(CALLER, name, 0)
    with beside(database) as connection:
        for statement, index in STATEMENTS.values():
            plan = explained(connection, statement)
            assert re.search(rf"\b{index}\b", plan), plan
            assert not SCANNED.search(plan)
            assert not any(way in plan for way in NOT_BY_INDEX), plan
            assert index != "processes_ended" or re.search(r"state ?=.*endtime ?>", plan), plan


async def test_however_much_there_is_the_number_of_statements_is_the_same(stage: Stage) -> None:
    async def look() -> tuple[Monitor, int]:
        before = stage.broker.store.statements
        found = await stage.call(GET_MONITOR, stage.user, colonyname="dev")
        return found, stage.broker.store.statements - before

    _, cost = await look()
    await stage.submit_workflow(*(spec(f"n{index}") for index in range(300)))
    await stage.assign_several(20)
    found, after = await look()
    assert (found.waiting, found.running) == (280, 20)
    assert [(queue.executortype, queue.ready) for queue in found.queues] == [("worker", 280)]
    assert after == cost
