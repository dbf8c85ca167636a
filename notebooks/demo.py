"""`make demo`: the story of the quickstart from start to end, on a server of its own.

Starts JupyterLab with a temporary data folder, runs `01_quickstart.ipynb` in it with a browser
where one is found and without one otherwise, and leaves in `demo-output/` the executed notebook
and a picture of the workflow that grew. Exits with 1 if a cell or a workflow did not do what it
should.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from jupyter_colonies.cli.terminal import Terminal
from jupyter_colonies.client.client import Client
from jupyter_colonies.client.portal import portal
from jupyter_colonies.client.runtime import Runtime, read_key, read_runtime
from jupyter_colonies.commands.block import Table
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.process import State

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent / "demo-output"
NOTEBOOK = "01_quickstart.ipynb"
PICTURE_TAG = "picture"
FAILS_TAG = "raises-exception"
DAG_TYPE = "application/vnd.colonies.dag+json"
EXPECTED = {State.SUCCESS: 6, State.FAILED: 1}
"""How many workflows the quickstart submits, by the state they end in."""

PATIENCE = 90
LAB_URL = re.compile(r"(http://127\.0\.0\.1:\d+/)lab")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@dataclass(frozen=True, kw_only=True)
class Lab:
    """A running JupyterLab: its address with the token, its folder and its environment."""

    url: str
    token: str
    root: Path
    runtime_file: Path
    environment: Mapping[str, str]


def main() -> int:
    """Run the demonstration and return its exit code."""
    parser = argparse.ArgumentParser(description="Run the story of the quickstart.")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder for the results")
    parser.add_argument("--no-browser", action="store_true", help="do not look for a browser")
    options = parser.parse_args()
    return demonstrate(options.output, launch_command() if not options.no_browser else None)


def demonstrate(output: Path, browser: Mapping[str, Any] | None) -> int:
    """Run the notebook, in a browser if there is one, and look at what came out of it."""
    began = time.monotonic()
    output.mkdir(exist_ok=True)
    for name in (NOTEBOOK, "dag.png", "dag.svg"):
        (output / name).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="colonies-demo-") as folder:
        say("starting JupyterLab and the colony")
        with jupyter_lab(Path(folder)) as lab:
            if browser is None:
                say("running the notebook without a browser")
                run_in_kernel(lab, output)
            else:
                run_in_browser(lab, browser, output)
            faults = check_cells(lab.root / NOTEBOOK)
            shutil.copy(lab.root / NOTEBOOK, output / NOTEBOOK)
            graphs = workflows(read_runtime(lab.runtime_file))
    Terminal().show(table(graphs))
    faults += check_workflows(graphs)
    for fault in faults:
        say(f"FAILED: {fault}")
    for file in sorted(output.iterdir()):
        say(os.path.relpath(file))
    say(f"{'failed' if faults else 'all went well'}, {time.monotonic() - began:.0f} s")
    return 1 if faults else 0


def say(text: str) -> None:
    """One line of progress, at once."""
    print(f"demo: {text}", flush=True)


@contextmanager
def jupyter_lab(home: Path) -> Iterator[Lab]:
    """A JupyterLab of its own below a folder: nothing of the user's is read or changed."""
    root = home / "notebooks"
    shutil.copytree(HERE, root, ignore=shutil.ignore_patterns("*.py", ".ipynb_checkpoints"))
    token = secrets.token_hex(16)
    kept = {name: each for name, each in os.environ.items() if not name.startswith("COLONIES_")}
    environment = {
        **kept,
        # `jupyter` in a notebook's own commands has to be this one.
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), kept.get("PATH", os.defpath)]),
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_COLONIES_DATA": str(home / "colonies"),
        "JUPYTERLAB_SETTINGS_DIR": str(_quiet_settings(home / "settings")),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser"]
    command += ["--ip=127.0.0.1", "--ServerApp.port=0", f"--ServerApp.root_dir={root}"]
    command += ["--ColoniesExtension.port=0", "--allow-root"]
    server = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, cwd=root,
    )  # fmt: skip
    log = ServerLog(server)
    try:
        yield Lab(
            url=log.url(),
            token=token,
            root=root,
            runtime_file=home / "runtime" / f"colonies-jpserver-{server.pid}.json",
            environment=environment,
        )
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.join()


def _quiet_settings(folder: Path) -> Path:
    """Settings that keep JupyterLab from asking about news in the middle of the picture."""
    file = folder / "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    return folder


class ServerLog(threading.Thread):
    """The server's output: read to its end, so that the server never waits for a reader."""

    def __init__(self, server: subprocess.Popen[str]) -> None:
        super().__init__(name="demo-server-log", daemon=True)
        self._server = server
        self._lines: list[str] = []
        self._told = threading.Event()
        self._url = ""
        self.start()

    def run(self) -> None:
        """Read until the server ends."""
        assert self._server.stdout is not None
        with self._server.stdout as lines:
            for line in lines:
                self._lines.append(line)
                if not self._url and (found := LAB_URL.search(line)):
                    self._url = found[1]
                    self._told.set()
        self._told.set()

    def url(self) -> str:
        """Where the server listens, as soon as it says so."""
        self._told.wait(PATIENCE)
        if not self._url:
            raise SystemExit("JupyterLab did not start:\n" + "".join(self._lines[-30:]))
        return self._url


def launch_command() -> dict[str, Any] | None:
    """How Playwright starts a browser here, None where there is neither browser nor Playwright."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the demo runs without it
    except ImportError:
        return None
    for program in [*map(shutil.which, PROGRAMS), MAC_CHROME]:
        # Ubuntu has a chromium-browser that only says how to install the real one.
        if program and Path(program).exists() and not _status([program, "--version"]):
            return {"executable_path": program, "args": FLAGS}
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return {"args": FLAGS} if own.exists() else None


def _status(command: list[str]) -> int:
    return subprocess.run(command, capture_output=True, check=False).returncode


def run_in_browser(lab: Lab, browser: Mapping[str, Any], output: Path) -> None:
    """Run the notebook in JupyterLab as a user would, save it and take the picture."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the demo runs without it

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**browser)
        page = chromium.new_page(viewport={"width": 1400, "height": 1000}, device_scale_factor=2)
        page.set_default_timeout(PATIENCE * 1000)
        say("opening the notebook in JupyterLab")
        page.goto(f"{lab.url}lab/tree/{NOTEBOOK}?reset&token={lab.token}")
        page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
        page.evaluate(
            """async () => {
                const panel = window.jupyterapp.shell.currentWidget;
                await panel.context.ready;
                await panel.sessionContext.ready;
                window.colonies_demo = window.jupyterapp.commands.execute('notebook:run-all-cells')
                    .then(() => { window.colonies_demo_ended = true; });
            }"""
        )
        _report_cells(page)
        _take_picture(page, output / "dag.png")
        page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        chromium.close()


_CELLS_DONE = """() => {
    const cells = Array.from(window.jupyterapp.shell.currentWidget.content.model.cells)
        .filter(cell => cell.type === 'code');
    return [cells.filter(cell => cell.executionCount).length, cells.length,
            window.colonies_demo_ended === true];
}"""
_NEWS = f"done => {{ const now = ({_CELLS_DONE})(); return now[2] || now[0] > done; }}"
_ALL_COUNTED = f"() => {{ const now = ({_CELLS_DONE})(); return now[0] === now[1]; }}"


def _report_cells(page: Any) -> None:
    from playwright.sync_api import TimeoutError as TooLate  # noqa: PLC0415 - as above

    done, ended = 0, False
    while not ended:
        page.wait_for_function(_NEWS, arg=done)
        done, total, ended = page.evaluate(_CELLS_DONE)
        if not ended:
            say(f"{done} of {total} cells have run")
    try:
        # JupyterLab numbers the last cell a moment after it says that all have run.
        page.wait_for_function(_ALL_COUNTED, timeout=5000)
        say("all cells have run")
    except TooLate:
        say("the run ended before the last cell")


def _take_picture(page: Any, file: Path) -> None:
    """The live graph of the cell with the picture's tag, when it shows the finished run."""
    page.evaluate(
        """async tag => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            const index = notebook.widgets.findIndex(
                cell => (cell.model.getMetadata('tags') || []).includes(tag));
            notebook.activeCellIndex = index;
            await notebook.scrollToItem(index, 'start');
        }""",
        PICTURE_TAG,
    )
    graph = page.locator(".jp-Notebook-cell.jp-mod-active .custom-widget canvas").last
    graph.wait_for()
    page.wait_for_function(
        """() => {
            const canvas = document.querySelector('.jp-Notebook-cell.jp-mod-active .custom-widget');
            return canvas && canvas._cyreg && canvas._cyreg.cy.nodes().length >= 4;
        }"""
    )
    page.locator(".jp-Notebook-cell.jp-mod-active .jp-OutputArea").screenshot(path=file)


def run_in_kernel(lab: Lab, output: Path) -> None:
    """Run the notebook without a browser, in a kernel that uses the same server."""
    path = lab.root / NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    total = sum(cell.cell_type == "code" for cell in notebook.cells)
    done = 0

    def report(cell: Any, **_details: Any) -> None:
        nonlocal done
        if cell.cell_type == "code":
            done += 1
            say(f"{done} of {total} cells have run")

    client = NotebookClient(
        notebook, timeout=PATIENCE, on_cell_executed=report,
        resources={"metadata": {"path": str(lab.root)}},
    )  # fmt: skip
    environment = {**lab.environment, "JUPYTER_COLONIES_RUNTIME": str(lab.runtime_file)}
    try:
        client.execute(env=environment)
    except CellExecutionError as error:
        say(str(error))
    finally:
        nbformat.write(notebook, path)
    for cell in notebook.cells:
        if PICTURE_TAG in cell.metadata.get("tags", ()):
            for shown in filter(_has_picture, cell.outputs):
                (output / "dag.svg").write_text(shown.data[DAG_TYPE]["svg"], encoding="utf-8")


def _has_picture(shown: Any) -> bool:
    return DAG_TYPE in shown.get("data", {})


def check_cells(path: Path) -> list[str]:
    """What went wrong in the cells of an executed notebook."""
    faults = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        first = cell.source.partition("\n")[0]
        errors = [output.ename for output in cell.outputs if output.output_type == "error"]
        fails = FAILS_TAG in cell.metadata.get("tags", ())
        if not cell.execution_count:
            faults.append(f"the cell `{first}` was not run")
        elif bool(errors) != fails:
            faults.append(f"the cell `{first}` " + (f"raised {errors[0]}" if errors else "passed"))
    return faults


def workflows(runtime: Runtime) -> list[ProcessGraph]:
    """All workflows of the colony, the first one first."""
    client = Client(runtime.endpoint, read_key(runtime.userkeyfile))
    graphs: list[ProcessGraph] = []
    for state in State:
        graphs += portal().run(
            client.get_process_graphs(colonyname=runtime.colonyname, count=100, state=state)
        )
    portal().run(client.close())
    return sorted(graphs, key=lambda graph: graph.submissiontime)


def table(graphs: list[ProcessGraph]) -> Table:
    """What the workflows of the demonstration did."""
    return Table(
        title="Workflows",
        columns=["WorkflowId", "State", "Processes", "Seconds"],
        rows=[
            [
                graph.processgraphid,
                graph.state.word,
                str(len(graph.processids or ())),
                f"{(graph.endtime - graph.submissiontime).total_seconds():.2f}",
            ]
            for graph in graphs
        ],
    )


def check_workflows(graphs: list[ProcessGraph]) -> list[str]:
    """What is not as it should be when everything has run."""
    found = {state: sum(graph.state == state for graph in graphs) for state in State}
    return [
        f"{found[state]} workflows ended {state.word}, {EXPECTED.get(state, 0)} were expected"
        for state in State
        if found[state] != EXPECTED.get(state, 0)
    ]


if __name__ == "__main__":
    sys.exit(main())
