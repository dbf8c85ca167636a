"""The colony in JupyterLab's sidebar: what runs, waits and fails, and what can be done about it."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.ui.axe import no_violations_in_any_theme
from tests.ui.console import ConsoleErrors
from tests.ui.lab import Lab

EVIL = "panel <img src=x onerror=window.hacked=1>"
TYPE = "paneltype"
PANEL = "#jp-colonies-panel"


class Rest:
    """The REST API of the colony, as a program uses it."""

    def __init__(self, lab: Lab, page: Page) -> None:
        self._url = f"{lab.url}colonies/v1/"
        self._headers = {"Authorization": f"token {lab.token}"}
        self._request = page.request

    async def __call__(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self._request.fetch(
            self._url + path, method=method, data=body, headers=self._headers
        )
        assert answer.ok, await answer.text()
        return None if answer.status == 204 else await answer.json()

    async def submit(self, name: str, *nodenames: str, executortype: str = TYPE) -> str:
        specs = [node(each, executortype) for each in nodenames]
        graph = await self("POST", f"colonies/dev/workflows?name={name}", specs)
        return str(graph["processgraphid"])

    async def finish(self, failing: str = "") -> None:
        """Take the next process, and end it."""
        path = f"colonies/dev/executors/{TYPE}/assignments?wait=30"
        process = f"processes/{(await self('POST', path))['processid']}"
        if failing:
            await self("PUT", f"{process}/failure", {"errors": [failing]})
        else:
            await self("PUT", f"{process}/success", {"out": [1]})


def node(name: str, executortype: str) -> dict[str, Any]:
    return {"nodename": name, "funcname": name, "conditions": {"executortype": executortype}}


def row(page: Page, section: str, name: str) -> Locator:
    rows = page.locator(f"[data-section={section}]").get_by_role("listitem")
    return rows.filter(has=page.locator(".jp-ColoniesRow-name").get_by_text(name, exact=True))


async def unfold(page: Page, section: str) -> None:
    heading = page.locator(f"[data-section={section}] .jp-ColoniesSection-button")
    if await heading.get_attribute("aria-expanded") == "false":
        await heading.click()


@pytest.mark.timeout(300)
async def test_the_colony_in_the_sidebar(lab: Lab, page: Page, console: ConsoleErrors) -> None:
    console.expect("ERR_FAILED")
    console.expect("status of (404|500)")
    rest = Rest(lab, page)
    await page.route("**/colonies/v1/here", lambda route: route.abort())
    await page.goto(f"{lab.url}lab?reset&token={lab.token}")
    await page.wait_for_function("window.jupyterapp")
    await page.evaluate("window.jupyterapp.restored")
    await lab.command(page, "jupyter-colonies:show-panel")
    panel = page.locator(PANEL)
    await expect(panel).to_contain_text("No connection since")
    await page.unroute("**/colonies/v1/here")
    await page.route("**/colonies/v1/here", lambda route: route.fulfill(status=404))
    await expect(panel).to_contain_text("jupyter server extension enable jupyter_colonies")
    await page.unroute("**/colonies/v1/here")
    await panel.get_by_role("button", name="Try again").click()
    await expect(panel.get_by_role("heading", name="Colony dev")).to_be_visible()
    await expect(panel).not_to_contain_text("No connection since")
    await rest("PUT", f"colonies/dev/executors/{TYPE}", {"executortype": TYPE})
    await runs_are_followed(rest, page)
    await runs_are_found(page)
    await what_fails_can_be_repeated(page)
    await other_sections(rest, page)
    assert await page.evaluate("window.hacked") is None
    await no_violations_in_any_theme(page, PANEL)


async def runs_are_followed(rest: Rest, page: Page) -> None:
    """A new run appears by itself, and is at any time what it is on the server."""
    await rest.submit(EVIL, "a", "b")
    mine = row(page, "runs", EVIL)
    await expect(mine).to_contain_text("0 of 2")
    await rest.finish()
    await expect(mine).to_contain_text("1 of 2")
    await expect(page.locator(".jp-ColoniesPanel-tab")).to_have_attribute(
        "title", "Colony: 1 run is running"
    )
    await mine.focus()
    await page.keyboard.press("Shift+F10")
    await page.get_by_role("menuitem", name="Cancel").click()
    await expect(mine).to_contain_text("2 processes")
    await expect(mine.locator("[title=Cancelled]")).to_be_visible()
    await rest("POST", "colonies/dev/processes", node("panel single", "nobody's"))
    single = row(page, "runs", "panel single")
    await expect(single).to_contain_text("single process")
    await single.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("tab", name="panel single")).to_be_visible()


async def runs_are_found(page: Page) -> None:
    search = page.get_by_label("Search runs by name or id")
    await search.fill("PANEL <img")
    await expect(row(page, "runs", "panel single")).to_have_count(0)
    await expect(row(page, "runs", EVIL)).to_be_visible()
    await page.get_by_label("State of runs").select_option("failed")
    await expect(page.get_by_text("No run is like that.")).to_be_visible()
    await page.get_by_role("button", name="Show all runs").click()
    await expect(row(page, "runs", "panel single")).to_be_visible()


async def what_fails_can_be_repeated(page: Page) -> None:
    """What was refused is said in the row; trying again removes the run and its row."""
    mine = row(page, "runs", EVIL)
    refuse = {"status": 500, "content_type": "application/json", "body": '{"detail": "no disk"}'}

    async def answer(route: Any) -> None:
        if route.request.method == "DELETE":
            await route.fulfill(**refuse)
        else:
            await route.continue_()

    await page.route("**/colonies/v1/workflows/*", answer)
    await mine.hover()
    await mine.get_by_role("button", name="Remove").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(mine).to_contain_text("Not removed: no disk")
    await page.unroute("**/colonies/v1/workflows/*")
    await mine.get_by_role("button", name="Try again").click()
    await expect(mine).to_have_count(0)


async def other_sections(rest: Rest, page: Page) -> None:
    """Why something waits, what failed, and what starts by itself."""
    for section in ("executors", "queue", "timers", "failures"):
        await unfold(page, section)
    await expect(row(page, "queue", "nobody's")).to_contain_text("no executor has this type")
    await rest.submit("panel fails", "panel-a")
    await rest.finish("ValueError: no column 'price'")
    await expect(row(page, "failures", "panel-a")).to_contain_text("no column 'price'")
    cron = {"name": "panel cron", "cronexpression": "0 0 3 * * *"}
    await rest("POST", "colonies/dev/crons", {**cron, "functionspecs": [node("c", "nobody's")]})
    mine = row(page, "timers", "panel cron")
    await expect(mine).to_contain_text("0 0 3 * * *")
    await mine.focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(mine).to_contain_text("off")
    executor = row(page, "executors", TYPE)
    await executor.hover()
    await executor.get_by_role("button", name="Remove").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(executor).to_have_count(0)
