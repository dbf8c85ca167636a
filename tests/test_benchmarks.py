"""Every benchmark runs, in its smallest form; what it measures is not judged here."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"
NAMES = [
    "backlog",
    "bytes",
    "cycle",
    "growth",
    "identity",
    "others",
    "postgres",
    "responsive",
    "submit",
    "sync",
    "wakeup",
    "workflows",
]
PARTS = {"echo", "huey_tasks", "served", "table"}


def test_every_benchmark_is_tried():
    assert {path.stem for path in FOLDER.glob("*.py")} == {*NAMES, *PARTS}


@pytest.mark.parametrize("name", NAMES, ids=NAMES)
def test_a_benchmark_prints_its_table(name):
    tried = subprocess.run(
        [sys.executable, FOLDER / f"{name}.py", "--smoke"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert tried.returncode == 0, tried.stderr
    heading, *lines = tried.stdout.splitlines()
    assert heading
    assert lines
