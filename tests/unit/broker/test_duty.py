"""A duty acts at the moments it named and at earlier ones it hears of."""

import asyncio
import logging

import pytest

from jupyter_colonies.broker import duty as module
from jupyter_colonies.broker.duty import Duty
from tests.unit.broker.stage import SECOND, Clock


class Work:
    """Counts how often it was done; `due` is what it answers."""

    def __init__(self, due: int = 0) -> None:
        self.due = due
        self.done: asyncio.Queue[int] = asyncio.Queue()

    async def __call__(self) -> int:
        self.done.put_nowait(1)
        return self.due

    async def again(self) -> None:
        async with asyncio.timeout(30):
            await self.done.get()


@pytest.fixture
async def idle():
    """A duty that has looked once and found nothing, its work and its clock."""
    work, clock = Work(), Clock()
    duty = Duty("test", work, clock)
    duty.start()
    await work.again()
    yield duty, work, clock
    await duty.stop()


async def test_nothing_due_is_nothing_done(idle):
    _, work, clock = idle
    clock.advance(10**6)
    await asyncio.sleep(0.1)
    assert work.done.empty()


async def test_what_is_due_at_once_is_done_at_once(idle):
    duty, work, _ = idle
    duty.look()
    await work.again()


async def test_an_earlier_moment_wakes_and_a_later_one_does_not(idle):
    duty, work, clock = idle
    duty.due(clock() + 10**6 * SECOND)
    duty.due(clock() + 10**7 * SECOND)
    assert work.done.empty()
    duty.due(clock() - 1)
    await work.again()


async def test_a_clock_that_was_set_or_slept_is_noticed(idle, monkeypatch):
    duty, work, clock = idle
    monkeypatch.setattr(module, "LONGEST_SLEEP", 0.01)
    duty.due(clock() + 10**6 * SECOND)
    await asyncio.sleep(0.05)
    assert work.done.empty()
    clock.advance(10**6 + 1)
    await work.again()


async def test_a_failure_is_logged_and_the_duty_goes_on(monkeypatch, caplog):
    monkeypatch.setattr(module, "RETRY_AFTER", 0.0)
    tries: asyncio.Queue[int] = asyncio.Queue()

    async def act() -> int:
        tries.put_nowait(1)
        raise LookupError("unforeseen")

    duty = Duty("frail", act, Clock())
    with caplog.at_level(logging.ERROR):
        duty.start()
        for _ in range(2):
            async with asyncio.timeout(30):
                await tries.get()
        await duty.stop()
    assert "The duty 'frail' could not be done" in caplog.text
