"""Protocol part 02, sections 10.1 and 10.2, scenarios 67 and 68: lists and histories."""

import pytest

from tests.conformance.wire import CANCELLED, FAILED, RUNNING, SUCCESS, WAITING, refused


def ids(processes):
    return [process["processid"] for process in processes]


def test_scenario_67_filters(e1):
    for number in range(20):
        e1.submit(
            label="marked" if number % 10 == 0 else "",
            conditions={"executortype": "t1" if number % 4 == 0 else "t"},
        )
    assert len(e1.processes(WAITING)) == 20
    assert len(e1.processes(WAITING, executortype="t1")) == 5
    assert len(e1.processes(WAITING, count=10)) == 10
    assert len(e1.processes(WAITING, label="marked")) == 2
    assert len(e1.processes(WAITING, label="marked", executortype="t1")) == 1
    assert e1.processes(WAITING, label="%") == []


@pytest.mark.parametrize("state", [7, -1, 5, -2])
def test_scenario_67_states_that_are_none(e1, state):
    with refused(400, "Failed to get processes, invalid msg.State"):
        e1.processes(state)


def test_scenario_67_counts(e1):
    with refused(400, "Count is larger than MaxCount limit <100>"):
        e1.processes(WAITING, count=101)
    e1.submit()
    assert e1.processes(WAITING, count=0) == []


def test_only_members_list(colony, e1):
    with refused(403, "Access denied, not a member"):
        colony.outsiders_executor().processes(WAITING)


def test_a_missing_state_means_waiting(colony, e1):
    e1.submit()
    e1.run()
    process = e1.submit()
    found = e1.call("getprocessesmsg", colonyname=colony.name, count=10)
    assert ids(found) == [process["processid"]]


def test_orders(e1, e2):
    first, second, third = e1.submit(), e1.submit(), e1.submit(priority=1)
    assert ids(e1.processes(WAITING)) == ids([third, first, second])
    running = [e1.assign(), e2.assign(), e1.assign()]
    assert ids(e1.processes(RUNNING)) == ids([third, first, second])
    for process in (running[1], running[2], running[0]):
        (e2 if process["assignedexecutorid"] == e2.id else e1).close(process)
    assert ids(e1.processes(SUCCESS)) == ids([third, second, first])


def test_failed_and_cancelled(e1):
    e1.submit()
    failed = e1.assign()
    e1.fail(failed)
    cancelled = e1.submit()
    e1.call("cancelprocessmsg", processid=cancelled["processid"])
    assert ids(e1.processes(FAILED)) == ids([failed])
    assert ids(e1.processes(CANCELLED)) == ids([cancelled])


def test_listed_processes_are_whole(e1):
    graph = e1.submit_workflow(
        e1.spec(nodename="a", env={"k": "v"}),
        e1.spec(nodename="b", conditions={"dependencies": ["a"]}),
    )
    listed = {process["processid"]: process for process in e1.processes(WAITING)}
    for processid in graph["processids"]:
        assert listed[processid] == e1.process(processid)


def test_processes_of_one_workflow(colony, e1):
    e1.submit()
    graph = e1.submit_workflow(a=[], b=["a"], c=["a"], d=["b", "c"])
    e1.run()
    e1.run()
    this = {"colonyname": colony.name, "processgraphid": graph["processgraphid"], "count": 100}
    found = e1.call("getprocessesmsg", state=-1, **this)
    assert [each["spec"]["nodename"] for each in found] == ["a", "b", "d", "c"]
    waiting = e1.call("getprocessesmsg", state=WAITING, **this)
    assert [each["spec"]["nodename"] for each in waiting] == ["b", "d", "c"]
    with refused(400):
        e1.call("getprocessesmsg", state=-1, **this | {"processgraphid": "f" * 64})
    elsewhere = colony.wire.new_colony().executor()
    with refused(400):
        elsewhere.call("getprocessesmsg", state=-1, **this | {"colonyname": elsewhere.colony.name})


# --- histories ---


def history(member, state, seconds=600, executorid=""):
    return member.call(
        "getprocesshistmsg",
        colonyname=member.colony.name,
        state=state,
        seconds=seconds,
        executorid=executorid,
    )


def test_scenario_68_a_history(e1, e2):
    submitted = [e1.submit() for _ in range(6)]
    first, second, third = e1.assign(), e2.assign(), e1.assign()
    assert ids(history(e1, RUNNING)) == ids([first, second, third])
    assert ids(history(e1, RUNNING, executorid=e1.id)) == ids([first, third])
    assert ids(history(e1, WAITING)) == ids(submitted[3:])
    e1.close(third)
    e1.close(first)
    e2.fail(second)
    e1.call("cancelprocessmsg", processid=submitted[3]["processid"])
    assert ids(history(e1, SUCCESS)) == ids([first, third])
    assert history(e1, SUCCESS, executorid=e2.id) == []
    assert ids(history(e2, FAILED, executorid=e2.id)) == ids([second])
    assert ids(history(e1, CANCELLED)) == ids([submitted[3]])
    assert history(e1, SUCCESS, seconds=0) == []
    assert history(e1, RUNNING) == []


def test_a_history_has_whole_processes_and_no_limit(e1):
    graph = e1.submit_workflow(a=[], b=["a"])
    e1.run("out")
    (found,) = history(e1, SUCCESS)
    assert found == e1.process(found)
    assert found["processgraphid"] == graph["processgraphid"]
    for _ in range(110):
        e1.submit()
    assert len(history(e1, WAITING, seconds=10**18)) == 111


def test_who_sees_a_history(colony, e1, user):
    e1.submit()
    assert len(history(user, WAITING)) == 1
    other = colony.outsiders_executor()
    for stranger in (other, colony.outsider(), colony.pending()):
        with refused(403, "Access denied, not a member"):
            history(stranger, WAITING)
    with refused(403, "Access denied, not a member"):
        colony.owner("getprocesshistmsg", seconds=60)
    for wrong in ({"state": 5}, {"state": -1}, {"seconds": -1}):
        with refused(400, "Failed to get process history"):
            history(e1, **{"state": WAITING} | wrong)
    with refused(400, "Failed to get process history, invalid JSON"):
        history(e1, "waiting")
