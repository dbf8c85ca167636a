"""The widgets in an app that Voilà shows: alive, in a page of its own."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.async_api import async_playwright, expect

from tests.ui.browser import FLAGS, find_browser

PATIENCE_MILLISECONDS = 120_000

APP = """
import jupyter_colonies
from jupyter_colonies.widgets import Composer, DagView, Monitor

colony = jupyter_colonies.connect()

@colony.task
def double(value):
    return 2 * value

with colony.workflow("doubled") as workflow:
    double(double(1))

run = colony.submit(workflow)
display(DagView(run), Monitor(colony), Composer(colony, workflow.to_plain(), name="draft"))
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[str]:
    """The address of the app, shown by a Voilà of its own."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=[new_code_cell(APP)], metadata={"kernelspec": kernel})
    nbformat.write(notebook, tmp_path / "app.ipynb")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "voila", str(tmp_path / "app.ipynb"), "--no-browser"]
    folders = {
        name: str(tmp_path / name)
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    voila = subprocess.Popen(
        [*command, f"--port={port}"],
        env=os.environ | folders,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert voila.stdout
    reading = threading.Thread(target=voila.stdout.read)
    try:
        assert any("is running at" in line for line in voila.stdout)
        reading.start()
        yield f"http://127.0.0.1:{port}/"
    finally:
        voila.terminate()
        voila.wait(60)
        if reading.is_alive():
            reading.join()
        voila.stdout.close()


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_widgets_live_in_an_app(app: str) -> None:
    errors: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = await browser.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(app)
        monitor = page.get_by_role("region", name="Monitor of dev")
        pause = monitor.get_by_role("button", name="Pause assignments")
        await pause.click(timeout=PATIENCE_MILLISECONDS)
        await expect(monitor).to_contain_text("Assignments are paused", timeout=30_000)
        await expect(page.locator(".colonies-dag canvas").first).to_be_visible(timeout=30_000)
        await expect(page.locator(".colonies-dag")).to_contain_text("Successful")
        await expect(page.locator(".colonies-composer canvas").first).to_be_visible()
        await browser.close()
    assert errors == []
