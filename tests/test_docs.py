"""The documentation builds without a warning and names only what is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_the_site_builds_without_warnings(tmp_path):
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet"]
    command += ["-d", str(tmp_path / "doctrees"), "docs", str(tmp_path / "html")]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert "jupyter_colonies" in (tmp_path / "html/index.html").read_text()


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "README.md"])
def test_every_path_that_is_named_exists(name):
    named = re.findall(
        r"`((?:jupyter_colonies|labextension|notebooks|tests|docs)/[^`*]*)`", _read(name)
    )
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_make_target_that_is_named_exists():
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", _read("README.md"), flags=re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", _read("Makefile"), flags=re.MULTILINE))
    assert "demo" in named
    assert named - targets == set()


def _read(name):
    return (ROOT / name).read_text()
