"""Protocol part 02, section 4, and scenarios 10 to 20, 22 and 23: handing out work."""

import threading
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress

import pytest

from tests.conformance.wire import (
    NEVER,
    RUNNING,
    WAITING,
    Refused,
    envelope,
    moment,
    opened,
    refused,
)

NOTHING = "No process available for assignment"


def ids(processes):
    return [process["processid"] for process in processes]


@pytest.mark.parametrize("timeout", [-1, -100, 1])
def test_scenario_10_nothing_to_assign(e1, timeout):
    with refused(404, NOTHING):
        e1.assign(timeout)


def test_scenario_10_waiting_takes_as_long_as_asked(e1):
    started = time.monotonic()
    with refused(404, NOTHING):
        e1.assign(1)
    assert time.monotonic() - started > 0.9


@pytest.mark.parametrize("fields", [{}, {"timeout": 0}, {"timeout": None}], ids=str)
def test_scenario_11_a_timeout_is_needed(colony, e1, fields):
    with refused(400, "Invalid timeout value, timeout cannot be zero"):
        e1.call("assignprocessmsg", colonyname=colony.name, **fields)


def test_an_assigned_process(e1, e2):
    submitted = e2.submit(maxexectime=30, env={"k": "v"})
    process = e1.assign(availablecpu="4000m", availablemem="8Gi")
    assert process["processid"] == submitted["processid"]
    assert (process["state"], process["isassigned"]) == (RUNNING, True)
    assert process["assignedexecutorid"] == e1.id
    assert process["attributes"][0]["state"] == RUNNING
    limit = moment(process["execdeadline"]) - moment(process["starttime"])
    assert limit.total_seconds() == 30
    assert process == e1.process(process)


def test_scenario_12_a_poll_is_woken_by_a_submit(e1, e2):
    with ThreadPoolExecutor() as pool:
        poll = pool.submit(e1.assign, 60)
        with pytest.raises(TimeoutError):
            poll.result(0.3)
        submitted = e2.submit()
        assert poll.result(30)["processid"] == submitted["processid"]


def test_a_poll_is_woken_by_a_workflow_and_by_its_progress(e1, e2):
    with ThreadPoolExecutor() as pool:
        polls = {pool.submit(e1.assign, 60), pool.submit(e2.assign, 60)}
        e1.submit_workflow(a=[], b=["a"])
        (first,), (second,) = wait(polls, timeout=30, return_when=FIRST_COMPLETED)
        done = first.result()
        assert done["spec"]["nodename"] == "a"
        assert not wait([second], timeout=0.3).done
        (e1 if done["assignedexecutorid"] == e1.id else e2).close(done, ["x"])
        following = second.result(30)
        assert (following["spec"]["nodename"], following["in"]) == ("b", ["x"])


def test_scenario_13_equal_priority_is_first_come_first_served(e1):
    submitted = [e1.submit() for _ in range(5)]
    assert ids(e1.assign() for _ in range(5)) == ids(submitted)


def test_scenario_13_higher_priority_first(e1):
    submitted = [e1.submit(priority=priority) for priority in (1, 2, 5, 5)]
    expected = [submitted[place]["processid"] for place in (2, 3, 1, 0)]
    assert ids(e1.processes(WAITING)) == expected
    assert ids(e1.assign() for _ in range(4)) == expected


def test_scenario_14_named_executors(e1, e2):
    submitted = [
        e1.submit(conditions={"executornames": names}) for names in (["E1"], None, None, ["E2"])
    ]
    first, second, third, fourth = ids(submitted)
    assert e2.assign()["processid"] == second
    assert e1.assign()["processid"] == first
    assert e1.assign()["processid"] == third
    assert e1.gets_nothing()
    assert e2.assign()["processid"] == fourth


def test_several_named_executors(colony, e1, e2):
    process = e1.submit(conditions={"executornames": ["E2", "E3"]})
    assert e1.gets_nothing()
    assert colony.executor(name="E3").assign()["processid"] == process["processid"]
    process = e1.submit(conditions={"executornames": ["E2", "*"]})
    assert e1.assign()["processid"] == process["processid"]


def test_scenario_15_resources(e1):
    process = e1.submit(conditions={"cpu": "4000m", "mem": "4000G"})
    for cpu, memory in [("1000m", "10G"), ("1000m", "4000G"), ("4000m", "3000G"), ("4", "4000G")]:
        assert e1.gets_nothing(availablecpu=cpu, availablemem=memory)
    found = e1.assign(availablecpu="4000m", availablemem="4000G")
    assert found["processid"] == process["processid"]


def test_unlimited_resources(e1):
    process = e1.submit(conditions={"cpu": "4000m", "mem": "4000G"})
    assert e1.assign()["processid"] == process["processid"]


@pytest.mark.parametrize("fields", [{"availablecpu": "xm"}, {"availablemem": "10"}], ids=str)
def test_unreadable_resources(e1, fields):
    with refused(400):
        e1.assign(**fields)


def test_resources_that_nobody_can_announce_do_not_restrict(e1):
    conditions = {
        "nodes": 1000,
        "processes": 1000,
        "processespernode": 1000,
        "storage": "10T",
        "walltime": 10**6,
        "gpu": {"count": 9, "mem": "10G"},
    }
    process = e1.submit(conditions=conditions)
    assert e1.assign()["processid"] == process["processid"]


def test_scenario_16_locations(colony):
    nowhere = colony.executor(name="nowhere")
    at_loc2 = colony.executor(name="at loc2", locationname="loc2")
    submitted = [
        nowhere.submit(conditions={"locationname": location}) for location in ("", "loc1", "LOC2")
    ]
    assert nowhere.assign()["processid"] == submitted[0]["processid"]
    assert nowhere.gets_nothing()
    again = nowhere.submit()
    assert at_loc2.assign()["processid"] == submitted[2]["processid"]
    assert at_loc2.assign()["processid"] == again["processid"]
    assert at_loc2.gets_nothing()


def test_scenario_17_another_type(colony, e1):
    e1.submit(conditions={"executornames": ["other"]})
    assert colony.executor("another", name="other").gets_nothing()
    assert colony.executor("T", name="upper case").gets_nothing()


def test_work_of_another_colony(colony, e1):
    e1.submit()
    elsewhere = colony.wire.new_colony().executor(name="E1")
    assert elsewhere.gets_nothing()


def test_scenario_18_who_may_not_assign(colony, e1, user):
    e1.submit()
    with refused(500, "Failed to assign process, executor not found"):
        user.assign()
    rejected = colony.executor()
    colony.owner("rejectexecutormsg", executorname=rejected.name)
    removed = colony.executor()
    colony.owner("removeexecutormsg", executorname=removed.name)
    for member in (
        colony.pending(),
        rejected,
        removed,
        colony.outsider(),
        colony.outsiders_executor(),
    ):
        with refused(403, "Access denied, not a member"):
            member.assign()
    assert e1.assign()


@pytest.mark.parametrize(("processes", "executors"), [(50, 10), (10, 30)], ids=str)
def test_scenario_19_each_process_is_handed_out_once(colony, processes, executors):
    members = [colony.executor() for _ in range(executors)]
    submitted = [members[0].submit() for _ in range(processes)]

    def work(member):
        taken = []
        with suppress(Refused):
            while True:
                taken.append(member.assign()["processid"])
        return taken

    with ThreadPoolExecutor(executors) as pool:
        taken = Counter(process for found in pool.map(work, members) for process in found)
    assert taken == Counter(ids(submitted))


def test_scenario_19_all_is_handed_out_to_polls_that_wait(colony):
    members = [colony.executor() for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        polls = [pool.submit(member.assign, 60) for member in members]
        submitted = [members[0].submit() for _ in range(10)]
        assert sorted(poll.result()["processid"] for poll in polls) == sorted(ids(submitted))


def test_scenario_20_assigning_is_a_sign_of_life(colony, e1):
    def heard():
        executor = e1.call("getexecutormsg", colonyname=colony.name, executorname="E1")
        return executor["lastheardfromtime"]

    assert heard() == NEVER
    assert e1.gets_nothing()
    first = heard()
    assert moment(first).year > 2000
    assert e1.gets_nothing()
    assert moment(heard()) > moment(first)


def poll_of_its_own(member, timeout):
    """A long poll on a connection that the test can close."""
    connection = member.colony.wire.connection()
    message = {
        "msgtype": "assignprocessmsg",
        "colonyname": member.colony.name,
        "timeout": timeout,
    }
    connection.request("POST", "/api", envelope("assignprocessmsg", message, member.key))
    return connection


def test_scenario_22_a_client_that_left_gets_nothing(colony, e1, e2):
    for _ in range(5):
        connection = poll_of_its_own(e1, 100)
        connection.close()
        process = e2.submit()
        # Whatever the order in which the server saw both, the work comes to who is there.
        assert e2.assign(30)["processid"] == process["processid"]


def test_scenario_22_clients_that_leave_at_the_same_moment(colony, e1, e2):
    for _ in range(10):
        connection = poll_of_its_own(e1, 100)
        leaving = threading.Thread(target=connection.close)
        leaving.start()
        process = e2.submit()
        leaving.join()
        try:
            assert e2.assign(5)["processid"] == process["processid"]
            e2.close(process)
        except Refused:
            # The answer was on its way when the client left: only its executor can say so.
            assert e2.process(process)["assignedexecutorid"] == e1.id
            e1.close(process)


def test_scenario_23_one_process_wakes_one_executor(colony):
    members = [colony.executor() for _ in range(8)]
    connections = [poll_of_its_own(member, 100) for member in members]
    try:
        replies = []
        arrived = threading.Semaphore(0)

        def receive(connection):
            try:
                replies.append(connection.getresponse().read())
            except OSError:
                return
            arrived.release()

        threads = [threading.Thread(target=receive, args=(each,)) for each in connections]
        for thread in threads:
            thread.start()
        process = members[0].submit()
        assert arrived.acquire(timeout=30)
        assert not arrived.acquire(timeout=0.5)
        assert opened(replies[0], "assignprocessmsg")["processid"] == process["processid"]
    finally:
        for connection in connections:
            if connection.sock:
                connection.sock.shutdown(2)
            connection.close()
        for thread in threads:
            thread.join()


def test_scenario_23_the_wake_up_goes_on_to_who_can_take_it(colony, e1, e2):
    with ThreadPoolExecutor() as pool:
        weak = [pool.submit(colony.executor().assign, 2, availablecpu="1m") for _ in range(3)]
        unnamed = pool.submit(e1.assign, 2)
        strong = pool.submit(e2.assign, 60)
        with pytest.raises(TimeoutError):
            strong.result(0.3)
        process = e1.submit(conditions={"cpu": "1000m", "executornames": ["E2"]})
        assert strong.result(30)["processid"] == process["processid"]
        for poll in (*weak, unnamed):
            with refused(404, NOTHING):
                poll.result()


def test_two_polls_of_one_executor(e1, e2):
    with ThreadPoolExecutor() as pool:
        polls = [pool.submit(e1.assign, 60) for _ in range(2)]
        submitted = [e2.submit(), e2.submit()]
        assert {poll.result()["processid"] for poll in polls} == set(ids(submitted))
