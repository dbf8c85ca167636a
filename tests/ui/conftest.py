"""A real JupyterLab server and a real browser for the tests in this folder.

`lab` is one server per test process, under a prefix as on JupyterHub; `page` is a page per test of
one browser, whose picture is kept in `test-output/` when the test fails; `console` makes errors in
that page a failure. What axe says of a part of it: `tests.ui.axe`.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from tests.ui.browser import FLAGS, find_browser
from tests.ui.console import ConsoleErrors
from tests.ui.lab import Lab, running

SCREENSHOTS = Path(__file__).parents[2] / "test-output"
# The page loads, a kernel starts and a first widget appears: seconds, minutes on a busy machine.
PATIENCE_MILLISECONDS = 60_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


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


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def console(page: Page) -> AsyncIterator[ConsoleErrors]:
    """The errors of the test's page; one that the test did not expect fails it at its end."""
    console = ConsoleErrors(page)
    yield console
    console.check()


_failures = pytest.StashKey[int]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests on the loop on which the browser's connection lives."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_failures] = item.session.testsfailed
