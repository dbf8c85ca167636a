"""What a view shows: many changes become one update, and only what changed is in it."""

from jupyter_colonies.core.layout import NODE_WIDTH
from jupyter_colonies.core.messages.workflows import NodeChange, WorkflowChange
from jupyter_colonies.core.process import State
from jupyter_colonies.widgets.dag.scene import MOST_ELEMENTS, MOST_ROWS, Scene

ROOT = NodeChange(processid="1", nodename="generate", funcname="gen", executortype="generator")
CHILD = NodeChange(processid="2", nodename="sum", funcname="sum", parents=["1"])


def change(*nodes: NodeChange) -> WorkflowChange:
    return WorkflowChange(processgraphid="g", nodes=list(nodes))


def node(processid: str, *parents: str, state: State = State.WAITING) -> NodeChange:
    return NodeChange(
        processid=processid,
        nodename=f"n{processid}",
        funcname="f",
        state=state,
        parents=list(parents),
    )


def scene(*nodes: NodeChange) -> Scene:
    made = Scene("g", "Workflow g")
    made.learn(change(*nodes))
    return made


def test_the_first_update_adds_everything_in_place() -> None:
    update = scene(ROOT, CHILD).update()
    assert [element["data"]["id"] for element in update.added_nodes] == ["1", "2"]
    assert all(element["position"]["x"] == NODE_WIDTH / 2 for element in update.added_nodes)
    (edge,) = update.added_edges
    assert (edge["data"]["source"], edge["data"]["target"]) == ("1", "2")
    assert update.nodes == update.positions == update.edges == {}
    assert update.heading["progress"] == "0 of 2 finished"


def test_a_state_change_is_one_changed_node_and_nothing_else() -> None:
    shown = scene(ROOT, CHILD)
    shown.update()
    shown.learn(change(NodeChange(processid="1", nodename="generate", state=State.RUNNING)))
    shown.learn(change(NodeChange(processid="1", nodename="generate", state=State.SUCCESS)))
    update = shown.update()
    assert update.nodes == {
        "1": {
            "id": "1",
            "name": "generate",
            "state": "Successful",
            "label": "generate\n✓ Successful",
        }
    }
    assert not update.added_nodes
    assert not update.positions
    assert update.heading["finished"] == 1
    assert update.heading["state"]["word"] == "Running"
    assert not shown.update().nodes


def test_new_children_join_and_known_nodes_move_only_as_needed() -> None:
    shown = scene(ROOT, CHILD, node("3", "1"))
    before = {e["data"]["id"]: e["position"] for e in shown.update().added_nodes}
    shown.learn(change(node("4", "2")))
    update = shown.update()
    assert [element["data"]["id"] for element in update.added_nodes] == ["4"]
    assert update.positions == {}
    assert update.added_nodes[0]["position"]["x"] == before["2"]["x"]
    assert [element["data"]["id"] for element in update.added_edges] == ["2-4"]


def test_an_inserted_node_replaces_an_edge() -> None:
    shown = scene(node("1"), node("2", "1"))
    shown.update()
    shown.learn(change(node("3", "1"), node("2", "3")))
    update = shown.update()
    assert update.removed_edges == ["1-2"]
    assert [element["data"]["id"] for element in update.added_edges] == ["3-2", "1-3"] or [
        element["data"]["id"] for element in update.added_edges
    ] == ["1-3", "3-2"]
    assert set(update.positions) == {"2"}


def test_a_parent_that_is_not_known_yet_draws_no_edge() -> None:
    shown = scene(node("2", "1"))
    assert shown.update().added_edges == []
    shown.learn(change(node("1")))
    assert [element["data"]["id"] for element in shown.update().added_edges] == ["1-2"]


def test_a_large_workflow_is_folded_and_says_so() -> None:
    many = scene(
        node("0"),
        *(node(f"{n}", "0") for n in range(1, MOST_ELEMENTS)),
        node("x", "0", state=State.FAILED),
    )
    update = many.update()
    assert update.folded
    assert not update.added_nodes
    assert "folded by layer" in many.picture()
    table = many.table()
    assert len(table) == MOST_ROWS
    assert table[0]["nodename"] == "nx"
    assert many.text().splitlines()[-1] == f"  … and {MOST_ELEMENTS + 1 - 40} more"


def test_the_text_says_state_progress_and_every_node() -> None:
    lines = (
        scene(ROOT, NodeChange(processid="2", nodename="sum", funcname="sum", state=State.FAILED))
        .text()
        .splitlines()
    )
    assert lines[0] == "Workflow g: Failed, 1 of 2 finished"
    assert lines[1].split() == ["generate", "○", "Waiting", "gen"]
    assert lines[2].split() == ["sum", "✗", "Failed", "sum"]


def test_an_empty_scene_has_all_its_faces() -> None:
    empty = Scene("g", "Workflow g")
    assert empty.update().added_nodes == []
    assert "0 of 0 finished" in empty.text()
    assert empty.picture().startswith("<svg")
    assert empty.table() == []


def test_another_moment_is_shown_until_it_is_live_again() -> None:
    shown = scene(ROOT, CHILD)
    shown.update()
    shown.show_states([NodeChange(processid="1", nodename="generate", state=State.RUNNING)])
    shown.learn(change(node("3", "2", state=State.FAILED)))
    update = shown.update()
    assert update.removed_nodes == ["2"]
    assert update.removed_edges == ["1-2"]
    assert update.nodes["1"]["state"] == "Running"
    assert update.heading["total"] == 1

    shown.show_states(None)
    update = shown.update()
    assert [element["data"]["id"] for element in update.added_nodes] == ["2", "3"]
    assert update.heading["total"] == 3
