"""Protocol part 02, section 6, and scenarios 37 to 50: workflows."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.wire import (
    CANCELLED,
    FAILED,
    NEVER,
    RUNNING,
    SUCCESS,
    WAITING,
    moment,
    refused,
)

KEYS = {
    "processgraphid",
    "initiatorid",
    "initiatorname",
    "colonyname",
    "rootprocessids",
    "state",
    "submissiontime",
    "starttime",
    "endtime",
    "processids",
    "nodes",
    "edges",
}
DIAMOND = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}


def nodename(process):
    return process["spec"]["nodename"]


def assign_all(executor):
    """Everything that is assignable, by node name."""
    found = {}
    while len(found) < 100:
        if executor.gets_nothing():
            return found
        ((name, process),) = [
            (nodename(each), each)
            for each in executor.processes(RUNNING)
            if nodename(each) not in found
        ]
        found[name] = process
    return found


def test_the_reply_to_a_submit(colony, user):
    graph = user.submit_workflow(**DIAMOND)
    assert set(graph) == KEYS
    assert (graph["state"], graph["colonyname"]) == (WAITING, colony.name)
    assert (graph["initiatorid"], graph["initiatorname"]) == (user.id, "U")
    assert [nodename(user.process(each)) for each in graph["processids"]] == list(DIAMOND)
    assert graph["rootprocessids"] == graph["processids"][:1]
    assert (graph["nodes"], graph["edges"]) == ([], [])
    assert graph["submissiontime"] != NEVER
    assert (graph["starttime"], graph["endtime"]) == (NEVER, NEVER)


def test_the_processes_of_a_workflow(colony, user):
    spec = user.spec(nodename="n", conditions={"colonyname": "elsewhere", "dependencies": ["a"]})
    graph = user.submit_workflow(spec, a=[])
    child, root = (user.process(each) for each in graph["processids"])
    assert (child["waitforparents"], root["waitforparents"]) == (True, False)
    assert (child["parents"], root["children"]) == ([root["processid"]], [child["processid"]])
    assert child["processgraphid"] == graph["processgraphid"]
    assert child["spec"]["conditions"]["colonyname"] == colony.name
    assert child["spec"]["maxexectime"] == -1
    assert (child["initiatorid"], child["initiatorname"]) == (user.id, "U")


def test_scenario_37_the_diamond(e1):
    graph = e1.submit_workflow(**DIAMOND)
    assert len(e1.processes(WAITING)) == 4
    assert e1.statistics()["waitingprocesses"] == 4
    assert e1.graph(graph)["state"] == WAITING
    found = assign_all(e1)
    assert list(found) == ["a"]
    assert e1.graph(graph)["state"] == RUNNING
    e1.close(found["a"])
    assert e1.graph(graph)["state"] == RUNNING
    found = assign_all(e1)
    assert list(found) == ["b", "c"]
    e1.close(found["c"])
    assert e1.gets_nothing()
    assert e1.members(graph)["d"]["waitforparents"] is True
    e1.close(found["b"])
    assert e1.members(graph)["d"]["waitforparents"] is False
    assert nodename(e1.run()) == "d"
    done = e1.graph(graph)
    assert done["state"] == SUCCESS
    assert moment(done["submissiontime"]) <= moment(done["starttime"]) <= moment(done["endtime"])


@pytest.mark.parametrize("order", [["b", "c"], ["c", "b"]], ids=str)
def test_scenario_38_outputs_become_inputs_in_the_order_of_the_dependencies(e1, order):
    e1.submit_workflow(a=[], b=["a"], c=["a"], d=order)
    e1.run("x")
    found = {nodename(process): process for process in (e1.assign(), e1.assign())}
    assert found["b"]["in"] == found["c"]["in"] == ["x"]
    e1.close(found["c"], ["c1", "c2"])
    e1.close(found["b"], ["b1", ["nested"]])
    outputs = {"b": ["b1", ["nested"]], "c": ["c1", "c2"]}
    last = e1.assign()
    assert last["in"] == [*outputs[order[0]], *outputs[order[1]]]
    assert e1.process(last)["in"] == last["in"]


def test_parents_without_output_contribute_nothing(e1):
    e1.submit_workflow(a=[], b=["a"])
    e1.run()
    assert e1.assign()["in"] == []


def test_a_dependency_named_twice_counts_once(e1):
    graph = e1.submit_workflow(a=[], b=["a", "a"])
    members = e1.members(graph)
    assert members["b"]["parents"] == [members["a"]["processid"]]
    assert members["a"]["children"] == [members["b"]["processid"]]
    e1.run("x")
    assert e1.assign()["in"] == ["x"]


@pytest.mark.parametrize(
    ("nodes", "text"),
    [
        ([("a", []), ("", [])], "Nodename is missing, check function spec for errors"),
        ([("a", []), ("a", [])], "Duplicate nodename: a"),
        (
            [("a", []), ("b", ["missing"])],
            "Failed to submit workflow, invalid dependencies, are you depending on a nodename that "
            "does not exits?",
        ),
        (
            [("a", ["c"]), ("b", ["a"]), ("c", ["b"])],
            "Failed to submit workflow, dependencies contain a cycle",
        ),
        ([("a", ["a"])], "Failed to submit workflow, dependencies contain a cycle"),
        ([], "Failed to submit workflow, no function specs"),
    ],
    ids=["unnamed", "duplicate", "unknown", "cycle", "itself", "empty"],
)
def test_scenario_39_workflows_that_are_no_dag(e1, nodes, text):
    specs = [e1.spec(nodename=name, conditions={"dependencies": after}) for name, after in nodes]
    with refused(500, text):
        e1.submit_workflow(*specs)
    assert (e1.graphs(WAITING), e1.processes(WAITING)) == ([], [])


@pytest.mark.parametrize(
    "bad",
    [{"priority": 50_001}, {"conditions": {"mem": "1XYZ"}}, {"conditions": {"cpu": "m"}}],
    ids=str,
)
def test_scenario_39_one_bad_spec_refuses_the_whole_workflow(e1, bad):
    specs = [e1.spec(nodename=f"n{number}") for number in range(20)]
    specs.append(e1.spec(nodename="bad", **bad))
    with refused(400 if "priority" in bad else 500):
        e1.submit_workflow(*specs)
    assert (e1.graphs(WAITING), e1.processes(WAITING)) == ([], [])
    assert e1.gets_nothing()


def test_a_missing_workflow(e1):
    with refused(400, "Failed to submit workflow, msg.WorkflowSpec is nil"):
        e1.call("submitworkflowspecmsg")


def test_only_members_submit_workflows(colony, e1):
    for member in (colony.outsiders_executor(), colony.pending()):
        with refused(403):
            member.submit_workflow(a=[])
    assert e1.graphs(WAITING) == []


def test_a_single_node_needs_no_name(e1):
    graph = e1.submit_workflow(e1.spec())
    e1.run()
    assert e1.graph(graph)["state"] == SUCCESS


def test_scenario_40_two_roots(e1):
    graph = e1.submit_workflow(a=[], b=[])
    assert len(graph["rootprocessids"]) == 2
    first, second = e1.assign(), e1.assign()
    e1.close(first)
    assert e1.graph(graph)["state"] == RUNNING
    e1.close(second)
    assert e1.graph(graph)["state"] == SUCCESS


def test_scenario_41_the_root_fails(e1):
    graph = e1.submit_workflow(**DIAMOND)
    process = e1.assign()
    e1.fail(process, ["e"])
    assert e1.gets_nothing()
    members = e1.members(graph)
    assert {member["state"] for member in members.values()} == {FAILED}
    assert all(member["endtime"] != NEVER for member in members.values())
    assert members["a"]["errors"] == ["e"]
    assert e1.graph(graph)["state"] == FAILED
    assert [each["processgraphid"] for each in e1.graphs(FAILED)] == [graph["processgraphid"]]


def test_an_inner_node_fails(e1, e2):
    graph = e1.submit_workflow(**DIAMOND)
    e1.run("kept")
    failing, running = e1.assign(), e2.assign()
    e1.fail(failing, ["disk full", "exit code 28"])
    assert e1.states(graph) == {"a": SUCCESS, "b": FAILED, "c": FAILED, "d": FAILED}
    assert e1.members(graph)["a"]["out"] == ["kept"]
    with refused(400, "Tried to set failed process as successful"):
        e2.close(running)
    assert e1.graph(graph)["state"] == FAILED


def test_scenario_42_a_leaf_fails(e1):
    graph = e1.submit_workflow(a=[], b=["a"], c=["a"])
    e1.run()
    e1.fail(e1.assign())
    failed = e1.graph(graph)
    assert failed["state"] == FAILED
    assert nodename(e1.run()) == "c"
    assert e1.states(graph) == {"a": SUCCESS, "b": FAILED, "c": SUCCESS}
    assert e1.graph(graph)["state"] == FAILED
    assert e1.graph(graph)["endtime"] == failed["endtime"]


def test_scenario_43_members_live_and_die_with_their_workflow(e1):
    graph = e1.submit_workflow(a=[], b=["a"])
    process = graph["processids"][0]
    for payloadtype, text in [
        ("removeprocessmsg", "Failed to remove, cannot remove a process part of a workflow"),
        ("cancelprocessmsg", "Failed to cancel, cannot cancel a process part of a workflow"),
    ]:
        with refused(400, text):
            e1.call(payloadtype, processid=process)
    e1.run()
    text = "Failed to remove processgraph, cannot remove a running processgraph"
    with refused(400, text):
        e1.call("removeprocessgraphmsg", processgraphid=graph["processgraphid"])
    e1.run()
    e1.call("removeprocessgraphmsg", processgraphid=graph["processgraphid"], all=False)
    for processid in graph["processids"]:
        with refused(404):
            e1.process(processid)
    with refused(500, "Failed to get processgraph, graph is nil"):
        e1.graph(graph)
    assert (e1.graphs(SUCCESS), e1.processes(SUCCESS)) == ([], [])


def test_a_waiting_workflow_can_be_removed(e1):
    graph = e1.submit_workflow(**DIAMOND)
    standalone = e1.submit()
    e1.call("removeprocessgraphmsg", processgraphid=graph["processgraphid"])
    assert e1.assign()["processid"] == standalone["processid"]
    assert e1.gets_nothing()


def test_scenario_46_cancel_midway(e1):
    graph = e1.submit_workflow(**DIAMOND)
    e1.run()
    running = e1.assign()
    e1.call("cancelprocessgraphmsg", processgraphid=graph["processgraphid"])
    assert e1.states(graph) == {"a": SUCCESS, "b": CANCELLED, "c": CANCELLED, "d": CANCELLED}
    assert e1.graph(graph)["state"] == CANCELLED
    assert all(member["endtime"] != NEVER for member in e1.members(graph).values())
    with refused(400, "Tried to set cancelled process as successful"):
        e1.close(running)
    assert e1.gets_nothing()


def test_cancelling_a_finished_workflow_leaves_it(e1):
    graph = e1.submit_workflow(a=[])
    e1.run()
    before = e1.graph(graph)
    e1.call("cancelprocessgraphmsg", processgraphid=graph["processgraphid"])
    assert e1.graph(graph) == before


def test_scenario_47_a_fetched_workflow_is_drawn(e1):
    graph = e1.submit_workflow(r=[], x=["r"], y=["r"], z=["r"], end=["z"])
    e1.run()
    running = e1.assign()
    found = e1.graph(graph)
    members = e1.members(graph)
    order = ["r", "x", "y", "z", "end"]
    assert [nodename(e1.process(each)) for each in found["processids"]] == order
    nodes = {node["data"]["label"]: node for node in found["nodes"]}
    assert list(nodes) == order
    assert [nodes[name]["type"] for name in order] == ["input", "output", "output", "", "output"]
    colours = [nodes[name]["style"] for name in order]
    assert colours == [
        {"color": "", "background": each}
        for each in ("#92d050", "#4689cd", "#eee8d8", "#eee8d8", "#eee8d8")
    ]
    places = [tuple(nodes[name]["position"].values()) for name in order]
    assert places == [(200, 0), (0, 80), (200, 80), (400, 80), (200, 160)]
    edges = [(edge["source"], edge["target"], edge["animated"]) for edge in found["edges"]]
    assert edges == [
        (members[parent]["processid"], members[child]["processid"], False)
        for parent, child in (("r", "x"), ("r", "y"), ("r", "z"), ("z", "end"))
    ]
    assert all(edge["id"] == f"{edge['source']}-{edge['target']}" for edge in found["edges"])
    assert running["processid"] == nodes["x"]["id"]


def test_scenario_47_edges_move_while_their_source_runs(e1):
    graph = e1.submit_workflow(a=[], b=["a"])
    e1.assign()
    (edge,) = e1.graph(graph)["edges"]
    assert edge["animated"] is True


def test_scenario_47_lists(e1):
    graphs = [e1.submit_workflow(a=[], b=["a"]) for _ in range(3)]
    found = e1.graphs(WAITING)
    assert [each["processgraphid"] for each in found] == [
        graph["processgraphid"] for graph in reversed(graphs)
    ]
    assert all((each["nodes"], each["edges"]) == ([], []) for each in found)
    assert [each["processids"] for each in found] == [
        graph["processids"] for graph in reversed(graphs)
    ]
    assert found[0]["rootprocessids"] == graphs[2]["rootprocessids"]
    assert len(e1.graphs(WAITING, count=2)) == 2
    assert e1.graphs(SUCCESS) == []
    with refused(400, "Count is larger than MaxCount limit <100>"):
        e1.graphs(WAITING, count=101)
    with refused(400):
        e1.graphs(9)


def test_a_list_without_a_state_shows_the_waiting(colony, e1):
    e1.submit_workflow(a=[])
    e1.run()
    graph = e1.submit_workflow(a=[])
    found = e1.call("getprocessgraphsmsg", colonyname=colony.name, count=10)
    assert [each["processgraphid"] for each in found] == [graph["processgraphid"]]


def test_scenario_48_unknown_and_foreign(colony, e1):
    graph = e1.submit_workflow(a=[])
    outsider = colony.outsiders_executor()
    for verb in ("get", "remove", "cancel"):
        payloadtype = f"{verb}processgraphmsg"
        with refused(500, f"Failed to {verb} processgraph, graph is nil"):
            e1.call(payloadtype, processgraphid="f" * 64)
        with refused(403, "Access denied, not a member"):
            outsider.call(payloadtype, processgraphid=graph["processgraphid"])
    assert e1.graph(graph)["state"] == WAITING


def test_scenario_49_two_leaves_close_at_once(e1, e2):
    with ThreadPoolExecutor(2) as pool:
        for _ in range(100):
            graph = e1.submit_workflow(a=[], b=[])
            first, second = e1.assign(), e2.assign()
            for closing in [pool.submit(e1.close, first), pool.submit(e2.close, second)]:
                closing.result()
            assert e1.graph(graph)["state"] == SUCCESS


def test_scenario_50_a_chain_of_a_thousand_costs_no_more_than_one_of_ten(server, e1):
    costs = set()
    for length in (10, 1000):
        graph = e1.submit_workflow(
            **{f"n{place}": [f"n{place - 1}"] if place else [] for place in range(length)}
        )
        e1.run(0)
        for _ in range(5):
            start = server.broker.store.statements
            process = e1.assign()
            between = server.broker.store.statements
            e1.close(process, [1])
            costs.add((between - start, server.broker.store.statements - between))
        e1.call("cancelprocessgraphmsg", processgraphid=graph["processgraphid"])
    assert len(costs) == 1
    assert max(costs.pop()) < 10


def test_the_wait_of_a_member_starts_when_it_becomes_assignable(e1):
    graph = e1.submit_workflow(
        e1.spec(nodename="a"),
        e1.spec(nodename="b", maxwaittime=2, conditions={"dependencies": ["a"]}),
    )
    assert e1.members(graph)["b"]["waitdeadline"] == NEVER
    running = e1.assign()
    e1.close(running)
    waiting = e1.members(graph)["b"]
    starts = moment(e1.process(running)["endtime"])
    assert (moment(waiting["waitdeadline"]) - starts).total_seconds() == pytest.approx(2, abs=0.01)
    e1.reaches(waiting, FAILED)
    assert e1.graph(graph)["state"] == FAILED


def test_a_member_that_runs_too_long_fails_its_workflow(e1):
    graph = e1.submit_workflow(
        e1.spec(nodename="a", maxexectime=1),
        e1.spec(nodename="b", conditions={"dependencies": ["a"]}),
    )
    members = e1.members(graph)
    e1.assign()
    e1.reaches(members["b"], FAILED)
    assert e1.states(graph) == {"a": FAILED, "b": FAILED}
    assert e1.members(graph)["a"]["errors"] == ["Maximum execution time limit exceeded"]


def test_a_retried_member_goes_on(e1):
    graph = e1.submit_workflow(
        e1.spec(nodename="a", maxexectime=1, maxretries=2),
        e1.spec(nodename="b", conditions={"dependencies": ["a"]}),
    )
    process = e1.assign()
    e1.reaches(process, WAITING)
    assert e1.graph(graph)["state"] == RUNNING
    e1.run("second run")
    assert e1.assign()["in"] == ["second run"]
