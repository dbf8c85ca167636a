"""Every notebook in `notebooks/` is run by a real kernel against a real server."""

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from jupyter_colonies.client.runtime import read_runtime
from jupyter_colonies.core.process import State
from jupyter_colonies.testing import RunningServer
from notebooks import demo
from tests.notebooks.running import run_notebook

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def executed(path: Path, folder: Path, server: RunningServer) -> Any:
    """A copy of the notebook, run from top to bottom."""
    root = folder / "notebooks"
    shutil.copytree(FOLDER, root)
    return run_notebook(nbformat.read(path, as_version=4), root, folder, server)


def text_of(cell: Any) -> str:
    """All that a cell shows, as text."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}")
        else:
            parts.append(output.data.get("text/plain", ""))
    return "\n".join(parts)


def test_there_are_notebooks_and_they_hold_no_outputs() -> None:
    assert NOTEBOOKS
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None


@pytest.fixture
def run(colony_server, tmp_path):
    def run(path: Path):
        notebook = executed(path, tmp_path, colony_server)
        copy = tmp_path / path.name
        nbformat.write(notebook, copy)
        assert demo.check_cells(copy) == []
        return [cell for cell in notebook.cells if cell.cell_type == "code"]

    return run


def check_quickstart(cells: list[Any], server: RunningServer) -> None:
    def after(start: str) -> str:
        (found,) = (cell for cell in cells if start in cell.source)
        return text_of(found)

    assert "the Jupyter server of this kernel" in after("%colonies status")
    assert "their sum: [" in after("their sum")
    assert "gen_node" in after("workflow get")
    assert after("process get").strip().isdecimal()
    assert after('counted["total"]').endswith("[22]")
    assert "How many words a text has." in after("function ls")
    assert after('grown["sum_node"]').endswith("[8]")
    assert "no isolation" in after("executor start shell")
    assert "task_d said ['TASK D']" in after("for node in echoed.nodes")
    assert "ProcessFailed: cut_the_cake failed: ZeroDivisionError" in after("def share")
    assert "ZeroDivisionError" in after('failing["cut_the_cake"]')
    assert "text-tools" in after("jupyter_colonies.cli executor ls")
    assert "COLONIES_PRVKEY" in after("%colonies env")
    everything = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    for key in (server.user_key, server.colony_key, server.server_key):
        assert key not in everything
    graphs = demo.workflows(read_runtime(server.runtime_file))
    assert demo.check_workflows(graphs) == []
    (picture,) = (cell for cell in cells if demo.PICTURE_TAG in cell.metadata.get("tags", ()))
    dag = next(
        output.data[demo.DAG_TYPE]
        for output in picture.outputs
        if demo.DAG_TYPE in output.get("data", {})
    )
    assert [row["nodename"] for row in dag["table"]].count("square_beside") == 1
    assert dag["state"] == State.SUCCESS.word
    assert "<svg" in dag["svg"]


def check_compose(cells: list[Any], server: RunningServer) -> None:
    def after(start: str) -> str:
        return text_of(next(cell for cell in cells if start in cell.source))

    ends = [cell for cell in cells if cell.source.endswith("computed(1)")]
    kept = [" ".join(text_of(cell).split()) for cell in ends]
    assert after("def longest") == "'twinkle'"
    assert "Longest words: twinkle, wonder, above, diamond" in after('run.result("report")')
    assert after('run["longest[3]"]') == ("('diamond', ['twinkle', 'twinkle', 'little', 'star'])")
    assert "'titel'; did you mean title?" in after("titel=")
    assert after("in order").endswith("'I wait\\n'")
    assert "largest error below 1e-9: True" in after("class Line")
    assert "'kind': 'pickle'" in after('run["fit"].output')
    assert "IPython.core.display.HTML object" in after("import HTML")
    assert after("scaled([1, 2, 3]").endswith("[-2, 0, 2]")
    assert "Found later: twinkle, wonder" in after("def split")
    assert "(3, 'miss: no result of this task is kept')" in kept[0]
    assert "(3, 'hit: this is the kept result of process" in kept[1]
    assert "(4, 'miss: value of `factor` changed')" in kept[2]
    assert "(104, 'miss: source of helper `helper` changed')" in kept[3]
    assert "funcname: split" in after("to_yaml")


CHECKS = {demo.NOTEBOOK: check_quickstart, "02_compose.ipynb": check_compose}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_shows_what_it_says(run, path, colony_server) -> None:
    CHECKS[path.name](run(path), colony_server)
