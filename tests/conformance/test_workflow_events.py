"""An extension of the protocol: what happened in a workflow, event by event."""

import pytest

from tests.conformance.wire import CANCELLED, FAILED, RUNNING, SUCCESS, WAITING, refused


def history(member, graph, **fields):
    return member.call("getworkfloweventsmsg", processgraphid=graph["processgraphid"], **fields)


def told(member, graph, **fields):
    """The events as (node, state, executor, retries)."""
    names = {p["processid"]: name for name, p in member.members(graph).items()}
    return [
        (names[event["processid"]], event["state"], event["executorname"], event["retries"])
        for event in history(member, graph, **fields)["events"]
    ]


def test_every_change_is_told_in_order(e1):
    graph = e1.submit_workflow(a=[], b=["a"])
    assert history(e1, graph)["events"] == []
    e1.run()
    e1.run()
    assert told(e1, graph) == [
        ("a", RUNNING, "E1", 0),
        ("a", SUCCESS, "E1", 0),
        ("b", RUNNING, "E1", 0),
        ("b", SUCCESS, "E1", 0),
    ]
    found = history(e1, graph)
    assert found["revision"] == found["latest"] == 5
    a = e1.members(graph)["a"]
    assert [event["at"] for event in found["events"][:2]] == [a["starttime"], a["endtime"]]


def test_pages_end_with_a_revision(e1):
    graph = e1.submit_workflow(a=[], b=["a"], c=["a"])
    e1.fail(e1.assign())
    first = history(e1, graph, count=1)
    assert (first["revision"], first["latest"], len(first["events"])) == (2, 3, 1)
    rest = history(e1, graph, count=1, after=2)
    assert [event["state"] for event in rest["events"]] == [FAILED] * 3
    assert history(e1, graph, after=3)["events"] == []
    assert history(e1, graph, after=3)["revision"] == 3


def test_a_process_that_went_back_to_the_queue_is_told_of(e1, e2, colony):
    graph = e2.submit_workflow(a=[])
    e1.assign()
    colony.owner("removeexecutormsg", executorname="E1")
    e2.run()
    assert told(e2, graph) == [
        ("a", RUNNING, "E1", 0),
        ("a", WAITING, "", 0),
        ("a", RUNNING, "E2", 0),
        ("a", SUCCESS, "E2", 0),
    ]


def test_retries_are_those_of_the_moment(ticking):
    colony = ticking.wire.new_colony()
    e1 = colony.executor(name="E1")
    graph = e1.submit_workflow(e1.spec(nodename="a", maxexectime=1, maxretries=1))
    e1.assign()
    ticking.later(2)
    assert told(e1, graph)[-1] == ("a", WAITING, "", 1)
    e1.run()
    assert told(e1, graph)[2:] == [("a", RUNNING, "E1", 1), ("a", SUCCESS, "E1", 1)]


def test_additions_are_told_with_their_time(e1):
    graph = e1.submit_workflow(a=[], b=["a"])
    a = e1.assign()
    added = e1.add_child(a, nodename="n")
    inserted = e1.add_child(a, insert=True, nodename="i")
    events = history(e1, graph)["events"]
    first = {}
    for event in events:
        first.setdefault(event["processid"], event)
    assert first[added["processid"]]["at"] == added["submissiontime"]
    assert "inserted" not in first[added["processid"]]
    assert first[inserted["processid"]]["inserted"] is True
    assert all(event["state"] in (WAITING, RUNNING) for event in events)
    e1.call("cancelprocessgraphmsg", processgraphid=graph["processgraphid"])
    assert told(e1, graph)[-1][1] == CANCELLED


@pytest.mark.parametrize("count", [-1, 10_001])
def test_counts_have_limits(e1, count):
    graph = e1.submit_workflow(a=[])
    with refused(400, "Failed to get workflow events"):
        history(e1, graph, count=count)


def test_displays_are_told_how_far_a_process_is_and_whose_result_was_kept(e1):
    graph = e1.submit_workflow(a=[], b=["a"])
    process = e1.assign()
    with e1.colony.wire.socket() as socket:
        socket.send(
            "subscribeworkflowmsg",
            e1.key,
            processgraphid=graph["processgraphid"],
            after=0,
            timeout=20,
        )

        def told():
            change = socket.receive(payloadtype="subscribeworkflowmsg")
            return change["revision"], {node["nodename"]: node for node in change["nodes"]}

        revision, nodes = told()
        assert "progress" not in nodes["a"]
        said = {"processid": process["processid"]}
        e1.call("setattributesmsg", **said, texts={"progress": "0.25 reading", "other": "x"})
        again, nodes = told()
        assert again == revision
        assert {name: node["progress"] for name, node in nodes.items()} == {"a": "0.25 reading"}
        assert len(nodes["a"]["children"]) == 1
        e1.call("setattributesmsg", **said, texts={"cache": "hit: from another process"})
        e1.close(process)
        later, nodes = told()
        assert later > revision
        assert "progress" not in nodes["a"]
        assert nodes["a"]["cached"] is True
        assert "cached" not in nodes.get("b", {})
