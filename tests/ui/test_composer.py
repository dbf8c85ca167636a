"""The composer in JupyterLab: the tutorial's diamond by keyboard alone, its sum by mouse."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from jupyter_colonies.client.compose.draft import Draft
from jupyter_colonies.client.compose.specfile import read_specs
from tests.ui.lab import Lab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
DRAFT = "application/vnd.colonies.draft+json"

START = """
import jupyter_colonies

colony = jupyter_colonies.connect()

@colony.function(executor="dev-docker", executortype="container-executor")
def execute(cmd: str, **options):
    '''Says what it would run.'''
    return cmd

@colony.function(executor="wf-executor", executortype="wf-executor")
def gen():
    return [1, 2, 3, 4]

diamond = colony.compose("diamond")
diamond
"""

SHOW_SUM = """
sums = colony.compose("sum")
sums
"""

DEFINE = """
import builtins

@colony.function(executor="wf-executor")
def sum(inputs):
    '''Adds <img src=x onerror=window.hacked=1> up'''
    return builtins.sum(inputs)
"""

LOOK = """
import json

print(diamond.run.wait(progress=False).result("task_d"), end=" ")
print(sums.run.wait(progress=False).result())
print(json.dumps([diamond.draft, sums.draft]))
"""

NODES = """() => {
    const desk = document.querySelectorAll('.colonies-composer-desk')[1];
    const cy = desk.querySelector('.custom-widget')?._cyreg?.cy;
    return Object.fromEntries((cy?.nodes() ?? []).map(node => {
        const { x, y } = node.renderedPosition();
        return [node.data('label').split('\\n')[0], { x, y }];
    }));
}"""


@pytest.mark.timeout(300)
async def test_the_tutorial_is_composed_by_keyboard_and_by_mouse(lab: Lab, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await lab.open(page, lab.write_notebook("composer.ipynb", START, SHOW_SUM, DEFINE, LOOK))
    await lab.run_cell(page, 0)
    by_keyboard = page.locator(".colonies-composer").nth(0)
    await compose_the_diamond(page, by_keyboard)
    await lab.run_cell(page, 1)
    await compose_the_sum(lab, page, page.locator(".colonies-composer").nth(1))
    await lab.run_cell(page, 3)
    output = page.locator(".jp-CodeCell").nth(3).locator(".jp-OutputArea-output pre")
    await expect(output).to_contain_text("echo TASK D 10")
    written = json.loads((await output.inner_text()).splitlines()[-1])
    for found, file in zip(written, ("echo_wf.json", "sum_wf.json"), strict=True):
        wanted = read_specs(NOTEBOOKS / file)
        assert isinstance(wanted, list)
        assert found == Draft.of(wanted).plain
    assert await page.evaluate("window.hacked") is None
    assert errors == []
    await come_back(lab, page, by_keyboard)


async def add_option(page: Page, desk: Locator, *texts: str) -> None:
    options = desk.locator("[data-field='argument.**options']")
    await tab_to(page, options.get_by_role("button"))
    await page.keyboard.press("Enter")
    for box, text in enumerate(texts):
        await expect(options.get_by_role("textbox").nth(box)).to_be_focused()
        await page.keyboard.type(text)
        await expect(options.get_by_role("textbox").nth(box)).to_have_value(text)
        await page.keyboard.press("Tab")


async def compose_the_diamond(page: Page, desk: Locator) -> None:
    press = page.keyboard.press
    await expect(desk.get_by_role("button", name="Add execute(")).to_be_visible()
    await desk.get_by_role("searchbox").focus()
    await page.keyboard.type("exec")
    await press("Enter")
    name = desk.get_by_label("Node name")
    await expect(name).to_be_focused()
    await page.keyboard.type("task_a")
    await fill(page, desk, "cmd", "echo TASK A")
    await add_option(page, desk, "docker-image", "ubuntu:20.04")
    await fill(page, desk, "Only these executors", "dev-docker")
    await unfold(page, desk, "Limits")
    await fill(page, desk, "Longest run", "55")
    await fill(page, desk, "Retries", "3")
    await unfold(page, desk, "Resources")
    await fill(page, desk, "CPU", "1000m")
    await fill(page, desk, "Memory", "10 Gigs")
    memory = desk.get_by_role("textbox", name="Memory", exact=True)
    await expect(memory).to_have_attribute("aria-invalid", "true")
    await expect(desk.get_by_role("list", name="Problems")).to_contain_text(
        "task_a · Memory error converting memory to int"
    )
    await expect(desk.get_by_role("button", name="Submit")).to_be_disabled()
    await fill(page, desk, "Memory", "10Gi")
    await fill(page, desk, "Machines", "1")
    await fill(page, desk, "Processes per machine", "1")
    await fill(page, desk, "Wall time", "60")
    for number, letter in enumerate("bcd"):
        await press("Escape")
        await press("d")
        await expect(name).to_have_value(f"task_{'abc'[number]}_2")
        await press("F2")
        await page.keyboard.type(f"task_{letter}")
        await fill(page, desk, "cmd", f"echo TASK {letter.upper()}")
    await press("Escape")
    await press("Home")
    await press("c")
    # Down to b; up to a, down to c; up to b, down to d; up to c, down to d.
    for steps in (1, -1, 2, -1, 2, -1, 1):
        for _ in range(abs(steps)):
            await press("ArrowDown" if steps > 0 else "ArrowUp")
        await press("Enter")
    await press("Escape")
    await expect(desk.get_by_role("status").filter(has_text="waits for")).to_have_text(
        "task_d waits for task_c"
    )
    await press("ControlOrMeta+Enter")
    await expect(desk.locator(".colonies-dag")).to_contain_text("4 of 4 finished")


async def compose_the_sum(lab: Lab, page: Page, desk: Locator) -> None:
    await desk.get_by_role("button", name="Add gen()").click()
    await expect(desk.get_by_label("Node name")).to_be_focused()
    await page.keyboard.type("gen_node")
    await lab.run_cell(page, 2)
    await desk.get_by_role("button", name="Add sum(").click()
    await expect(desk.get_by_label("Node name")).to_have_value("sum")
    await expect(desk.get_by_text("Adds <img src=x onerror=window.hacked=1> up")).to_have_count(2)
    await desk.get_by_label("Node name").fill("sum_node")
    await desk.get_by_role("button", name="Connect").click()
    for node in ("gen_node", "sum_node"):
        await click_node(page, desk, node)
    told = desk.get_by_role("status").first
    await expect(told).to_have_text("sum_node waits for gen_node")
    for node in ("sum_node", "gen_node"):
        await click_node(page, desk, node)
    await expect(told).to_have_text(re.compile("dependencies contain a cycle: .* → "))
    await expect(desk.get_by_label("Nodes of the graph")).to_contain_text("sum_nodesum← gen_node")
    await desk.get_by_role("button", name="Undo").click()
    await expect(told).to_have_text("Undone: sum_node waits for gen_node")
    await desk.get_by_role("button", name="Redo").click()
    await desk.get_by_role("button", name="Submit").click()
    await expect(desk.locator(".colonies-dag")).to_contain_text("2 of 2 finished")


async def come_back(lab: Lab, page: Page, desk: Locator) -> None:
    """The draft is in the saved notebook, and there again after the kernel was restarted."""
    await lab.save(page)
    data = lab.read_notebook("composer.ipynb").cells[0].outputs[0].data
    assert [spec["nodename"] for spec in data[DRAFT]["specs"]] == [
        "task_a", "task_b", "task_c", "task_d"
    ]  # fmt: skip
    assert "echo TASK D" in data["text/plain"]
    await lab.restart_kernel(page)
    await lab.run_cell(page, 0)
    await expect(desk).to_contain_text("Here is the draft that was kept as 'diamond'")
    await expect(desk.get_by_role("button", name="task_d, calls execute")).to_be_visible()
    await desk.get_by_role("button", name="Undo").click()
    await expect(desk).to_contain_text("Undone: task_d waits for task_c")


async def tab_to(page: Page, control: Locator) -> None:
    """Go to a control with the Tab key, as somebody without a mouse does."""
    wanted = await control.element_handle()
    for _ in range(60):
        if await page.evaluate("control => document.activeElement === control", wanted):
            return
        await page.keyboard.press("Tab")
    await expect(control).to_be_focused()


async def fill(page: Page, desk: Locator, name: str, text: str) -> None:
    """Write into a field that is reached with the Tab key."""
    await tab_to(page, desk.get_by_label(name, exact=True))
    await page.keyboard.press("ControlOrMeta+A")
    await page.keyboard.type(text)


async def unfold(page: Page, desk: Locator, group: str) -> None:
    await tab_to(page, desk.locator("summary", has_text=group))
    await page.keyboard.press("Enter")


async def click_node(page: Page, desk: Locator, name: str) -> None:
    await page.wait_for_function(f"name => name in ({NODES})()", arg=name)
    place = (await page.evaluate(NODES))[name]
    await desk.locator(".colonies-composer-desk .custom-widget").click(position=place)
