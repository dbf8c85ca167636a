"""The live graph of a run in JupyterLab: states, growth, zoom, selection, the inspector."""

from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from tests.ui.lab import Lab

DAG = "application/vnd.colonies.dag+json"
WIDGET = "application/vnd.jupyter.widget-view+json"

CONNECT = """
import threading
import jupyter_colonies
from jupyter_colonies.notebook.display import show

colony = jupyter_colonies.connect()
gates = {name: threading.Event() for name in ("gen", "grow")}

@colony.function(executor="maker", executortype="maker", concurrency=2)
def gen(count, process):
    print("making <i>numbers</i>")
    gates["gen"].wait(60)
    return list(range(count))

@colony.function(executor="maker")
def grow(inputs, process):
    process.add_child("total", nodename="late_sum")
    gates["grow"].wait(60)
    return inputs

@colony.function(executor="maker")
def total(inputs):
    return sum(inputs)

@colony.function(executor="maker")
def stumble():
    raise ValueError("no <b>luck</b> today")
"""

SUBMIT = """
workflow = jupyter_colonies.Workflow("growing", executortype="maker")
made = workflow.node("gen_node", "gen", 4)
grown = workflow.node("grow_node", "grow", after=made)
workflow.node("sum_node", "total", after=grown)
run = colony.submit(workflow)
view = show(run)
"""

LOOK = """() => {
    const cy = document.querySelector('.colonies-dag .custom-widget')?._cyreg?.cy;
    const nodes = cy?.nodes().map(node => [node.data('name'), node.data('state')]);
    return Object.fromEntries((nodes ?? []).sort());
}"""


async def states(page: Page, expected: dict[str, str]) -> None:
    """Wait until the graph shows these nodes in these states."""
    await page.wait_for_function(
        f"expected => JSON.stringify(({LOOK})()) === JSON.stringify(expected)",
        arg=dict(sorted(expected.items())),
    )


GRAPH = "document.querySelector('.colonies-dag .custom-widget')._cyreg.cy"


async def cy(page: Page, script: str) -> Any:
    return await page.evaluate(
        f"() => {{ const {{ cy }} = document.querySelector('.colonies-dag .custom-widget')._cyreg;"
        f" {script} }}"
    )


async def zooms_with_ctrl_only(page: Page) -> None:
    graph = page.locator(".colonies-dag .custom-widget")
    await graph.hover()
    await page.mouse.wheel(0, 40)
    await graph.hover()
    await page.wait_for_function(f"!{GRAPH}.renderer().scrollingPage")
    assert await cy(page, "return cy.zoom();") == 1
    await page.keyboard.down("Control")
    await page.mouse.wheel(0, 40)
    await page.keyboard.up("Control")
    await page.wait_for_function(f"{GRAPH}.zoom() < 1")
    await page.get_by_role("button", name="Show the whole graph").click()
    assert await cy(page, "return cy.zoom();") == 1
    await page.get_by_role("button", name="Zoom in").click()
    assert await cy(page, "return cy.zoom();") > 1


async def click_node(page: Page, name: str) -> None:
    x, y = await cy(
        page,
        f"""const node = cy.nodes().filter(node => node.data('name') === '{name}');
        const {{ x, y }} = node.renderedPosition();
        return [x, y];""",
    )
    await page.locator(".colonies-dag .custom-widget").click(position={"x": x, "y": y})


async def count_messages(page: Page) -> None:
    """Note from now on what the kernel tells widgets."""
    await page.evaluate("""() => {
        window.told = [];
        const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
        kernel.iopubMessage.connect((_, message) => {
            if (message.header.msg_type.startsWith('comm_')) {
                window.told.push([message.header.msg_type, message.content.data?.method]);
            }
        });
    }""")


async def test_graph_follows_a_growing_run(lab: Lab, page: Page) -> None:
    name = lab.write_notebook(
        "growing.ipynb", CONNECT, SUBMIT, "gates['gen'].set()", "gates['grow'].set()"
    )
    await lab.open(page, name)
    await lab.run_cell(page, 0)
    await lab.run_cell(page, 1)
    board = page.locator(".colonies-dag")
    await states(page, {"gen_node": "Running", "grow_node": "Waiting", "sum_node": "Waiting"})
    await expect(board.get_by_text("growing", exact=True)).to_be_visible()
    await expect(board.get_by_text("0 of 3 finished")).to_be_visible()
    details = board.get_by_role("button", name="Details")
    await details.click()
    await page.wait_for_function(
        f"() => {GRAPH}.nodes('[state = \"Running\"]').data('label').includes('maker · ')"
    )
    await details.click()

    await click_node(page, "gen_node")
    report = page.get_by_role("region", name="Process gen_node")
    await expect(report).to_contain_text("making <i>numbers</i>")
    await cy(page, "cy.zoom(0.8); cy.pan({x: 30, y: 12});")

    await lab.run_cell(page, 2)
    await states(
        page,
        {
            "gen_node": "Successful",
            "grow_node": "Running",
            "sum_node": "Waiting",
            "late_sum": "Waiting",
        },
    )
    await expect(report.locator("h4")).to_contain_text("Successful")
    await expect(report).to_contain_text("Output")
    seen = await cy(
        page,
        "return [cy.zoom(), cy.pan(), cy.$(':selected').map(node => node.data('name'))];",
    )
    assert seen == [0.8, {"x": 30, "y": 12}, ["gen_node"]]

    await count_messages(page)
    await lab.run_cell(page, 3)
    await states(
        page,
        dict.fromkeys(["gen_node", "grow_node", "sum_node", "late_sum"], "Successful"),
    )
    await expect(board.get_by_text("4 of 4 finished")).to_be_visible()
    told = await page.evaluate("window.told")
    assert all(message == ["comm_msg", "update"] for message in told)
    assert 1 <= len(told) <= 5  # one ended, two began, two ended: at most one message each

    await lab.save(page)
    bundle = lab.read_notebook(name).cells[1].outputs[0]["data"]
    assert bundle[DAG]["state"] == "Successful"
    assert {row["state"] for row in bundle[DAG]["table"]} == {"Successful"}
    assert WIDGET in bundle

    await page.reload()
    await states(
        page,
        dict.fromkeys(["gen_node", "grow_node", "sum_node", "late_sum"], "Successful"),
    )


FAIL = """
workflow = jupyter_colonies.Workflow("failing", executortype="maker")
workflow.node("after_it", "total", after=workflow.node("stumble_node", "stumble"))
view = show(colony.submit(workflow))
"""


@pytest.mark.parametrize("interface", ["lab", "notebook"])
async def test_failure_is_read_with_the_keyboard_alone(
    lab: Lab, page: Page, interface: Literal["lab", "notebook"]
) -> None:
    name = lab.write_notebook(f"failing-{interface}.ipynb", CONNECT, FAIL)
    await lab.open(page, name, interface)
    await lab.run_all(page)
    await states(page, {"stumble_node": "Failed", "after_it": "Failed"})

    # The graph takes the cursor to its first node; arrow keys follow its edges.
    await page.locator(".colonies-dag .custom-widget").focus()
    await page.keyboard.press("Enter")
    report = page.get_by_role("region", name="Process stumble_node")
    await expect(report).to_contain_text('raise ValueError("no <b>luck</b> today")')
    await expect(report.locator("b")).to_have_count(0)
    selected = await cy(page, "return cy.$(':selected').map(node => node.data('name'));")
    assert selected == ["stumble_node"]

    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Process after_it")).to_contain_text(
        "a process it waited for failed"
    )
    await page.keyboard.press("Escape")
    await page.wait_for_function(f"!{GRAPH}.$(':selected').length")
    await zooms_with_ctrl_only(page)


LARGE = """
workflow = jupyter_colonies.Workflow("large", executortype="nobody")
start = workflow.node("start", "split")
workers = [workflow.node(f"work {number}", "work", after=start) for number in range(1, 501)]
workflow.node("end", "join", after=workers)
run = colony.submit(workflow)
view = show(run)
"""

ANOTHER = "again = show(run)"


async def test_a_large_graph_is_folded_searched_and_listed(lab: Lab, page: Page) -> None:
    name = lab.write_notebook("large.ipynb", CONNECT, LARGE, ANOTHER)
    await lab.open(page, name)
    await lab.run_all(page)
    board = page.locator(".colonies-dag").first
    graph = board.locator(".custom-widget")
    folded = {"start": "Waiting", "500 × work": "Waiting", "end": "Waiting"}
    await states(page, folded)

    # Opened by keyboard into parts, whose sum is the whole, and closed again.
    await graph.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(board.get_by_role("button", name="Close the fold 500 × work")).to_be_visible()
    parts = "cy.nodes('[within != \"\"]')"
    await page.wait_for_function(f"{GRAPH}.nodes('[within != \"\"]').length > 2")
    assert await cy(page, f"return {parts}.reduce((sum, n) => sum + n.data('members'), 0);") == 500
    await page.keyboard.press("Backspace")
    await states(page, folded)

    # What is found is taken out of its fold when it is gone to.
    search = board.get_by_role("searchbox", name="Find a process")
    await search.fill("work 42")
    await expect(board.get_by_text("11 found")).to_be_visible()
    await search.press("Enter")
    await expect(board.get_by_text("1 of 11 found")).to_be_visible()
    apart = {"499 × work": "Waiting", "work 42": "Waiting"}
    await states(page, {"start": "Waiting", "end": "Waiting", **apart})
    await board.get_by_role("button", name="Paths").click()
    shown = (
        f"{GRAPH}.nodes().filter(node => !node.hasClass('dimmed'))"
        ".map(node => node.data('name')).sort().join()"
    )
    await page.wait_for_function(f"{shown} === 'work 42'")
    await search.fill("")
    await page.wait_for_function(f"{shown} === 'end,start,work 42'")
    await board.get_by_role("button", name="Paths").click()

    # The table has what is found, and all of it when the search is over.
    await search.fill("work 42")
    await board.get_by_role("button", name="Table").click()
    rows = board.locator("tbody tr[aria-rowindex]")
    await expect(rows).to_have_count(11)
    await search.fill("")
    await expect(board.locator("table")).to_have_attribute("aria-rowcount", "503")
    await board.get_by_role("button", name="Name").click()
    await expect(rows.first).to_contain_text("end")
    await board.get_by_role("button", name="Waiting").click()
    await expect(board.get_by_text("502 found")).to_be_visible()
    await board.get_by_role("button", name="Failed").click()
    await board.get_by_role("button", name="Waiting").click()
    await expect(board.get_by_text("No process matches")).to_be_visible()

    # The second view of the run has its own sight of it.
    second = page.locator(".colonies-dag").nth(1)
    await expect(second.get_by_text("502 processes drawn as 3")).to_be_visible()


PANEL = """
from jupyter_colonies.widgets.executors.panel import ExecutorPanel

def triple(value):
    return 3 * value

panel = ExecutorPanel(colony)
panel
"""


async def test_panel_starts_and_stops_an_executor(lab: Lab, page: Page) -> None:
    name = lab.write_notebook(
        "panel.ipynb", "import jupyter_colonies as jc\ncolony = jc.connect()", PANEL
    )
    await lab.open(page, name)
    await lab.run_all(page)
    panel = page.locator(".colonies-executors")
    await expect(panel.get_by_text("No executor runs in this kernel")).to_be_visible()
    await panel.get_by_label("Function").fill("triple")
    await panel.get_by_label("Function").press("Tab")
    await panel.get_by_role("button", name="Start", exact=True).click()
    await expect(panel.get_by_text("ready")).to_be_visible()
    await expect(panel.get_by_text("triple works as executor triple")).to_be_visible()
    await panel.get_by_role("button", name="Stop").click()
    await expect(panel.get_by_text("No executor runs in this kernel")).to_be_visible()
    await expect(panel.get_by_text("triple has stopped")).to_be_visible()
    await expect(panel.get_by_text("no container, no isolation")).to_be_visible()
    await expect(panel.get_by_role("button", name="Start shell executor")).to_be_disabled()
