"""Two servers on one PostgreSQL behave as one."""

import asyncio
from collections import Counter
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

import pytest

from jupyter_colonies.broker.signals import MOST_NOTICES, Changed, Due, Missed, Ready, SignalNotices
from jupyter_colonies.broker.subscriptions import Over
from jupyter_colonies.core import identity
from jupyter_colonies.core.member import Executor
from jupyter_colonies.core.messages import (
    assignments,
    channels,
    colonies,
    executors,
    identities,
    logs,
    processes,
    workflows,
)
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import (
    AccessDenied,
    AssignmentsPaused,
    LimitReached,
    NameTaken,
    NothingToAssign,
    PauseOutlasted,
    ServerStopping,
)
from tests.postgres import PostgresServer
from tests.unit.broker.pair import Pair
from tests.unit.broker.stage import Stage, spec


async def test_a_poll_on_one_is_woken_by_a_submit_on_the_other(pair: Pair) -> None:
    polling = asyncio.create_task(pair.a.assign(wait=60))
    await pair.a.waiting(1)
    await pair.a.settled()
    before = pair.a.broker.store.statements
    await asyncio.sleep(0.2)
    assert pair.a.broker.store.statements == before
    submitted = await pair.b.submit()
    assert (await asyncio.wait_for(polling, 10)).processid == submitted.processid


async def test_one_process_wakes_at_most_one_executor_of_the_other_server(pair: Pair) -> None:
    names = [f"idle{index}" for index in range(10)]
    for name in names:
        await pair.b.add_executor(name)
    polls = [asyncio.create_task(pair.b.assign(name, 60)) for name in names]
    await pair.b.waiting(10)
    await pair.b.settled()
    before = pair.b.broker.store.statements
    await pair.a.submit()
    await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
    assert pair.b.broker.store.statements - before <= 10
    for poll in polls:
        poll.cancel()
    await asyncio.gather(*polls, return_exceptions=True)


async def test_what_was_missed_while_nobody_listened_is_looked_for_once(
    pair: Pair, postgres: PostgresServer, postgres_url: str
) -> None:
    """The listening connections end; work comes before they are there again."""
    name = urlsplit(postgres_url).path.strip("/")
    for _ in range(5):
        polling = asyncio.create_task(pair.a.assign(wait=60))
        await pair.a.waiting(1)
        await pair.a.settled()
        postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND query LIKE 'LISTEN%'"
        )
        submitted = await pair.b.submit()
        process = await asyncio.wait_for(polling, 10)
        assert process.processid == submitted.processid
        await pair.a.close(process)


async def test_a_pause_on_one_holds_on_the_other_and_its_end_wakes_who_waits_there(
    pair: Pair,
) -> None:
    await pair.b.call(assignments.PAUSE_ASSIGNMENTS, pair.b.owner, colonyname="dev")
    submitted = await pair.a.submit()
    with pytest.raises(AssignmentsPaused):
        await pair.a.assign()
    polling = asyncio.create_task(pair.a.assign(wait=60))
    await pair.a.waiting(1)
    await pair.b.call(assignments.RESUME_ASSIGNMENTS, pair.b.owner, colonyname="dev")
    assert (await asyncio.wait_for(polling, 10)).processid == submitted.processid


async def test_a_poll_on_one_learns_of_a_pause_on_the_other(pair: Pair) -> None:
    polling = asyncio.create_task(pair.a.assign(wait=6))
    await pair.a.waiting(1)
    await pair.b.call(assignments.PAUSE_ASSIGNMENTS, pair.b.owner, colonyname="dev")
    with pytest.raises(PauseOutlasted):
        await asyncio.wait_for(polling, 30)


async def test_both_servers_have_one_owner(pair: Pair) -> None:
    founder, heir = pair.a.broker.serverid, identity.new_id()
    await pair.a.call(identities.CHANGE_SERVER_ID, founder, serverid=heir)
    for stage in pair:
        with pytest.raises(AccessDenied, match="not server owner"):
            await stage.call(colonies.GET_COLONIES, founder)
        assert await stage.call(colonies.GET_COLONIES, heir)


async def test_subscriptions_hear_of_changes_on_the_other_server(pair: Pair) -> None:
    process = await pair.a.submit()
    message = processes.SUBSCRIBE_PROCESS
    request = message.request(
        msgtype=message.type,
        colonyname="dev",
        processid=process.processid,
        executortype="worker",
        state=int(State.SUCCESS),
        timeout=60,
    )
    ended = asyncio.create_task(_first(pair.b.broker.subscribe(message, request, pair.b.user)))
    graph = await pair.a.submit_workflow(spec("one"), spec("two", "one"))
    whole = workflows.SUBSCRIBE_WORKFLOW
    after = whole.request(msgtype=whole.type, processgraphid=graph, timeout=60, after=1)
    changed = asyncio.create_task(_first(pair.b.broker.subscribe(whole, after, pair.b.user)))
    await asyncio.sleep(0.2)
    for _ in range(2):
        await pair.a.close(await pair.a.assign(), "done")
    assert (await asyncio.wait_for(ended, 10)).output == ["done"]
    assert (await asyncio.wait_for(changed, 10)).revision > 1


async def test_lines_written_on_the_other_server_are_pushed(pair: Pair) -> None:
    await pair.a.submit()
    process = await pair.a.assign()
    message = logs.SUBSCRIBE_NOTES
    request = message.request(msgtype=message.type, processid=process.processid, timeout=60)
    async with aclosing(pair.b.broker.subscribe(message, request, pair.b.user)) as news:
        async with asyncio.timeout(30):
            assert (await anext(news)).lines == []
            await pair.a.call(
                logs.ADD_LOG, process.assignedexecutorid, processid=process.processid, message="m"
            )
            assert [line.message for line in (await anext(news)).lines] == ["m"]


async def test_subscriptions_catch_up_with_what_was_missed_while_nobody_listened(
    pair: Pair, postgres: PostgresServer, postgres_url: str
) -> None:
    """The listening connections end; the changes come before they are there again."""
    name = urlsplit(postgres_url).path.strip("/")
    whole = workflows.SUBSCRIBE_WORKFLOW
    states = (State.SUCCESS, State.RUNNING, State.WAITING)
    for _ in range(3):
        of_type = [_subscribed(pair.b, processes.SUBSCRIBE_PROCESSES, state) for state in states]
        await pair.b.subscribed(len(states))
        await pair.a.submit_workflow(spec("before"))
        before = await pair.a.assign()
        await pair.a.close(before)
        await asyncio.gather(*(each.reaches(before.processid) for each in of_type))
        graph = await pair.a.submit_workflow(spec("one"), spec("two", "one"))
        found = await pair.a.call(workflows.GET_GRAPH, pair.a.user, processgraphid=graph)
        first, second = found.processids
        after = whole.request(msgtype=whole.type, processgraphid=graph, timeout=60, after=1)
        changes = asyncio.create_task(_first(pair.b.broker.subscribe(whole, after, pair.b.user)))
        one = _subscribed(pair.b, processes.SUBSCRIBE_PROCESS, State.SUCCESS, first)
        await pair.b.subscribed(len(states) + 2)
        postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND query LIKE 'LISTEN%'"
        )
        await pair.a.close(await pair.a.assign(), "done")
        async with asyncio.timeout(60):
            assert (await one.reaches(first)).output == ["done"]
            for each, state in zip(of_type, states, strict=True):
                process = await each.reaches(second if state is State.WAITING else first)
                assert process.state == state
            assert (await changes).revision > 1
        await pair.a.close(await pair.a.assign())
        await asyncio.gather(*(each.close() for each in (*of_type, one)))


class _Subscribed:
    """A subscription whose events are received as they come."""

    def __init__(self, events: Any) -> None:
        self._events = events
        self._received: asyncio.Queue[Any] = asyncio.Queue()
        self._task = asyncio.create_task(self._receive())

    async def _receive(self) -> None:
        async for event in self._events:
            self._received.put_nowait(event)

    async def reaches(self, processid: str) -> Any:
        """The next event of a process."""
        while (event := await self._received.get()).processid != processid:
            pass
        return event

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._events.aclose()


def _subscribed(stage: Stage, message: Any, state: State, processid: str = "") -> _Subscribed:
    """A subscription of one process, or of a type."""
    fields: dict[str, Any] = {"processid": processid} if processid else {}
    request = message.request(
        msgtype=message.type,
        colonyname="dev",
        executortype="worker",
        state=int(state),
        timeout=60,
        **fields,
    )
    return _Subscribed(stage.broker.subscribe(message, request, stage.user))


async def test_a_channel_is_one_log_on_both_servers(pair: Pair) -> None:
    process = await pair.a.submit(channels=["c"])
    fields: dict[str, Any] = {"processid": process.processid, "name": "c"}
    message = channels.SUBSCRIBE_CHANNEL
    request = message.request(msgtype=message.type, timeout=60, **fields)

    async def append(stage: Stage, sequence: int) -> None:
        await stage.call(channels.APPEND_TO_CHANNEL, stage.user, sequence=sequence, **fields)

    await append(pair.a, 0)
    events = pair.b.broker.subscribe(message, request, pair.b.user)
    assert [entry.sequence for entry in await anext(events)] == [0]
    waiting = asyncio.ensure_future(anext(events))
    await pair.b.settled()
    before = pair.b.broker.store.statements
    await asyncio.sleep(0.2)
    assert pair.b.broker.store.statements == before
    await append(pair.a, 1)
    assert [entry.sequence for entry in await asyncio.wait_for(waiting, 10)] == [1]
    await asyncio.gather(*(append(pair[number % 2], number) for number in range(2, 60)))
    found = [(await asyncio.wait_for(anext(events), 30))[0].sequence for _ in range(58)]
    assert sorted(found) == list(range(2, 60))
    for stage in pair:
        log = await stage.call(channels.READ_CHANNEL, stage.user, **fields)
        assert [entry.sequence for entry in log] == list(range(60))
    await pair.a.close(await pair.a.assign())
    assert await asyncio.wait_for(anext(events), 30) == []
    with pytest.raises(Over):
        await anext(events)


async def test_the_rate_of_a_channel_counts_over_both_servers(pair: Pair) -> None:
    process = await pair.a.submit(channels=["c"])
    refused = 0
    for number in range(502):
        stage = pair[number % 2]
        try:
            await stage.call(
                channels.APPEND_TO_CHANNEL, stage.user, processid=process.processid, name="c"
            )
        except LimitReached:
            refused += 1
    assert refused == 2


async def _first(events):
    async for event in events:
        await events.aclose()
        return event
    raise LookupError("the subscription ended without an event")


async def test_each_process_is_assigned_once_over_both_servers_and_the_death_of_one(
    pair: Pair,
) -> None:
    many, names = 200, [f"e{index}" for index in range(2, 22)]
    for name in names:
        await pair.a.add_executor(name)
    assigned: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    running: set[asyncio.Task] = set()

    async def work(name: str, stages: list[Stage]) -> None:
        while sum(closed.values()) < many:
            try:
                process = await stages[0].assign(name, wait=2)
            except NothingToAssign:
                continue
            except ServerStopping:
                stages = stages[1:]
                continue
            assigned[process.processid] += 1
            try:
                await stages[0].close(process, name=name)
            except ServerStopping:
                stages = stages[1:]
                await stages[0].close(process, name=name)
            closed[process.processid] += 1

    for index, name in enumerate(names):
        order = [pair.a, pair.b] if index % 2 else [pair.b, pair.a]
        running.add(asyncio.create_task(work(name, order)))
    submitted = set()
    for index in range(many):
        stage = pair.a if index % 2 or index > many // 2 else pair.b
        submitted.add((await stage.submit()).processid)
        if index == many // 2:
            await pair.b.broker.stop()
    async with asyncio.timeout(60):
        await asyncio.gather(*running)
    assert set(closed) == submitted
    assert set(closed.values()) == {1}
    assert set(assigned.values()) == {1}


async def test_a_workflow_of_many_parents_runs_over_both_servers(pair: Pair) -> None:
    """Parents that end at the same moment count their child down once each."""
    parents = [f"p{index}" for index in range(30)]
    children = [spec(f"c{index}", *parents) for index in range(5)]
    graph = await pair.a.submit_workflow(*(spec(name) for name in parents), *children)
    names = [f"w{index}" for index in range(10)]
    for name in names:
        await pair.a.add_executor(name)
    ran: list[str] = []

    async def work(name: str, stage: Stage) -> None:
        while len(ran) < 35:
            try:
                process = await stage.assign(name, wait=1)
            except NothingToAssign:
                continue
            await stage.close(process, name, name=name)
            ran.append(process.spec.nodename)
            if process.parents:
                assert len(process.input or []) == 30

    async with asyncio.timeout(60):
        await asyncio.gather(*(work(name, pair[i % 2]) for i, name in enumerate(names)))
    found = await pair.b.call(workflows.GET_GRAPH, pair.b.user, processgraphid=graph)
    assert found.state == State.SUCCESS
    assert sorted(ran) == sorted([*parents, *(f"c{index}" for index in range(5))])
    assert set(ran[:30]) == set(parents)


async def test_closing_twice_at_the_same_moment_on_two_servers_counts_once(pair: Pair) -> None:
    for _ in range(20):
        await pair.a.submit()
        process = await pair.a.assign()
        await asyncio.gather(pair.a.close(process, 1), pair.b.close(process, 1))
    statistics = await pair.a.call(colonies.GET_COLONY_STATISTICS, pair.a.user, colonyname="dev")
    assert (statistics.successfulprocesses, statistics.runningprocesses) == (20, 0)


async def test_one_of_two_that_register_the_same_name_is_refused_in_words(pair: Pair) -> None:
    for number in range(10):
        request = [
            stage.call(
                executors.ADD_EXECUTOR,
                stage.owner,
                executor=Executor(
                    colonyname="dev",
                    executorid=identity.new_id(),
                    executorname=f"twin{number}",
                    executortype="worker",
                ),
            )
            for stage in pair
        ]
        results = await asyncio.gather(*request, return_exceptions=True)
        refused = [result for result in results if isinstance(result, Exception)]
        assert [type(error) for error in refused] == [NameTaken]
        assert "already exists" in str(refused[0])


async def test_lines_of_a_log_have_times_of_their_own(pair: Pair) -> None:
    await pair.a.submit()
    process = await pair.a.assign()
    await asyncio.gather(
        *(
            pair[index % 2].call(
                logs.ADD_LOG,
                pair.a.executors["e1"],
                processid=process.processid,
                message=f"{index}",
            )
            for index in range(40)
        )
    )
    lines = await pair.a.call(
        logs.GET_LOGS,
        pair.a.user,
        colonyname="dev",
        processid=process.processid,
        count=100,
        since=0,
    )
    assert len({line.timestamp for line in lines}) == 40


async def test_a_deadline_acts_once_whichever_server_set_it(pair: Pair) -> None:
    process = await pair.a.submit(maxexectime=1, maxretries=3)
    await pair.b.assign()
    pair.a.clock.advance(2)
    for stage in pair:
        stage.broker._duties["deadlines"].look()
    async with asyncio.timeout(20):
        while (found := await pair.a.get(process.processid)).state != State.WAITING:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await pair.a.settled()
    await pair.b.settled()
    found = await pair.a.get(process.processid)
    assert (found.state, found.retries) == (State.WAITING, 1)


async def test_work_goes_back_when_its_executor_is_removed_on_the_other_server(
    pair: Pair,
) -> None:
    """However a claim and the removal interleave, nothing is left with a removed executor."""
    for number in range(15):
        name = f"gone{number}"
        await pair.a.add_executor(name, executortype="leaver")
        process = await pair.a.submit(executortype="leaver")
        await asyncio.gather(
            pair.a.assign(name, wait=-1),
            pair.b.call(
                executors.REMOVE_EXECUTOR, pair.b.owner, colonyname="dev", executorname=name
            ),
            return_exceptions=True,
        )
        assert (await pair.a.get(process.processid)).state == State.WAITING
        await pair.a.call(processes.REMOVE_PROCESS, pair.a.user, processid=process.processid)


def test_signals_travel_in_texts_of_limited_length() -> None:
    notices = SignalNotices()
    ready = Ready("dev", "worker", "", "")
    signals = [
        *(Changed(f"{index:064}", "dev", "worker", State.WAITING) for index in range(200)),
        ready,
        Due(9),
        Due(5),
    ]
    texts = notices.write(signals, 7900)
    assert 1 < len(texts) <= MOST_NOTICES
    assert all(len(text) <= 7900 for text in texts)
    heard = [signal for text in texts for signal in notices.read(text)]
    assert {s for s in heard if isinstance(s, Changed)} == set(signals[:200])
    assert heard.count(ready) == 1
    assert {s for s in heard if isinstance(s, Due)} == {Due(5)}
    assert notices.write([], 7900) == []
    assert notices.write(["of no concern"], 7900) == []


def test_signals_beyond_measure_say_only_that_there_is_something() -> None:
    notices = SignalNotices()
    many = [Changed(f"{index:064}", "dev", "worker", State.WAITING) for index in range(5000)]
    assert [notices.read(text) for text in notices.write(many, 7900)] == [[Missed()]]
    long = [Ready("x" * 9000, "worker", "", "")]
    assert [notices.read(text) for text in notices.write(long, 7900)] == [[Missed()]]
    assert notices.read("not a notice") == [Missed()]
