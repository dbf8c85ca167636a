"""Protocol part 02, section 7, and scenarios 51 to 56: workflows that grow while they run."""

import pytest

from tests.conformance.wire import FAILED, RUNNING, SUCCESS, WAITING, refused


@pytest.fixture
def running(e1):
    """The graph a → (b, c) with a running, as (graph, a)."""
    graph = e1.submit_workflow(a=[], b=["a"], c=["a"])
    return graph, e1.assign()


def names(member, processids):
    return [member.process(each)["spec"]["nodename"] for each in processids]


def test_scenario_51_add(e1, running):
    graph, a = running
    n = e1.add_child(a, nodename="n")
    assert (n["state"], n["waitforparents"]) == (WAITING, True)
    assert (n["parents"], n["children"]) == ([a["processid"]], [])
    assert n["processgraphid"] == graph["processgraphid"]
    assert (n["initiatorid"], n["initiatorname"]) == (e1.id, "E1")
    assert names(e1, e1.process(a)["children"]) == ["b", "c", "n"]
    assert n["processid"] in e1.graph(graph)["processids"]
    assert e1.graph(graph)["state"] == RUNNING


def test_scenario_51_insert(e1, running):
    graph, a = running
    n = e1.add_child(a, insert=True, nodename="n")
    members = e1.members(graph)
    assert e1.process(a)["children"] == [n["processid"]]
    assert names(e1, members["n"]["children"]) == ["b", "c"]
    assert members["b"]["parents"] == members["c"]["parents"] == [n["processid"]]
    e1.close(a, ["from a"])
    inserted = e1.assign()
    assert (inserted["processid"], inserted["in"]) == (n["processid"], ["from a"])
    assert e1.gets_nothing()
    e1.close(inserted, ["from n"])
    assert [e1.assign()["in"], e1.assign()["in"]] == [["from n"]] * 2


def test_scenario_51_insert_below_a_leaf(e1):
    graph = e1.submit_workflow(a=[])
    a = e1.assign()
    n = e1.add_child(a, insert=True, nodename="n")
    assert e1.process(a)["children"] == [n["processid"]]
    e1.close(a)
    assert e1.graph(graph)["state"] == RUNNING
    e1.run()
    assert e1.graph(graph)["state"] == SUCCESS


def test_scenario_51_add_and_join(e1, running):
    graph, a = running
    c = e1.members(graph)["c"]
    n = e1.add_child(a, c, nodename="n")
    assert n["children"] == [c["processid"]]
    assert e1.process(c)["parents"] == [a["processid"], n["processid"]]
    assert names(e1, e1.process(a)["children"]) == ["b", "c", "n"]
    e1.close(a, ["a"])
    found = {process["spec"]["nodename"]: process for process in (e1.assign(), e1.assign())}
    assert set(found) == {"b", "n"}
    assert e1.gets_nothing()
    e1.close(found["n"], ["n"])
    assert e1.assign()["in"] == ["a", "n"]


def test_inserting_keeps_the_order_of_other_parents(e1):
    graph = e1.submit_workflow(a=[], b=[], k=["a", "b"])
    a, b = e1.assign(), e1.assign()
    e1.add_child(a, insert=True, nodename="n")
    e1.close(a, ["a"])
    e1.close(b, ["b"])
    e1.close(e1.assign(), ["n"])
    # The new parent comes last.
    assert e1.assign()["in"] == ["b", "n"]
    assert names(e1, e1.members(graph)["k"]["parents"]) == ["b", "n"]


def test_names_may_repeat_and_be_empty_and_dependencies_are_decoration(e1, running):
    graph, a = running
    for nodename in ("b", "b", ""):
        child = e1.add_child(a, nodename=nodename, conditions={"dependencies": ["nowhere"]})
        assert child["spec"]["conditions"]["dependencies"] == ["nowhere"]
        assert child["parents"] == [a["processid"]]
    assert len(e1.graph(graph)["processids"]) == 6


def unchanged(member, graph):
    return len(member.graph(graph)["processids"]), len(member.processes(WAITING))


def test_scenario_52_refusals(colony, e1, e2, running):
    graph, a = running
    before = unchanged(e1, graph)
    b = e1.members(graph)["b"]
    standalone = e1.submit()
    e1.assign()
    parents = {
        "f" * 64: ("Process with Id", "not found"),
        b["processid"]: ("Process with Id", "is not running"),
        standalone["processid"]: ("Process with Id", "does not belong to a processgraph"),
    }
    for parent, (start, rest) in parents.items():
        with refused(400, f"{start} {parent} {rest}"):
            e1.add_child({**a, "processid": parent}, nodename="n")
    with refused(400, f"Process with Id {a['processid']} is not assigned to executor with Id"):
        e2.add_child(a, nodename="n")
    with refused(403):
        colony.outsiders_executor().add_child(a, nodename="n")
    with refused(400, "Failed to add child to processgraph, msg.FunctionSpec is nil"):
        e1.call("addchildmsg", parentprocessid=a["processid"])
    assert unchanged(e1, graph) == before
    e1.close(a)
    with refused(400, f"Process with Id {a['processid']} is not running"):
        e1.add_child(a, nodename="n")
    assert unchanged(e1, graph) == before


def test_scenario_52_children_that_cannot_be_joined(e1, running):
    graph, a = running
    before = unchanged(e1, graph)
    other = e1.submit_workflow(x=[])
    outside = {"processid": other["processids"][0]}
    for child in ({"processid": "f" * 64}, outside, a):
        with refused(400):
            e1.add_child(a, child, nodename="n")
    with refused(400):
        e1.add_child({**a, "processgraphid": other["processgraphid"]}, nodename="n")
    with refused(400):
        e1.add_child(a, nodename="n", priority=50_001)
    with refused(400):
        e1.add_child(a, nodename="n", conditions={"mem": "1XYZ"})
    graphs = unchanged(e1, graph)
    assert graphs == (before[0], before[1] + 1)


def test_a_join_must_not_close_a_cycle(e1):
    graph = e1.submit_workflow(a=[], b=["a"], c=["b"])
    e1.run()
    b = e1.assign()
    a = e1.members(graph)["a"]
    with refused(400):
        e1.add_child(b, a, nodename="n")
    with refused(400):
        e1.add_child(b, b, nodename="n")
    assert len(e1.graph(graph)["processids"]) == 3


def test_the_graph_may_be_left_out(e1, running):
    graph, a = running
    n = e1.add_child({**a, "processgraphid": ""}, nodename="n")
    assert n["processgraphid"] == graph["processgraphid"]


def test_another_colony_in_the_spec(colony, e1, running):
    graph, a = running
    elsewhere = colony.wire.new_colony()
    elsewhere.executor(key=e1.key)
    with refused(400):
        e1.add_child(a, nodename="n", conditions={"colonyname": elsewhere.name})
    assert len(e1.graph(graph)["processids"]) == 3


def test_scenario_53_a_child_waits_for_its_parent(e1, e2, running):
    _, a = running
    n = e1.add_child(a, nodename="n", priority=9)
    assert e2.gets_nothing()
    e1.close(a, ["out"])
    found = e2.assign()
    assert (found["processid"], found["in"]) == (n["processid"], ["out"])


def test_scenario_54_the_tutorials_dynamic_executor(e1):
    graph = e1.submit_workflow(gen_node=[], sum_node=["gen_node"])
    gen = e1.assign()
    total = e1.members(graph)["sum_node"]
    for insert in (True, False):
        e1.add_child(
            gen,
            total,
            insert=insert,
            funcname="square",
            nodename="square_node",
            args=[2],
            conditions={"dependencies": ["gen_node"]},
        )
    e1.close(gen, [1, 1])
    squares = [e1.assign(), e1.assign()]
    assert [square["in"] for square in squares] == [[1, 1], [1, 1]]
    assert e1.gets_nothing()
    for square in squares:
        e1.close(square, [4])
    last = e1.assign()
    assert last["in"] == [4, 4]
    e1.close(last, [8])
    assert e1.process(total)["out"] == [8]
    assert e1.graph(graph)["state"] == SUCCESS


def test_scenario_55_added_children_that_wait_too_long(e1):
    graph = e1.submit_workflow(a=[])
    a = e1.assign()
    children = [e1.add_child(a, nodename="n", maxwaittime=1) for _ in range(2)]
    e1.close(a)
    for child in children:
        failed = e1.reaches(child, FAILED)
        assert failed["errors"] == ["Maximum waiting time limit exceeded"]
    assert e1.graph(graph)["state"] == FAILED


def test_scenario_56_a_child_that_was_already_released_waits_again(e1):
    graph = e1.submit_workflow(a=[], b=[], x=["b"])
    a, b = e1.assign(), e1.assign()
    e1.close(b, ["b"])
    x = e1.members(graph)["x"]
    assert x["waitforparents"] is False
    e1.add_child(a, x, nodename="n")
    assert e1.process(x)["waitforparents"] is True
    assert e1.gets_nothing()
    e1.close(a)
    e1.close(e1.assign(), ["n"])
    assert e1.assign()["in"] == ["b", "n"]


def test_joining_a_child_that_already_runs(e1):
    graph = e1.submit_workflow(a=[], b=[], x=["b"])
    a, b = e1.assign(), e1.assign()
    e1.close(b)
    x = e1.assign()
    with refused(400):
        e1.add_child(a, x, nodename="n")
    assert len(e1.graph(graph)["processids"]) == 3


def test_a_failing_parent_takes_the_added_with_it(e1, running):
    graph, a = running
    e1.add_child(a, nodename="n")
    e1.fail(a)
    assert set(e1.states(graph).values()) == {FAILED}
    assert e1.gets_nothing()


def test_limits_of_an_added_child_are_echoed(e1, running):
    _, a = running
    child = e1.add_child(a, nodename="n", maxexectime=0, maxretries=0)
    assert child["spec"]["maxexectime"] == 0
    e1.close(a)
    while (found := e1.assign())["processid"] != child["processid"]:
        pass
    assert found["execdeadline"] == "0001-01-01T00:00:00Z"
