"""Runs that are repaired: from Python, by commands, and in a notebook whose cell was at fault."""

from __future__ import annotations

import json
import threading

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import jupyter_colonies
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.discovery import RUNTIME_VARIABLE
from jupyter_colonies.client.runs.record import MIME_TYPE
from jupyter_colonies.core import record
from jupyter_colonies.core.process import Attribute, State
from jupyter_colonies.errors import (
    ClientError,
    InvalidRequest,
    InvalidSpec,
    NotFound,
    ProcessFailed,
)
from jupyter_colonies.executor import registry
from jupyter_colonies.notebook.colony import NotebookColony, connect
from jupyter_colonies.notebook.run import NotebookRun
from jupyter_colonies.widgets.dag.scene import Scene
from tests.integration.test_cells import Kernel
from tests.integration.test_client import enrolled

PATIENCE = 60


@pytest.fixture(scope="module")
def colony(server):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUNTIME_VARIABLE, str(server.runtime_file))
        colony = connect()
        yield colony
        colony.close()


@pytest.fixture
def calls(colony):
    """What was called, by an executor of this process whose `fit` fails until it is told not to."""
    called: list[str] = []
    broken = {"fit"}

    def work(process, inputs, factor=1):
        called.append(process.nodename)
        if process.nodename in broken:
            raise ValueError(f"no luck with {inputs}")
        return sum(inputs) * factor or 1

    colony.function(executor="repairer", name="work")(work)
    called_and_broken = (called, broken)
    yield called_and_broken
    registry.stop_all(timeout=5)


def submitted(colony):
    """load → (fit, check) → report."""
    wf = Workflow("study", executortype="repairer")
    load = wf.node("load", "work")
    fit = wf.node("fit", "work", after=load)
    check = wf.node("check", "work", kwargs={"factor": 10}, after=load)
    wf.node("report", "work", after=[fit, check])
    return colony.submit(wf)


def test_a_failed_run_is_resumed(colony, calls):
    called, broken = calls
    run = submitted(colony)
    with pytest.raises(ProcessFailed, match="no luck"):
        run.wait(PATIENCE, progress=False)
    broken.clear()
    called.clear()
    again = run.resume().wait(PATIENCE, progress=False)
    assert isinstance(again, NotebookRun)
    assert sorted(called) == sorted(
        {"fit", "report"} | {n.nodename for n in run if n.state is not State.SUCCESS}
    )
    kept = {node.nodename for node in again if node.keptfrom}
    assert kept | set(called) == {"load", "fit", "check", "report"}
    assert again["report"].output == [11]
    assert again["load"].process.endtime == run["load"].process.endtime
    assert again["load"].log() == run["load"].log()
    assert again.original is not None
    assert again.original.id == run.id
    assert [each.id for each in run.history()] == [run.id, again.id]
    assert run.original is None


def test_a_server_that_can_t_is_named(colony, calls):
    run = submitted(colony)

    class Original(NotebookColony):
        async def extensions(self):
            return []

    original = Original(colony.found).run(run.id)
    for attempt in (original.resume, original.history, lambda: original.retry("load")):
        with pytest.raises(ClientError, match="can't run anything again: .* Submit the work anew"):
            attempt()
    original.colony.close()
    with pytest.raises(ProcessFailed):
        run.wait(PATIENCE, progress=False)


def test_a_branch_that_still_runs_is_waited_for(colony, calls):
    _, broken = calls
    began, go = threading.Event(), threading.Event()

    @colony.function(executor="slow", executortype="slow")
    def slow():
        began.set()
        assert go.wait(PATIENCE)

    wf = Workflow("branches", executortype="repairer")
    wf.node("fit", "work")
    wf.node("slow", "slow", executortype="slow")
    run = colony.submit(wf)
    with pytest.raises(ProcessFailed):
        run.wait(PATIENCE, progress=False)
    assert began.wait(PATIENCE)
    broken.clear()
    threading.Timer(0.05, go.set).start()
    again = run.resume().wait(PATIENCE, progress=False)
    assert {node.nodename: bool(node.keptfrom) for node in again} == {"fit": False, "slow": True}


def test_from_here_on_with_another_argument(colony, calls):
    called, broken = calls
    broken.clear()
    run = submitted(colony).wait(PATIENCE, progress=False)
    called.clear()
    with pytest.raises(InvalidRequest, match="name the nodes to run again"):
        run.resume()
    with pytest.raises(InvalidSpec, match="no field 'arguments'"):
        run.rerun("check", changes={"check": {"arguments": [1]}})
    with pytest.raises(InvalidSpec, match="changes of node 'check': Expected `array"):
        run.rerun(changes={"check": {"args": 1}})
    with pytest.raises(InvalidRequest, match="no node 'chekc'"):
        run.rerun(changes={"chekc": {}})
    with pytest.raises(InvalidRequest, match="no node 'x'"):
        run.rerun(from_="x")
    again = run.rerun(run["check"], changes={"check": {"kwargs": {"factor": 3}, "priority": 2}})
    again.wait(PATIENCE, progress=False)
    assert called == ["check", "report"]
    assert again["report"].output == [4]
    difference = again.diff()
    assert difference
    assert {node.nodename for node in difference.changed} == {"check", "report"}
    changes = {change.part: (change.before, change.after) for change in difference["check"].changes}
    assert changes == {
        "kwargs": ({"factor": 10}, {"factor": 3}),
        "priority": (0, 2),
        "output": ([10], [3]),
    }
    assert [change.part for change in difference["report"].changes] == ["input", "output"]
    assert difference.summary == "2 of 4 nodes differ, 2 kept"
    assert 'kwargs: {"factor":10} → {"factor":3}' in repr(difference)
    assert "<td>kwargs</td>" in difference._repr_html_()
    assert not run.diff(run)
    with pytest.raises(NotFound, match="Neither run has a node 'x'"):
        difference["x"]
    with pytest.raises(ClientError, match="say which to compare it with"):
        run.diff()


def test_kept_nodes_say_so_in_the_graph(colony, calls):
    _, broken = calls
    broken.clear()
    run = submitted(colony).wait(PATIENCE, progress=False)
    again = run.rerun("report").wait(PATIENCE, progress=False)
    scene = Scene(again.id, "study")
    assert again.change is not None
    scene.learn(again.change)
    assert {row["nodename"]: row["state"] for row in scene.table()} == {
        "load": "Successful, kept",
        "fit": "Successful, kept",
        "check": "Successful, kept",
        "report": "Successful",
    }
    labels = {
        each["data"]["name"]: each["data"]["label"]
        for each in scene.view().drawn.values()
        if each["group"] == "nodes"
    }
    assert labels["load"] == "load\n✓ Successful · kept"
    assert "✓ Successful, kept" in scene.text()
    assert "load: Successful, kept" in scene.picture()


def test_one_process_is_retried(colony, calls):
    called, broken = calls
    run = submitted(colony)
    with pytest.raises(ProcessFailed):
        run.wait(PATIENCE, progress=False)
    broken.clear()
    called.clear()
    trial = run.retry("fit")
    assert trial.wait(PATIENCE, progress=False)["fit"].output == [1]
    assert called == ["fit"]
    second = trial.rerun().wait(PATIENCE, progress=False)
    assert [each.id for each in second.history()] == [run["fit"].processid, trial.id, second.id]
    with pytest.raises(InvalidRequest, match="no nodes to run again from"):
        trial.rerun("fit")
    with pytest.raises(InvalidRequest, match="its parents have not succeeded"):
        run.retry("report")


def test_a_failed_process_comes_into_the_notebook(colony, calls):
    run = submitted(colony)
    with pytest.raises(ProcessFailed):
        run.wait(PATIENCE, progress=False)
    debug = run.debug()
    assert (debug.name, debug.args, debug.inputs) == ("fit", [], [1])
    assert isinstance(debug.error, ValueError)
    assert debug.locals["inputs"] == [1]
    assert debug.source.startswith("    def work(process, inputs, factor=1):")
    assert "no luck" in debug.source.splitlines()[debug.line - 1]
    assert f"→ {debug.line:4}          raise ValueError" in repr(debug).replace(
        "    raise", "raise"
    )
    assert "no luck with [1]" in debug._repr_html_()
    with pytest.raises(ClientError, match="has not failed, it is successful"):
        run.debug("load")


async def by_hand(colony, name, attributes, *out, errors=()):
    """Run the next process of type `work` with another executor than those of this package."""
    client = await enrolled(colony, name)
    process = await client.assign_process(colonyname=colony.name, timeout=PATIENCE)
    for key, value in attributes.items():
        attribute = Attribute(targetid=process.processid, attributetype=1, key=key, value=value)
        await client.add_attribute(attribute=attribute)
    if errors:
        await client.close_failed(processid=process.processid, errors=list(errors))
    else:
        await client.close_successful(processid=process.processid, out=list(out))


def test_a_process_that_failed_elsewhere(colony):
    """Its executor told what it ran, and no executor here serves the function."""
    source = "scale = kwargs['scale']\nsum(inputs) / scale\n"
    told = {"source.text": source, "source.notebook": "far.ipynb"}
    run = colony.submit(
        {"funcname": "far", "kwargs": {"scale": 0}, "conditions": {"executortype": "work"}}
    )
    errors = ["ZeroDivisionError: division by zero", "Traceback\n    sum(inputs) / scale\n"]
    colony.call(by_hand(colony, "far1", told, errors=errors))
    debug = run.debug()
    assert (debug.error, debug.locals, debug.kwargs) == (None, {}, {"scale": 0})
    assert (debug.source, debug.line) == (source, 2)
    assert "Frames: not in this kernel" in repr(debug)
    assert "Code: far.ipynb" in repr(debug)
    with pytest.raises(ClientError, match="No executor of type 'work' in this kernel serves"):
        debug.run()
    again = run.retry()
    told = {"source.text": source.replace("/ scale", "/ max(scale, 1)")}
    colony.call(by_hand(colony, "far2", told, 1))
    assert "source.notebook" in {each.part for each in again.diff()["far"].changes}
    (row,) = [row for row in again.diff().rows() if row[2] == "source.text"]
    assert row[3:] == ["sum(inputs) / scale", "sum(inputs) / max(scale, 1)"]


CELL = """
%%colonies executor repairing --concurrency 1
from pathlib import Path
ran = Path(r"{ran}")
ran.write_text(ran.read_text() + process.nodename + " ")
value = sum(inputs) + 1
if process.nodename == "middle":
    value = {middle}
value
"""


@pytest.fixture
def kernel(server):
    kernel = Kernel({RUNTIME_VARIABLE: str(server.runtime_file)})
    kernel.run("%load_ext jupyter_colonies")
    yield kernel
    kernel.stop()


def answered(kernel, code, *answers):
    """Run a cell that asks on the way; everything it printed."""
    prompts = iter(answers)
    text: list[str] = []

    def show(message):
        content = message["content"]
        text.append(content.get("text") or content.get("data", {}).get("text/plain", ""))

    def answer(_):
        kernel.client.input(next(prompts))

    reply = kernel.client.execute_interactive(
        code, allow_stdin=True, stdin_hook=answer, output_hook=show, timeout=PATIENCE
    )
    assert reply["content"]["status"] == "ok", reply
    return "".join(text)


def test_a_failing_notebook_is_repaired(kernel, tmp_path):
    ran = tmp_path / "ran"
    ran.write_text("")
    kernel.run(CELL.format(ran=ran, middle="value / 0"))
    specs = [
        {"nodename": name, "funcname": "f",
         "conditions": {"executortype": "repairing", "dependencies": after}}
        for name, after in (("first", []), ("middle", ["first"]), ("last", ["middle"]))
    ]  # fmt: skip
    printed = answered(
        kernel,
        f"""
        import jupyter_colonies
        run = jupyter_colonies.current().submit({json.dumps(specs)})
        try:
            run.wait(60, progress=False)
        except jupyter_colonies.ProcessFailed as error:
            print(error)
        """.replace("\n        ", "\n"),
    )
    assert "ZeroDivisionError" in printed
    shown = answered(kernel, "get_ipython().run_line_magic('colonies', f'debug {run.id}')")
    assert "→    7      value = value / 0" in shown
    assert "Set in this notebook: debug, failed_process, failed_args" in shown
    looked = answered(kernel, "%debug", "print('it was', value, process.nodename)", "q")
    assert "it was 2 middle" in looked
    again = answered(
        kernel, "debug.run()", "c", "print('and is', value, len(failed_inputs))", "q"
    )  # fmt: skip
    assert "and is 2 1" in again
    assert ran.read_text() == "first middle middle "
    kernel.run(CELL.format(ran=ran, middle="100"))
    ran.write_text("")
    done = answered(
        kernel,
        "run = run.resume().wait(60, progress=False)\n"
        "print(run['last'].output, [node.nodename for node in run if node.keptfrom])",
    )
    assert "[101] ['first']" in done
    assert ran.read_text() == "middle last "


def test_a_run_has_a_signed_record(colony, calls, tmp_path):
    _, broken = calls
    broken.clear()
    source, attached = "def elsewhere(): ...", "def attached(): ..."
    wf = Workflow("kept", executortype="repairer")
    wf.node("load", "work", env={"TOKEN": "do not tell"}, kwargs={"factor": 2**60})
    wf.node("noted", "note", after="load", executortype="work")
    run = colony.submit(wf)
    told = {"source.sha256": record.source_digest(source), "source.text": attached}
    colony.call(by_hand(colony, "noting", told))
    run.wait(PATIENCE, progress=False)
    made = run.record(sources=[source, "def unused(): ..."])
    checked = jupyter_colonies.verify(made)
    assert checked
    assert checked.signer == colony.client.id
    document = made.document
    assert document["run"]["server"]["id"] == colony.found.serverid
    (of_load,) = [each["value"] for each in document["nodes"][0]["attributes"]
                  if each["key"] == "source.sha256"]  # fmt: skip
    assert set(document["sources"]) == {*map(record.source_digest, (source, attached)), of_load}
    assert document["sources"][of_load].lstrip().startswith("def work(process")
    assert "def unused(): ..." not in made.text
    load, noted = document["nodes"]
    assert (load["executor"]["name"], load["state"]) == ("repairer", "Successful")
    assert noted["input"] == load["output"] == {"count": 1, "digest": record.digest([1])}
    assert "do not tell" not in made.text
    file = tmp_path / "run.json"
    made.save(file)
    assert jupyter_colonies.verify(file).signer == checked.signer
    notebook = tmp_path / "study.ipynb"
    written = new_notebook(cells=[new_code_cell("run")], metadata={"more": {"name": "x"}})
    nbformat.write(written, notebook)
    with pytest.raises(InvalidSpec, match="holds no record"):
        jupyter_colonies.verify(notebook)
    made.save(notebook)
    found = nbformat.read(notebook, as_version=4)
    nbformat.validate(found)
    assert found.cells[0].source == "run"
    assert jupyter_colonies.verify(notebook)
    shown = made._repr_mimebundle_()
    assert checked.signer in shown["text/html"]
    output = new_output("execute_result", {MIME_TYPE: shown[MIME_TYPE]}, execution_count=1)
    nbformat.write(new_notebook(cells=[new_code_cell("r", outputs=[output])]), notebook)
    assert jupyter_colonies.verify(notebook)
    document["nodes"][0]["nodename"] = "other"
    assert "was changed" in repr(made)
    assert "was changed" in made._repr_mimebundle_()["text/html"]


def test_a_run_that_goes_on_has_no_record_yet(colony):
    wf = Workflow("waits", executortype="nobody")
    wf.node("a")
    run = colony.submit(wf)
    with pytest.raises(ClientError, match=r"has not ended \(1 nodes, the first is 'a'\)"):
        run.record()
    run.cancel()
    single = colony.submit({"funcname": "f", "conditions": {"executortype": "nobody"}})
    single.cancel()
    assert single.record().document["run"]["state"] == "Cancelled"
