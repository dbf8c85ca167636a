"""The client against a real server: submitting, waiting, following, looking into runs."""

from __future__ import annotations

import asyncio
import json
import queue
import signal
import threading
from contextlib import aclosing, contextmanager

import pytest

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.colony import Colony, connect, current
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.discovery import RUNTIME_VARIABLE, find
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.runs.progress import Progress
from jupyter_colonies.core import enrolment, identity
from jupyter_colonies.core.member import Executor, User
from jupyter_colonies.core.process import State
from jupyter_colonies.core.spec import Conditions, FunctionSpec
from jupyter_colonies.errors import (
    AccessDenied,
    ClientError,
    InvalidWorkflow,
    NotFound,
    NothingToAssign,
    ProcessCancelled,
    ProcessFailed,
    WaitTimeout,
)


class OriginalServer(Colony):
    """Uses nothing that a server of the original project does not have."""

    async def extensions(self):
        return []


@pytest.fixture(params=[Colony, OriginalServer], ids=["ours", "original"])
def colony(request, colony_server, monkeypatch):
    monkeypatch.setenv(RUNTIME_VARIABLE, str(colony_server.runtime_file))
    made = connect(factory=request.param)
    yield made
    made.close()


@pytest.fixture
def ours(colony_server, monkeypatch):
    monkeypatch.setenv(RUNTIME_VARIABLE, str(colony_server.runtime_file))
    made = connect()
    yield made
    made.close()


async def enrolled(colony, name="w"):
    """A client for a new executor of type `work`."""
    key = identity.new_private_key()
    executor = Executor(
        executorid=identity.id_of(key),
        executorname=name,
        executortype="work",
        colonyname=colony.name,
    )
    proof = enrolment.proof(colony.found.secret, colony.name, name, executor.executorid)
    await colony.client.enrol_executor(executor=executor, proof=proof)
    return colony.client.signed_by(key)


async def work_off(colony):
    """Run whatever comes: `fail…` fails, `wait` never ends, `sum` sums, the rest gives 1, 2, 3."""
    client = await enrolled(colony)
    while True:
        try:
            process = await client.assign_process(colonyname=colony.name, timeout=60)
        except NothingToAssign:
            continue
        done = process.processid
        if process.spec.funcname.startswith("fail"):
            await client.add_log(processid=done, message="about to fail")
            await client.close_failed(processid=done, errors=["no luck", "none at all"])
        elif process.spec.funcname == "sum":
            await client.close_successful(processid=done, out=[sum(process.input)])
        elif process.spec.funcname != "wait":
            await client.close_successful(processid=done, out=[1, 2, 3])


@contextmanager
def working(colony):
    future = colony.portal.start(work_off(colony))
    try:
        yield
    finally:
        future.cancel()


def tutorial():
    workflow = Workflow("sum", executortype="work")
    workflow.node("sum_node", "sum", after=workflow.node("gen_node", "gen"))
    return workflow


def diamond(funcname_of_b="gen"):
    workflow = Workflow(executortype="work")
    a = workflow.node("a", "gen")
    b = workflow.node("b", funcname_of_b, after=a)
    c = workflow.node("c", "gen", after=a)
    workflow.node("d", "sum", after=[b, c])
    return workflow


def test_a_workflow_is_submitted_waited_for_and_looked_into(colony):
    with working(colony):
        run = colony.submit(tutorial())
        assert run.wait(60, progress=False) is run
    assert run.state == State.SUCCESS
    assert [node.nodename for node in run] == ["gen_node", "sum_node"]
    assert run["gen_node"].output == [1, 2, 3]
    assert run["sum_node"].input == [1, 2, 3]
    assert run["sum_node"].output == [6]
    assert run["sum_node"].state == State.SUCCESS
    assert "gen_node" in run
    assert "nobody" not in run
    with pytest.raises(NotFound, match="no node 'nobody'; it has gen_node, sum_node"):
        run["nobody"]
    again = colony.run(run.id)
    assert again.state == State.SUCCESS
    assert again["sum_node"].output == [6]


def test_a_single_process_is_a_run_too(colony):
    with working(colony):
        run = colony.submit({"funcname": "gen", "conditions": {"executortype": "work"}})
        run.wait(60, progress=False)
    assert run["gen"].output == [1, 2, 3]
    assert [node.processid for node in run.nodes] == [run.id]


def test_a_failure_is_raised_with_the_processes_own_errors(colony):
    with working(colony):
        run = colony.submit(diamond("fail"))
        with pytest.raises(ProcessFailed) as caught:
            run.wait(60, progress=False)
        single = colony.submit({"funcname": "fail", "conditions": {"executortype": "work"}})
        with pytest.raises(ProcessFailed, match="^fail failed: no luck; none at all$"):
            single.wait(60, progress=False)
    first, _, rest = str(caught.value).partition("\n")
    assert first == "b failed: no luck; none at all"
    assert rest.startswith("Failed because of it: d")
    assert run["b"].errors == ["no luck", "none at all"]
    assert run["b"].log() == "about to fail\n"
    assert run["a"].output == [1, 2, 3]


def test_a_cancelled_run_ends_its_wait(colony):
    run = colony.submit(tutorial())
    with pytest.raises(WaitTimeout, match=rf"state is waiting. Workflow {run.id} goes on"):
        run.wait(0.2, progress=False)
    told = queue.SimpleQueue()
    follower = run.follow(told.put)
    assert len(told.get(timeout=60).nodes) == 2
    run.cancel()
    follower.future.result(60)
    assert run.state == State.CANCELLED
    with pytest.raises(ProcessCancelled, match=f"Workflow {run.id} was cancelled"):
        run.wait(60, progress=False)
    single = colony.submit({"funcname": "gen", "conditions": {"executortype": "work"}})
    single.cancel()
    with pytest.raises(ProcessCancelled, match="Process .* was cancelled"):
        single.wait(60, progress=False)


def test_a_run_can_be_awaited_where_a_loop_runs(colony, capsys):
    async def cell():
        run = colony.submit(tutorial())
        other = asyncio.create_task(asyncio.sleep(0, "the loop goes on"))
        return await run, await other

    with working(colony):
        run, said = asyncio.run(cell())
    assert (run.state, said) == (State.SUCCESS, "the loop goes on")
    assert "2/2 nodes" in capsys.readouterr().err


def test_the_bar_counts_nodes_and_says_what_runs(ours, capsys):
    with working(ours):
        ours.submit(diamond()).wait(60)
    shown = capsys.readouterr().err
    assert "/4 nodes" in shown
    assert "Successful: 100%" in shown
    with working(ours):
        run = ours.submit({"funcname": "wait", "conditions": {"executortype": "work"}})
        with pytest.raises(WaitTimeout):
            run.wait(1)
    assert "Running: wait" in capsys.readouterr().err


@pytest.fixture
def interruptible():
    """Python's own way with Ctrl-C, whatever ran in this process before."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_leaves_the_run_alone_and_says_so(ours, monkeypatch):
    def interrupt(*_):
        monkeypatch.undo()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    run = ours.submit(tutorial())
    monkeypatch.setattr(Progress, "show", interrupt)
    with pytest.raises(KeyboardInterrupt, match=rf"Workflow {run.id} goes on"):
        run.wait(60)
    assert run.state == State.WAITING


def test_followers_hear_of_every_change_and_of_new_nodes(colony):
    async def grow():
        client = await enrolled(colony, "grower")
        parent = await client.assign_process(colonyname=colony.name, timeout=60)
        child = parent.spec
        child.nodename = child.funcname = "child"
        child.conditions.dependencies = []
        for _ in range(2):
            await client.add_child(
                processgraphid=parent.processgraphid, parentprocessid=parent.processid, spec=child
            )
        await client.close_successful(processid=parent.processid, out=[5])
        for _ in range(2):
            process = await client.assign_process(colonyname=colony.name, timeout=60)
            await client.close_successful(processid=process.processid, out=process.input)

    workflow = Workflow(executortype="work")
    workflow.node("parent")
    run = colony.submit(workflow)
    told = []
    follower = run.follow(told.append)
    colony.call(grow())
    follower.future.result(60)
    assert told[-1].state == State.SUCCESS
    assert told[0].nodes[0].nodename == "parent"
    assert [node.nodename for node in run] == ["parent", "child", "child"]
    assert [node.output for node in run.all("child")] == [[5], [5]]
    assert run["child"].processid == run.all("child")[0].processid
    assert all(node.state == State.SUCCESS for node in run.change.nodes)


def test_a_slow_follower_hears_of_the_end_that_a_faster_one_saw(colony):
    run = colony.submit(diamond())

    async def last_heard():
        async with aclosing(run.changes()) as slow:
            heard = [await anext(slow)]
            async for _ in run.changes():
                pass
            heard += [change async for change in slow]
        return {node.processid: node.state for change in heard for node in change.nodes}

    with working(colony):
        states = colony.call(last_heard())
    assert set(states.values()) == {State.SUCCESS}
    assert len(states) == 4


def test_a_failed_leaf_lets_other_branches_go_on(ours):
    async def act():
        client = await enrolled(ours)
        leaf = await client.assign_process(colonyname=ours.name, timeout=60)
        other = await client.assign_process(colonyname=ours.name, timeout=60)
        await client.close_failed(processid=leaf.processid, errors=["fell"])
        return client, other

    workflow = Workflow(executortype="work")
    workflow.node("leaf")
    workflow.node("other")
    run = ours.submit(workflow)
    told = []
    follower = run.follow(told.append)
    client, other = ours.call(act())
    with pytest.raises(ProcessFailed, match="^leaf failed: fell$"):
        run.wait(60, progress=False)
    assert not follower.future.done()
    ours.call(client.close_successful(processid=other.processid))
    follower.future.result(60)
    assert run["other"].state == State.SUCCESS


def test_one_subscription_is_all_that_a_wait_needs(ours, colony_server):
    handled = []
    call = colony_server.broker.call

    async def counting(message, *arguments, **options):
        handled.append(message.type)
        return await call(message, *arguments, **options)

    with working(ours):
        ours.submit(tutorial()).wait(60, progress=False)
        colony_server.broker.call = counting
        run = ours.submit(tutorial())
        run.wait(60, progress=False)
        assert [node.state for node in run] == [State.SUCCESS, State.SUCCESS]
    mine = [each for each in handled if "assign" not in each and "close" not in each]
    assert mine == ["submitworkflowspecmsg"]


def test_a_callback_can_not_block_its_own_thread(ours):
    run = ours.submit(tutorial())
    follower = run.follow(lambda _: run.wait())
    with pytest.raises(ClientError, match="client's own thread"):
        follower.future.result(60)


def test_a_cancelled_long_poll_is_handed_nothing(ours, colony_server, monkeypatch):
    waiters = colony_server.broker.waiters
    arrived, left = threading.Event(), threading.Event()
    add, remove = waiters.add, waiters.remove
    monkeypatch.setattr(waiters, "add", lambda waiter: (add(waiter), arrived.set()))
    monkeypatch.setattr(waiters, "remove", lambda waiter: (remove(waiter), left.set()))
    client = ours.call(enrolled(ours))
    poll = ours.portal.start(client.assign_process(colonyname=ours.name, timeout=60))
    assert arrived.wait(60)
    poll.cancel()
    assert left.wait(60)
    run = ours.submit(tutorial())
    assert run.state == State.WAITING
    process = ours.call(client.assign_process(colonyname=ours.name, timeout=60))
    assert process.spec.nodename == "gen_node"


def test_spec_files_are_submitted_by_name(ours, tmp_path):
    (tmp_path / "sum_wf.json").write_text(tutorial().to_json())
    with working(ours):
        for work in (
            tmp_path / "sum_wf.json",
            str(tmp_path / "sum_wf.json"),
            tutorial().to_json(),
            json.loads(tutorial().to_json()),
            tutorial().to_spec("dev"),
        ):
            assert ours.submit(work).wait(60, progress=False)["sum_node"].output == [6]
    assert ours.submit(tmp_path / "sum_wf.json").name == "sum_wf.json"


def test_what_is_no_dag_is_not_sent(ours):
    with pytest.raises(InvalidWorkflow, match=r"^mine, line \d+: .*'x', which is not in the work"):
        ours.submit(
            '[{"nodename": "a", "funcname": "f", "conditions": {"dependencies": ["x"]}}]',
            source="mine",
        )
    assert ours.workflows() == []


def test_the_colony_lists_what_is_in_it(ours):
    with working(ours):
        run = ours.submit(tutorial()).wait(60, progress=False)
        waiting = ours.submit({"funcname": "x", "conditions": {"executortype": "nobody"}})
        assert [each.executorname for each in ours.executors()] == ["w"]
    assert [each.processgraphid for each in ours.workflows()] == [run.id]
    assert ours.workflows(State.FAILED) == []
    assert len(ours.processes()) == 3
    assert [each.processid for each in ours.processes(State.WAITING)] == [waiting.id]
    assert [each.name for each in ours.users()] == ["tester"]
    assert ours.functions() == []
    assert ours.statistics().successfulworkflows == 1
    assert ours.process(waiting.id).spec.funcname == "x"


def test_long_logs_are_read_to_their_end(ours):
    async def talk():
        client = await enrolled(ours)
        process = await client.assign_process(colonyname=ours.name, timeout=60)
        await asyncio.gather(
            *(client.add_log(processid=process.processid, message=f"{n}\n") for n in range(520))
        )

    run = ours.submit({"funcname": "x", "conditions": {"executortype": "work"}})
    ours.call(talk())
    lines = run.nodes[0].log().splitlines()
    assert sorted(map(int, lines)) == list(range(520))
    logs = ours.logs(run.id)
    assert ours.logs(run.id, since=logs[-2].timestamp) == logs[-1:]


def test_the_current_colony_is_the_last_connected(ours):
    assert current() is ours
    other = connect()
    assert current() is other
    other.close()


def test_environment_variables_lead_to_the_server_too(colony_server, monkeypatch):
    for name, value in colony_server.environment.items():
        monkeypatch.setenv(name, value)
    found = find()
    assert "COLONIES_*" in found.reason
    with_colony = Colony(found)
    assert with_colony.statistics().colonies == 1
    with_colony.close()


async def test_the_client_works_in_any_loop(colony_server):
    endpoint = Endpoint(host=colony_server.host, port=colony_server.port)
    user = Client(endpoint, colony_server.user_key)
    with pytest.raises(AccessDenied, match="not colony owner"):
        await user.remove_user(colonyname="dev", name="tester")
    owner = user.signed_by(colony_server.colony_key)
    added = User(colonyname="dev", userid="1" * 64, name="guest")
    assert await owner.add_user(user=added) == added
    await owner.remove_user(colonyname="dev", name="guest")
    spec = FunctionSpec(funcname="f", conditions=Conditions(colonyname="dev", executortype="work"))
    events = user.subscribe_processes(
        colonyname="dev", executortype="work", state=State.WAITING, timeout=60
    )
    async with aclosing(events):
        first = asyncio.create_task(anext(events))
        while not first.done():
            # Only what happens after the subscription is told.
            await user.submit_function_spec(spec=spec)
            await asyncio.wait([first], timeout=0.1)
        assert first.result().spec.funcname == "f"
    await user.close()


def test_threads_share_a_colony(ours):
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(ours.statistics().colonies))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [1] * 8
