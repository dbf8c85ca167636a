"""The view of a run against a real server; what it sends to the page is read from its widgets."""

import re
import threading
from base64 import b64decode, b64encode

import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.process import State
from jupyter_colonies.notebook import display
from jupyter_colonies.notebook.colony import NotebookColony, connect
from jupyter_colonies.testing import server_in_thread
from jupyter_colonies.widgets.dag.view import DagView
from jupyter_colonies.widgets.page.output import DAG_MIME_TYPE


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()


@pytest.fixture
def workflow(colony: NotebookColony, gate: threading.Event) -> Workflow:
    @colony.function(executor="worker", executortype="maths", concurrency=2)
    def gen(count: int) -> list[int]:
        gate.wait(30)
        return list(range(count))

    @colony.function(executor="worker")
    def total(inputs: list[int]) -> int:
        return sum(inputs)

    made = Workflow("sums", executortype="maths")
    made.node("sum_node", "total", after=made.node("gen_node", "gen", 4))
    return made


def shown(view: DagView) -> dict[str, str]:
    elements = view.children[0].drawn["elements"].values()
    return {
        each["data"]["label"].split("\n")[0]: each["data"]["state"]
        for each in elements
        if each["group"] == "nodes"
    }


def test_a_view_follows_its_run_to_the_end(colony, workflow, gate, until) -> None:
    run = colony.submit(workflow)
    view = DagView(run)
    ended = threading.Event()
    view.on_end(ended.set)
    board = view.children[0]
    until(board, "news", lambda news: news["heading"]["state"]["word"] == "Running")
    assert shown(view) == {"gen_node": "Running", "sum_node": "Waiting"}

    gate.set()
    assert ended.wait(30)
    assert shown(view) == {"gen_node": "Successful", "sum_node": "Successful"}
    assert board.news["heading"]["progress"] == "2 of 2 finished"
    assert board.news["heading"]["title"] == "sums"
    view.close()


def test_a_running_process_shows_how_far_it_is(colony, gate, until) -> None:
    @colony.function(executor="reader", executortype="reader")
    def read(process) -> int:
        process.progress(0.25, "first part")
        gate.wait(30)
        return 1

    alone = Workflow("alone", executortype="reader")
    alone.node("reading", "read")
    view = DagView(colony.submit(alone))
    board = view.children[0]

    def drawn(_: object) -> list[str]:
        return [each["data"]["label"] for each in board.drawn["elements"].values()]

    until(board, "news", lambda news: drawn(news) == ["reading\n▶\ufe0e Running · 25 %"])
    gate.set()
    until(board, "news", lambda news: any("Successful" in label for label in drawn(news)))
    view.close()


def test_waiting_for_a_run_leaves_its_picture_final(colony, workflow, gate) -> None:
    run = colony.submit(workflow)
    view = DagView(run)
    closed = DagView(run)
    shown_last = []

    def show_slowly() -> None:
        threading.Event().wait(0.3)
        shown_last.append(shown(view))

    view.on_end(show_slowly)
    closed.on_end(lambda: shown_last.append({"a closed view": "was shown"}))
    closed.close()
    gate.set()
    run.wait(30, progress=False)
    assert shown_last == [{"gen_node": "Successful", "sum_node": "Successful"}]
    view.close()


def test_choosing_a_node_shows_its_process_and_keeps_it_current(
    colony, workflow, gate, until
) -> None:
    run = colony.submit(workflow)
    view = DagView(run)
    assert view.wait_until_painted(30)
    selected: list[NodeChange | None] = []
    view.on_select(selected.append)
    view.children[0].selected = run["sum_node"].processid
    assert view.selected == run["sum_node"].processid
    until(view.inspector, "head", lambda head: head.get("name") == "sum_node")

    gate.set()
    until(
        view.inspector,
        "values",
        lambda values: [each["tree"]["text"] for each in values["output"]] == ["6"],
    )
    view.inspector.chosen = run["gen_node"].processid
    assert view.selected == run["gen_node"].processid
    view.selected = ""
    assert view.children[0].selected == ""
    assert [node and node.nodename for node in selected] == ["sum_node", "gen_node", None]
    until(view.inspector, "head", lambda head: head == {})
    view.close()


def test_the_output_carries_every_form(colony, workflow, gate) -> None:
    gate.set()
    run = colony.submit(workflow).wait(30, progress=False)
    view = DagView(run)
    assert view.wait_until_painted(30)
    bundle = view._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == view.model_id
    dag = bundle[DAG_MIME_TYPE]
    assert (dag["version"], dag["processgraphid"], dag["title"]) == (1, run.id, "sums")
    assert dag["state"] == "Successful"
    assert b64encode(dag["svg"].encode()).decode() in bundle["text/html"]
    assert dag["table"][0] == {
        "nodename": "gen_node",
        "state": "Successful",
        "funcname": "gen",
        "executortype": "maths",
    }
    assert bundle["text/plain"].startswith("sums: Successful, 2 of 2 finished")
    view.close()


def test_a_page_made_of_the_notebook_shows_the_picture(colony, workflow, gate) -> None:
    gate.set()
    view = DagView(colony.submit(workflow).wait(30, progress=False))
    assert view.wait_until_painted(30)
    shown = new_output("display_data", data=view._repr_mimebundle_())
    notebook = new_notebook(cells=[new_code_cell("show(run)", outputs=[shown])])
    page, _ = HTMLExporter().from_notebook_node(notebook)
    image = re.search('<img [^>]*base64,([^"]+)', page)
    assert image
    assert "sums: Successful, 2 of 2 finished" in b64decode(image[1]).decode()
    view.close()


def test_a_single_process_is_shown_like_a_workflow(colony, workflow, gate) -> None:
    gate.set()
    run = colony.submit({"funcname": "gen", "args": [2], "conditions": {"executortype": "maths"}})
    view = DagView(run.wait(30, progress=False))
    assert view.wait_until_painted(30)
    assert shown(view) == {"gen": "Successful"}
    assert view._repr_mimebundle_()["text/plain"].startswith("Process gen: Successful")
    view.close()


def test_a_large_workflow_is_folded_and_opened(colony, until) -> None:
    wide = Workflow("wide", executortype="nobody")
    root = wide.node("root", "split")
    for number in range(150):
        wide.node(f"leaf {number}", "work", after=root)
    view = DagView(colony.submit(wide))
    assert view.wait_until_painted(30)
    board = view.children[0]
    until(board, "news", lambda news: news["heading"].get("folded"))
    assert shown(view) == {"root": "Waiting", "150 × work": "Waiting"}
    (fold,) = [name for name in board.drawn["elements"] if name.startswith("0:")]
    board._handle_custom_msg({"wish": "open", "part": fold}, [])
    until(board, "news", lambda news: news["heading"]["opened"])
    nodes = [e["data"] for e in board.drawn["elements"].values() if e["group"] == "nodes"]
    assert sum(data["members"] for data in nodes if data["within"] == fold) == 150
    board._handle_custom_msg({"wish": "close", "part": ""}, [])
    until(board, "news", lambda news: not news["heading"]["opened"])
    view.unfolded = True
    until(board, "news", lambda news: not news["heading"]["folded"])
    assert len(shown(view)) == 151
    view.close()


def test_a_process_that_can_not_be_fetched_is_said_so(colony, until) -> None:
    lonely = Workflow("lonely", executortype="nobody")
    lonely.node("node", "work")
    run = colony.submit(lonely)
    view = DagView(run)
    assert view.wait_until_painted(30)
    colony.call(colony.client.remove_process_graph(processgraphid=run.id))
    view.selected = view.children[0].roll["rows"][0][0]
    until(view.inspector, "trouble", lambda text: "process not found" in text)
    view.close()


def test_a_server_that_goes_away_is_said_so_and_found_again(tmp_path, monkeypatch, until) -> None:
    for name in ("COLONIES_SERVER_HOST", "COLONIES_PRVKEY"):
        monkeypatch.delenv(name, raising=False)
    lonely = Workflow("lonely", executortype="nobody")
    lonely.node("node", "work")
    with server_in_thread(tmp_path) as server:
        monkeypatch.setenv("JUPYTER_COLONIES_RUNTIME", str(server.runtime_file))
        colony = connect()
        run = colony.submit(lonely)
        view = DagView(run)
        assert view.wait_until_painted(30)
        board = view.children[0]
    until(board, "news", lambda news: "Not live at the moment" in news["heading"]["trouble"])
    with server_in_thread(tmp_path):
        until(board, "news", lambda news: not news["heading"]["trouble"])
        run.cancel()
        until(board, "news", lambda news: news["heading"]["state"]["word"] == "Cancelled")
        view.close()
        colony.close()


def test_show_works_where_there_are_no_widgets(colony, workflow, gate, capsys) -> None:
    gate.set()
    run = colony.submit(workflow).wait(30, progress=False)
    view = display.show(run)
    assert run.state is State.SUCCESS
    assert "sum_node" in capsys.readouterr().out
    view.close()
