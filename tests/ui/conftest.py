"""A real JupyterLab server and a real browser for the tests in this folder.

`lab` is one server per test process, under a prefix as on JupyterHub; `page` is a page per test of
one browser, whose picture is kept in `test-output/` when the test fails.
"""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from tests.ui.browser import FLAGS, find_browser
from tests.ui.lab import Lab

SCREENSHOTS = Path(__file__).parents[2] / "test-output"
PREFIX = "/user/x/"
# The page loads, a kernel starts and a first widget appears: seconds, minutes on a busy machine.
PATIENCE_MILLISECONDS = 60_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("lab")
    root = home / "notebooks"
    root.mkdir()
    token = secrets.token_hex(16)
    port = _free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1"]
    command += [f"--ServerApp.base_url={PREFIX}", f"--ServerApp.root_dir={root}"]
    command += ["--expose-app-in-browser", "--JupyterNotebookApp.expose_app_in_browser=True"]
    environment = os.environ | {
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(_write_settings(home / "settings")),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log = _Log(process)
    try:
        log.wait_for(re.compile(r"is running at"))
        yield Lab(url=f"http://127.0.0.1:{port}{PREFIX}", token=token, root=root)
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.join()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def context() -> AsyncIterator[BrowserContext]:
    """One browser for all tests: what JupyterLab consists of is loaded and compiled once."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        try:
            yield await browser.new_context(viewport={"width": 1280, "height": 900})
        finally:
            await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(request: pytest.FixtureRequest, context: BrowserContext) -> AsyncIterator[Page]:
    page = await context.new_page()
    try:
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        yield page
        if request.session.testsfailed > request.node.stash.get(_failures, 0):
            SCREENSHOTS.mkdir(exist_ok=True)
            await page.screenshot(path=SCREENSHOTS / f"{request.node.name}.png")
    finally:
        await page.close()


_failures = pytest.StashKey[int]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one process, so that one server serves them all."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("lab"))
            # The loop on which the browser's connection lives.
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_failures] = item.session.testsfailed


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
                pytest.fail("JupyterLab did not start:\n" + "".join(self._lines[-40:]))

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


def _write_settings(folder: Path) -> Path:
    """Settings that keep JupyterLab from asking for news and updates."""
    settings = folder / "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    return folder
