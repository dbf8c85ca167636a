"""An executor's subscription: what is taken from it is told, and its death is seen."""

import asyncio
import os
import sys
from contextlib import aclosing, asynccontextmanager

from jupyter_colonies.core import machine
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.messages import executors, logs, processes, workflows
from jupyter_colonies.core.messages.executors import SUBSCRIBE_EXECUTOR
from jupyter_colonies.core.process import State
from tests.unit.broker.stage import spec


@asynccontextmanager
async def program():
    """A process of the system that lives until it is told to end."""
    code = "import sys; sys.stdin.read()"
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-S", "-c", code, stdin=asyncio.subprocess.PIPE
    )
    try:
        yield made
    finally:
        if made.returncode is None:
            made.kill()
        await made.wait()


def listening(stage, name="e1", **fields):
    """The subscription of an executor."""
    names = {"colonyname": "dev", "executorname": name, "timeout": 60}
    request = executors.SubscribeExecutor(msgtype=SUBSCRIBE_EXECUTOR.type, **(names | fields))
    return aclosing(stage.broker.subscribe(SUBSCRIBE_EXECUTOR, request, stage.executors[name]))


async def until(stage, process, state):
    """Wait for a state; the process as it is then."""
    request = processes.SubscribeProcess(
        msgtype=processes.SUBSCRIBE_PROCESS.type,
        colonyname="dev",
        processid=process.processid,
        state=state,
        timeout=60,
    )
    events = stage.broker.subscribe(processes.SUBSCRIBE_PROCESS, request, stage.user)
    async with asyncio.timeout(60), aclosing(events):
        return await anext(events)


async def test_an_executor_hears_what_is_taken_from_it(stage):
    graphid = await stage.submit_workflow(spec("a"), spec("b"))
    in_graph = [await stage.assign(), await stage.assign()]
    alone, late = [await stage.submit(), await stage.submit(maxexectime=1, maxretries=1)]
    running = [*in_graph, await stage.assign(), await stage.assign()]
    async with listening(stage) as heard:
        first = await anext(heard)
        assert set(first.running) == {each.processid for each in running}
        await stage.call(processes.CANCEL_PROCESS, stage.user, processid=alone.processid)
        (taken,) = (await anext(heard)).taken
        assert (taken.processid, taken.state) == (alone.processid, State.CANCELLED)
        await stage.call(workflows.CANCEL_GRAPH, stage.user, processgraphid=graphid)
        ended = [(await anext(heard)).taken[0] for _ in in_graph]
        assert {each.processid for each in ended} == {each.processid for each in in_graph}
        stage.clock.advance(2)
        await stage.submit(maxwaittime=1)  # makes the server look for what is due
        (taken,) = (await anext(heard)).taken
        assert (taken.processid, taken.state) == (late.processid, State.WAITING)
        again = await stage.assign()
        names = {"colonyname": "dev", "executorname": "e1"}
        await stage.call(executors.REMOVE_EXECUTOR, stage.owner, **names)
        (taken,) = (await anext(heard)).taken
        assert (taken.processid, taken.state) == (again.processid, State.WAITING)
        assert [change async for change in heard] == []


async def test_its_own_results_are_no_news(stage):
    await stage.submit()
    await stage.submit()
    done, failed = await stage.assign(), await stage.assign()
    async with listening(stage, timeout=0) as heard:
        await anext(heard)
        await stage.close(done)
        failing = {"processid": failed.processid, "errors": ["no"]}
        await stage.call(processes.CLOSE_FAILED, stage.executors["e1"], **failing)
        assert [change async for change in heard] == []


async def test_a_broken_connection_is_no_death(stage):
    await stage.submit()
    process = await stage.assign()
    async with program() as lives:
        async with listening(stage, machine=machine.name(), pid=lives.pid) as heard:
            await anext(heard)
        await stage.settled()
        assert (await stage.get(process.processid)).state == State.RUNNING
        lives.kill()
        given_back = await until(stage, process, State.WAITING)
    assert (given_back.retries, given_back.assignedexecutorid) == (1, "")
    (line,) = await stage.call(logs.GET_LOGS, stage.user, processid=process.processid, count=10)
    assert line.message == (
        f"Executor 'e1' has died: its process {lives.pid} has ended. Waiting for another try\n"
    )
    names = {"colonyname": "dev", "executorname": "e1"}
    executor = await stage.call(executors.GET_EXECUTOR, stage.user, **names)
    assert executor.state == ExecutorState.UNREGISTERED


async def test_the_lease_of_the_living_is_kept(stage):
    """Its interpreter is busy with C code, say, and says nothing for longer than the lease."""
    names = {"colonyname": "dev", "executorname": "e1"}
    await stage.call(executors.RENEW_LEASE, stage.executors["e1"], **names, lease=60)
    await stage.submit()
    process = await stage.assign()
    async with program() as lives:
        async with listening(stage, machine=machine.name(), pid=lives.pid) as heard:
            await anext(heard)
        for _ in range(3):
            stage.clock.advance(40)
            stage.broker.vigil.duty.look()
            await stage.settled()
        await stage.submit(maxwaittime=1)  # makes the server look for what is due
        await stage.settled()
        assert (await stage.get(process.processid)).state == State.RUNNING
        lives.kill()
        await until(stage, process, State.WAITING)


async def test_a_process_that_ends_its_executors_fails(stage):
    await stage.submit(maxretries=1)
    await stage.submit(maxretries=-1)
    for _ in range(4):
        process, other = await stage.assign(), await stage.assign()
        line = {"processid": process.processid, "message": "one\ntwo\n"}
        await stage.call(logs.ADD_LOG, stage.executors["e1"], **line)
        async with program() as lives:
            async with listening(stage, machine=machine.name(), pid=lives.pid) as heard:
                await anext(heard)
            lives.kill()
            await until(stage, other, State.WAITING)
        await stage.add_executor("e1")
    failed = await until(stage, process, State.FAILED)
    assert failed.retries == 3
    assert failed.errors[0].endswith("has ended. It was tried 4 times")
    assert failed.errors[1].startswith("The last lines of its log:\n")
    assert failed.errors[1].endswith("one\ntwo")


async def test_jupyter_tells_of_kernels_that_cannot_be_seen(stage):
    await stage.submit()
    process = await stage.assign()
    async with listening(stage, machine="elsewhere", pid=os.getpid(), kernelid="k") as heard:
        await anext(heard)
        await stage.broker.vigil.kernel_ended("other", "was it?")
        assert (await stage.get(process.processid)).state == State.RUNNING
        await stage.broker.vigil.kernel_ended("k", "its kernel was restarted")
        (taken,) = (await anext(heard)).taken
    assert taken.processid == process.processid
    (line,) = await stage.call(logs.GET_LOGS, stage.user, processid=process.processid, count=10)
    assert "its kernel was restarted. Waiting" in line.message


async def test_somebody_elses_executor_is_left_alone(stage):
    """The name went to another process of the system before the first one ended."""
    async with program() as former:
        async with listening(stage, machine=machine.name(), pid=former.pid) as heard:
            await anext(heard)
        names = {"colonyname": "dev", "executorname": "e1"}
        await stage.call(executors.REMOVE_EXECUTOR, stage.owner, **names)
        await stage.add_executor("e1")
        await stage.submit()
        process = await stage.assign()
        former.kill()
        await former.wait()
        await stage.settled()
    assert (await stage.get(process.processid)).state == State.RUNNING


async def test_what_another_server_takes_is_heard_here(pair):
    await pair.a.submit()
    process = await pair.a.assign()
    async with asyncio.timeout(60), listening(pair.a) as heard:
        assert (await anext(heard)).running == [process.processid]
        await pair.b.call(processes.CANCEL_PROCESS, pair.b.user, processid=process.processid)
        (taken,) = (await anext(heard)).taken
    assert (taken.processid, taken.state) == (process.processid, State.CANCELLED)
