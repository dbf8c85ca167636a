"""`%colonies` and `%%colonies` in a real shell, against a real server."""

import json
import os

import click
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from jupyter_colonies import errors
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.core.process import State
from jupyter_colonies.executor import registry
from jupyter_colonies.notebook.colony import connect

LOADED = "get_ipython().extension_manager.load_extension('jupyter_colonies')"
SUM = [
    {"nodename": "gen_node", "funcname": "gen", "conditions": {"executortype": "wf"}},
    {
        "nodename": "sum_node",
        "funcname": "sum",
        "conditions": {"executortype": "wf", "dependencies": ["gen_node"]},
    },
]


class Notebook:
    """Runs cells and keeps what they show."""

    def __init__(self):
        self.shell = InteractiveShell.instance()
        self.text = ""
        self.html = ""
        self.bundles = []

    def run(self, cell):
        """The value of the cell; an error is raised again."""
        with capture_output() as captured:
            result = self.shell.run_cell(cell, store_history=True)
        self.text = captured.stdout
        self.bundles = [output.data for output in captured.outputs]
        self.html = "".join(bundle.get("text/html", "") for bundle in self.bundles)
        result.raise_error()
        return result.result

    def names(self):
        return self.shell.user_ns

    def complete(self, line):
        with provisionalcompleter():
            return [each.text for each in self.shell.Completer.completions(line, len(line))]


@pytest.fixture
def notebook(colony_server, monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("COLONIES_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JUPYTER_COLONIES_RUNTIME", str(colony_server.runtime_file))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.chdir(tmp_path)
    colony = connect()
    notebook = Notebook()
    notebook.run(LOADED)
    yield notebook
    registry.stop_all()
    colony.close()
    InteractiveShell.clear_instance()


@pytest.fixture
def executors(notebook):
    notebook.run("%%colonies executor wf --function gen\n[1, 2]")
    notebook.run("%%colonies executor wf --function sum\nsum(inputs)")
    return notebook


def test_what_was_found_out_before_an_error_is_shown(notebook, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/odd\nname").write_text("")
    with pytest.raises(errors.SyncIncomplete):
        notebook.run("%colonies fs sync -d in -l /x --yes")
    assert "has a control character in its name" in notebook.html


def test_loading_twice_and_unloading(notebook) -> None:
    assert notebook.run(LOADED) == "already loaded"
    manager = "get_ipython().extension_manager"
    notebook.run(f"{manager}.reload_extension('jupyter_colonies')")
    notebook.run("%colonies status")
    notebook.run(f"{manager}.unload_extension('jupyter_colonies')")
    with pytest.raises(Exception, match="`%colonies` not found"):
        notebook.run("get_ipython().run_line_magic('colonies', 'status')")
    assert notebook.complete("%colonies wor") == []
    notebook.run("import jupyter_colonies; colony = jupyter_colonies.connect()")
    notebook.run("%colonies status")
    notebook.names()["colony"].close()


def test_status_says_which_server_and_why(notebook, colony_server) -> None:
    notebook.run("%colonies status")
    assert str(colony_server.port) in notebook.html
    assert "the Jupyter server of this kernel" in notebook.html


def test_a_file_is_submitted_and_its_graph_shown(executors, tmp_path) -> None:
    (tmp_path / "sum_wf.json").write_text(json.dumps(SUM))
    executors.run("run = %colonies submit sum_wf.json")
    run = executors.names()["run"]
    assert isinstance(run, Run)
    assert any("application/vnd.colonies.dag+json" in bundle for bundle in executors.bundles)
    assert run.id in executors.html
    run.wait(progress=False)
    executors.run("%colonies workflow get --workflowid {run.id}")
    assert executors.html.count("<table>") == 3
    executors.run('%colonies process get -p {run["sum_node"].processid} --out')
    assert executors.text == "3\n"


def test_a_variable_is_submitted(executors) -> None:
    workflow = Workflow("built", executortype="wf")
    workflow.node("only", "gen")
    executors.names()["built"] = workflow
    run = executors.run("%colonies submit built")
    assert run.wait(progress=False)["only"].output == [1, 2]


def test_a_cell_is_submitted(executors) -> None:
    cell = f"%%colonies submit\n{json.dumps(SUM)}"
    assert executors.run(cell).wait(progress=False).state == State.SUCCESS
    executors.run(
        "%%colonies submit named\n- {nodename: a, funcname: gen, conditions: {executortype: wf}}"
    )
    assert executors.names()["named"].wait(progress=False)["a"].output == [1, 2]


def test_executors_of_this_kernel_are_listed_and_stopped(executors) -> None:
    executors.run("%colonies executor list")
    assert "<td>gen sum</td>" in executors.html
    executors.run("%colonies executor ls")
    assert "<td>wf</td>" in executors.html
    executors.run("%colonies executor stop wf")
    executors.run("%colonies executor list")
    assert "No executors run in this kernel" in executors.html
    with pytest.raises(click.UsageError, match="there are: none"):
        executors.run("%colonies executor stop wf")


def test_executors_of_this_kernel_have_a_panel(executors) -> None:
    executors.run("%colonies executor panel")
    assert any("application/vnd.jupyter.widget-view+json" in each for each in executors.bundles)


def test_the_shell_executor_starts_with_its_warning(notebook) -> None:
    notebook.run("%colonies executor start shell")
    assert "no isolation" in notebook.html
    assert registry.get("dev-docker") is not None


def test_env_sets_variables_and_shows_names_only(notebook, colony_server, monkeypatch) -> None:
    for name in colony_server.environment:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(name, "")  # so that what the command sets is undone after the test
    notebook.run("%colonies env")
    assert os.environ["COLONIES_PRVKEY"] == colony_server.user_key
    assert os.environ["COLONIES_SERVER_PORT"] == str(colony_server.port)
    assert "COLONIES_PRVKEY" in notebook.html
    shown = json.dumps(notebook.bundles) + notebook.text
    assert colony_server.user_key not in shown


def test_connect_chooses_another_server(notebook, colony_server) -> None:
    notebook.run(f"%colonies connect {colony_server.host}:{colony_server.port}")
    notebook.run("%colonies status")
    assert "named by connect" in notebook.html
    with pytest.raises(errors.NoServer, match="COLONIES_PRVKEY"):
        notebook.run("%colonies connect 127.0.0.1:9")


@pytest.mark.parametrize(
    ("cell", "kind", "text"),
    [
        ("%colonies nonsense", click.UsageError, "There is no '%colonies nonsense'"),
        ("%colonies database create", click.UsageError, "is not needed: "),
        ("%colonies submit nope.json", errors.InvalidSpec, "There is no file 'nope.json'"),
        ("%colonies submit nope", click.UsageError, "not a file or a variable"),
        ("%colonies submit 'open", click.UsageError, "No closing quotation"),
        ("%colonies process get -p 1", errors.NotFound, "process not found"),
        ("%%colonies submit\n  \n", errors.InvalidSpec, "this cell is empty"),
        ("%%colonies submit\n[{", errors.InvalidSpec, "this cell, line"),
        ("%%colonies wait\nx", click.UsageError, "'%%colonies executor NAME'"),
        ("%%colonies executor\nx", click.UsageError, "Missing argument"),
    ],
)
def test_an_error_is_one_line_and_fails_the_cell(notebook, cell, kind, text) -> None:
    with pytest.raises(kind) as raised:
        notebook.run(cell)
    assert text in notebook.text
    assert "Traceback" not in notebook.text
    assert len(notebook.text.strip().splitlines()) <= 2
    assert isinstance(raised.value, kind)


def test_help_is_text(notebook) -> None:
    notebook.run("%colonies workflow --help")
    assert "Usage: %colonies workflow" in notebook.text
    notebook.run("%%colonies executor --help\nx")
    assert "--concurrency" in notebook.text


def test_the_tab_key(notebook, tmp_path) -> None:
    (tmp_path / "wf.json").write_text("[]")
    (tmp_path / "wf.txt").write_text("")
    notebook.names()["wf_built"] = 1
    assert "workflow" in notebook.complete("%colonies wor")
    assert set(notebook.complete("x = %colonies workflow ps")) >= {"ps", "psw", "pss"}
    assert "--workflowid" in notebook.complete("%colonies workflow get --w")
    assert "wf.json" in notebook.complete("%colonies workflow submit --spec w")
    offered = notebook.complete("%colonies submit w")
    assert {"wf.json", "wf_built"} <= set(offered)
    assert "wf.txt" not in offered


def test_a_run_is_shown_once_whether_it_is_assigned_or_not(notebook, tmp_path):
    file = tmp_path / "sum_wf.json"
    file.write_text(json.dumps(SUM))

    def pictures():
        return sum("application/vnd.colonies.dag+json" in bundle for bundle in notebook.bundles)

    notebook.run(f"%colonies submit {file}")
    assert pictures() == 1
    notebook.run(f"run = %colonies submit {file}")
    assert pictures() == 1
    notebook.run("run")
    assert pictures() == 1
    notebook.run("run.colony.run(run.id)")
    assert pictures() == 1


def test_a_failed_run_is_debugged_and_run_again(notebook) -> None:
    notebook.run("%%colonies executor wf --function gen\n1 / 0")
    notebook.names()["spec"] = SUM
    run = notebook.run("%colonies submit spec")
    with pytest.raises(errors.ProcessFailed):
        run.wait(progress=False)
    notebook.run(f"%colonies debug {run.id}")
    assert "ZeroDivisionError" in notebook.html
    assert "Set in this notebook: debug, failed_process" in notebook.html
    assert notebook.names()["failed_args"] == []
    assert "1 / 0" in notebook.names()["failed_source"]
    with pytest.raises(errors.NotFound, match="no workflow 'nothing'"):
        notebook.run("%colonies rerun nothing")
    notebook.run("%%colonies executor wf --function gen\n[1, 2]")
    notebook.run("%%colonies executor wf --function sum\nsum(inputs)")
    again = notebook.run(f"%colonies rerun {run.id}")
    assert isinstance(again, Run)
    assert again.wait(progress=False)["sum_node"].output == [3]
    assert "Workflow runs again" in notebook.html
