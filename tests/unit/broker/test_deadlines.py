"""Deadlines and leases, with time that the tests move."""

import pytest

from jupyter_colonies.broker.deadlines import expire
from jupyter_colonies.core import enrolment, identity
from jupyter_colonies.core.member import Executor, ExecutorState
from jupyter_colonies.core.messages import executors, logs, workflows
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import AccessDenied
from tests.unit.broker.stage import Stage, spec


async def later(stage: Stage, seconds: float) -> None:
    stage.clock.advance(seconds)
    await stage.broker.store.write(expire)


async def test_waiting_too_long_fails_the_process(stage) -> None:
    process = await stage.submit(maxwaittime=10)
    await later(stage, 9)
    assert (await stage.get(process.processid)).state == State.WAITING
    await later(stage, 2)
    found = await stage.get(process.processid)
    assert found.state == State.FAILED
    assert found.errors == ["Maximum waiting time limit exceeded"]
    assert found.assignedexecutorid == ""
    assert not found.isassigned


async def test_the_clock_of_a_blocked_node_starts_when_it_may_run(stage) -> None:
    graph = await stage.submit_workflow(spec("a"), spec("b", "a", maxwaittime=10))
    first = await stage.assign()
    child = first.children[0]
    assert (await stage.get(child)).waitdeadline == NEVER
    await later(stage, 100)
    await stage.close(first)
    assert (await stage.get(child)).waitdeadline != NEVER
    await later(stage, 11)
    assert (await stage.get(child)).state == State.FAILED
    found = await stage.call(workflows.GET_GRAPH, stage.user, processgraphid=graph)
    assert found.state == State.FAILED


async def test_running_too_long_goes_back_until_the_retries_are_used_up(stage) -> None:
    process = await stage.submit(maxexectime=5, maxretries=1)
    await stage.assign()
    await later(stage, 6)
    found = await stage.get(process.processid)
    assert (found.state, found.retries) == (State.WAITING, 1)
    await stage.assign()
    await later(stage, 6)
    found = await stage.get(process.processid)
    assert found.state == State.FAILED
    assert found.errors == ["Maximum execution time limit exceeded"]


async def test_negative_retries_never_give_up(stage) -> None:
    process = await stage.submit(maxexectime=1, maxretries=-1)
    for run in range(1, 6):
        await stage.assign()
        await later(stage, 2)
        assert (await stage.get(process.processid)).retries == run


async def test_zero_means_no_limit(stage) -> None:
    process = await stage.submit()
    await stage.assign()
    await later(stage, 1_000_000)
    assert (await stage.get(process.processid)).state == State.RUNNING


async def test_a_late_close_of_one_that_lost_the_process_is_refused(stage) -> None:
    await stage.add_executor("e2")
    await stage.submit(maxexectime=1, maxretries=5)
    lost = await stage.assign("e1")
    await later(stage, 2)
    taken = await stage.assign("e2")
    assert taken.processid == lost.processid
    with pytest.raises(AccessDenied, match="not allowed to close process as successful"):
        await stage.close(lost, name="e1")
    await stage.close(taken, "ok", name="e2")
    assert (await stage.get(lost.processid)).output == ["ok"]


async def enrol(stage: Stage, name: str, lease: int) -> str:
    executorid = stage.executors[name] = identity.new_id()
    await stage.call(
        executors.ENROL_EXECUTOR,
        executorid,
        executor=Executor(
            colonyname="dev", executorid=executorid, executorname=name, executortype="worker"
        ),
        proof=enrolment.proof("secret", "dev", name, executorid),
        lease=lease,
    )
    return executorid


async def test_a_silent_lease_gives_the_processes_back(stage) -> None:
    await enrol(stage, "cell", 60)
    process = await stage.submit()
    await stage.assign("cell")
    await later(stage, 50)
    await stage.call(
        executors.RENEW_LEASE,
        stage.executors["cell"],
        colonyname="dev",
        executorname="cell",
        lease=60,
    )
    await later(stage, 50)
    assert (await stage.get(process.processid)).state == State.RUNNING
    await later(stage, 20)
    assert (await stage.get(process.processid)).state == State.WAITING
    listed = await stage.call(executors.GET_EXECUTORS, stage.user, colonyname="dev")
    assert {e.executorname: e.state for e in listed}["cell"] == ExecutorState.UNREGISTERED


async def test_every_call_renews_a_lease(stage) -> None:
    await enrol(stage, "cell", 60)
    process = await stage.submit()
    taken = await stage.assign("cell")
    for _ in range(5):
        stage.clock.advance(50)
        await stage.call(
            logs.ADD_LOG,
            stage.executors["cell"],
            processid=taken.processid,
            message="alive\n",
        )
        await stage.broker.store.write(expire)
    assert (await stage.get(process.processid)).state == State.RUNNING


async def test_a_wrong_proof_enrols_nobody(stage) -> None:
    executorid = identity.new_id()
    with pytest.raises(AccessDenied, match="proof of enrolment is wrong"):
        await stage.call(
            executors.ENROL_EXECUTOR,
            executorid,
            executor=Executor(
                colonyname="dev", executorid=executorid, executorname="x", executortype="worker"
            ),
            proof="0" * 64,
        )
    listed = await stage.call(executors.GET_EXECUTORS, stage.user, colonyname="dev")
    assert [e.executorname for e in listed] == ["e1"]
