"""Protocol part 02, sections 3.3, 3.4 and 5, and scenarios 25 to 36: ends, limits and retries."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.wire import (
    CANCELLED,
    FAILED,
    NEVER,
    RUNNING,
    SUCCESS,
    WAITING,
    Refused,
    moment,
    refused,
)

NOT_ALLOWED = "Failed to close process as {0}, not allowed to close process as {0}"
NOT_ASSIGNED = "Failed to close process as {0}, process is not assigned"
TOO_LONG_WAITED = ["Maximum waiting time limit exceeded"]
TOO_LONG_RUN = ["Maximum execution time limit exceeded"]


def set_output(member, process, out):
    return member.call("setoutputmsg", processid=process["processid"], out=out)


def cancel(member, process):
    return member.call("cancelprocessmsg", processid=process["processid"])


def test_scenario_25_close_with_output(e1):
    e1.submit()
    process = e1.assign()
    assert e1.close(process, ["r1", "r2"]) == {}
    done = e1.process(process)
    assert (done["state"], done["out"], done["isassigned"]) == (SUCCESS, ["r1", "r2"], True)
    assert done["assignedexecutorid"] == e1.id
    assert moment(done["endtime"]) >= moment(done["starttime"])


def test_scenario_25_an_empty_output_keeps_what_was_set(e1):
    e1.submit()
    process = e1.assign()
    set_output(e1, process, ["first"])
    set_output(e1, process, ["x"])
    set_output(e1, process, [])
    assert e1.process(process)["out"] == ["x"]
    e1.close(process, [])
    assert e1.process(process)["out"] == ["x"]


def test_outputs_are_any_json(e1):
    e1.submit()
    process = e1.assign()
    out = [None, 1, 1.0, "å", [[]], {"A": [True]}]
    e1.close(process, out)
    assert e1.process(process)["out"] == out


def test_closing_again_changes_nothing(e1):
    e1.submit()
    process = e1.run("first")
    before = e1.process(process)
    assert e1.close(process, ["second"]) == {}
    assert e1.process(process) == before


def test_scenario_26_unassigned_or_anothers(e1, e2):
    process = e1.submit()
    for close, verb in ((e1.close, "successful"), (e1.fail, "failed")):
        with refused(403, NOT_ASSIGNED.format(verb)):
            close(process)
    process = e1.assign()
    for close, verb in ((e2.close, "successful"), (e2.fail, "failed")):
        with refused(403, NOT_ALLOWED.format(verb)):
            close(process)
    assert e1.process(process)["state"] == RUNNING


def test_scenario_27_fail(e1):
    e1.submit(maxretries=3)
    process = e1.assign()
    e1.call("closefailedmsg", processid=process["processid"], errors=["e", "f"])
    failed = e1.process(process)
    assert (failed["state"], failed["errors"]) == (FAILED, ["e", "f"])
    assert failed["endtime"] != NEVER
    with refused(400, "Tried to set failed process as successful"):
        e1.close(process)
    with refused(400, "Tried to set failed process as failed"):
        e1.fail(process)
    assert e1.gets_nothing()


def test_fail_without_errors(e1):
    e1.submit()
    process = e1.assign()
    e1.call("closefailedmsg", processid=process["processid"])
    assert e1.process(process)["errors"] == []


def test_failing_what_succeeded(e1):
    e1.submit()
    with refused(400, "Tried to set successful process as failed"):
        e1.fail(e1.run())


def test_scenario_28_output_needs_a_running_process(e1, e2):
    process = e1.submit()
    text = "Failed to set output, process is not running"
    with refused(403, text):
        set_output(e1, process, ["x"])
    process = e1.assign()
    with refused(403, NOT_ALLOWED.format("successful")):
        set_output(e2, process, ["x"])
    e1.fail(process)
    with refused(403, text):
        set_output(e1, process, ["x"])
    assert e1.process(process)["out"] == []


@pytest.mark.parametrize(
    ("payloadtype", "text"),
    [
        ("closesuccessfulmsg", "Failed to close process as successful, process is nil"),
        ("closefailedmsg", "Failed to close process as failed, process is nil"),
        ("setoutputmsg", "Failed to set output, process is nil"),
        ("cancelprocessmsg", "Failed to cancel process, process is nil"),
    ],
)
def test_unknown_processes(e1, payloadtype, text):
    with refused(500, text):
        e1.call(payloadtype, processid="f" * 64)


def test_scenario_29_statistics_of_a_function(colony, e1):
    function = {"colonyname": colony.name, "executorname": "E1", "funcname": "f"}
    e1.call("addfunctionmsg", fun=function)
    e1.submit()
    process = e1.assign()
    e1.close(process)
    (found,) = e1.call("getfunctionsmsg", colonyname=colony.name, executorname="E1")
    done = e1.process(process)
    waited = (moment(done["starttime"]) - moment(done["submissiontime"])).total_seconds()
    ran = (moment(done["endtime"]) - moment(done["starttime"])).total_seconds()
    assert found["counter"] == 1
    for part, seconds in (("wait", waited), ("exec", ran)):
        for kind in ("min", "max", "avg"):
            assert found[f"{kind}{part}time"] == pytest.approx(seconds, abs=1e-3)
            assert found[f"{kind}{part}time"] > 0


def test_statistics_after_three_closes_and_a_failure(colony, e1):
    function = {"colonyname": colony.name, "executorname": "E1", "funcname": "f"}
    e1.call("addfunctionmsg", fun=function)
    average = 0.0
    ran = []
    for _ in range(3):
        e1.submit()
        done = e1.process(e1.run())
        ran.append((moment(done["endtime"]) - moment(done["starttime"])).total_seconds())
        average = (average + ran[-1]) / 2 if average else ran[-1]
    e1.submit()
    e1.fail(e1.assign())
    e1.submit("other")
    e1.run()
    (found,) = e1.call("getfunctionsmsg", colonyname=colony.name, executorname="E1")
    assert found["counter"] == 3
    assert found["minexectime"] == pytest.approx(min(ran), abs=1e-3)
    assert found["maxexectime"] == pytest.approx(max(ran), abs=1e-3)
    assert found["avgexectime"] == pytest.approx(average, abs=1e-3)


def test_scenario_30_waited_too_long(e1):
    process = e1.submit(maxwaittime=1)
    failed = e1.reaches(process, FAILED)
    assert failed["errors"] == TOO_LONG_WAITED
    assert (failed["assignedexecutorid"], failed["isassigned"]) == ("", False)
    assert moment(failed["endtime"]) >= moment(process["waitdeadline"])
    assert e1.statistics()["failedprocesses"] == 1
    assert e1.gets_nothing()


def test_a_process_in_time_does_not_fail(e1):
    late = e1.submit(maxwaittime=1)
    e1.assign()
    e1.reaches(e1.submit(maxwaittime=1), FAILED)
    assert e1.process(late)["state"] == RUNNING


def test_scenario_31_runs_too_long_and_may_always_run_again(e1):
    process = e1.submit(maxexectime=1, maxretries=-1, priority=1)
    for attempt in (1, 2):
        running = e1.assign()
        assert running["processid"] == process["processid"]
        waiting = e1.reaches(process, WAITING)
        assert (waiting["retries"], waiting["assignedexecutorid"]) == (attempt, "")
        assert waiting["isassigned"] is False
        assert waiting["prioritytime"] == process["prioritytime"]
        assert waiting["starttime"] == running["starttime"]


def test_scenario_32_retries_run_out(e1):
    process = e1.submit(maxexectime=1, maxretries=1)
    e1.assign()
    assert e1.reaches(process, WAITING)["retries"] == 1
    e1.assign()
    failed = e1.reaches(process, FAILED)
    assert (failed["errors"], failed["retries"]) == (TOO_LONG_RUN, 1)


@pytest.mark.parametrize("limit", [0, -1, -5])
def test_scenario_33_no_limit(e1, limit):
    process = e1.submit(maxexectime=limit, maxwaittime=limit)
    assert e1.assign()["execdeadline"] == NEVER
    # Another process that runs out in the meantime shows that deadlines were looked at.
    e1.reaches(e1.submit(maxwaittime=1), FAILED)
    assert e1.process(process)["state"] == RUNNING


def test_scenario_34_the_late_executor_disturbs_nobody(e1, e2):
    process = e1.submit(maxexectime=1, maxretries=-1)
    e1.assign()
    e1.reaches(process, WAITING)
    e2.call(
        "addfunctionmsg", fun={"colonyname": e2.colony.name, "executorname": "E2", "funcname": "f"}
    )
    e2.assign()
    for late in (e1.close, e1.fail):
        with refused(403):
            late(process)
    with refused(403):
        set_output(e1, process, ["late"])
    running = e2.process(process)
    assert (running["state"], running["assignedexecutorid"], running["out"]) == (RUNNING, e2.id, [])


def test_a_poll_is_woken_by_a_retry(e1, e2):
    process = e1.submit(maxexectime=1, maxretries=-1)
    e1.assign()
    assert e2.assign(30)["processid"] == process["processid"]


@pytest.mark.parametrize("running", [False, True], ids=["waiting", "running"])
def test_scenario_35_cancel(e1, user, running):
    process = e1.submit()
    if running:
        e1.assign()
    assert cancel(user, process) == {}
    cancelled = e1.process(process)
    assert cancelled["state"] == CANCELLED
    assert cancelled["endtime"] != NEVER
    assert cancelled["isassigned"] is running
    assert e1.gets_nothing()
    with refused(400, "Tried to cancel already cancelled process"):
        cancel(e1, process)
    if running:
        with refused(400, "Tried to set cancelled process as successful"):
            e1.close(process)


def test_scenario_35_what_cannot_be_cancelled(colony, e1):
    e1.submit()
    done = e1.run()
    with refused(400, "Tried to cancel successful process"):
        cancel(e1, done)
    e1.submit()
    failed = e1.assign()
    e1.fail(failed)
    with refused(400, "Tried to cancel failed process"):
        cancel(e1, failed)
    graph = e1.submit_workflow(a=[])
    with refused(400, "Failed to cancel, cannot cancel a process part of a workflow"):
        cancel(e1, {"processid": graph["processids"][0]})
    with refused(403):
        cancel(colony.outsiders_executor(), e1.submit())


def test_scenario_36_closing_at_the_deadline(e1):
    processes = [e1.submit(maxexectime=1, maxretries=-1) for _ in range(12)]
    running = [e1.assign() for _ in processes]

    def close_in_time(place):
        time.sleep(0.9 + place / 60)
        try:
            e1.close(running[place], [place])
        except Refused as refusal:
            return refusal.status
        return 200

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(close_in_time, range(12)))
    # Whatever is not closed has gone back to the queue when a later deadline has passed.
    e1.reaches(e1.submit(maxwaittime=1), FAILED)
    for process, place in zip(running, range(12), strict=True):
        found = e1.process(process)
        if answers[place] == 200:
            assert (found["state"], found["out"], found["retries"]) == (SUCCESS, [place], 0)
        else:
            assert answers[place] == 403
            assert (found["state"], found["out"], found["retries"]) == (WAITING, [], 1)
