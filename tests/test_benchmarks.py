"""Every benchmark runs, in its smallest form; what it measures is not judged here."""

import runpy
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"
NAMES = ["bytes", "identity", "submit", "wakeup"]
# Their smallest form starts databases, several servers, JupyterLab or a browser.
LONG = [
    "backlog",
    "cycle",
    "growth",
    "labgraph",
    "others",
    "postgres",
    "responsive",
    "sync",
    "widgets",
    "workflows",
]
PARTS = {"echo", "huey_tasks", "served", "table", "telling"}


def test_every_benchmark_is_tried():
    assert {path.stem for path in FOLDER.glob("*.py")} == {*NAMES, *LONG, *PARTS}


@pytest.mark.parametrize(
    "name", [*NAMES, *(pytest.param(name, marks=pytest.mark.long) for name in LONG)]
)
def test_a_benchmark_prints_its_table(name, monkeypatch, capsys):
    """In this process, because what a program imports takes longer than the smallest form."""
    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.setattr(sys, "argv", [f"{name}.py", "--smoke"])
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading
    assert lines
