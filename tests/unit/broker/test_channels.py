"""Channels under load, after restarts, and with subscribers that are slow."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.broker.subscriptions import Over
from jupyter_colonies.broker.sweeping import sweep
from jupyter_colonies.core import channel
from jupyter_colonies.core.channel import ChannelEntry
from jupyter_colonies.core.messages import channels, processes
from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import LimitReached, NotFound
from jupyter_colonies.store.channels import channels as table
from jupyter_colonies.store.statement import Statement
from tests.unit.broker.stage import SECOND, Stage


async def running(stage: Stage, *names: str) -> Process:
    """A process that the user submitted and `e1` runs."""
    await stage.submit(channels=list(names or ["c"]))
    return await stage.assign()


async def append(stage: Stage, process: Process, sequence: int, **fields: Any) -> None:
    await stage.call(
        channels.APPEND_TO_CHANNEL,
        fields.pop("caller", stage.user),
        processid=process.processid,
        **{"name": "c", "sequence": sequence} | fields,
    )


async def read(stage: Stage, process: Process, name: str = "c", after: int = 0) -> list[int]:
    found = await stage.call(
        channels.READ_CHANNEL,
        stage.user,
        processid=process.processid,
        name=name,
        afterseq=after,
    )
    return [entry.sequence for entry in found]


def subscribe(
    stage: Stage, process: Process, name: str = "c", after: int = 0, timeout: int = 600
) -> AsyncGenerator[Any, None]:
    message = channels.SUBSCRIBE_CHANNEL
    request = message.request(
        msgtype=message.type,
        processid=process.processid,
        name=name,
        afterseq=after,
        timeout=timeout,
    )
    return stage.broker.subscribe(message, request, stage.user)


async def following(stage: Stage, process: Process, **fields: Any) -> AsyncGenerator[Any, None]:
    """A subscription that has got the one entry there is."""
    events = subscribe(stage, process, **fields)
    assert sequences(await anext(events)) == [0]
    return events


def sequences(entries: list[ChannelEntry]) -> list[int]:
    return [entry.sequence for entry in entries]


async def close(stage: Stage, process: Process) -> None:
    await stage.close(process)


async def change(stage: Stage, **values: Any) -> None:
    """Set columns of all channels."""
    await stage.broker.store.write(lambda tx: tx.run(Statement(table.update().values(**values))))


async def stored(stage: Stage) -> int:
    """How many channels there are in the database."""
    return len(await stage.broker.store.read(lambda tx: tx.select(table.select())))


async def test_scenario_45_more_than_the_rate_allows(stage) -> None:
    process, other = await running(stage, "c", "d"), await running(stage)
    # The clock moves by some microseconds for each request.
    for number in range(500):
        await append(stage, process, number, name="cd"[number % 2])
    for name in ("c", "d"):
        with pytest.raises(LimitReached, match="^rate limit exceeded"):
            await append(stage, process, 500, name=name)
    await append(stage, other, 1)
    stage.clock.advance(0.05)
    for number in range(500, 505):
        await append(stage, process, number)
    assert len(await read(stage, process)) == 255
    assert len(await read(stage, process, "d")) == 250


async def test_scenario_46_a_full_log_refuses_and_keeps_what_it_has(stage) -> None:
    process = await running(stage, "c", "d")
    await append(stage, process, 1)
    await change(stage, entries=channel.MOST_ENTRIES - 1)
    await append(stage, process, 2)
    with pytest.raises(LimitReached, match="^channel log is full"):
        await append(stage, process, 3)
    assert await read(stage, process) == [1, 2]
    await append(stage, process, 1, name="d")


async def test_a_channel_stores_so_much(stage) -> None:
    process = await running(stage)
    await change(stage, bytes=channel.MOST_STORED - 3)
    with pytest.raises(LimitReached, match="^channel log is full: it holds .* bytes"):
        await append(stage, process, 1, payload=b"four")
    await append(stage, process, 1, payload=b"sss")


async def test_appending_costs_the_same_however_much_there_is(stage) -> None:
    process = await running(stage)
    costs = set()
    for number in range(200):
        before = stage.broker.store.statements
        await append(stage, process, number)
        costs.add(stage.broker.store.statements - before)
    assert len(costs) == 1
    assert costs.pop() <= 7


async def test_subscribers_cause_no_statement_while_nothing_is_written(stage) -> None:
    process = await running(stage, "c", "d")
    await append(stage, process, 0)
    streams = [await following(stage, process) for _ in range(20)]
    waiting = [asyncio.ensure_future(anext(stream)) for stream in streams]
    await stage.settled()
    before = stage.broker.store.statements
    for _ in range(50):
        await asyncio.sleep(0.01)
    assert stage.broker.store.statements == before
    await append(stage, process, 1)
    assert [sequences(each) for each in await asyncio.gather(*waiting)] == [[1]] * 20
    for stream in streams:
        await stream.aclose()
    assert len(stage.broker.subscriptions) == 0


async def test_a_slow_subscriber_catches_up_and_slows_nobody_down(stage) -> None:
    process = await running(stage)
    await append(stage, process, 0)
    slow, fast = await following(stage, process), await following(stage, process)
    for number in range(1, 400):
        await append(stage, process, number)
        assert sequences(await anext(fast)) == [number]
    # Whatever was announced meanwhile is one thing to look for.
    (watchers,) = {
        frozenset(each)
        for topic, each in stage.broker.subscriptions._watchers.items()
        if topic[0] == "channel"
    }
    assert all(watcher._waiting.empty() for watcher in watchers)
    assert [sequences(await anext(slow))[0] for _ in range(399)] == list(range(1, 400))
    for stream in (slow, fast):
        await stream.aclose()


async def test_the_backlog_comes_in_frames_of_limited_size(stage) -> None:
    process = await running(stage)
    for number in range(5):
        await append(stage, process, number, payload=bytes(3 << 20))
    events = subscribe(stage, process)
    assert sequences(await anext(events)) == [0, 1]
    # Written while the rest is on its way, and first in the log: told last, and once.
    await append(stage, process, -1)
    rest = [sequences(await anext(events)) for _ in range(4)]
    assert rest == [[2], [3], [4], [-1]]
    await events.aclose()


async def test_what_was_written_before_the_end_still_arrives(stage) -> None:
    process = await running(stage)
    await append(stage, process, 0)
    events = await following(stage, process)
    for number in range(1, 4):
        await append(stage, process, number)
    await close(stage, process)
    assert [sequences(await anext(events)) for _ in range(4)] == [[1], [2], [3], []]
    with pytest.raises(Over):
        await anext(events)


async def test_whoever_is_too_slow_for_what_is_kept_is_told(stage) -> None:
    process = await running(stage)
    await append(stage, process, 0)
    for number in (1, 2):
        await append(stage, process, number, payload=bytes(channel.LARGEST_FRAME))
    events = subscribe(stage, process)
    assert sequences(await anext(events)) == [0, 1]
    await close(stage, process)
    stage.clock.advance(61)
    await sweep(stage.broker.store, stage.clock())
    (last,) = await anext(events)
    assert last.error == "subscriber disconnected: buffer full"
    assert await anext(events) == []
    with pytest.raises(Over):
        await anext(events)


async def test_channels_are_removed_a_minute_after_the_end(stage) -> None:
    process, open_one = await running(stage, "c", "d"), await running(stage)
    await append(stage, process, 1)
    await close(stage, process)
    later = await sweep(stage.broker.store, stage.clock())
    assert 59 * SECOND < later - stage.clock() <= 60 * SECOND
    assert await stored(stage) == 3
    stage.clock.advance(61)
    assert await sweep(stage.broker.store, stage.clock()) == 0
    assert await stored(stage) == 1
    await append(stage, open_one, 1)


async def test_removing_a_process_removes_its_channels(stage) -> None:
    process = await stage.submit(channels=["c"])
    await append(stage, process, 1)
    await stage.call(processes.REMOVE_PROCESS, stage.user, processid=process.processid)
    assert await stored(stage) == 0


async def test_a_restart_loses_nothing(stage, database) -> None:
    process = await running(stage)
    for number in range(3):
        await append(stage, process, number)
    await stage.broker.stop()
    stage.broker = Broker(database, stage.broker.facts, clock=stage.clock)
    await stage.broker.start()
    await append(stage, process, 3, caller=stage.executors["e1"])
    assert await read(stage, process, after=1) == [1, 2, 3]
    await stage.broker.stop()


async def test_a_stop_ends_subscriptions(stage) -> None:
    process = await running(stage)
    await append(stage, process, 0)
    events = await following(stage, process)
    waiting = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    await stage.broker.stop()
    assert await waiting == []
    with pytest.raises(StopAsyncIteration):
        await anext(events)


async def test_an_append_beside_the_end_is_stored_or_refused(stage) -> None:
    for _ in range(10):
        process = await running(stage)
        results = await asyncio.gather(
            *(append(stage, process, number) for number in range(10)),
            close(stage, process),
            return_exceptions=True,
        )
        assert {type(result) for result in results} <= {type(None), NotFound}
        assert results[-1] is None
