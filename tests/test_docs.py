"""The documentation builds without a warning and names only what is there."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_colonies.core.decoding import decode, decode_exactly
from jupyter_colonies.core.messages import REGISTRY

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


def test_every_message_has_an_example_that_is_current():
    """Record them again with `python -m tests.conformance.examples`."""
    examples = json.loads(_read("docs/examples.json"))
    assert set(examples) == set(REGISTRY)
    for name, example in examples.items():
        message = REGISTRY[name]
        request = decode_exactly(json.dumps(example["request"]).encode(), message.request)
        message.check(request)
        if example.get("reply") is not None:
            reply_of = decode(json.dumps(example["reply"]).encode(), message.reply)
            assert type(reply_of).__name__ in (message.reply.__name__, "list")


def test_the_reference_explains_every_field(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    reference = importlib.import_module("reference")
    text = reference.pages()
    assert [name for name in REGISTRY if f"## `{name}`" not in text] == []
    assert "| `funcname` | text | name of the function |" in text


def test_the_schema_of_workflow_files_is_current(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    specschema = importlib.import_module("specschema")
    assert specschema.WRITTEN.read_text() == specschema.text(), "python docs/specschema.py"
