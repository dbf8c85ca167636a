"""Everything of the page in Jupyter Notebook: cell button, graph in the output, panel, run view."""

import pytest
from playwright.async_api import Page, expect

from tests.ui.axe import no_violations_in_any_theme
from tests.ui.console import ConsoleErrors
from tests.ui.lab import PREFIX, Lab

CONNECT = """
import threading
import jupyter_colonies
colony = jupyter_colonies.connect()
gate = threading.Event()
"""
WORK = "gate.wait(120)\nprint('worked')"
SUBMIT = """
workflow = jupyter_colonies.Workflow("in_notebook7", executortype="worker7")
workflow.node("second", "f", after=workflow.node("first", "f"))
run = colony.submit(workflow)
run
"""
FINISH = "gate.set()\nrun.wait(progress=False).state"


@pytest.mark.timeout(300)
async def test_the_colony_in_jupyter_notebook(lab: Lab, page: Page) -> None:
    name = lab.write_notebook("seven.ipynb", CONNECT, WORK, SUBMIT, FINISH)
    await lab.open(page, name, "notebook")
    await lab.run_cell(page, 0)
    await _register(page)
    badge = page.locator(".jp-ColoniesCell-badge")
    await expect(badge).to_contain_text("worker7: idle")

    # The graph in the output is live, and the cell tells what it is doing.
    await lab.run_cell(page, 2)
    dag = page.locator(".jp-ColoniesDag")
    await expect(dag).to_have_attribute("data-liveness", "live")
    await expect(badge).to_contain_text("running 1")
    await lab.run_cell(page, 3)
    await expect(badge).to_contain_text("idle")
    await lab.save(page)

    # Without its kernel it is drawn from the server.
    await lab.restart_kernel(page)
    await page.reload()
    graph = dag.locator(".jp-ColoniesDag-server")
    await expect(graph).to_contain_text("2 of 2")
    await expect(badge).to_contain_text("not registered")
    await no_violations_in_any_theme(page, ".jp-ColoniesDag, .jp-ColoniesCell-line")

    # The panel stands in the left area, as in JupyterLab.
    await page.evaluate("window.jupyterapp.commands.execute('jupyter-colonies:show-panel')")
    panel = page.locator("#jp-colonies-panel")
    await expect(panel.get_by_text("in_notebook7").first).to_be_visible()
    await no_violations_in_any_theme(page, "#jp-colonies-panel")

    # A page has room for one notebook: the run has a page of its own, under the prefix.
    async with page.expect_popup() as popup:
        await page.get_by_text("Open the run").click()
    await _look_at_the_run(await popup.value)


async def _look_at_the_run(page: Page) -> None:
    """In the list of files, as a tab of its own."""
    console = ConsoleErrors(page)
    view = page.locator(".jp-ColoniesRunView")
    await expect(view).to_contain_text("in_notebook7")
    assert f"{PREFIX}tree" in page.url
    await expect(view.get_by_role("application")).to_be_visible()
    await view.get_by_role("tab", name="Table").click()
    await view.get_by_role("row").filter(has_text="second").get_by_text("second").click()
    await expect(view).to_contain_text("worked")
    await no_violations_in_any_theme(page, ".jp-ColoniesRunView")
    console.check()
    await page.close()


async def _register(page: Page) -> None:
    """By the button in the toolbar of the cell."""
    await page.locator(".jp-Notebook .jp-CodeCell").nth(1).locator(".jp-InputPrompt").click()
    button = "jp-button[data-command='jupyter-colonies:register-cell']"
    await page.locator(f".jp-cell-toolbar {button}").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("Name of the executor").fill("worker7")
    await form.get_by_role("button", name="Register and Run").click()
    await expect(form).to_be_hidden()
