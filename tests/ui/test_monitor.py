"""The monitor in JupyterLab, live: who comes, what waits, fails and starts by itself."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.ui.lab import Lab

EVIL = "<img src=x onerror=window.hacked=1>"

START = """
import jupyter_colonies
from jupyter_colonies.client.discovery import owner_key
from jupyter_colonies.core.identity import id_of, new_private_key
from jupyter_colonies.core.member import Executor

colony = jupyter_colonies.connect()
owner = colony.client.signed_by(owner_key(colony.found))
SPEC = {"funcname": "divide", "conditions": {"executortype": "maths"}}

def register(name):
    executor = Executor(executorname=name, executortype="gpu", colonyname=colony.name,
                        executorid=id_of(new_private_key()))
    colony.call(owner.add_executor(executor=executor))

made = colony.workflow("made")
made.node("later", "divide", 4, 2, executortype="maths")
"""
FUNCTION = f"""
@colony.function(executortype="maths")
def divide(a, b):
    if b == 0:
        raise ValueError({EVIL!r})
    return a / b
"""
SUBMIT = "for b in range(3): colony.submit({**SPEC, 'args': [6, b]})"


def row(monitor: Locator, section: str, name: str) -> Locator:
    return monitor.get_by_role("table", name=section).get_by_role("row", name=name)


@pytest.mark.timeout(300)
async def test_a_colony_is_watched_and_run(lab: Lab, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    cells = [START, "colony.monitor()", FUNCTION, SUBMIT, f"register({EVIL!r})"]
    await lab.open(page, lab.write_notebook("monitor.ipynb", *cells))
    for index in (0, 1, 2):
        await lab.run_cell(page, index)
    monitor = page.get_by_role("region", name="Monitor of dev")
    worker = row(monitor, "Executors", "divide")
    for text in ("✓ approved", "● connected", "0 of 1"):
        await expect(worker).to_contain_text(text)
    await pause_and_resume(lab, page, monitor)
    await approve_and_remove(lab, page, monitor)
    await add_and_run(monitor)
    assert await page.evaluate("window.hacked") is None
    assert errors == []


async def pause_and_resume(lab: Lab, page: Page, monitor: Locator) -> None:
    """What waits is counted, what fails is shown in its own words."""
    await monitor.get_by_role("button", name="Pause assignments").click()
    await expect(monitor).to_contain_text("⏸ Assignments are paused")
    await lab.run_cell(page, 3)
    await expect(row(monitor, "Queue", "maths").get_by_role("cell").first).to_have_text("3")
    await monitor.get_by_role("button", name="Resume assignments").focus()
    await page.keyboard.press("Enter")
    await expect(row(monitor, "Queue", "maths")).to_have_count(0)
    failure = row(monitor, "Recent failures", "divide")
    await expect(failure).to_contain_text(f"ValueError: {EVIL}")
    await expect(monitor.get_by_role("img", name="in ten minutes").first).to_be_visible()
    await failure.get_by_role("button", name="Inspect divide").click()
    await expect(failure).to_have_attribute("aria-current", "true")


async def approve_and_remove(lab: Lab, page: Page, monitor: Locator) -> None:
    """Who asks to take part is let in; a removal is asked about, also by keyboard."""
    await lab.run_cell(page, 4)
    newcomer = row(monitor, "Executors", EVIL)
    await expect(newcomer).to_contain_text("pending")
    await newcomer.get_by_role("button", name=f"Approve {EVIL}").click()
    await expect(newcomer).to_contain_text("approved")
    remove = newcomer.get_by_role("button", name="Remove")
    await remove.click()
    await expect(newcomer.get_by_role("button", name="Keep")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(remove).to_be_focused()
    await remove.click()
    await remove.click()
    await expect(newcomer).to_have_count(0)


async def add_and_run(monitor: Locator) -> None:
    """A cron is seen before it is added, and run at once."""
    await monitor.get_by_text("Add a cron or a generator").click()
    form = monitor.locator("form")
    status, add = form.get_by_role("status"), form.get_by_role("button", name="Add cron")
    await form.get_by_label("Name").fill("nightly")
    await form.get_by_label("Cron expression").fill("0 0 25 * * *")
    await expect(form).to_contain_text("hour")
    await form.get_by_label("Cron expression").fill("0 0 3 * * *")
    starts = form.get_by_role("list", name="The next starts").get_by_role("listitem")
    await expect(starts).to_have_count(3)
    await add.click()
    await expect(status).to_contain_text("The workflow is missing")
    await form.get_by_label("Variable of this notebook").select_option("made")
    await add.click()
    await expect(status).to_have_text("Cron nightly is added")
    cron = row(monitor, "Crons", "nightly")
    await cron.get_by_role("button", name="Run now nightly").click()
    told = monitor.locator("header").get_by_role("status")
    await expect(told).to_contain_text("nightly has started workflow")
    divided = row(monitor, "Executors", "divide").get_by_text("divide 3 ×")
    await expect(divided).to_be_visible()
    await cron.get_by_role("button", name="Disable nightly").click()
    await expect(cron).to_contain_text("disabled")
    await expect(cron.get_by_role("button", name="Enable nightly")).to_be_focused()
