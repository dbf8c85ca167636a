"""A running JupyterLab server, and what a test does with a notebook in it."""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.async_api import Page

PREFIX = "/user/x/"


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab server."""

    url: str
    token: str
    root: Path

    def write_notebook(self, name: str, *sources: str, outputs: list[Any] | None = None) -> str:
        """Write a notebook with these code cells, the first one with saved outputs if given."""
        cells = [new_code_cell(source) for source in sources]
        if outputs:
            cells[0].outputs = outputs
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.root / name)
        return name

    def read_notebook(self, name: str) -> Any:
        """Read a notebook as it was saved."""
        return nbformat.read(self.root / name, as_version=4)

    async def open(
        self, page: Page, name: str, interface: Literal["lab", "notebook"] = "lab"
    ) -> None:
        """Open a notebook in JupyterLab or in Jupyter Notebook and wait for its kernel."""
        path = f"lab/tree/{name}?reset&" if interface == "lab" else f"notebooks/{name}?"
        await page.goto(f"{self.url}{path}token={self.token}")
        await page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
        await page.evaluate(
            """async () => {
                const panel = window.jupyterapp.shell.currentWidget;
                await panel.context.ready;
                await panel.sessionContext.ready;
            }"""
        )

    async def run_all(self, page: Page) -> None:
        """Run all cells and wait until the last one is done."""
        await self.command(page, "notebook:run-all-cells")

    async def run_cell(self, page: Page, index: int) -> None:
        """Run one cell and wait until it is done."""
        await page.evaluate(
            "index => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index; }",
            index,
        )
        await self.command(page, "notebook:run-cell")

    async def save(self, page: Page) -> None:
        """Save the notebook to its file."""
        await self.command(page, "docmanager:save")

    async def restart_kernel(self, page: Page) -> None:
        """Restart the notebook's kernel and wait until the new one answers."""
        await page.evaluate(
            """async () => {
                const { sessionContext } = window.jupyterapp.shell.currentWidget;
                await sessionContext.session.kernel.restart();
                await sessionContext.session.kernel.info;
            }"""
        )

    async def command(self, page: Page, name: str) -> None:
        """Execute a command of the application and wait for its end."""
        await page.evaluate(
            "async name => { await window.jupyterapp.commands.execute(name); }", name
        )


class LabServer:
    """A JupyterLab server with all its files in a folder, which can be started again."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._root = home / "notebooks"
        self._root.mkdir()
        self._port = _free_port()
        _write_settings(home / "settings")

    def start(self, token: str) -> Lab:
        """Start it, each time on the same port. Raises RuntimeError if it does not start."""
        self._process = subprocess.Popen(
            self._command,
            env=self._environment | {"JUPYTER_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._log = _Log(self._process)
        self._log.wait_for(re.compile(r"is running at"))
        self._log.wait_for(re.compile(r"Serving colony"))
        return Lab(f"http://127.0.0.1:{self._port}{PREFIX}", token, self._root)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=30)
        self._log.join()

    @property
    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *(f"--ServerApp.port={self._port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1"),
            *(f"--ServerApp.base_url={PREFIX}", f"--ServerApp.root_dir={self._root}"),
            *("--expose-app-in-browser", "--JupyterNotebookApp.expose_app_in_browser=True"),
        ]

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "JUPYTER_CONFIG_DIR": str(self._home / "config"),
            "JUPYTER_DATA_DIR": str(self._home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self._home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self._home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self._home / "workspaces"),
            "IPYTHONDIR": str(self._home / "ipython"),
        }


@contextmanager
def running(home: Path) -> Iterator[Lab]:
    """A JupyterLab with all its files in a folder. Raises RuntimeError if it does not start."""
    server = LabServer(home)
    try:
        yield server.start(secrets.token_hex(16))
    finally:
        server.stop()


class _Log:
    """The output of a server, read in a thread so that the server never waits for a reader."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._read, name="lab-log")
        self._thread.start()

    def wait_for(self, pattern: re.Pattern[str]) -> None:
        """Wait for a line with this pattern; a server that ends before is an error."""
        with self._news:
            self._news.wait_for(
                lambda: self._ended or any(map(pattern.search, self._lines)), timeout=90
            )
            if not any(map(pattern.search, self._lines)):
                raise RuntimeError("JupyterLab did not start:\n" + "".join(self._lines[-40:]))

    def join(self) -> None:
        self._thread.join(timeout=30)

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                with self._news:
                    self._lines.append(line)
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_settings(folder: Path) -> None:
    """Settings that keep JupyterLab from asking for news and updates."""
    settings = folder / "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
