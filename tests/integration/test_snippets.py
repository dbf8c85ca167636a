"""What README and documentation show is run as it stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import ipywidgets
import msgspec
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from jupyter_colonies.cli import main
from jupyter_colonies.cli.env import object_keys
from jupyter_colonies.executor import registry
from jupyter_colonies.notebook.colony import connect
from jupyter_colonies.server.folder import Runtime
from tests.conformance.wire import Member, Wire

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(colony_server, monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("COLONIES_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JUPYTER_COLONIES_RUNTIME", str(colony_server.runtime_file))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "notebooks" / "sum_wf.json", tmp_path)
    colony = connect()
    yield InteractiveShell.instance()
    registry.stop_all()
    colony.close()
    InteractiveShell.clear_instance()


def test_the_first_steps_of_the_readme(shell) -> None:
    cells = blocks(ROOT / "README.md", "python")
    assert len(cells) >= 3
    for cell in cells:
        with capture_output():
            shell.run_cell(cell, store_history=True).raise_error()


def test_the_executors_of_the_documentation(shell) -> None:
    said = []
    for cell in blocks(ROOT / "docs" / "executors.md", "python"):
        with capture_output() as shown:
            shell.run_cell(cell, store_history=True).raise_error()
        said.append(shown.stdout)
    assert said[0].endswith("[3]\n")
    assert said[1].endswith("1 trained\n")


def test_the_composition_of_the_documentation(shell) -> None:
    said = []
    for cell in blocks(ROOT / "docs" / "compose.md", "python"):
        with capture_output() as shown:
            shell.run_cell(cell, store_history=True).raise_error()
        said.append(shown.stdout)
    assert said[0] == "[1, 2, 3] 16\n"
    assert said[1] == "30\n"
    assert "unexpected keyword argument 'scal'; did you mean scale?" in said[2]
    assert said[3] == "14.0\n"
    assert "hit: this is the kept result of process" in said[4]
    assert "miss: argument `x` changed" in said[4]


def test_the_composer_of_the_documentation(shell) -> None:
    (cell,) = blocks(ROOT / "docs" / "composer.md", "python")
    with capture_output() as shown:
        shell.run_cell("colony = __import__('jupyter_colonies').connect()").raise_error()
        shell.run_cell(cell, store_history=True).raise_error()
        shell.run_cell("composer.submit(); composer.close(); colony.close()").raise_error()
    assert "sums: Draft · 2 nodes" in shown.stdout
    assert re.search(r"^[0-9a-f]{64}$", shown.stdout, re.MULTILINE)


def test_the_repair_of_the_documentation(shell) -> None:
    with capture_output() as shown:
        for cell in blocks(ROOT / "docs" / "repair.md", "python"):
            shell.run_cell(cell, store_history=True).raise_error()
    assert "1 of 2 nodes differ, 1 kept" in shown.stdout
    assert "everything is as it was signed" in shown.stdout


def test_the_toolkit_of_the_documentation(shell) -> None:
    pages = sorted((ROOT / "docs" / "toolkit").glob("*.md"))
    cells = [cell for page in pages for cell in blocks(page, "python")]
    assert len(cells) >= 2 * len(pages)
    with capture_output():
        for cell in [*blocks(ROOT / "docs" / "toolkit.md", "python"), *cells]:
            shell.run_cell(cell, store_history=True).raise_error()
    for widget in ("dag", "timeline", "inspector"):
        assert shell.user_ns[widget].comm is not None
    ipywidgets.Widget.close_all()


def test_the_outside_executor_of_the_documentation(colony_server, tmp_path) -> None:
    (program,) = blocks(ROOT / "docs" / "outside.md", "python")
    wire = Wire(colony_server.host, colony_server.port, colony_server.server_key)
    colony = wire.colony(colony_server.colonyname, colony_server.colony_key)
    user = Member(colony, colony_server.username, "", colony_server.user_key)
    conditions = {"colonyname": colony_server.colonyname, "executortype": "wf-executor"}
    process = user.call("submitfuncspecmsg", spec={"funcname": "sum", "conditions": conditions})
    environment = {**os.environ, **colony_server.environment}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
    closed = user.call("getprocessmsg", processid=process["processid"])
    assert (closed["state"], closed["out"]) == (2, [0])


def test_the_mounts_of_the_documentation(shell) -> None:
    (cell,) = blocks(ROOT / "docs" / "mounts.md", "python")
    with capture_output() as captured:
        shell.run_cell(cell, store_history=True).raise_error()
    assert captured.stdout.endswith("[14]\n")


def test_the_s3_client_of_the_documentation(colony_server) -> None:
    (program,) = blocks(ROOT / "docs" / "bytes.md", "python")
    runtime = msgspec.json.decode(colony_server.runtime_file.read_bytes(), type=Runtime)
    keys = object_keys(runtime)
    printed = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **keys}, check=True, timeout=60,
        capture_output=True, text=True,
    )  # fmt: skip
    assert printed.stdout == "b'hello'\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_exists(page) -> None:
    shown = "\n".join(blocks(page, "console")) + page.read_text()
    verbs = set(re.findall(r"jupyter colonies ((?:[a-z]+ ?)*)", shown))
    for verb in sorted(verb.strip() for verb in verbs if verb.strip()):
        words = verb.split()
        while words and not _answers(words):
            words.pop()
        assert words, f"{page.name} shows `jupyter colonies {verb}`"


def _answers(words: list[str]) -> bool:
    return main([*words, "--help"]) == 0
