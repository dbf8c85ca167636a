"""The renderer of a workflow's graph in JupyterLab and Jupyter Notebook."""

from pathlib import Path
from typing import Any, Literal

import pytest
from nbformat.v4 import output_from_msg
from playwright.async_api import Page, expect

from tests.ui.axe import no_violations_in_any_theme
from tests.ui.colony import Colony
from tests.ui.console import ConsoleErrors
from tests.ui.lab import Lab

DAG = "application/vnd.colonies.dag+json"
WIDGET = "application/vnd.jupyter.widget-view+json"

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="200" height="80" viewBox="0 0 200 80">
<script>parent.intruded = true; top.intruded = true;</script>
<rect width="200" height="80" fill="var(--jp-layout-color1, white)"/>
<circle cx="40" cy="40" r="20" fill="var(--jp-success-color1, green)"/>
<text x="70" y="45" fill="var(--jp-ui-font-color1, black)">sum_node</text></svg>"""

PREPARE = f"""
import ipycytoscape, ipywidgets
from IPython.display import display

svg = '''{SVG}'''

def node(name, x):
    return ipycytoscape.Node(data={{"id": name}}, position={{"x": x, "y": 60}}, selectable=True)

layout = {{"name": "preset", "fit": False}}
graph = ipycytoscape.CytoscapeWidget(cytoscape_layout=layout, auto_unselectify=False)
graph.graph.add_nodes([node("generate", 60), node("sum", 200)])

def bundle(state):
    row = dict(nodename="sum_node", state=state, funcname="sum", executortype="notebook")
    dag = dict(version=1, title="sum_wf", state=state, svg=svg, table=[row])
    widget = dict(version_major=2, version_minor=0, model_id=graph.model_id)
    return {{"{WIDGET}": widget, "{DAG}": dag, "text/plain": "sum_wf: " + state}}

handle = display(bundle("running"), raw=True, display_id=True)
"""
FINISH = 'handle.update(bundle("successful"), raw=True)'
"""The kernel's update at the end of a run: what a saved notebook then shows."""


WATCH_SOCKETS = """() => {
    const opened = [];
    const Real = window.jupyterapp.serviceManager.serverSettings.WebSocket;
    window.jupyterapp.serviceManager.serverSettings.WebSocket = class extends Real {
        constructor(...given) { super(...given); opened.push(given[0]); }
    };
    return opened;
}"""


def saved_output(dag: dict[str, Any]) -> Any:
    data = {
        DAG: dag,
        WIDGET: {"version_major": 2, "version_minor": 0, "model_id": "0" * 32},
        "text/plain": "sum_wf: successful",
    }
    content = {"data": data, "metadata": {}}
    return output_from_msg({"header": {"msg_type": "display_data"}, "content": content})


async def test_untrusted_notebook_gets_the_picture_alone(lab: Lab, page: Page) -> None:
    row = {
        "nodename": "<b>sum</b>",
        "state": "successful",
        "funcname": "sum",
        "executortype": "cli",
    }
    dag = {"version": 1, "title": "sum_wf", "state": "successful", "svg": SVG, "table": [row]}
    name = lab.write_notebook("untrusted.ipynb", "", outputs=[saved_output(dag)])
    await lab.open(page, name)

    image = page.get_by_role("img", name="Graph of sum_wf, successful. Processes: 1 successful")
    await expect(image).to_be_visible()
    box = await image.bounding_box()
    assert box
    assert (box["width"], box["height"]) == (200, 80)
    await expect(page.get_by_text("trust this notebook")).to_be_visible()
    await page.get_by_text("The process as a table").press("Enter")
    await expect(page.get_by_role("cell", name="<b>sum</b>")).to_be_visible()
    assert not await page.evaluate("'intruded' in window")


async def test_data_of_a_newer_version_says_so(lab: Lab, page: Page) -> None:
    name = lab.write_notebook("newer.ipynb", "", outputs=[saved_output({"version": 2, "svg": SVG})])
    await lab.open(page, name)

    await expect(page.get_by_text("Saved by another version")).to_be_visible()
    await expect(page.locator(".jp-ColoniesDag img")).to_be_hidden()


@pytest.mark.parametrize("interface", ["lab", "notebook"])
async def test_live_widget_stays_in_place_when_the_data_changes(
    lab: Lab, page: Page, interface: Literal["lab", "notebook"]
) -> None:
    name = lab.write_notebook(f"live-{interface}.ipynb", PREPARE, FINISH)
    await lab.open(page, name, interface)
    await lab.run_cell(page, 0)

    await expect(page.locator(".jp-ColoniesDag")).to_have_attribute("data-liveness", "live")
    graph = page.locator(".jp-ColoniesDag .custom-widget")
    await expect(graph).to_be_visible()
    await expect(page.locator(".jp-ColoniesDag img")).to_be_hidden()
    await page.evaluate("""() => {
        window.before = document.querySelector('.jp-ColoniesDag .custom-widget');
        window.before._cyreg.cy.zoom(0.5);
        window.before._cyreg.cy.$('#sum').select();
    }""")

    await lab.run_cell(page, 1)
    await lab.save(page)

    dag = lab.read_notebook(name).cells[0].outputs[0]["data"][DAG]
    assert dag["state"] == "successful"
    await expect(graph).to_be_visible()
    assert await page.evaluate("""() => {
        const now = document.querySelector('.jp-ColoniesDag .custom-widget');
        const { cy } = now._cyreg;
        return [now === window.before, cy.zoom(), cy.$(':selected').map(node => node.id())];
    }""") == [True, 0.5, ["sum"]]


async def test_saved_picture_takes_over_when_the_kernel_has_gone(lab: Lab, page: Page) -> None:
    name = lab.write_notebook("restarted.ipynb", PREPARE, FINISH)
    dag = page.locator(".jp-ColoniesDag")
    await lab.open(page, name)
    await lab.run_all(page)
    await expect(dag).to_have_attribute("data-liveness", "live")
    await lab.save(page)

    await page.reload()
    await expect(dag).to_have_attribute("data-liveness", "live")
    await expect(dag.locator(".custom-widget")).to_be_visible()

    await lab.restart_kernel(page)
    await expect(dag).to_have_attribute("data-liveness", "disconnected")
    await expect(page.get_by_text("The kernel of this view has stopped")).to_be_visible()

    await page.reload()
    await expect(dag).to_have_attribute("data-liveness", "absent")
    image = page.get_by_role("img", name="Graph of sum_wf, successful")
    await expect(image).to_be_visible()
    await expect(page.get_by_text("the kernel that drew the live view")).to_be_visible()


async def test_saved_picture_follows_the_theme(lab: Lab, page: Page, tmp_path: Path) -> None:
    dag = {"version": 1, "title": "sum_wf", "state": "successful", "svg": SVG, "table": []}
    name = lab.write_notebook("theme.ipynb", "", outputs=[saved_output(dag)])
    await lab.open(page, name)
    image = page.get_by_role("img", name="Graph of sum_wf")
    await expect(image).to_be_visible()
    light = await image.get_attribute("src")

    change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
    await page.evaluate(change, "JupyterLab Dark")
    assert light
    await expect(image).not_to_have_attribute("src", light)
    await page.evaluate(change, "JupyterLab Light")
    await expect(image).to_have_attribute("src", light)


@pytest.mark.parametrize("interface", ["lab", "notebook"])
async def test_without_a_kernel_the_server_draws_what_it_knows(
    lab: Lab, page: Page, console: ConsoleErrors, interface: Literal["lab", "notebook"]
) -> None:
    console.expect(r"status of 404 .*\n.*/0{64}/progress:")
    colony = Colony(lab, page.request)
    workflowid = await colony.submit(
        colony.spec("one", "make"), colony.spec("<b>two</b>", "total", "one")
    )
    dag = {"version": 1, "title": "saved", "state": "waiting", "svg": SVG, "table": []}
    outputs = [saved_output({**dag, "processgraphid": each}) for each in ("0" * 64, workflowid)]
    name = lab.write_notebook(f"server-{interface}.ipynb", "", outputs=outputs)
    await lab.open(page, name, interface)
    missing, known = (page.locator(".jp-ColoniesDag").nth(place) for place in (0, 1))
    opener = known.get_by_role("button", name="Open the run")

    await expect(missing).to_have_attribute("data-source", "picture")
    await expect(missing).to_contain_text("the server does not have this run any more")
    await expect(missing.get_by_role("img")).to_be_visible()
    await expect(known).to_have_attribute("data-source", "server")
    await expect(known.locator("img")).to_be_hidden()
    await colony.finish_next()
    await expect(known.get_by_text("1 of 2 finished")).to_be_visible()
    await no_violations_in_any_theme(page, ".jp-ColoniesDag")

    # Out of sight nothing is followed, and back in sight it is again.
    sockets = await page.evaluate_handle(WATCH_SOCKETS)
    await page.evaluate(
        "() => { document.querySelectorAll('.jp-ColoniesDag')"
        ".forEach(each => { each.style.display = 'none'; }); }"
    )
    await colony.finish_next()
    await page.evaluate(
        "() => { document.querySelectorAll('.jp-ColoniesDag')"
        ".forEach(each => { each.style.display = ''; }); }"
    )
    await expect(known.get_by_text("2 of 2 finished")).to_be_visible()
    assert await sockets.evaluate("opened => opened.length") == 1

    # In Lab beside the notebook, in Jupyter Notebook on a page of its own.
    view = ".jp-ColoniesRunView .jp-ColoniesRun-heading"
    if interface == "lab":
        await opener.click()
        await expect(page.locator(view)).to_contain_text("2 of 2 finished")
        return
    async with page.context.expect_page() as opened:
        await opener.click()
    other = await opened.value
    try:
        await expect(other.locator(view)).to_contain_text("2 of 2 finished")
        await other.reload()
        await expect(other.locator(view)).to_contain_text("2 of 2 finished")
    finally:
        await other.close()
