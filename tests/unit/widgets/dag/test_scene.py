"""What a view shows: many changes become one picture, and only what changed is told."""

from datetime import UTC, datetime, timedelta

from jupyter_colonies.core.layout import NODE_WIDTH
from jupyter_colonies.core.messages.workflows import NodeChange, WorkflowChange
from jupyter_colonies.core.process import State
from jupyter_colonies.core.sketch import Json, Sketch, changes
from jupyter_colonies.widgets.dag.scene import MOST_ROWS, Scene

START = datetime(2026, 1, 1, tzinfo=UTC)
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


def wide(number: int, *, failed: int = -1) -> list[NodeChange]:
    return [
        node("root"),
        *(
            node(f"{n}", "root", state=State.FAILED if n == failed else State.WAITING)
            for n in range(number)
        ),
    ]


class Told:
    """What is told of a scene, from one picture to the next."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.drawn: Sketch = {}
        self.heading: Json = {}
        self.rows: dict[int, list[str | int]] = {}

    def next(self) -> Json:
        view = self._scene.view()
        told = changes(self.drawn, view.drawn)
        self.drawn, self.heading, self.rows = view.drawn, view.heading, view.rows
        return told


def test_the_first_picture_has_everything_in_its_place() -> None:
    told = Told(scene(ROOT, CHILD))
    added = told.next()
    assert list(added) == ["add"]
    first, second, edge = added["add"]
    assert [first["data"]["id"], second["data"]["id"]] == ["1", "2"]
    assert first["position"]["x"] == second["position"]["x"] == NODE_WIDTH / 2
    assert (edge["data"]["source"], edge["data"]["target"]) == ("1", "2")
    assert told.heading["progress"] == "0 of 2 finished"
    assert [row[1] for row in told.rows.values()] == ["generate", "sum"]


def test_a_state_change_is_one_changed_node_and_nothing_else() -> None:
    shown = scene(ROOT, CHILD)
    told = Told(shown)
    told.next()
    shown.learn(change(NodeChange(processid="1", nodename="generate", state=State.RUNNING)))
    shown.learn(change(NodeChange(processid="1", nodename="generate", state=State.SUCCESS)))
    assert told.next() == {
        "data": {
            "1": {
                "state": "Successful",
                "label": "generate\n✓ Successful",
                "about": "generate: Successful; function ",
            }
        }
    }
    assert list(told.rows) == [0]
    assert told.heading["finished"] == 1
    assert told.heading["state"]["word"] == "Running"
    assert told.next() == {}
    assert told.rows == {}


def test_new_children_join_and_known_nodes_move_only_as_needed() -> None:
    shown = scene(ROOT, CHILD, node("3", "1"))
    told = Told(shown)
    told.next()
    before = told.drawn["2"]["position"]
    shown.learn(change(node("4", "2")))
    update = told.next()
    assert [each["data"]["id"] for each in update["add"]] == ["4", "2-4"]
    assert "move" not in update
    assert update["add"][0]["position"]["x"] == before["x"]


def test_an_inserted_node_replaces_an_edge() -> None:
    shown = scene(node("1"), node("2", "1"))
    told = Told(shown)
    told.next()
    shown.learn(change(node("3", "1"), node("2", "3")))
    update = told.next()
    assert update["remove"] == ["1-2"]
    assert [each["data"]["id"] for each in update["add"]] == ["3", "3-2", "1-3"]
    assert set(update["move"]) == {"2"}


def test_a_parent_that_is_not_known_yet_draws_no_edge() -> None:
    shown = scene(node("2", "1"))
    told = Told(shown)
    assert [each["data"]["id"] for each in told.next()["add"]] == ["2"]
    shown.learn(change(node("1")))
    assert [each["data"]["id"] for each in told.next()["add"]] == ["1", "1-2"]


def test_a_large_workflow_is_folded_and_says_so() -> None:
    many = scene(*wide(MOST_ROWS, failed=7))
    told = Told(many)
    told.next()
    assert [row[1] for row in told.rows.values()] == ["nroot", *(f"n{n}" for n in range(MOST_ROWS))]
    kinds = {name: each["data"].get("kind") for name, each in told.drawn.items()}
    assert [kinds[name] for name in ("root", "7", "0:0")] == ["process", "process", "fold"]
    assert told.drawn["0:0"]["data"]["label"].startswith("999 × f")
    assert told.drawn["0:0"]["data"]["counts"] == {"Waiting": 999}
    assert told.heading["folded"]
    assert "(folded)" in many.picture()
    table = many.table()
    assert len(table) == MOST_ROWS
    assert table[0]["nodename"] == "n7"
    assert many.text().splitlines()[-1] == f"  … and {MOST_ROWS + 1 - 40} more"


def test_a_change_within_a_fold_changes_the_fold_alone() -> None:
    many = scene(*wide(500))
    told = Told(many)
    told.next()
    many.learn(change(node("3", "root", state=State.RUNNING)))
    (changed,) = told.next().values()
    assert list(changed) == ["0:0"]
    assert changed["0:0"]["counts"] == {"Waiting": 499, "Running": 1}
    assert "rows" not in changed["0:0"]


def test_a_fold_is_opened_into_parts_and_closed_again() -> None:
    many = scene(*wide(500))
    told = Told(many)
    told.next()
    folded = told.drawn
    many.open("0:0")
    told.next()
    parts = [e["data"] for e in told.drawn.values() if e["data"].get("within") == "0:0"]
    assert sum(part["members"] for part in parts) == 500
    assert [each["title"] for each in told.heading["opened"]] == ["500 × f"]
    many.open(parts[0]["id"])
    told.next()
    assert [each["id"] for each in told.heading["opened"]] == ["0:0", parts[0]["id"]]
    many.close("0:0")
    told.next()
    assert told.heading["opened"] == []
    assert {name: e["data"] for name, e in told.drawn.items()} == {
        name: e["data"] for name, e in folded.items()
    }


def test_the_selected_process_is_taken_out_of_its_fold() -> None:
    many = scene(*wide(500))
    told = Told(many)
    told.next()
    many.sight.selected = "123"
    told.next()
    assert told.drawn["123"]["data"]["kind"] == "process"
    many.sight.selected = ""
    told.next()
    assert "123" not in told.drawn


def test_all_nodes_are_drawn_if_that_is_wanted() -> None:
    many = scene(*wide(500))
    many.sight.unfolded = True
    view = many.view()
    assert len(view.drawn) == 501 + 500
    assert not view.heading["folded"]


def test_details_name_the_executor_and_what_it_says() -> None:
    shown = scene(
        NodeChange(
            processid="1",
            nodename="fit",
            state=State.RUNNING,
            executorname="gpu-1",
            starttime=START,
            progress="0.5 epoch 3",
        )
    )
    shown.sight.details = True
    (element,) = shown.view().drawn.values()
    assert element["data"]["label"] == "fit\n▶\ufe0e Running · 50 %\ngpu-1"
    assert element["data"]["about"] == "fit: Running; function ; epoch 3"
    assert element["data"]["since"] == START.timestamp() * 1000
    assert element["data"]["stops"] == ["0%", "50%", "50%", "100%"]
    shown.sight.details = False
    (element,) = shown.view().drawn.values()
    assert element["data"]["label"] == "fit\n▶\ufe0e Running · 50 %"


def test_another_moment_is_shown_until_it_is_live_again() -> None:
    shown = scene(ROOT, CHILD)
    told = Told(shown)
    told.next()
    shown.show_states([NodeChange(processid="1", nodename="generate", state=State.RUNNING)])
    shown.learn(change(node("3", "2", state=State.FAILED)))
    update = told.next()
    assert update["remove"] == ["1-2", "2"]
    assert update["data"]["1"]["state"] == "Running"
    assert told.heading["total"] == 1
    assert told.heading["past"]
    assert told.rows[1][2] == ""

    shown.show_states(None)
    update = told.next()
    assert [each["data"]["id"] for each in update["add"]] == ["2", "3", "1-2", "2-3"]
    assert told.heading["total"] == 3
    assert sorted(told.rows) == [0, 1, 2]


def test_the_row_of_a_process_says_when_and_where_it_ran() -> None:
    shown = scene(
        NodeChange(
            processid="1",
            nodename="fit",
            funcname="fit",
            executortype="gpu",
            executorname="gpu-1",
            state=State.SUCCESS,
            starttime=START,
            endtime=START + timedelta(seconds=2),
            keptfrom="0",
        )
    )
    begun = START.timestamp() * 1000
    assert shown.view().rows == {
        0: [
            "1",
            "fit",
            "Successful",
            "fit",
            "gpu",
            "gpu-1",
            begun,
            begun + 2000,
            "Successful, kept",
        ]
    }


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
    assert empty.view().drawn == {}
    assert "0 of 0 finished" in empty.text()
    assert empty.picture().startswith("<svg")
    assert empty.table() == []
