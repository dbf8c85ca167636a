"""The inspector in JupyterLab: from a failure to its cause, its log, and the run that mends it."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.ui.console import ConsoleErrors
from tests.ui.lab import Lab

EVIL = "<img src=x onerror='window.hacked=1'><script>window.hacked=2</script>"

START = f"""import threading
import jupyter_colonies
from jupyter_colonies.widgets import Inspector

colony = jupyter_colonies.connect()
gate = threading.Event()
evil = {EVIL!r}

class Shown:
    def _repr_html_(self):
        return "<b>rich</b>" + evil.replace("window", "parent")

@colony.function(executor="maker", executortype="maker")
def load():
    return [{{"name": evil, "value": each}} for each in range(120)]

@colony.function(executor="maker")
def fit(inputs, process, scale):
    print("\\n".join(
        f"\\x1b[32mstep {{each}}\\x1b[0m {{evil}}" + (" needle" if each % 1000 == 7 else "")
        for each in range(10_000)
    ))
    if scale == 0:
        raise ValueError(f"no luck with {{evil}}")
    gate.wait(120)
    print("after the wait")
    return Shown()
"""

SHOW = """
workflow = jupyter_colonies.Workflow("study", executortype="maker")
workflow.node("fit", "fit", after=workflow.node("load", "load"), kwargs={"scale": 0})
run = colony.submit(workflow)
run.wait_for(run["fit"].processid)
inspector = Inspector(colony, run["fit"].processid)
made = []
inspector.on_new_run(made.append)
inspector
"""

AGAIN = """
changed = run.resume(changes={"fit": {"kwargs": {"scale": 1}}})
inspector.processid = changed["fit"].processid
"""

TOP = """async element => {
    const frame = () => new Promise(requestAnimationFrame);
    for (let last = -1; last !== element.scrollTop; await frame()) {
        last = element.scrollTop;
        await frame();
    }
    return element.scrollTop;
}"""
"""Where a part is scrolled to, once it stands still."""


def part(report: Locator, name: str) -> Locator:
    return report.get_by_role("region", name=name, exact=True)


async def run_cell_without_waiting(page: Page, code: str) -> None:
    """Run code in the kernel as if it stood in a cell, and wait until it is done."""
    await page.evaluate(
        """code => {
            const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
            return kernel.requestExecute({ code }).done.then(() => null);
        }""",
        code,
    )


@pytest.mark.timeout(300)
async def test_a_failure_is_understood_and_mended(
    lab: Lab, page: Page, console: ConsoleErrors
) -> None:
    # The browser says what it keeps the HTML of a value from.
    console.expect(r"\n  about:srcdoc:")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await lab.open(page, lab.write_notebook("inspected.ipynb", START, SHOW))
    await lab.run_all(page)
    report = page.get_by_role("region", name="Process fit")
    await expect(report.get_by_role("heading", level=4)).to_contain_text("Failed")

    failure = part(report, "Errors")
    await expect(failure).to_contain_text("no luck with <img src=x")
    await expect(failure.locator(".culprit")).to_contain_text("raise ValueError")
    await expect(failure.locator(".place")).to_contain_text("In a cell, line 24, in fit")
    await expect(failure).to_contain_text("%colonies debug ")
    await expect(part(report, "Input from parents").get_by_role("row")).to_have_count(51)
    await _show_more_rows(part(report, "Input from parents"))

    await _search(page, part(report, "Log"))
    await _mend(page, report)
    await _look_at_the_result(page, report, part(report, "Log"))
    assert await page.evaluate("window.hacked") is None
    assert errors == []


async def _show_more_rows(table: Locator) -> None:
    await table.get_by_role("button", name="Show more rows (70 left)").click()
    await expect(table.get_by_role("row")).to_have_count(101)
    await expect(table.get_by_role("row").nth(100)).to_contain_text("<img src=x onerror")


async def _search(page: Page, log: Locator) -> None:
    await expect(log).to_contain_text("10,000 lines · complete")
    lines = log.get_by_role("log")
    await expect(lines).to_contain_text("step 9999 <img src=x")
    await lines.scroll_into_view_if_needed()
    await expect(lines.get_by_text("step 9999")).to_be_in_viewport()
    assert await lines.locator(".console-green").first.text_content() == "step 0"
    await log.get_by_label("Search the log").focus()
    await page.keyboard.type("NEEDLE")
    found = log.get_by_role("status")
    await expect(found).to_have_text("1 of 10 lines")
    await expect(lines.locator(".current")).to_contain_text("step 7 ")
    await expect(lines.locator(".current")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(found).to_have_text("2 of 10 lines")
    await expect(lines.locator(".current mark")).to_have_text("needle")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.press("Shift+Enter")
    await expect(found).to_have_text("10 of 10 lines")
    await expect(lines.locator(".current")).to_contain_text("step 9007 ")
    await expect(log.get_by_role("button", name="Follow")).to_have_attribute(
        "aria-pressed", "false"
    )


async def _mend(page: Page, report: Locator) -> None:
    """The cell is shown, what can be done is done from the keyboard, and refusals are told."""
    await report.get_by_role("button", name="Open the cell").click()
    await page.wait_for_function(
        "window.jupyterapp.shell.currentWidget.content.activeCellIndex === 0"
    )
    again = report.get_by_role("button", name="Run from here")
    await again.focus()
    await page.keyboard.press("Enter")
    told = report.locator(".told")
    await expect(told).to_contain_text("The workflow runs again from fit: run ")
    await expect(again).to_be_focused()
    await report.get_by_role("button", name="load", exact=True).click()
    await expect(page.get_by_role("region", name="Process load")).to_contain_text("Successful")


async def _look_at_the_result(page: Page, report: Locator, log: Locator) -> None:
    await run_cell_without_waiting(page, AGAIN)
    await expect(report.get_by_role("heading", level=4)).to_contain_text("Running")
    lines = log.get_by_role("log")
    await expect(log).to_contain_text("10,000 lines · live")
    facts = part(report, "About")
    await facts.get_by_role("button", name="About").press("Enter")
    await lines.focus()
    await page.keyboard.press("PageUp")
    follow = log.get_by_role("button", name="Follow")
    await expect(follow).to_have_attribute("aria-pressed", "false")
    place = await lines.evaluate(TOP)

    await run_cell_without_waiting(page, "gate.set()")
    await expect(report.get_by_role("heading", level=4)).to_contain_text("Successful")
    await expect(log).to_contain_text("10,001 lines · complete")
    assert await lines.evaluate(TOP) == place
    assert await lines.evaluate("element => element === document.activeElement")
    await expect(facts.locator("dl")).to_be_hidden()
    await follow.click()
    await lines.scroll_into_view_if_needed()
    await expect(lines.get_by_text("after the wait")).to_be_in_viewport()

    frame = part(report, "Output").locator("iframe")
    await expect(frame).to_have_attribute("sandbox", "")
    await expect(frame.content_frame.locator("b")).to_have_text("rich")
    state: dict[str, Any] = await page.evaluate("({ hacked: window.hacked ?? null })")
    assert state == {"hacked": None}
