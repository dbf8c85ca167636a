"""Notebooks as steps of a workflow, each run in a real kernel of its own."""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from typing import Any

import pytest

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.discovery import Found
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.errors import InvalidRequest, InvalidSpec, ProcessFailed
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.notebooks.runnable import notebook_worker
from jupyter_colonies.executor.worker import Worker
from jupyter_colonies.testing import server_in_thread
from tests.notebookfiles import write_notebook

PATIENCE = 60


@pytest.fixture(scope="module")
def colony(tmp_path_factory):
    with server_in_thread(tmp_path_factory.mktemp("nodes")) as server:
        found = Found(
            endpoint=Endpoint(host=server.host, port=server.port),
            colonyname=server.colonyname,
            private_key=server.user_key,
            secret=server.hosting.runtime.secret,
            reason="made by the test",
        )
        colony = Colony(found)
        worker = notebook_worker(colony, concurrency=2)
        worker.start()
        yield colony
        worker.stop(timeout=0)
        colony.close()


def ended(colony: Colony, spec: Any) -> Process:
    run = colony.submit(spec)
    with suppress(ProcessFailed):
        run.wait(timeout=PATIENCE)
    return colony.process(run.id)


def log_of(colony: Colony, process: Process) -> str:
    return "".join(line.message for line in colony.logs(process.processid))


def executed(colony: Colony, process: Process) -> Any:
    (place,) = [each.value for each in process.attributes or () if each.key == "notebook"]
    label, _, name = place.rpartition("/")
    assert label == f"/notebooks/{process.processid}"
    return json.loads(b"".join(colony.files.read(colony.files.latest(label, name))))


def test_parameters_in_values_out(colony, tmp_path):
    path = write_notebook(
        tmp_path / "train.ipynb",
        "import os, sys, jupyter_colonies",
        "rate = 0.1\nepochs: int = 3",
        "print('training', epochs)\njupyter_colonies.record('losses', [rate] * epochs)",
        "score = rate * 10\nscore",
        "os.environ['COLONIES_PROCESS_ID']",
        cell2=["parameters"], cell4=["output"], cell5=["output:process"],
    )  # fmt: skip
    train = colony.notebook(path)
    assert repr(train) == "<NotebookTask train.ipynb(rate = 0.1, epochs: int = 3)>"
    report = colony.notebook(
        write_notebook(tmp_path / "report.ipynb", "score = 0", "score + 1",
                       cell1=["parameters"], cell2=["output:more"])
    )  # fmt: skip
    with colony.workflow("both") as wf:
        report(score=train(rate=0.5, epochs=2)["score"])
    run = wf.submit()
    run.wait(timeout=PATIENCE)
    assert run["report"].output == [{"more": 6.0}]
    process = colony.process(run["train"].processid)
    assert process.state is State.SUCCESS, process.errors
    values = {"losses": [0.5, 0.5], "score": 5.0, "process": process.processid}
    assert process.output == [values]
    log = log_of(colony, process)
    assert "training 2\n" in log
    assert "[2 of 6 cells] # Parameters\n" in log
    assert "[6 of 6 cells]\n" in log
    cells = executed(colony, process)["cells"]
    assert "".join(cells[2]["source"]) == "# Parameters\nrate = 0.5\nepochs = 2"
    assert cells[3]["outputs"][1]["data"]["text/plain"] == ["losses = [0.5, 0.5]"]
    again = colony.notebook(path)
    assert again.reference == train.reference  # the same bytes are stored once


def test_a_failing_cell_and_a_cancelled_run(colony, tmp_path):
    """Both at the same time: each has a kernel of its own."""
    waits = "open('begun', 'w').close()\ntry:\n    import time; time.sleep(100)\n"
    waits += "finally:\n    open('interrupted', 'w').close()"
    endless = write_notebook(tmp_path / "endless.ipynb", waits)
    begun = tmp_path / "begun"
    os.mkfifo(begun)  # opening one end waits for the other
    run = colony.submit(colony.notebook(endless, shared=True)(), source="endless")
    path = write_notebook(tmp_path / "broken.ipynb", "x = 1\nx", "x / 0", "never = 1")
    failed = ended(colony, colony.notebook(path)())
    assert failed.state is State.FAILED
    (error,) = failed.errors or ()
    assert error.startswith("Cell 2 failed: ZeroDivisionError: division by zero\n")
    assert "----> 1 x / 0" in error
    cells = executed(colony, failed)["cells"]
    assert [len(cell["outputs"]) for cell in cells] == [1, 1, 0]
    begun.open().close()
    idle = threading.Event()

    def look(worker: Worker) -> None:
        if worker.name == "notebooks" and not worker.running:
            idle.set()

    forget = registry.observe(look)
    run.cancel()
    assert idle.wait(PATIENCE)
    forget()
    assert (tmp_path / "interrupted").exists()
    (stored,) = colony.files.list(f"/notebooks/{run.id}")
    assert stored.name == "endless.ipynb"


def test_what_is_refused_before_anything_runs(colony, tmp_path):
    path = write_notebook(tmp_path / "small.ipynb", "n = 1", "1 / 0", cell1=["parameters"])
    with pytest.raises(TypeError, match="has no field 'maxexetime'; did you mean maxexectime"):
        colony.notebook(path, maxexetime=50)
    small = colony.notebook(path, maxexectime=50)
    assert small(n=2).maxexectime == 50
    with pytest.raises(InvalidRequest, match=r"small.ipynb has no parameter 'm'"):
        small(m=1)
    with pytest.raises(InvalidSpec, match="can't be read: No such file"):
        colony.notebook(tmp_path / "none.ipynb")
    spec = small(n=2)
    spec.kwargs = {"m": 1}
    failed = ended(colony, spec)
    assert failed.errors == ["small.ipynb has no parameter 'm': there are: n"]
    shared = colony.notebook(path, shared=True)
    write_notebook(tmp_path / "small.ipynb", "n = 1", cell1=["parameters"])
    failed = ended(colony, shared())
    assert "is not the one that was submitted" in (failed.errors or [""])[0]
    other = small(n=2)
    other.args = [{"notebook": "x.ipynb", "fileid": "0" * 64}]
    failed = ended(colony, other)
    assert "The notebook x.ipynb can't be read" in (failed.errors or [""])[0]
