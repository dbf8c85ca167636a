"""The layered layout: edges go down, nodes never overlap, the same graph gives the same drawing."""

import graphlib
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_colonies.core.layout import GAP, NODE_HEIGHT, NODE_WIDTH, Layout, layered


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    """Any DAG of up to 24 nodes, its nodes given in any order."""
    size = draw(st.integers(0, 24))
    parents = {
        str(node): [str(p) for p in draw(st.sets(st.integers(0, node - 1), max_size=4))]
        if node
        else []
        for node in range(size)
    }
    order = draw(st.permutations(list(parents)))
    return {node: parents[node] for node in order}


def edges(parents: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(parent, node) for node in parents for parent in parents[node]]


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_every_node_has_a_place_and_every_edge_goes_down(parents: dict[str, list[str]]) -> None:
    layout = layered(parents)
    assert set(layout.places) == set(parents)
    assert sorted(node for layer in layout.layers for node in layer) == sorted(parents)
    for source, target in edges(parents):
        stops = [layout.places[source], *layout.bends.get((source, target), ())]
        stops.append(layout.places[target])
        assert all(upper.y + NODE_HEIGHT < lower.y for upper, lower in pairwise(stops))


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_no_two_nodes_overlap_and_all_lie_in_the_frame(parents: dict[str, list[str]]) -> None:
    layout = layered(parents)
    for one, other in combinations(layout.places.values(), 2):
        apart = abs(one.x - other.x) >= NODE_WIDTH + GAP - 0.2
        assert apart or abs(one.y - other.y) >= NODE_HEIGHT
    for place in layout.places.values():
        assert NODE_WIDTH / 2 - 0.2 <= place.x <= layout.width - NODE_WIDTH / 2 + 0.2
        assert NODE_HEIGHT / 2 <= place.y <= layout.height - NODE_HEIGHT / 2


@given(graphs())
@settings(max_examples=40, deadline=None)
def test_long_edges_run_beside_the_nodes_they_pass(parents: dict[str, list[str]]) -> None:
    layout = layered(parents)
    for bends in layout.bends.values():
        for bend in bends:
            for place in layout.places.values():
                assert place.y != bend.y or abs(place.x - bend.x) > NODE_WIDTH / 2


@given(graphs())
@settings(max_examples=20, deadline=None)
def test_the_same_graph_gives_the_same_drawing(parents: dict[str, list[str]]) -> None:
    assert layered(parents) == layered(dict(parents))


def test_a_parent_stands_above_the_middle_of_its_children() -> None:
    layout = layered(
        {"split": [], "a": ["split"], "b": ["split"], "c": ["split"], "join": ["a", "b", "c"]}
    )
    assert layout.places["split"].x == layout.places["b"].x == layout.places["join"].x
    assert [layer for layer in layout.layers if len(layer) > 1] == [["a", "b", "c"]]


def test_crossings_that_can_be_avoided_are() -> None:
    layout = layered({"a": [], "b": [], "c": [], "x": ["c"], "y": ["b"], "z": ["a"]})
    for upper, lower in (("a", "z"), ("b", "y"), ("c", "x")):
        assert layout.places[upper].x == layout.places[lower].x


def test_an_edge_that_skips_a_layer_bends_around_it() -> None:
    layout = layered({"a": [], "b": ["a"], "c": ["a", "b"]})
    (bend,) = layout.bends["a", "c"]
    assert abs(bend.x - layout.places["b"].x) > NODE_WIDTH / 2
    curve = layout.curve("a", "c")
    assert curve[0].x == layout.places["a"].x
    assert curve[-1].x == layout.places["c"].x


def test_unknown_parents_are_ignored_and_cycles_refused() -> None:
    assert layered({"a": ["gone"]}).layers == [["a"]]
    with pytest.raises(graphlib.CycleError):
        layered({"a": ["b"], "b": ["a"]})


def test_nothing_has_no_size() -> None:
    assert layered({}) == Layout(layers=[], places={}, bends={}, width=0, height=0)
