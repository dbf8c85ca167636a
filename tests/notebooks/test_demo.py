"""`make demo`, in a browser and without one, and when the notebook is broken."""

import shutil

import nbformat
import pytest

from notebooks import demo


@pytest.fixture
def output(tmp_path):
    return tmp_path / "demo-output"


def test_with_a_browser(output, capsys) -> None:
    browser = demo.launch_command()
    assert browser is not None
    assert demo.demonstrate(output, browser) == 0
    assert "all cells have run" in capsys.readouterr().out
    assert sorted(file.name for file in output.iterdir()) == [demo.NOTEBOOK, "dag.png"]
    assert (output / "dag.png").read_bytes()[:4] == b"\x89PNG"


def test_without_a_browser_and_with_a_broken_cell(output, capsys, tmp_path, monkeypatch) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(demo.HERE, broken)
    notebook = nbformat.read(broken / demo.NOTEBOOK, as_version=4)
    cell = next(cell for cell in notebook.cells if "gen_and_grow" in cell.source)
    cell.source = cell.source.replace("[1, 1]", "1 / 0")
    nbformat.write(notebook, broken / demo.NOTEBOOK)
    monkeypatch.setattr(demo, "HERE", broken)
    assert demo.demonstrate(output, None) == 1
    said = capsys.readouterr().out
    assert "demo: FAILED: the cell `grown.wait()` raised ProcessFailed" in said
    assert "workflows ended Successful, 6 were expected" in said
    # What came before it was run, and is shown.
    assert sorted(file.name for file in output.iterdir()) == [demo.NOTEBOOK, "dag.svg"]
    assert "square_beside" in (output / "dag.svg").read_text(encoding="utf-8")
