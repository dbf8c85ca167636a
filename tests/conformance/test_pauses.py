"""Protocol part 01, section 4.12, and scenario 21: pausing assignments."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.conformance.wire import Wire, refused

PAUSED = "No processes available: colony assignments are paused"
STILL_PAUSED = "Assignment timeout: colony assignments are paused"


def status(member):
    return member.call("getpausestatusmsg", colonyname=member.colony.name)


@pytest.fixture
def waiting(server):
    """Wait until so many executors of a colony are in a long poll."""

    async def until(colonyname, many):
        waiting = server.broker.waiters._waiting
        while len(waiting.get((colonyname, "t"), ())) < many:  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.01)

    def wait(colony, many):
        future = asyncio.run_coroutine_threadsafe(until(colony.name, many), server.loop)
        future.result(30)

    return wait


def test_scenario_21_nothing_is_handed_out_while_paused(colony, e1, user):
    process = e1.submit()
    assert status(e1) == {
        "msgtype": "pausestatusreplymsg",
        "colonyname": colony.name,
        "ispaused": False,
    }
    assert colony.owner("pauseassignmentsmsg") == {}
    assert status(user)["ispaused"] is True
    with refused(503, PAUSED):
        e1.assign()
    with refused(503, PAUSED):
        e1.call("assignprocessesmsg", colonyname=colony.name, timeout=-1, count=5)
    with refused(408, STILL_PAUSED):
        e1.assign(1)
    with refused(400, "Invalid timeout value, timeout cannot be zero"):
        e1.assign(0)
    assert colony.owner("resumeassignmentsmsg") == {}
    assert status(user)["ispaused"] is False
    assert e1.assign()["processid"] == process["processid"]


def test_pausing_and_resuming_twice(colony, e1):
    for payloadtype, paused in (("pauseassignmentsmsg", True), ("resumeassignmentsmsg", False)):
        for _ in range(2):
            assert colony.owner(payloadtype) == {}
            assert status(e1)["ispaused"] is paused
    assert e1.gets_nothing()


def test_another_colony_goes_on(colony, e1, wire):
    other = wire.new_colony().executor()
    colony.owner("pauseassignmentsmsg")
    assert status(other)["ispaused"] is False
    other.submit()
    assert other.assign()


def test_everything_but_assigning_goes_on(colony, e1):
    before = e1.submit()
    running = e1.assign()
    colony.owner("pauseassignmentsmsg")
    e1.submit_workflow(a=[], b=["a"])
    e1.close(running, [1])
    assert e1.process(before)["out"] == [1]
    late = e1.submit(maxwaittime=1)
    assert e1.reaches(late, 3)["errors"] == ["Maximum waiting time limit exceeded"]


def test_asking_in_vain_is_a_sign_of_life(colony, e1):
    colony.owner("pauseassignmentsmsg")
    this = {"colonyname": colony.name, "executorname": "E1"}
    before = e1.call("getexecutormsg", **this)["lastheardfromtime"]
    with refused(503):
        e1.assign()
    assert e1.call("getexecutormsg", **this)["lastheardfromtime"] > before


def test_resuming_wakes_every_poll(colony, waiting):
    executors = [colony.executor() for _ in range(5)]
    colony.owner("pauseassignmentsmsg")
    with ThreadPoolExecutor() as pool:
        polls = [pool.submit(executor.assign, 60) for executor in executors]
        waiting(colony, 5)
        submitted = {executors[0].submit()["processid"] for _ in range(5)}
        colony.owner("resumeassignmentsmsg")
        assert {poll.result(30)["processid"] for poll in polls} == submitted


def test_a_poll_that_waits_already_learns_of_the_pause(colony, e1, e2, waiting):
    with ThreadPoolExecutor() as pool:
        poll = pool.submit(e1.assign, 6)
        waiting(colony, 1)
        colony.owner("pauseassignmentsmsg")
        e2.submit()
        with refused(408, STILL_PAUSED):
            poll.result(30)
    assert e2.processes(0)


def test_who_may(colony, e1, user):
    for member in (e1, user, colony.outsider()):
        for payloadtype in ("pauseassignmentsmsg", "resumeassignmentsmsg"):
            with refused(403, "Access denied, not colony owner"):
                member.call(payloadtype, colonyname=colony.name)
    assert status(colony.pending())["ispaused"] is False
    with refused(403, "Empty Colony name"):
        colony.wire.call("pauseassignmentsmsg", colony.ownerkey)
    with refused(403, "Colony with name <nowhere> does not exists"):
        colony.wire.call("pauseassignmentsmsg", colony.ownerkey, colonyname="nowhere")
    for stranger in (colony.outsider(), colony.outsiders_executor()):
        with refused(403, "Access denied, not a member"):
            status(stranger)


def test_a_new_colony_of_the_same_name_is_not_paused(colony, wire, e1):
    colony.owner("pauseassignmentsmsg")
    wire.call("removecolonymsg", wire.serverkey, colonyname=colony.name)
    assert status(wire.new_colony(colony.name).executor())["ispaused"] is False


def test_a_pause_outlasts_the_server(server_database, tmp_path):
    database = server_database()
    with server_in_thread(tmp_path, database=database) as server:
        wire = Wire(server.host, server.port, server.server_key)
        colony = wire.new_colony()
        key = colony.executor(name="E").key
        colony.owner("pauseassignmentsmsg")
    with server_in_thread(tmp_path, database=database) as server:
        wire = Wire(server.host, server.port, server.server_key)
        executor = wire.colony(colony.name, colony.ownerkey).executor(name="other")
        assert status(executor)["ispaused"] is True
        with refused(503, PAUSED):
            wire.call("assignprocessmsg", key, colonyname=colony.name, timeout=-1)
