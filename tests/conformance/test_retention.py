"""Retention: protocol part 02, section 11 and acceptance scenario 70."""

import json
from datetime import timedelta

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.conformance.ticking import Ticking
from tests.conformance.wire import FAILED, RUNNING, SUCCESS, Wire, moment, refused
from tests.unit.broker.stage import Clock

AGE = 1000


@pytest.fixture
def ticking(server_database, tmp_path):
    """A server that keeps what was successful for a while, in a time zone of its own."""
    clock = Clock()
    with server_in_thread(
        tmp_path,
        clock=clock,
        database=server_database(),
        retention=AGE,
        stale_after=0,
        cron_timezone="Asia/Tokyo",
    ) as server:
        yield Ticking(server, clock, Wire(server.host, server.port, server.server_key))


def test_what_was_successful_goes_when_it_is_old(ticking, e):
    e.submit_workflow(a=[])
    e.submit("alone", env={"k": "v"})
    for _ in range(2):
        process = e.assign()
        e.call("addlogmsg", processid=process["processid"], message="said")
        e.close(process, [1])
    ticking.later(AGE - 1)
    assert len(e.graphs(SUCCESS)) == 1
    assert len(e.processes(SUCCESS)) == 2
    ticking.later(60)
    assert e.graphs(SUCCESS) == e.processes(SUCCESS) == []
    found = e.call("searchlogsmsg", colonyname=e.colony.name, text="said", days=1, count=10)
    assert found == []


def test_what_failed_or_still_runs_stays(ticking, e):
    e.submit("bad")
    e.fail(e.assign())
    e.submit_workflow(a=[], b=["a"])
    done = e.run("kept")
    waiting = e.submit_workflow(a=[])
    ticking.later(10 * AGE)
    assert len(e.processes(FAILED)) == 1
    assert e.process(done)["state"] == SUCCESS
    assert len(e.graphs(RUNNING)) == 1
    assert e.graph(waiting)


def test_a_result_is_kept_for_its_time_however_long_it_took(ticking, e):
    e.submit()
    process = e.assign()
    ticking.later(5 * AGE)
    e.close(process, ["late"])
    ticking.later(AGE - 1)
    assert e.process(process)["out"] == ["late"]
    ticking.later(AGE)
    with refused(404):
        e.process(process)


def test_more_than_goes_at_once(ticking, e):
    for _ in range(120):
        e.submit()
        e.run()
    ticking.later(2 * AGE)
    assert e.statistics()["successfulprocesses"] == 0


def test_expressions_without_a_zone_go_by_the_servers(e):
    spec = {"colonyname": e.colony.name, "functionspecs": [e.spec(nodename="n")]}
    cron = {
        "name": "noon",
        "colonyname": e.colony.name,
        "interval": -1,
        "cronexpression": "0 0 12 * * *",
        "workflowspec": json.dumps(spec),
    }
    added = e.call("addcronmsg", cron=cron)
    nextrun = moment(e.call("getcronmsg", cronid=added["cronid"])["nextrun"])
    assert (nextrun + timedelta(hours=9)).hour == 12
