"""The extensions that show a whole colony, and that switch what starts by itself on and off."""

import json
from datetime import timedelta

import pytest

from tests.conformance.wire import NEVER, RUNNING, moment, refused


def look(member, **fields):
    return member.call("getmonitormsg", colonyname=member.colony.name, **fields)


def test_an_empty_colony(e1):
    found = look(e1)
    assert moment(found.pop("at"))
    assert found == {
        "paused": False, "crontimezone": "UTC", "waiting": 0, "running": 0, "queues": [],
        "load": {}, "connected": [], "processes": [], "failures": [], "slots": [],
    }  # fmt: skip


def test_queues_by_type_with_the_oldest(wire, e1):
    oldest = e1.submit(priority=1)
    e1.submit(conditions={"executortype": "t", "cpu": "1000m"})
    e1.submit(executornames=["E1", "E2"])
    other = e1.submit(conditions={"executortype": "other", "mem": "1Gi"})
    e1.submit_workflow(a=[], b=["a"])
    wire.new_colony().executor().submit()
    found = look(e1)
    assert (found["waiting"], found["running"]) == (6, 0)
    by_type = {queue["executortype"]: queue for queue in found["queues"]}
    assert {name: queue["ready"] for name, queue in by_type.items()} == {"t": 4, "other": 1}
    assert by_type["t"]["oldest"] == oldest["submissiontime"]
    assert by_type["other"]["oldest"] == other["submissiontime"]


def test_what_runs_and_how_far_it_is(e1, e2):
    for _ in range(3):
        e1.submit()
    first = e1.assign()
    e2.assign(), e1.assign()
    e1.call("setattributesmsg", processid=first["processid"], texts={"progress": "[0.5, 'x']"})
    found = look(e1)
    assert (found["running"], found["load"]) == (3, {"E1": 2, "E2": 1})
    shown = found["processes"]
    began = e1.processes(RUNNING)[0]["starttime"]
    assert [process["executorname"] for process in shown] == ["E1", "E2", "E1"]
    assert shown[0] == {
        "processid": first["processid"], "processgraphid": "", "nodename": "", "funcname": "f",
        "executortype": "t", "executorname": "E1", "starttime": began,
        "progress": "[0.5, 'x']",
    }  # fmt: skip


def test_failures_are_those_that_failed_by_themselves(e1):
    graph = e1.submit_workflow(a=[], b=["a"], c=["a"])
    process = e1.assign()
    e1.fail(process, ["ValueError: no", "Traceback:\n  line 1\nValueError: <b>no</b>\n \n"])
    alone = e1.submit("g")
    e1.assign()
    e1.fail(alone, [])
    (failure,) = look(e1)["failures"]
    assert failure["error"] == "ValueError: <b>no</b>"
    assert failure["processid"] == process["processid"]
    assert failure["processgraphid"] == graph["processgraphid"]
    assert failure["nodename"] == "a"


def test_what_ended_lately_is_counted_in_slots(ticking, e):
    def run(wait, duration):
        process = e.submit()
        ticking.later(wait)
        e.assign()
        ticking.later(duration)
        e.close(process)

    ticking.later(15 - (ticking.clock.now // 10**9) % 15)
    for wait, duration in ((1, 2), (0, 1), (0, 3)):
        run(wait, duration)
    e.submit()
    e.fail(e.assign(), ["no"])
    ticking.later(15)
    run(0, 0)
    first, second = look(e)["slots"]
    assert moment(second["at"]) - moment(first["at"]) == timedelta(seconds=15)
    assert first | {"at": ""} == {
        "at": "", "successful": 3, "failed": 1,
        "p50wait": 0.0, "p95wait": 1.0, "p50run": 2.0, "p95run": 3.0,
    }  # fmt: skip
    since = int(moment(second["at"]).timestamp())
    assert look(e, since=since)["slots"] == [second]
    ticking.later(700)
    assert look(e)["slots"] == []


def test_pauses_and_who_is_connected_are_told(colony, wire, e1):
    colony.owner("pauseassignmentsmsg")
    assert look(e1)["paused"] is True
    with wire.socket() as socket:
        names = {"colonyname": colony.name, "executorname": "E1"}
        socket.send("subscribeexecutormsg", e1.key, timeout=30, **names)
        socket.receive(payloadtype="subscribeexecutormsg")
        assert look(e1)["connected"] == ["E1"]


def test_since_is_a_moment(e1):
    with refused(400, "Failed to get monitor, since must not be negative"):
        look(e1, since=-1)
    assert look(e1, since=2**62)["slots"] == []


@pytest.fixture
def changes(wire, colony, user):
    """Asks what changed since it was asked last."""
    with wire.socket() as socket:
        fields = {"colonyname": colony.name, "timeout": 60}
        socket.send("subscribecolonymsg", user.key, **fields)

        def next_changes():
            frame = socket.receive(payloadtype="subscribecolonymsg")
            assert frame["colonyname"] == colony.name
            return frame["changed"]

        yield next_changes


def test_who_watches_a_colony_hears_what_kind_of_thing_changed(colony, changes):
    assert changes() == ["crons", "executors", "generators", "processes"]
    colony.pending(name="new")
    assert changes() == ["executors"]
    colony.owner("approveexecutormsg", executorname="new")
    assert changes() == ["executors"]
    member = colony.executor(name="worker")
    assert "executors" in changes()
    colony.wire.new_colony().executor().submit()
    process = member.submit()
    assert changes() == ["processes"]
    colony.owner("pauseassignmentsmsg")
    assert changes() == ["executors"]
    colony.owner("resumeassignmentsmsg")
    assert changes() == ["executors"]
    member.call("removeprocessmsg", processid=process["processid"])
    assert changes() == ["processes"]
    cron = a_cron(member)
    assert changes() == ["crons"]
    member.call("removecronmsg", cronid=cron["cronid"])
    assert changes() == ["crons"]
    generator = a_generator(member)
    assert changes() == ["generators"]
    member.call("packgeneratormsg", generatorid=generator["generatorid"], arg="1")
    assert changes() == ["generators"]


def text(member):
    specs = [member.spec(nodename="n", conditions={"executortype": "x"})]
    return json.dumps({"colonyname": member.colony.name, "functionspecs": specs})


def a_cron(member, **fields):
    cron = {"name": "c", "interval": 60, "workflowspec": text(member)}
    return member.call("addcronmsg", cron=cron | {"colonyname": member.colony.name} | fields)


def a_generator(member, **fields):
    generator = {"name": "g", "trigger": 3, "workflowspec": text(member)} | fields
    return member.call("addgeneratormsg", generator=generator | {"colonyname": member.colony.name})


def test_a_disabled_cron_starts_nothing_by_itself(ticking, e):
    cron = {"cronid": a_cron(e)["cronid"]}
    before = e.call("getcronmsg", **cron)
    assert e.call("switchcronmsg", **cron, enabled=True)["nextrun"] == before["nextrun"]
    switched = e.call("switchcronmsg", **cron, enabled=False)
    assert (switched["disabled"], switched["nextrun"]) == (True, NEVER)
    ticking.later(200)
    assert e.processes(0) == []
    assert e.call("runcronmsg", **cron)["nextrun"] == NEVER
    assert len(e.processes(0)) == 1
    ticking.later(200)
    assert len(e.processes(0)) == 1
    switched = e.call("switchcronmsg", **cron, enabled=True)
    assert "disabled" not in switched
    assert switched["nextrun"] != NEVER
    ticking.later(61)
    assert len(e.processes(0)) == 2


def test_a_cron_may_be_added_disabled(ticking, e):
    assert a_cron(e, disabled=True)["disabled"] is True
    ticking.later(100)
    assert e.processes(0) == []


def test_a_disabled_generator_keeps_what_is_packed(ticking, e):
    added = {"generatorid": a_generator(e, timeout=30)["generatorid"]}
    assert e.call("switchgeneratormsg", **added, enabled=False)["disabled"] is True
    for argument in "abcd":
        e.call("packgeneratormsg", **added, arg=argument)
    ticking.later(100)
    assert e.processes(0) == []
    switched = e.call("switchgeneratormsg", **added, enabled=True)
    assert (switched.get("disabled"), switched["queuesize"]) == (None, 4)
    ticking.later()
    assert sorted(len(each["spec"]["args"]) for each in e.processes(0)) == [3]
    ticking.later(31)
    assert sorted(len(each["spec"]["args"]) for each in e.processes(0)) == [1, 3]


def test_a_generator_is_run_with_what_there_is(ticking, e):
    added = {"generatorid": a_generator(e)["generatorid"]}
    with refused(400, "Failed to run generator, nothing is packed for 'g'"):
        e.call("rungeneratormsg", **added)
    e.call("packgeneratormsg", **added, arg="a")
    assert e.call("rungeneratormsg", **added)["queuesize"] == 0
    assert [each["spec"]["args"] for each in e.processes(0)] == [["a"]]
