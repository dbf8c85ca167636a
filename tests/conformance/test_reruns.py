"""Running again what did not succeed, with what did kept: extensions of the protocol."""

import pytest

from tests.conformance.test_crons import add as add_cron
from tests.conformance.test_crons import workflow as cron_workflow
from tests.conformance.test_workflows import DIAMOND, assign_all, nodename
from tests.conformance.wire import (
    CANCELLED,
    FAILED,
    NEVER,
    RUNNING,
    SUCCESS,
    WAITING,
    refused,
)

OWN = {"processid", "processgraphid", "parents", "children", "attributes", "keptfrom"}


def rerun(member, graph, *fromnodes, **fields):
    return member.call(
        "rerunworkflowmsg",
        processgraphid=graph["processgraphid"],
        fromnodes=list(fromnodes),
        **fields,
    )


@pytest.fixture
def failed(e1):
    """The diamond: a and c succeeded, b failed and d with it."""
    graph = e1.submit_workflow(**DIAMOND)
    a = e1.assign()
    attribute = {"targetid": a["processid"], "key": "k", "attributetype": 1, "value": "v"}
    e1.call("addattributemsg", attribute=attribute)
    e1.close(a, ["from a"])
    found = assign_all(e1)
    e1.close(found["c"], ["from c"])
    e1.fail(found["b"], ["broken"])
    assert e1.states(graph) == {"a": SUCCESS, "b": FAILED, "c": SUCCESS, "d": FAILED}
    return graph


def test_what_failed_runs_again_and_the_rest_is_kept(e1, user, failed):
    new = rerun(user, failed)
    assert new["original"] == failed["processgraphid"]
    assert (new["initiatorname"], new["state"]) == (user.name, RUNNING)
    assert e1.states(new) == {"a": SUCCESS, "b": WAITING, "c": SUCCESS, "d": WAITING}
    old, kept = e1.members(failed), e1.members(new)
    for name in "ac":
        assert kept[name]["keptfrom"] == old[name]["processid"]
        assert {k: v for k, v in kept[name].items() if k not in OWN} == {
            k: v for k, v in old[name].items() if k not in OWN
        }
    assert [(a["key"], a["value"], a["attributetype"]) for a in kept["a"]["attributes"]] == [
        ("k", "v", 1)
    ]
    assert "keptfrom" not in kept["b"]
    assert kept["b"]["errors"] == []
    (b,) = assign_all(e1).values()
    assert (nodename(b), b["in"], b["retries"]) == ("b", ["from a"], 0)
    e1.close(b, ["from b"])
    d = e1.run("done")
    assert d["in"] == ["from b", "from c"]
    assert e1.gets_nothing()
    done = e1.graph(new)
    assert done["state"] == SUCCESS
    assert done["endtime"] != NEVER
    assert e1.graph(failed)["state"] == FAILED


def test_the_counts_of_the_colony_include_what_is_kept(e1, failed):
    before = e1.statistics()
    rerun(e1, failed)
    after = e1.statistics()
    assert after["successfulprocesses"] == before["successfulprocesses"] + 2
    assert after["waitingprocesses"] == before["waitingprocesses"] + 2


def test_from_here_on(e1):
    graph = e1.submit_workflow(**DIAMOND)
    for _ in DIAMOND:
        e1.run("old")
    with refused(400, "Failed to rerun workflow, all of its 4 processes succeeded: name the nodes"):
        rerun(e1, graph)
    new = rerun(e1, graph, "b")
    assert e1.states(new) == {"a": SUCCESS, "b": WAITING, "c": SUCCESS, "d": WAITING}
    by_id = rerun(e1, graph, e1.members(graph)["a"]["processid"])
    assert set(e1.states(by_id).values()) == {WAITING}
    assert e1.graph(by_id)["state"] == WAITING


def test_a_run_is_linked_both_ways(e1, failed):
    second = rerun(e1, failed)
    e1.call("cancelprocessgraphmsg", processgraphid=second["processgraphid"])
    third = rerun(e1, second)
    other = rerun(e1, failed)
    family = [failed, second, third, other]
    ids = [each["processgraphid"] for each in family]
    for each in family:
        history = e1.call("getrerunsmsg", processgraphid=each["processgraphid"])
        assert [graph["processgraphid"] for graph in history] == ids
        assert [graph.get("original") for graph in history] == [None, ids[0], ids[1], ids[0]]
    assert e1.graph(third)["original"] == ids[1]
    kept = e1.members(third)["a"]
    assert kept["keptfrom"] == e1.members(failed)["a"]["processid"]


def test_what_is_left_of_a_family_stays_linked(e1, failed):
    second = rerun(e1, failed, "a")
    e1.call("removeprocessgraphmsg", processgraphid=failed["processgraphid"])
    third = e1.call("cancelprocessgraphmsg", processgraphid=second["processgraphid"])
    third = rerun(e1, second)
    history = e1.call("getrerunsmsg", processgraphid=second["processgraphid"])
    assert [each["processgraphid"] for each in history] == [
        second["processgraphid"],
        third["processgraphid"],
    ]


def test_a_cancelled_workflow(e1):
    graph = e1.submit_workflow(**DIAMOND)
    e1.run("from a")
    e1.assign()
    with refused(
        400,
        "Failed to rerun workflow, 3 of its processes have not finished: wait for them, or cancel",
    ):
        rerun(e1, graph)
    e1.call("cancelprocessgraphmsg", processgraphid=graph["processgraphid"])
    new = rerun(e1, graph)
    assert e1.states(graph)["b"] == CANCELLED
    assert e1.states(new) == {"a": SUCCESS, "b": WAITING, "c": WAITING, "d": WAITING}
    assert list(assign_all(e1)) == ["b", "c"]


def test_limits_count_anew(ticking, e):
    specs = [
        e.spec(nodename="a"),
        e.spec(nodename="b", maxexectime=5, conditions={"dependencies": ["a"]}),
        e.spec(nodename="c", maxwaittime=5, conditions={"dependencies": ["a"]}),
    ]
    graph = e.submit_workflow(*specs)
    e.run()
    e.assign()
    ticking.later(6)
    assert e.states(graph) == {"a": SUCCESS, "b": FAILED, "c": FAILED}
    new = rerun(e, graph)
    assert e.states(new) == {"a": SUCCESS, "b": WAITING, "c": WAITING}
    e.run()
    e.run()
    assert e.graph(new)["state"] == SUCCESS


def test_what_a_cron_gave_to_the_roots_they_get_again(ticking, e):
    node = e.spec(nodename="n")
    add_cron(e, interval=5, workflowspec=cron_workflow(e, node))
    ticking.later(5)
    e.run("r", 1)
    ticking.later(5)
    second = e.assign()
    assert second["in"] == ["r", 1]
    e.fail(second)
    rerun(e, second)
    again = e.assign()
    assert again["in"] == ["r", 1]
    assert again["processid"] != second["processid"]


def test_what_was_added_is_added_anew_by_who_runs_again(e1):
    graph = e1.submit_workflow(a=[], b=["a"], c=["b"])
    a = e1.assign()
    e1.add_child(a, nodename="by a")
    e1.close(a, ["from a"])
    b = next(each for each in assign_all(e1).values() if nodename(each) == "b")
    e1.add_child(b, insert=True, nodename="by b")
    e1.close(next(p for n, p in e1.members(graph).items() if n == "by a"), ["from by a"])
    e1.fail(b)
    new = rerun(e1, graph)
    assert e1.states(new) == {"a": SUCCESS, "by a": SUCCESS, "b": WAITING, "c": WAITING}
    members = e1.members(new)
    assert members["c"]["parents"] == [members["b"]["processid"]]
    b = e1.assign()
    e1.add_child(b, insert=True, nodename="by b")
    e1.close(b, ["from b"])
    assert e1.run("from by b")["in"] == ["from b"]
    assert e1.run()["in"] == ["from by b"]
    assert e1.graph(new)["state"] == SUCCESS


def test_dependencies_keep_their_order_when_something_is_taken_out_between(e1):
    graph = e1.submit_workflow(a=[], b=[], c=["a", "b"])
    a, b = e1.assign(), e1.assign()
    e1.add_child(a, insert=True, nodename="by a")
    e1.close(b, ["from b"])
    e1.fail(a)
    new = rerun(e1, graph)
    assert list(e1.states(new)) == ["a", "c", "b"]
    e1.run("from a")
    assert e1.run()["in"] == ["from a", "from b"]


def test_specs_of_what_runs_again_can_be_replaced(e1, failed):
    spec = e1.spec("g", nodename="b", args=[7], conditions={"dependencies": ["a"]})
    new = rerun(e1, failed, functionspecs=[spec])
    assert e1.states(new)["c"] == SUCCESS
    b = e1.assign()
    assert (b["spec"]["funcname"], b["spec"]["args"], b["in"]) == ("g", [7], ["from a"])
    assert b["spec"]["conditions"]["dependencies"] == ["a"]
    kept = e1.spec("g", nodename="c", conditions={"dependencies": ["a"]})
    assert e1.states(rerun(e1, failed, functionspecs=[kept]))["c"] == WAITING


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"nodename": "b"},
            "Failed to rerun workflow, the spec of node 'b' has other dependencies",
        ),
        ({"nodename": "x"}, "Failed to rerun workflow, it has no node 'x'"),
        ({"nodename": "b", "priority": 10**6}, "Failed to submit function spec, priority outside"),
        ({"nodename": "b", "conditions": {"dependencies": ["a"], "mem": "5"}}, "Failed to submit"),
    ],
    ids=["dependencies", "name", "priority", "memory"],
)
def test_a_replacement_that_does_not_fit_stores_nothing(e1, failed, fields, text):
    before = e1.graphs(RUNNING)
    with refused(400, text):
        rerun(e1, failed, functionspecs=[e1.spec(**fields)])
    assert e1.graphs(RUNNING) == before


def test_what_cannot_be_named(e1, failed):
    with refused(400, "Failed to rerun workflow, it has no node 'nowhere'"):
        rerun(e1, failed, "nowhere")
    with refused(404, "Failed to rerun workflow, there is no workflow 'x'"):
        e1.call("rerunworkflowmsg", processgraphid="x")
    with refused(404, "Failed to get reruns, there is no workflow 'x'"):
        e1.call("getrerunsmsg", processgraphid="x")
    with refused(404, "Failed to retry process, there is no process 'x'"):
        e1.call("retryprocessmsg", processid="x")


def test_displays_are_told_what_is_kept(e1, failed):
    new = rerun(e1, failed)
    with e1.colony.wire.socket() as socket:
        socket.send(
            "subscribeworkflowmsg",
            e1.key,
            processgraphid=new["processgraphid"],
            after=0,
            timeout=20,
        )
        change = socket.receive(payloadtype="subscribeworkflowmsg")
    kept = {node["nodename"]: "keptfrom" in node for node in change["nodes"]}
    assert kept == {"a": True, "b": False, "c": True, "d": False}


def test_environment_names_of_executors_and_channels_come_along(e1, e2):
    spec = e1.spec(
        nodename="a",
        env={"K": "V"},
        channels=["talk"],
        conditions={"executornames": ["E1", "E2"]},
    )
    graph = e1.submit_workflow(spec)
    e1.fail(e1.assign())
    rerun(e1, graph)
    again = e2.assign()
    assert again["spec"]["env"] == {"K": "V"}
    assert [each["key"] for each in again["attributes"]] == ["K"]
    talk = {"processid": again["processid"], "name": "talk"}
    assert e2.call("channelreadmsg", **talk, afterseq=0, limit=1) == []


def test_one_process_runs_again_on_its_own(e1, user, failed):
    b = e1.members(failed)["b"]
    again = user.call("retryprocessmsg", processid=b["processid"])
    assert (again["processgraphid"], again["parents"]) == ("", [])
    assert (again["initiatorname"], again["state"]) == (user.name, WAITING)
    assert [(a["key"], a["value"], a["attributetype"]) for a in again["attributes"]] == [
        ("original", b["processid"], 0)
    ]
    taken = e1.run("fine")
    assert (taken["processid"], taken["in"]) == (again["processid"], ["from a"])
    assert taken["spec"]["nodename"] == "b"
    with refused(
        400, "Failed to retry process, its parents have not succeeded, so it has no input"
    ):
        e1.call("retryprocessmsg", processid=e1.members(failed)["d"]["processid"])


def test_a_process_without_a_workflow_runs_again(e1):
    process = e1.submit(args=[1], maxretries=3)
    with refused(400, "Failed to retry process, process with Id"):
        e1.call("retryprocessmsg", processid=process["processid"])
    e1.fail(e1.assign(), ["broken"])
    again = e1.call("retryprocessmsg", processid=process["processid"])
    assert again["spec"] == process["spec"]
    assert e1.run()["processid"] == again["processid"]
