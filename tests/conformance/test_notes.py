"""Protocol part 01, sections 4.5 and 4.6, and scenario 73: attributes and logs."""

import hashlib
import time

import pytest

from tests.conformance.wire import RUNNING, SUCCESS, refused


@pytest.fixture
def process(e1):
    e1.submit()
    return e1.assign()


def attribute(process, key="k", value="v", **fields):
    return {
        "targetid": process["processid"],
        "key": key,
        "value": value,
        "attributetype": 1,
    } | fields


def add(member, process, *args, **fields):
    return member.call("addattributemsg", attribute=attribute(process, *args, **fields))


def log(member, process, message):
    return member.call("addlogmsg", processid=process["processid"], message=message)


def logs(member, count=100, **fields):
    return member.call("getlogsmsg", colonyname=member.colony.name, count=count, **fields)


def messages(found):
    return [line["message"] for line in found]


def test_scenario_73_an_attribute(colony, e1, process):
    added = add(e1, process, "result", "42")
    text = f"{process['processid']}result1"
    assert added == {
        "attributeid": hashlib.sha3_256(text.encode()).hexdigest(),
        "targetid": process["processid"],
        "targetcolonyname": colony.name,
        "targetprocessgraphid": "",
        "state": added["state"],
        "attributetype": 1,
        "key": "result",
        "value": "42",
    }
    assert e1.process(process)["attributes"] == [added | {"state": RUNNING}]
    found = e1.call("getattributemsg", attributeid=added["attributeid"])
    assert found == added | {"state": RUNNING}
    e1.close(process)
    assert e1.process(process)["attributes"][0]["state"] == SUCCESS


def test_an_attribute_of_a_workflows_process(e1):
    graph = e1.submit_workflow(a=[])
    added = add(e1, e1.assign())
    assert added["targetprocessgraphid"] == graph["processgraphid"]


def test_scenario_73_refused_attributes(colony, e1, e2, process):
    waiting = e1.submit()
    add(e1, process)
    with refused(400):
        add(e1, process, "k", "another value")
    text = f"Failed to add attribute, only executor with id <{e1.id}> is allowed to set attributes"
    with refused(403, text):
        add(e2, process, "other")
    with refused(403, "Failed to add attribute, process is not running"):
        add(e1, waiting)
    for unknown in ({"processid": "f" * 64}, {"processid": ""}):
        with refused(404, "Failed to add attribute, process not found"):
            add(e1, unknown)
    with refused(404, "Failed to add attribute, process not found"):
        e1.call("addattributemsg")
    with refused(403, "Access denied, not a member"):
        add(colony.outsiders_executor(), process)
    e1.close(process)
    with refused(403, "Failed to add attribute, process is not running"):
        add(e1, process, "late")
    assert len(e1.process(process)["attributes"]) == 1


def test_the_same_key_with_another_type(e1, process):
    add(e1, process)
    add(e1, process, attributetype=0)
    assert len(e1.process(process)["attributes"]) == 2


def test_an_attribute_of_type_3_extends_the_environment(e1, process):
    add(e1, process, "E", "1", attributetype=3)
    assert e1.process(process)["spec"]["env"] == {"E": "1"}


def test_unknown_attributes(colony, e1, process):
    with refused(400, "Attribute does not exists"):
        e1.call("getattributemsg", attributeid="f" * 64)
    added = add(e1, process)
    with refused(403):
        colony.outsiders_executor().call("getattributemsg", attributeid=added["attributeid"])


# --- logs ---


def test_a_line(colony, e1, user, process):
    before = time.time_ns()
    assert log(e1, process, "hello\n") == {}
    (line,) = logs(user, processid=process["processid"])
    assert before <= line.pop("timestamp") <= time.time_ns() + 1_000_000
    assert line == {
        "processid": process["processid"],
        "colonyname": colony.name,
        "executorname": "E1",
        "message": "hello\n",
    }


def test_lines_are_written_while_running_by_the_executor(colony, e1, e2, user, process):
    waiting = e1.submit()
    with refused(403, "Failed to set output, process is not running"):
        log(e1, waiting, "early")
    text = "Failed to add log, not allowed to add log, only the assigned Executor may att logs"
    for member in (e2, user):
        with refused(403, text):
            log(member, process, "not mine")
    with refused(403, "Access denied, not a member"):
        log(colony.outsiders_executor(), process, "stranger")
    with refused(500, "Failed to add log, process is nil"):
        log(e1, {"processid": "f" * 64}, "unknown")
    e1.close(process)
    with refused(403, "Failed to set output, process is not running"):
        log(e1, process, "late")
    assert logs(e1, processid=process["processid"]) == []


def test_paging(e1, process):
    for number in range(10):
        log(e1, process, str(number))
    this = {"processid": process["processid"]}
    everything = logs(e1, **this)
    assert messages(everything) == [str(number) for number in range(10)]
    stamps = [line["timestamp"] for line in everything]
    assert stamps == sorted(set(stamps))
    assert messages(logs(e1, count=3, **this)) == ["0", "1", "2"]
    assert messages(logs(e1, count=3, since=stamps[2], **this)) == ["3", "4", "5"]
    assert messages(logs(e1, count=3, latest=True, **this)) == ["7", "8", "9"]
    assert messages(logs(e1, count=3, latest=True, since=stamps[9], **this)) == ["7", "8", "9"]
    assert logs(e1, count=3, since=stamps[9], **this) == []
    assert logs(e1, count=0, **this) == []


def test_counts(e1, process):
    this = {"processid": process["processid"]}
    assert logs(e1, count=500, **this) == []
    with refused(403, "Count exceeds max log count (500)"):
        logs(e1, count=501, **this)
    with refused(400):
        logs(e1, count=-1, **this)


def test_by_executor_and_only_of_this_colony(colony, e1, e2, process):
    other = colony.wire.new_colony().executor(name="E1")
    other.submit()
    log(other, other.assign(), "elsewhere")
    log(e1, process, "first")
    e1.close(process)
    e1.submit()
    log(e1, e1.assign(), "second")
    e1.submit()
    log(e2, e2.assign(), "of another executor")
    assert messages(logs(e1, executorname="E1")) == ["first", "second"]
    assert messages(logs(e1, executorname="E1", count=1, latest=True)) == ["second"]
    both = logs(e1, executorname="E1", processid=process["processid"])
    assert messages(both) == ["first", "second"]


def test_unknown_processes_and_executors(colony, e1, process):
    with refused(500, "Failed to get logs, executor does not exist"):
        logs(e1, executorname="nobody")
    with refused(404, "Failed to get logs, process does not exist"):
        logs(e1, processid="f" * 64)
    with refused(403, "Access denied, not a member"):
        logs(colony.outsiders_executor(), processid=process["processid"])


def test_the_colony_may_be_left_out_for_a_process(e1, process):
    log(e1, process, "line")
    found = e1.call("getlogsmsg", processid=process["processid"], count=10)
    assert messages(found) == ["line"]


def test_logs_of_a_removed_process(e1, process):
    log(e1, process, "line")
    e1.close(process)
    e1.call("removeprocessmsg", processid=process["processid"])
    with refused(404, "Failed to get logs, process does not exist"):
        logs(e1, processid=process["processid"])
    assert messages(logs(e1, executorname="E1")) == ["line"]
