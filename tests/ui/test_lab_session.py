"""Two pages on one server that goes, comes back and forgets who asks; looking writes nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.ui.conftest import PATIENCE_MILLISECONDS
from tests.ui.console import ConsoleErrors
from tests.ui.lab import Lab, LabServer
from tests.ui.test_lab_graph import open_run, submit

EXECUTOR = "%%colonies executor looker\nprint('seen')"
VIEW = ".jp-ColoniesRunView"
NOTICE = f"{VIEW} .jp-ColoniesRun-notice"
NODES = [
    {"nodename": name, "funcname": "f", "conditions": {"executortype": "nobody", "dependencies": d}}
    for name, d in (("first", []), ("second", ["first"]))
]
LOOK = """async path => {
    const { commands } = window.jupyterapp;
    const panel = await commands.execute('docmanager:open', { path });
    await panel.context.ready;
    await panel.sessionContext.ready;
    window.looked = panel.context.model;
    window.before = JSON.stringify(window.looked.toJSON().cells);
}"""
# What the browser says of a server that is away or refuses, and JupyterLab when it asks for more.
AWAY = r"net::ERR_|WebSocket connection to|status of (403|404|503)|Failed to fetch|Forbidden"


@pytest_asyncio.fixture(loop_scope="session")
async def tabs(context: BrowserContext) -> AsyncIterator[BrowserContext]:
    """A browser that has not signed in anywhere."""
    assert context.browser
    tabs = await context.browser.new_context(viewport={"width": 1280, "height": 900})
    tabs.set_default_timeout(PATIENCE_MILLISECONDS)
    yield tabs
    await tabs.close()


@pytest.mark.timeout(300)
async def test_two_pages_follow_a_server_that_stops_and_forgets_them(
    tmp_path: Path, tabs: BrowserContext
) -> None:
    server = LabServer(tmp_path)
    lab = server.start("first")
    try:
        one, two = await tabs.new_page(), await tabs.new_page()
        consoles = [ConsoleErrors(page) for page in (one, two)]
        for console in consoles:
            console.expect(AWAY)
        name = lab.write_notebook("kept.ipynb", EXECUTOR)
        kept = (lab.root / name).read_bytes()
        for page in (one, two):
            await enter(page, lab)
        await one.evaluate(LOOK, name)
        run = await submit(one, NODES)
        for page in (one, two):
            await open_run(page, run)
            await expect(page.locator(VIEW)).to_contain_text("0 of 2")

        # The server is started again while both look.
        server.stop()
        for page in (one, two):
            await expect(page.locator(NOTICE)).to_contain_text("The server is away")
        server.start("first")
        for page in (one, two):
            await expect(page.locator(NOTICE)).to_be_hidden()

        # What is done in one page is seen in the other.
        await two.locator(VIEW).get_by_role("button", name="Cancel", exact=True).click()
        await two.get_by_role("dialog").get_by_role("button", name="Cancel the run").click()
        for page in (one, two):
            await expect(page.locator(VIEW)).to_contain_text("2 of 2")

        # Neither token nor cookie are good for anything any more, until the reader signs in.
        server.stop()
        await tabs.clear_cookies()
        lab = server.start("second")
        await expect(one.locator(NOTICE)).to_contain_text("your session has expired")
        await two.goto(f"{lab.url}lab?token={lab.token}")
        await expect(one.locator(NOTICE)).to_be_hidden()

        assert await one.evaluate("window.before === JSON.stringify(window.looked.toJSON().cells)")
        assert (lab.root / name).read_bytes() == kept
        for console in consoles:
            console.check()
    finally:
        server.stop()


async def dismiss(dialog: Locator) -> None:
    """JupyterLab says the same in its own way, once."""
    await dialog.get_by_role("button").last.click()


async def enter(page: Page, lab: Lab) -> None:
    dialog = page.get_by_role("dialog", name="Server Connection Error")
    await page.add_locator_handler(dialog, dismiss)
    await page.goto(f"{lab.url}lab?reset&token={lab.token}")
    await page.wait_for_function(
        "() => window.jupyterapp?.commands?.hasCommand('jupyter-colonies:open-run')"
    )
    await page.evaluate("() => window.jupyterapp.restored")
