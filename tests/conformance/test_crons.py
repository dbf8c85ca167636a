"""Crons: protocol part 02, section 8 and acceptance scenarios 57 to 62."""

import json
import secrets
from datetime import timedelta

import pytest

from tests.conformance.wire import (
    FAILED,
    NEVER,
    RUNNING,
    SUCCESS,
    WAITING,
    id_of,
    moment,
    new_key,
    refused,
)


def workflow(member, *specs, **fields):
    """The JSON text of a workflow; without specs of one node."""
    nodes = list(specs) or [member.spec(nodename="n")]
    return json.dumps({"colonyname": member.colony.name, "functionspecs": nodes} | fields)


def cron(member, **fields):
    return {
        "name": secrets.token_hex(4),
        "colonyname": member.colony.name,
        "interval": -1,
        "cronexpression": "0/5 * * * * *",
        "workflowspec": workflow(member),
    } | fields


def add(member, **fields):
    return member.call("addcronmsg", cron=cron(member, **fields))


def get(member, added):
    return member.call("getcronmsg", cronid=added["cronid"])


def graphs(member):
    """How many workflows there are in any state."""
    return sum(len(member.graphs(state)) for state in range(5))


# --- adding and reading ---


def test_an_added_cron_is_sent_as_the_protocol_says(e):
    text = workflow(e)
    sent = cron(
        e,
        name="tick",
        random=False,
        waitforprevprocessgraph=True,
        workflowspec=text,
        cronid="x" * 64,
        nextrun="2020-01-01T00:00:00Z",
        lastrun="2020-01-01T00:00:00Z",
        prevprocessgraphid="p",
        checkerperiod=7,
    )
    added = e.call("addcronmsg", cron=sent)
    assert len(added["cronid"]) == 64
    assert added["cronid"] != "x" * 64
    assert added == {
        "cronid": added["cronid"],
        "initiatorid": e.id,
        "initiatorname": "E",
        "colonyname": e.colony.name,
        "name": "tick",
        "cronexpression": "0/5 * * * * *",
        "interval": -1,
        "random": False,
        "nextrun": NEVER,
        "lastrun": NEVER,
        "workflowspec": text,
        "prevprocessgraphid": "",
        "waitforprevprocessgraph": True,
        "checkerperiod": 0,
    }
    found = get(e, added)
    assert found["checkerperiod"] == 1000
    assert found["lastrun"] == NEVER
    assert moment(found["nextrun"]).second % 5 == 0


def test_the_key_that_pycolonies_misspells_is_honoured(e):
    added = add(e, waitforprevprocessgrap=True)
    assert added["waitforprevprocessgraph"] is True
    assert "waitforprevprocessgrap" not in added
    assert get(e, added)["waitforprevprocessgraph"] is True


def test_a_list_is_by_name(e):
    names = ["c", "a", "b"]
    for name in names:
        add(e, name=name)

    def listed(count):
        found = e.call("getcronsmsg", colonyname=e.colony.name, count=count)
        return [each["name"] for each in found]

    assert listed(1000) == ["a", "b", "c"]
    assert listed(2) == ["a", "b"]
    assert listed(0) == []
    assert e.call("getcronsmsg", colonyname=e.colony.name, count=9)[0]["checkerperiod"] == 0
    with refused(400):
        listed(-1)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"interval": 0}, "Cron interval must be -1 (disabled) or larger than 0"),
        ({"interval": -2}, "Cron interval must be -1 (disabled) or larger than 0"),
        ({"cronexpression": "* * * * *"}, "The cron expression '* * * * *' can't be read"),
        ({"cronexpression": ""}, "The cron expression '' can't be read"),
        ({"cronexpression": "TZ=No/Where @daily"}, "There is no time zone 'No/Where'"),
        ({"random": True}, "Random cron is only supported when specifying intervals"),
        ({"workflowspec": "{"}, "The field workflowspec is no workflow in JSON"),
        ({"workflowspec": "null"}, "The field workflowspec is no workflow in JSON"),
        ({"workflowspec": ""}, "The field workflowspec is no workflow in JSON"),
        ({"name": ""}, "Invalid cron name"),
        ({"name": "a:b"}, "Invalid cron name"),
    ],
    ids=str,
)
def test_what_is_refused(e, fields, text):
    with refused(400, text):
        add(e, **fields)


def test_workflows_that_could_not_be_submitted_are_refused(e):
    node = e.spec(nodename="a")
    after = e.spec(nodename="b", conditions={"dependencies": ["c"]})
    itself = e.spec(nodename="a", conditions={"dependencies": ["a"]})
    for specs, text in [
        ([node, after], "Failed to submit workflow, invalid dependencies"),
        ([node, node], "Duplicate nodename: a"),
        ([node, e.spec()], "Nodename is missing"),
        ([itself], "Failed to submit workflow, dependencies contain a cycle"),
        ([e.spec(nodename="a", priority=50001)], "Failed to submit function spec, priority"),
        ([e.spec(nodename="a", conditions={"mem": "1"})], "error converting memory to int"),
    ]:
        with refused(400, text):
            add(e, workflowspec=workflow(e, *specs))
    with refused(400, "Failed to submit workflow, no function specs"):
        add(e, workflowspec=json.dumps({"colonyname": e.colony.name, "functionspecs": []}))
    assert e.call("getcronsmsg", colonyname=e.colony.name, count=10) == []


def test_the_workflow_runs_in_the_crons_colony(ticking, e):
    with refused(400, "The field workflowspec names the colony 'other'"):
        add(e, workflowspec=workflow(e, colonyname="other"))
    add(e, workflowspec=workflow(e, colonyname=""), interval=10)
    ticking.later(10)
    assert e.assign()["spec"]["conditions"]["colonyname"] == e.colony.name


def test_a_name_is_taken_once_in_a_colony(ticking, e):
    add(e, name="tick")
    with refused(400, f"Cron with name <tick> in Colony <{e.colony.name}> already exists"):
        add(e, name="tick")
    elsewhere = ticking.wire.new_colony().executor()
    assert add(elsewhere, name="tick")["name"] == "tick"


def test_what_is_missing(e):
    with refused(400, "Failed to add cron, msg.Cron is nil"):
        e.call("addcronmsg")
    with refused(500, "Failed to get cron, cron is nil"):
        e.call("getcronmsg", cronid="0" * 64)
    with refused(400, "cron not found"):
        e.call("runcronmsg", cronid="0" * 64)
    with refused(500, "Failed to remove cron, cron is nil"):
        e.call("removecronmsg", cronid="0" * 64)


def test_strangers_are_refused_and_nothing_is_started(e):
    added = add(e, interval=1000)
    stranger = e.colony.outsiders_executor()
    for message in ("getcronmsg", "runcronmsg", "removecronmsg"):
        with refused(403, "Access denied, not a member"):
            stranger.call(message, cronid=added["cronid"])
    with refused(403):
        stranger.call("addcronmsg", cron=cron(e))
    with refused(403):
        stranger.call("getcronsmsg", colonyname=e.colony.name, count=1)
    assert graphs(e) == 0


# --- when they start ---


def test_an_interval_starts_again_and_again(ticking, e):
    added = add(e, interval=2)
    ticking.later(1)
    assert graphs(e) == 0
    ticking.later(1)
    e.fail(e.assign())
    ticking.later(2)
    assert e.run()["state"] == RUNNING
    found = get(e, added)
    period = moment(found["nextrun"]) - moment(found["lastrun"])
    assert timedelta(seconds=1.9) < period <= timedelta(seconds=2)
    assert found["prevprocessgraphid"] == e.graphs(SUCCESS)[0]["processgraphid"]


def test_lateness_does_not_add_up(ticking, e):
    added = add(e, interval=100)
    first = moment(get(e, added)["nextrun"])
    for run in range(1, 4):
        ticking.later(100.5)
        assert moment(get(e, added)["nextrun"]) == first + timedelta(seconds=100 * run)


def test_an_expression_starts_at_its_seconds(ticking, e):
    added = add(e, cronexpression="0/5 * * * * *")
    before = moment(get(e, added)["nextrun"])
    ticking.later(5)
    assert graphs(e) == 1
    assert moment(get(e, added)["nextrun"]) == before + timedelta(seconds=5)


def test_what_was_missed_starts_once(ticking, e):
    """However many moments have passed; then it goes on with the next one."""
    every_second, every_hour = add(e, cronexpression="* * * * * *"), add(e, interval=3600)
    ticking.later(86_400)
    assert graphs(e) == 2
    for added in (every_second, every_hour):
        found = get(e, added)
        assert moment(found["nextrun"]) > moment(found["lastrun"])
    ticking.later(2)
    assert graphs(e) == 3


def test_a_moment_that_never_comes(ticking, e):
    added = add(e, cronexpression="0 0 0 30 2 *")
    assert get(e, added)["nextrun"] == NEVER
    ticking.later(10**8)
    assert graphs(e) == 0


def test_random_starts_fall_within_the_interval(ticking, e):
    for added in [add(e, interval=1000, random=True) for _ in range(30)]:
        found = get(e, added)
        until = moment(found["nextrun"]).timestamp() - ticking.clock.now / 10**9
        assert 0 < until < 1000
    ticking.later(1000)
    assert graphs(e) >= 30


def test_runs_are_submitted_in_the_name_of_who_added_the_cron(ticking, e):
    user = e.colony.user(name="U")
    assert add(user, interval=10, workflowspec=workflow(e))["initiatorname"] == "U"
    ticking.later(10)
    process = e.assign()
    assert (process["initiatorid"], process["initiatorname"]) == (user.id, "U")
    (graph,) = e.graphs(RUNNING)
    assert (graph["initiatorid"], graph["initiatorname"]) == (user.id, "U")
    assert len(e.processes(RUNNING, initiator="U")) == 1


def test_a_removed_cron_starts_nothing_and_what_it_started_goes_on(ticking, e):
    added = add(e, interval=10)
    ticking.later(10)
    assert e.call("removecronmsg", cronid=added["cronid"], all=False) == {}
    ticking.later(100)
    assert e.run()
    assert graphs(e) == 1
    with refused(500):
        get(e, added)


def test_a_removed_colony_takes_its_crons_along(ticking):
    colony = ticking.wire.new_colony()
    member = colony.executor()
    add(member, interval=10)
    ticking.wire.call("removecolonymsg", ticking.wire.serverkey, colonyname=colony.name)
    ownerkey = new_key()
    again = {"colonyid": id_of(ownerkey), "name": colony.name}
    ticking.wire.call("addcolonymsg", ticking.wire.serverkey, colony=again)
    newcomer = ticking.wire.colony(colony.name, ownerkey).executor()
    ticking.later(100)
    assert newcomer.call("getcronsmsg", colonyname=colony.name, count=10) == []
    assert graphs(newcomer) == 0


# --- the workflow before ---


def test_waiting_for_the_workflow_before(ticking, e):
    add(e, interval=5, waitforprevprocessgraph=True)
    ticking.later(5)
    ticking.later(500)
    assert graphs(e) == 1
    e.run()
    ticking.later()
    assert graphs(e) == 2
    e.fail(e.assign())
    ticking.later(5)
    assert graphs(e) == 3
    (waiting,) = e.graphs(WAITING)
    e.call("cancelprocessgraphmsg", processgraphid=waiting["processgraphid"])
    ticking.later(5)
    assert graphs(e) == 4
    (waiting,) = e.graphs(WAITING)
    e.call("removeprocessgraphmsg", processgraphid=waiting["processgraphid"])
    ticking.later(5)
    assert len(e.graphs(WAITING)) == 1


@pytest.mark.parametrize("end", ["close", "fail", "cancel", "remove"])
def test_the_end_of_the_workflow_before_wakes_a_cron_that_is_due(ticking, e, end):
    """Nothing but the end itself tells the server: its clock stands still."""
    add(e, interval=5, waitforprevprocessgraph=True)
    ticking.later(5)
    ticking.later(5)
    (graph,) = e.graphs(WAITING)
    process = e.assign() if end in ("close", "fail") else None
    if end == "close":
        e.close(process)
    elif end == "fail":
        e.fail(process)
    else:
        message = f"{end}processgraphmsg"
        e.call(message, processgraphid=graph["processgraphid"])
    assert e.assign(30)["processgraphid"] != graph["processgraphid"]


def test_without_waiting_runs_overlap(ticking, e):
    add(e, interval=5)
    for _ in range(3):
        ticking.later(5)
    assert len(e.graphs(WAITING)) == 3


def test_many_that_wait_do_not_keep_others_from_starting(ticking, e):
    for _ in range(25):
        add(e, interval=5, waitforprevprocessgraph=True)
    ticking.later(5)
    ticking.later(50)
    assert graphs(e) == 25
    add(e, interval=5)
    ticking.later(5)
    assert graphs(e) == 26


def test_the_results_of_one_run_are_the_input_of_the_next(ticking, e):
    added = add(e, interval=5)
    ticking.later(5)
    first = e.run("r", 1, {"k": [None]})
    assert first["in"] == []
    ticking.later(5)
    second = e.assign()
    assert second["in"] == ["r", 1, {"k": [None]}]
    assert second["spec"]["args"] == []
    e.close(second)
    ticking.later(5)
    assert e.assign()["in"] == []
    assert get(e, added)["cronid"] == added["cronid"]


def test_the_results_of_all_leaves_go_to_all_roots(ticking, e):
    """In depth-first order, whatever the end."""
    nodes = [
        e.spec(nodename="a"),
        e.spec(nodename="z", conditions={"dependencies": ["a"]}),
        e.spec(nodename="b"),
        e.spec(nodename="c", conditions={"dependencies": ["a"]}),
    ]
    add(e, interval=1000, workflowspec=workflow(e, *nodes))
    ticking.later(1000)
    for _ in range(4):
        process = e.assign()
        name = process["spec"]["nodename"]
        if name == "b":
            e.call("setoutputmsg", processid=process["processid"], out=["b"])
            e.fail(process)
        else:
            e.close(process, [name])
    assert len(e.graphs(FAILED)) == 1
    ticking.later(1000)
    roots = [e.assign(), e.assign()]
    assert {process["spec"]["nodename"] for process in roots} == {"a", "b"}
    assert [process["in"] for process in roots] == [["z", "c", "b"]] * 2


# --- running now ---


def test_running_now(ticking, e):
    added = add(e, interval=1000)
    ticking.later(500)
    ran = e.call("runcronmsg", cronid=added["cronid"])
    assert ran["prevprocessgraphid"] == e.assign()["processgraphid"]
    assert moment(ran["nextrun"]) - moment(ran["lastrun"]) == timedelta(seconds=1000)
    ticking.later(999)
    assert graphs(e) == 1
    ticking.later(1)
    assert graphs(e) == 2


def test_running_now_waits_as_well(e):
    added = add(e, interval=1000, waitforprevprocessgraph=True)
    ran = e.call("runcronmsg", cronid=added["cronid"])
    again = e.call("runcronmsg", cronid=added["cronid"])
    assert again == ran
    assert graphs(e) == 1
    e.run()
    assert (
        e.call("runcronmsg", cronid=added["cronid"])["prevprocessgraphid"]
        != (ran["prevprocessgraphid"])
    )
