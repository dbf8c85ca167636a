"""The view of a run: deep links, panes that go together, actions, breaks, removal, two tabs."""

import re

from playwright.async_api import Locator, Page, WebSocketRoute, expect

from tests.ui.axe import no_violations_in_any_theme
from tests.ui.colony import Colony
from tests.ui.console import ConsoleErrors
from tests.ui.lab import Lab

VIEW = ".jp-ColoniesRunView:not(.lm-mod-hidden)"
BAD = "<b>bad</b>"


class Breaks:
    """Lets a test break the connections by which a page follows runs."""

    def __init__(self) -> None:
        self._open: list[WebSocketRoute] = []
        self._closed = False

    async def install(self, page: Page) -> None:
        await page.route_web_socket(re.compile(r"/workflows/\w+/events/websocket"), self._connect)

    async def begin(self) -> None:
        """Lose what there is, and refuse what comes."""
        self._closed = True
        for socket in self._open:
            await socket.close()

    def end(self) -> None:
        self._closed = False

    async def _connect(self, socket: WebSocketRoute) -> None:
        if self._closed:
            await socket.close()
        else:
            socket.connect_to_server()
            self._open.append(socket)


def heading(view: Locator) -> Locator:
    return view.locator(".jp-ColoniesRun-heading")


def tab(view: Locator, name: str) -> Locator:
    return view.get_by_role("tab", name=name, exact=True)


async def test_a_run_is_opened_by_a_link_followed_and_run_again(
    lab: Lab, page: Page, console: ConsoleErrors
) -> None:
    console.expect(r"status of 404 .*\n.*/f{64}(/progress)?:")
    colony = Colony(lab, page.request)
    workflowid = await colony.submit(
        colony.spec("first", "make"),
        colony.spec("second", "total", "first"),
        colony.spec(BAD, "stumble", "first"),
    )
    assert await colony.finish_next() == "first"
    processid = await colony.process(workflowid, "first")
    query = f"colonies-run={workflowid}&colonies-process={processid}"
    await page.goto(f"{lab.url}lab?reset&token={lab.token}&{query}")
    view = page.locator(VIEW)
    await expect(heading(view).get_by_text("1 of 3 finished")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/lab(/workspaces/[^?]+)?$"))

    await see_what_is_selected(view)
    await see_two_tabs_agree(lab, page, colony, query)
    await go_back_in_time(view)
    await find_in_the_table(view)
    await no_violations_in_any_theme(page, VIEW)
    await run_again(page)
    await ask_in_vain(page, workflowid)


async def see_what_is_selected(view: Locator) -> None:
    """The process of the link is inspected, and so is each that is chosen there."""
    inspector = view.locator(".jp-ColoniesInspector")
    await expect(inspector.get_by_role("heading", name="first")).to_be_visible()
    await inspector.get_by_role("button", name=BAD).click()
    await expect(inspector.get_by_role("heading", name=BAD)).to_be_visible()


async def see_two_tabs_agree(lab: Lab, page: Page, colony: Colony, query: str) -> None:
    """A second tab of the browser sees the same, live."""
    other = await page.context.new_page()
    try:
        await other.goto(f"{lab.url}lab/workspaces/other?reset&token={lab.token}&{query}")
        await expect(heading(other.locator(VIEW)).get_by_text("1 of 3 finished")).to_be_visible()
        ended = {await colony.finish_next(), await colony.finish_next(failed=True)}
        assert ended == {"second", BAD}
        for each in (page, other):
            await expect(heading(each.locator(VIEW)).get_by_text("3 of 3 finished")).to_be_visible()
            await expect(heading(each.locator(VIEW)).get_by_text("Failed")).to_be_visible()
    finally:
        await other.close()


async def go_back_in_time(view: Locator) -> None:
    """The replay takes heading and table to an earlier moment, and back."""
    await tab(view, "Table").click()
    rows = view.locator(".jp-ColoniesRunTable tbody tr[aria-rowindex]")
    await expect(rows).to_have_count(3)
    await view.get_by_role("button", name="To the beginning").click()
    await expect(heading(view).get_by_text("At an earlier moment")).to_be_visible()
    await expect(heading(view).get_by_text("0 of 3 finished")).to_be_visible()
    await expect(rows.filter(has_text="Waiting")).to_have_count(3)
    await view.get_by_role("button", name="Now", exact=True).click()
    await expect(heading(view).get_by_text("At an earlier moment")).to_be_hidden()
    await expect(rows.filter(has_text="Waiting")).to_have_count(0)


async def find_in_the_table(view: Locator) -> None:
    """By keyboard: search, filter, and select what is then inspected and drawn as selected."""
    table = view.locator(".jp-ColoniesRunTable")
    await table.get_by_role("searchbox").fill("sec")
    await expect(table.get_by_text("1 found")).to_be_visible()
    await table.get_by_role("group", name="Processes. Arrow keys move").press("Enter")
    inspector = view.locator(".jp-ColoniesInspector")
    await expect(inspector.get_by_role("heading", name="second")).to_be_visible()
    await table.get_by_role("searchbox").fill("")
    await table.get_by_role("button", name="Failed 1").press("Enter")
    await expect(table.locator("tbody tr[aria-rowindex]")).to_have_count(1)
    await tab(view, "Timeline").click()
    await expect(view.locator(".jp-ColoniesTimeline .facts")).to_contain_text("second")
    await tab(view, "Graph").click()


async def run_again(page: Page) -> None:
    """What did not succeed runs again as a run of its own, which is cancelled."""
    view = page.locator(VIEW)
    await view.get_by_role("button", name="Run again").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("only the 1 processes without")
    await dialog.get_by_role("button", name="What did not succeed").click()
    await expect(view.get_by_role("button", name=re.compile(r"runs \w{8} again"))).to_be_visible()
    await view.get_by_role("button", name="Cancel", exact=True).click()
    await dialog.get_by_role("button", name="Cancel the run").click()
    await expect(heading(view).get_by_text("Cancelled")).to_be_visible()
    await expect(page.locator(".jp-ColoniesRunView")).to_have_count(2)


async def ask_in_vain(page: Page, workflowid: str) -> None:
    """What is no run is said in words; the beginning of an id is enough."""
    await page.evaluate(
        "() => void window.jupyterapp.commands.execute('jupyter-colonies:open-run')"
    )
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("no such <i>run</i>")
    await dialog.get_by_role("button", name="Open").click()
    await expect(dialog).to_contain_text("No run")
    await dialog.get_by_role("textbox").fill("f" * 64)
    await dialog.get_by_role("button", name="Open").click()
    await expect(dialog).to_contain_text("has no run with this id")
    await dialog.get_by_role("textbox").fill(workflowid[:12])
    await dialog.get_by_role("button", name="Open").click()
    await expect(heading(page.locator(VIEW)).get_by_text("3 of 3 finished")).to_be_visible()


async def test_a_run_survives_breaks_and_says_when_it_is_gone(
    lab: Lab, page: Page, console: ConsoleErrors
) -> None:
    console.expect(r"status of 40[34]|ERR_FAILED")
    colony, breaks = Colony(lab, page.request), Breaks()
    await breaks.install(page)
    workflowid = await colony.submit(colony.spec("one", "make"), colony.spec("two", "total", "one"))
    await page.goto(f"{lab.url}lab?reset&token={lab.token}&colonies-run={workflowid}")
    view = page.locator(VIEW)
    notice = view.locator(".jp-ColoniesRun-notice")
    await expect(heading(view).get_by_text("0 of 2 finished")).to_be_visible()

    # The server is away, and comes back with what has happened meanwhile.
    progress = re.compile(r"/workflows/\w+/progress")
    await page.route(progress, lambda route: route.abort())
    await breaks.begin()
    await expect(notice).to_contain_text("The server is away")
    await expect(notice.get_by_role("button", name="Try now")).to_be_visible()
    await colony.finish_next()
    breaks.end()
    await page.unroute(progress)
    await expect(heading(view).get_by_text("1 of 2 finished")).to_be_visible()
    await expect(notice).to_be_hidden()

    # The session expires: how to sign in again is said, and then it goes on.
    await page.route(progress, lambda route: route.fulfill(status=403, body="Forbidden"))
    await breaks.begin()
    await expect(notice).to_contain_text("your session has expired")
    await expect(notice.get_by_role("link", name="Sign in")).to_be_visible()
    await no_violations_in_any_theme(page, VIEW)
    breaks.end()
    await page.unroute(progress)
    await expect(notice).to_be_hidden()

    # A reload restores the view; a run that is removed stays as it was, and says so.
    await page.reload()
    await expect(heading(view).get_by_text("1 of 2 finished")).to_be_visible()
    await colony.finish_next()
    await expect(heading(view).get_by_text("2 of 2 finished")).to_be_visible()
    await colony.ask("DELETE", f"workflows/{workflowid}")
    await expect(notice).to_contain_text("This run was removed from the server")
    await expect(heading(view).get_by_text("2 of 2 finished")).to_be_visible()
    await expect(view.get_by_role("button", name="Run again")).to_be_disabled()
