"""Protocol part 02, sections 1.11, 5.7 and 6.1: the rules of the DAG and its drawing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core import graph
from jupyter_colonies.core.graph import Vertex, check_workflow, state_of
from jupyter_colonies.core.process import State
from jupyter_colonies.core.spec import Conditions, FunctionSpec
from jupyter_colonies.errors import InvalidRequest, InvalidWorkflow

DIAMOND = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}
WAITING, RUNNING, SUCCESS, FAILED, CANCELLED = State


def workflow(dependencies):
    """Function specs of a workflow given as {node name: names it depends on}."""
    return [
        FunctionSpec(nodename=name, funcname="f", conditions=Conditions(dependencies=list(after)))
        for name, after in dependencies.items()
    ]


def vertices(dependencies, states=None):
    """The processes of a workflow, their ids being the node names."""
    children = {name: [] for name in dependencies}
    for name, after in dependencies.items():
        for parent in after:
            children[parent].append(name)
    return [
        Vertex(name, f"node {name}", (states or {}).get(name, WAITING), after, children[name])
        for name, after in dependencies.items()
    ]


@st.composite
def dags(draw, least=1):
    """Any DAG: each node depends on some of the nodes before it; then the order is shuffled."""
    names = [f"n{number}" for number in range(draw(st.integers(least, 12)))]
    after = {
        name: draw(st.lists(st.sampled_from(names[:position]), unique=True)) if position else []
        for position, name in enumerate(names)
    }
    return {name: after[name] for name in draw(st.permutations(names))}


@st.composite
def cyclic(draw):
    """A DAG with one cycle put into it, and the names on that cycle."""
    dag = draw(dags(least=2))
    loop = draw(st.lists(st.sampled_from(sorted(dag)), min_size=1, max_size=4, unique=True))
    for name, following in pairwise([*loop, loop[0]]):
        dag[following] = [*dag[following], name]
    return dag


def refusal(dependencies):
    with pytest.raises(InvalidWorkflow) as caught:
        check_workflow(workflow(dependencies))
    return caught.value.message


@given(dags())
def test_any_dag_is_accepted(dag):
    check_workflow(workflow(dag))


@given(cyclic())
def test_any_cycle_is_refused_and_named_in_the_direction_of_the_work(dag):
    start, _, named = refusal(dag).partition(": ")
    assert start == "Failed to submit workflow, dependencies contain a cycle"
    loop = named.split(" → ")
    assert loop[0] == loop[-1]
    assert len(loop) > 1
    for name, following in pairwise(loop):
        assert name in dag[following]


def test_a_node_that_depends_on_itself_is_a_cycle():
    assert refusal({"a": ["a"]}).endswith("dependencies contain a cycle: a → a")


def test_a_workflow_without_nodes_is_refused():
    assert refusal({}) == "Failed to submit workflow, no function specs"


def test_an_unnamed_node_among_others_is_refused():
    message = refusal({"a": [], "": []})
    assert message.startswith("Nodename is missing, check function spec for errors")
    assert "function spec 2" in message


def test_a_single_node_needs_no_name():
    check_workflow(workflow({"": []}))


def test_a_repeated_name_is_refused():
    with pytest.raises(InvalidWorkflow, match=r"^Duplicate nodename: a$"):
        check_workflow(workflow({"a": []}) + workflow({"a": []}))


def test_an_unknown_dependency_is_refused_and_named():
    message = refusal({"a": [], "b": ["a", "missing"]})
    assert message.startswith(
        "Failed to submit workflow, invalid dependencies, are you depending on a nodename that "
        "does not exits?"
    )
    assert "'b'" in message
    assert "'missing'" in message


def test_a_priority_out_of_range_is_refused():
    specs = workflow(DIAMOND)
    specs[2].priority = 50_001
    with pytest.raises(InvalidRequest, match="priority outside range"):
        check_workflow(specs)


def test_a_chain_of_ten_thousand_nodes_is_checked():
    names = [f"n{number}" for number in range(10_000)]
    chain = {name: [names[place - 1]] if place else [] for place, name in enumerate(names)}
    check_workflow(workflow(chain))
    chain["n0"] = ["n9999"]
    refusal(chain)


def expected_state(counts):
    present = {state for state, count in counts.items() if count}
    if FAILED in present:
        return FAILED
    if CANCELLED in present:
        return CANCELLED
    if present == {SUCCESS}:
        return SUCCESS
    return RUNNING if present & {SUCCESS, RUNNING} else WAITING


@given(st.dictionaries(st.sampled_from(State), st.integers(0, 3)))
def test_the_state_of_a_graph(counts):
    assert state_of(counts) == expected_state(counts)


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({}, WAITING),
        ({WAITING: 4}, WAITING),
        ({WAITING: 3, RUNNING: 1}, RUNNING),
        ({WAITING: 3, SUCCESS: 1}, RUNNING),
        ({SUCCESS: 4}, SUCCESS),
        ({SUCCESS: 3, FAILED: 1}, FAILED),
        ({FAILED: 1, CANCELLED: 1, RUNNING: 1}, FAILED),
        ({CANCELLED: 1, SUCCESS: 3}, CANCELLED),
    ],
    ids=str,
)
def test_examples_of_states(counts, state):
    assert state_of(counts) == state


def test_the_diamond_depth_first():
    order = [vertex.processid for vertex in graph.depth_first(vertices(DIAMOND))]
    assert order == ["a", "b", "d", "c"]


@given(dags())
def test_depth_first_visits_each_once_and_children_right_after_their_parents(dag):
    order = graph.depth_first(vertices(dag))
    assert sorted(vertex.processid for vertex in order) == sorted(dag)
    seen = set()
    for before, vertex in pairwise(order):
        seen.add(before.processid)
        unvisited = [child for child in before.children if child not in seen]
        if unvisited:
            assert vertex.processid == unvisited[0]


def test_roots_are_visited_in_the_order_of_the_specs():
    order = graph.depth_first(vertices({"z": [], "y": [], "x": ["z"]}))
    assert [vertex.processid for vertex in order] == ["z", "x", "y"]


@given(dags())
def test_each_level_is_one_below_the_deepest_parent(dag):
    levels = graph.levels(vertices(dag))
    for name, after in dag.items():
        assert levels[name] == max((levels[parent] + 1 for parent in after), default=0)


def test_a_root_with_three_children_is_centred():
    places = graph.positions(vertices({"r": [], "x": ["r"], "y": ["r"], "z": ["r"]}))
    assert (places["r"].x, places["r"].y) == (200, 0)
    assert [(places[name].x, places[name].y) for name in "xyz"] == [(0, 80), (200, 80), (400, 80)]


@given(dags())
def test_no_two_boxes_overlap(dag):
    places = graph.positions(vertices(dag)).values()
    rows = {}
    for place in places:
        rows.setdefault(place.y, []).append(place.x)
    for row in rows.values():
        assert all(right - left >= graph.BOX_WIDTH for left, right in pairwise(sorted(row)))


def test_the_drawing_of_the_protocol():
    nodes, edges = graph.drawing(
        vertices({"gen": [], "sum": ["gen"]}, {"gen": SUCCESS, "sum": RUNNING})
    )
    assert [(node.id, node.data.label, node.type) for node in nodes] == [
        ("gen", "node gen", "input"),
        ("sum", "node sum", "output"),
    ]
    assert [(node.position.x, node.position.y) for node in nodes] == [(0, 0), (0, 80)]
    assert [node.style.background for node in nodes] == ["#92d050", "#4689cd"]
    assert [(edge.id, edge.source, edge.target, edge.animated) for edge in edges] == [
        ("gen-sum", "gen", "sum", False)
    ]


def test_a_lone_node_is_an_input():
    (node,), edges = graph.drawing(vertices({"a": []}))
    assert node.type == "input"
    assert edges == []


@pytest.mark.parametrize(
    ("state", "colour"),
    [
        (WAITING, "#eee8d8"),
        (RUNNING, "#4689cd"),
        (SUCCESS, "#92d050"),
        (FAILED, "#cb4239"),
        (CANCELLED, "#f5a623"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_colours_and_movement(state, colour):
    nodes, edges = graph.drawing(vertices(DIAMOND, {"a": state}))
    assert nodes[0].style.background == colour
    assert [edge.animated for edge in edges if edge.source == "a"] == [state == RUNNING] * 2


@given(dags())
def test_every_edge_is_drawn_once(dag):
    nodes, edges = graph.drawing(vertices(dag))
    assert [node.id for node in nodes] == [v.processid for v in graph.depth_first(vertices(dag))]
    drawn = [(edge.source, edge.target) for edge in edges]
    assert sorted(drawn) == sorted((parent, name) for name in dag for parent in dag[name])
    inner = {node.id for node in nodes if node.type == ""}
    assert inner == {v.processid for v in vertices(dag) if v.parents and v.children}
