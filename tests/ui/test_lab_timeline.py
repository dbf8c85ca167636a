"""Timeline and replay of a run in JupyterLab without a kernel: live, by keyboard, with faults."""

import re
from typing import Any

from playwright.async_api import Page, Route, expect

from tests.ui.axe import no_violations_in_any_theme
from tests.ui.console import ConsoleErrors
from tests.ui.lab import Lab

VIEW = ".jp-ColoniesRunView:not(.lm-mod-hidden)"
TIMELINE = f"{VIEW} .jp-ColoniesTimeline"
REPLAY = f"{VIEW} .jp-ColoniesReplay"
HISTORY = re.compile(r"/workflows/\w+/history")

REQUEST = """async ([method, path, body]) => {
    const { baseUrl, token } = window.jupyterapp.serviceManager.serverSettings;
    const response = await fetch(`${baseUrl}colonies/v1/${path}`, {
        method,
        headers: { Authorization: `token ${token}`, 'Content-Type': 'application/json' },
        body: body && JSON.stringify(body)
    });
    if (!response.ok) { throw new Error(await response.text()); }
    return response.status === 204 ? null : response.json();
}"""

# The states of the graph that is in view.
STATES = """() => {
    const cy = [...document.querySelectorAll('.jp-ColoniesGraph .custom-widget')]
        .find(each => each.offsetParent)?._cyreg?.cy;
    return cy && cy.nodes().map(each => `${each.data('name')} ${each.data('state')}`).sort();
}"""


async def test_a_run_is_told_without_a_kernel(lab: Lab, page: Page, console: ConsoleErrors) -> None:
    await page.goto(f"{lab.url}lab?reset&token={lab.token}")
    await page.wait_for_function(
        "() => window.jupyterapp?.commands?.hasCommand('jupyter-colonies:open-run')"
    )
    await page.evaluate("() => window.jupyterapp.restored")
    await request(page, "PUT", "colonies/dev/executors/timer", {"executortype": "timer"})
    asked: list[str] = []
    page.on("request", lambda each: asked.extend(HISTORY.findall(each.url)))
    workflowid = await submit(page, spec("gen"), spec("sum", "gen"), spec("<b>bad</b>", "gen"))

    await _see_it_live(page, workflowid)
    await _walk_along_the_bars(page)
    await _go_back_in_time(page)
    assert len(asked) <= 3, "the history is read once, and once more when the run is over"
    for part in (TIMELINE, REPLAY):
        await no_violations_in_any_theme(page, part)
    await _lose_the_history(page, console)
    await _lose_the_run(page, console)


async def _see_it_live(page: Page, workflowid: str) -> None:
    """What was before the view was opened, and what happens while it is."""
    gen = await take(page)
    await open_timeline(page, workflowid)
    timeline = page.locator(TIMELINE)
    await expect(timeline).to_contain_text("1 run on 1 executor")
    legend = timeline.get_by_role("list", name="Legend")
    await expect(legend).to_contain_text("Running 1")
    await expect(page.locator(f"{TIMELINE} .chart[data-drawn]")).to_be_visible()
    child = {"spec": {**spec("late"), "conditions": {"executortype": "timer"}}}
    await request(page, "POST", f"processes/{gen}/children", child)
    await request(page, "PUT", f"processes/{gen}/success", {"out": [1]})
    for _ in range(3):
        await end(page, await take(page))
    await expect(timeline).to_contain_text("4 runs on 1 executor")
    await expect(legend).to_contain_text("Failed 1")
    await expect(timeline).to_contain_text("Critical path: gen →")
    await expect(timeline.locator(".trouble")).to_be_hidden()


async def _walk_along_the_bars(page: Page) -> None:
    """By keyboard only: from bar to bar, select, zoom, and back; then by the table."""
    timeline = page.locator(TIMELINE)
    facts = timeline.locator(".facts")
    await timeline.get_by_role("application", name="Timeline").focus()
    await page.keyboard.press("ArrowRight")
    await expect(facts).to_contain_text("gen · Successful on timer")
    await page.keyboard.press("ArrowRight")
    await expect(facts).not_to_contain_text("gen · Successful on timer")
    await page.keyboard.press("Home")
    await page.keyboard.press("Enter")
    await expect(facts).to_contain_text("on the critical path")
    await page.keyboard.press("+")
    await page.keyboard.press("0")
    await page.keyboard.press("Escape")
    await expect(facts).to_contain_text("Click a bar")
    await timeline.get_by_text("The runs as a table").click()
    rows = timeline.get_by_role("table").get_by_role("row")
    await expect(rows).to_have_count(5)
    await timeline.get_by_role("button", name="<b>bad</b>").click()
    await expect(facts).to_contain_text("<b>bad</b> · Failed on timer")


async def _go_back_in_time(page: Page) -> None:
    """The graph as it was: before anything ran, while one ran and grew, and now again."""
    replay = page.locator(REPLAY)
    slider = replay.get_by_role("slider")
    await page.get_by_role("tab", name="Graph").click()
    await states(page, ["<b>bad</b> Failed", "gen Successful", "late Successful", "sum Successful"])
    await expect(slider).to_have_attribute("aria-valuetext", "the end")
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(replay).to_contain_text("The run was submitted · 0 of 3 finished")
    await states(page, ["<b>bad</b> Waiting", "gen Waiting", "sum Waiting"])
    await page.keyboard.press("ArrowRight")
    await expect(replay).to_contain_text("gen ▶︎ Running on timer")
    await page.keyboard.press("ArrowRight")
    await expect(replay).to_contain_text("late was added · 0 of 4 finished")
    await states(page, ["<b>bad</b> Waiting", "gen Running", "late Waiting", "sum Waiting"])
    await page.keyboard.press("Space")
    await replay.get_by_role("button", name="Pause").click()
    await replay.get_by_role("button", name="Now").click()
    await expect(slider).to_have_attribute("aria-valuetext", "the end")
    await expect(replay).to_contain_text("4 of 4 finished")
    await page.get_by_role("tab", name="Timeline").click()


async def _lose_the_history(page: Page, console: ConsoleErrors) -> None:
    """A history that can't be read is said in words, and read as soon as it can be."""

    async def fail(route: Route) -> None:
        await route.abort()

    console.expect(r"net::ERR_FAILED\n.*/history")
    await page.route(HISTORY, fail)
    workflowid = await submit(page, spec("alone"))
    await open_timeline(page, workflowid)
    timeline = page.locator(TIMELINE)
    await expect(timeline.locator(".trouble")).to_contain_text("Not up to date: The Jupyter server")
    await expect(timeline).to_contain_text("Earlier tries are not known")
    await page.unroute(HISTORY, fail)
    await end(page, await take(page))
    await expect(timeline).to_contain_text("1 run on 1 executor")
    await expect(timeline.locator(".trouble")).to_be_hidden()
    await expect(timeline).not_to_contain_text("Earlier tries are not known")


async def _lose_the_run(page: Page, console: ConsoleErrors) -> None:
    """What is removed while it is looked at stays readable, and that it is gone is said."""
    console.expect(r"status of 404 .*\n.*/workflows/")
    workflowid = await submit(page, spec("short"))
    await open_timeline(page, workflowid)
    await end(page, await take(page))
    timeline = page.locator(TIMELINE)
    await expect(timeline).to_contain_text("1 run on 1 executor")
    await request(page, "DELETE", f"workflows/{workflowid}")
    await expect(timeline.locator(".trouble")).to_be_visible()
    await expect(timeline).to_contain_text("1 run on 1 executor")


def spec(name: str, *after: str) -> dict[str, Any]:
    conditions = {"executortype": "timer", "dependencies": list(after)}
    return {"nodename": name, "funcname": "f", "conditions": conditions}


async def request(page: Page, method: str, path: str, body: object = None) -> Any:
    return await page.evaluate(REQUEST, [method, path, body])


async def submit(page: Page, *specs: dict[str, Any]) -> str:
    made = await request(page, "POST", "colonies/dev/workflows", list(specs))
    return str(made["processgraphid"])


async def take(page: Page) -> str:
    """The id of the next process that the test, which is the executor, has to run."""
    path = "colonies/dev/executors/timer/assignments?wait=30"
    return str((await request(page, "POST", path))["processid"])


async def end(page: Page, processid: str) -> None:
    """Close a process, successfully unless its name says something else."""
    process = await request(page, "GET", f"processes/{processid}")
    if "bad" in process["spec"]["nodename"]:
        await request(page, "PUT", f"processes/{processid}/failure", {"errors": ["no luck"]})
    else:
        await request(page, "PUT", f"processes/{processid}/success", {"out": []})


async def open_timeline(page: Page, workflowid: str) -> None:
    await page.evaluate(
        """async workflowid => {
            const { commands } = window.jupyterapp;
            await commands.execute('jupyter-colonies:open-run', { workflowid });
        }""",
        workflowid,
    )
    await page.locator(VIEW).get_by_role("tab", name="Timeline").click()


async def states(page: Page, expected: list[str]) -> None:
    """Wait until the graph in view shows these nodes in these states."""
    await page.wait_for_function(
        f"expected => JSON.stringify(({STATES})()) === JSON.stringify(expected)", arg=expected
    )
