"""Timeline and replay of a run in JupyterLab: live bars, keys, a moment of the past, a restart."""

from playwright.async_api import Page, expect

from tests.ui.lab import Lab
from tests.ui.test_dag import states

CONNECT = """
import threading
import jupyter_colonies
from jupyter_colonies.widgets.selection import select_together

colony = jupyter_colonies.connect()
gate = threading.Event()

@colony.function(executor="alpha", executortype="alpha")
def gen(process):
    process.add_child("total", nodename="late")
    gate.wait(60)
    return [1, 2]

@colony.function(executor="alpha")
def total(inputs):
    return sum(inputs)

@colony.function(executor="beta", executortype="beta")
def stumble():
    raise ValueError("no <b>luck</b> today")
"""

SUBMIT = """
workflow = jupyter_colonies.Workflow("making", executortype="alpha")
made = workflow.node("gen_node", "gen")
workflow.node("sum_node", "total", after=made)
workflow.node("<b>bad</b>", "stumble", executortype="beta", after=made)
run = colony.submit(workflow)
open("run.txt", "w").write(run.id)
timeline, replay = run.timeline(), run.replay()
select_together(timeline, replay)
display(timeline, replay)
"""

FINISH = """
gate.set()
try:
    run.wait(progress=False)
except jupyter_colonies.errors.ProcessFailed as error:
    print("it failed")
"""


AGAIN = """
%load_ext jupyter_colonies
%colonies show {open("run.txt").read()}
"""


async def walk_along_the_bars(page: Page) -> None:
    """By keyboard only: from bar to bar, to another executor, select, zoom, and back."""
    facts = page.locator(".colonies-timeline .facts")
    await page.get_by_role("application", name="Timeline").focus()
    await page.keyboard.press("ArrowRight")
    await expect(facts).to_contain_text("gen_node · Successful on alpha")
    await page.keyboard.press("End")
    await expect(facts).to_contain_text("Successful on alpha")
    await page.keyboard.press("ArrowDown")
    await expect(facts).to_contain_text("<b>bad</b> · Failed on beta")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Process <b>bad</b>")).to_be_visible()
    await page.keyboard.press("+")
    await page.keyboard.press("0")
    await page.keyboard.press("Escape")
    await expect(facts).to_contain_text("Click a bar")


async def go_back_in_time(page: Page) -> None:
    """The graph as it was: before anything ran, while one ran, and now again."""
    player = page.locator(".colonies-player")
    slider = player.get_by_role("slider")
    await expect(slider).to_have_attribute("aria-valuetext", "the end")
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(player).to_contain_text("The run was submitted · 0 of 3 finished")
    await states(page, {"gen_node": "Waiting", "sum_node": "Waiting", "<b>bad</b>": "Waiting"})
    await page.keyboard.press("ArrowRight")
    await expect(player).to_contain_text("gen_node ▶")
    await page.keyboard.press("ArrowRight")
    await expect(player).to_contain_text("late was added · 0 of 4 finished")
    await states(
        page,
        {
            "gen_node": "Running",
            "sum_node": "Waiting",
            "<b>bad</b>": "Waiting",
            "late": "Waiting",
        },
    )
    await player.get_by_role("button", name="Play").click()
    await player.get_by_role("button", name="Pause").click()
    await player.get_by_role("button", name="Now").click()
    await expect(slider).to_have_attribute("aria-valuetext", "the end")
    await expect(player).to_contain_text("4 of 4 finished")


async def test_timeline_and_replay_of_a_run(lab: Lab, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    name = lab.write_notebook("timeline.ipynb", CONNECT, SUBMIT, FINISH, AGAIN)
    await lab.open(page, name)
    await lab.run_cell(page, 0)
    await lab.run_cell(page, 1)
    timeline = page.locator(".colonies-timeline")
    await expect(timeline).to_contain_text("1 run on 1 executor")
    await expect(timeline.get_by_role("list", name="Legend")).to_contain_text("Running 1")
    await expect(page.locator(".chart[data-drawn]")).to_be_visible()

    await lab.run_cell(page, 2)
    await expect(timeline).to_contain_text("4 runs on 2 executors")
    await expect(timeline).to_contain_text("Critical path: gen_node →")
    await walk_along_the_bars(page)
    await timeline.get_by_text("The runs as a table").click()
    table = timeline.get_by_role("table")
    await expect(table.get_by_role("row")).to_have_count(5)
    await table.get_by_role("button", name="late").click()
    await expect(timeline.locator(".facts")).to_contain_text("late · Successful on alpha")
    await expect(page.get_by_role("region", name="Process late")).to_be_visible()
    await go_back_in_time(page)

    await lab.restart_kernel(page)
    await lab.run_cell(page, 3)
    again = page.locator(".jp-Cell").nth(3).locator(".colonies-dag")
    await expect(again).to_contain_text("4 of 4 finished")
    assert errors == []
