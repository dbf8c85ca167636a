"""Workflow files: a text beside its graph, what is wrong at its place, submitting, and runs."""

import json
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.ui.axe import no_violations_in_any_theme
from tests.ui.lab import Lab
from tests.ui.test_lab_graph import REQUEST

PANE = ".jp-ColoniesWorkflowFile:visible"
CY = """[...document.querySelectorAll('.jp-ColoniesWorkflowFile .custom-widget')]
    .find(each => each.offsetParent)?._cyreg?.cy"""

RENAME = """async ([from, to]) => {
    await window.jupyterapp.serviceManager.contents.rename(from, to);
}"""


def node(nodename: str, *dependencies: str, **fields: Any) -> dict[str, Any]:
    conditions = {"executortype": "nobody", "dependencies": list(dependencies)}
    return {"nodename": nodename, "funcname": "f", "conditions": conditions, **fields}


def write(lab: Lab, name: str, specs: Any) -> str:
    text = specs if isinstance(specs, str) else json.dumps(specs, indent=2)
    (lab.root / name).write_text(text)
    return name


async def open_file(lab: Lab, page: Page, name: str, reset: str = "reset&") -> None:
    await page.goto(f"{lab.url}lab/tree/{name}?{reset}token={lab.token}")
    await page.wait_for_selector(PANE)


async def names(page: Page, wanted: list[str]) -> None:
    """Wait until the graph has nodes with these names."""
    await page.wait_for_function(
        f"""wanted => {{
            const found = {CY}?.nodes().map(node => node.data('name')).sort();
            return JSON.stringify(found) === JSON.stringify(wanted);
        }}""",
        arg=wanted,
    )


async def go_to(page: Page, text: str) -> None:
    """Put the cursor behind a text in the editor."""
    await page.evaluate(
        """text => {
            const { editor } = window.jupyterapp.shell.currentWidget.content.widgets[0].widgets[0];
            const at = editor.model.sharedModel.getSource().indexOf(text) + text.length;
            editor.focus();
            editor.setCursorPosition(editor.getPositionAt(at));
        }""",
        text,
    )


async def mend(page: Page, pane: Locator) -> None:
    """Complete what is wrong in the story's file, by keyboard."""
    await go_to(page, '"frist')
    for _ in "frist":
        await page.keyboard.press("Backspace")
    await page.keyboard.press("Control+Space")
    await expect(page.locator(".cm-tooltip-autocomplete li")).to_have_text(["firstf", "lastf"])
    await page.keyboard.press("Enter")
    await expect(pane.get_by_role("button", name="1 error")).to_be_visible()
    await names(page, ["first", "last", "left"])
    await go_to(page, '"maxretris')
    for _ in "ris":
        await page.keyboard.press("Backspace")
    await page.keyboard.press("Control+Space")
    await expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("maxretries")
    await page.keyboard.press("Enter")
    await expect(pane.get_by_role("button", name="error")).to_be_hidden()


async def test_a_file_is_mended_drawn_submitted_and_followed(lab: Lab, page: Page) -> None:
    specs = [node("first"), node("left", "frist"), node("last", "left", maxretris=1)]
    await open_file(lab, page, write(lab, "story.colony.json", specs))
    pane = page.locator(PANE)
    faults = pane.get_by_role("button", name="2 errors")
    await expect(faults).to_be_visible()
    await expect(pane.get_by_text("as soon as the text has no errors")).to_be_visible()
    await expect(pane.locator(".cm-lintRange-error")).to_have_text(['"frist"', '"maxretris"'])

    # Nothing that would be refused is sent; the cursor is where it has to be mended.
    await go_to(page, "[")
    await page.keyboard.press("Control+Enter")
    await expect(pane.get_by_text("Not submitted: mend what is marked first.")).to_be_visible()
    await page.keyboard.press("F8")
    await expect(page.get_by_text("did you mean 'first'?")).to_be_visible()
    await page.keyboard.press("Escape")
    await mend(page, pane)

    # The graph and the text select the same node.
    await page.wait_for_function(f"{CY}.$(':selected').data('name') === 'last'")
    await page.evaluate(f"{CY}.nodes().filter(each => each.data('name') === 'left').select()")
    await expect(pane.locator(".cm-activeLine")).to_have_text('"nodename": "left",')

    # A broken text keeps its last graph.
    await page.keyboard.press("Control+Home")
    await page.keyboard.type("oops ")
    await expect(pane.get_by_text("as it was before the text had errors")).to_be_visible()
    await names(page, ["first", "last", "left"])
    await no_violations_in_any_theme(page, ".jp-ColoniesWorkflowFile")
    for _ in "oops ":
        await page.keyboard.press("Backspace")
    await expect(pane.get_by_text("as it was before the text had errors")).to_be_hidden()

    await page.keyboard.press("Control+Enter")
    await expect(page.locator(PANE)).to_have_count(0)
    await page.get_by_role("tab", name="story.colony.json").click()
    await expect(pane.get_by_text("has changes that are not saved")).to_be_visible()
    runs = pane.get_by_role("region", name="Runs of this file").get_by_role("listitem")
    await expect(runs).to_have_count(1)
    await expect(runs).to_contain_text("Waiting")
    workflowid = await runs.get_attribute("data-workflowid")
    await page.evaluate(REQUEST, ["PUT", f"workflows/{workflowid}/cancellation", None])
    await page.evaluate(RENAME, ["story.colony.json", "renamed.colony.json"])
    await expect(runs).to_contain_text("Cancelled")
    await lab.save(page)
    assert "maxretries" in (lab.root / "renamed.colony.json").read_text()

    # The runs go with their file, and are there after a reload.
    await open_file(lab, page, "renamed.colony.json")
    await expect(runs).to_contain_text("Cancelled")
    await no_violations_in_any_theme(page, ".jp-ColoniesWorkflowFile")


async def test_files_that_say_nothing_say_so(lab: Lab, page: Page) -> None:
    write(lab, "list.json", [node("only")])
    write(lab, "package.json", {"name": "no workflow"})
    await open_file(lab, page, write(lab, "empty.colony.yaml", ""))
    pane = page.locator(PANE)
    await expect(
        pane.get_by_text("appears here as soon as there is a function spec")
    ).to_be_visible()
    await page.keyboard.type("- func")
    await expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("funcname")
    await page.keyboard.press("Enter")
    await page.keyboard.type("work")
    await names(page, ["work"])

    # From the file browser: a list of specs runs, anything else is refused in words.
    for name, words in [("package.json", "This is no workflow"), ("list.json", "was submitted")]:
        item = page.locator(".jp-DirListing-item", has_text=name)
        await item.click(button="right")
        await page.get_by_role("menuitem", name="Submit as Workflow").click()
        await expect(page.get_by_text(words).first).to_be_visible()
    await expect(page.get_by_role("tab", name="only", exact=True)).to_be_visible()
    await expect(page.locator(PANE)).to_have_count(0)

    await page.evaluate(
        "async () => { await window.jupyterapp.commands.execute("
        "'jupyter-colonies:new-workflow-file', { cwd: '' }); }"
    )
    await names(page, ["task_a", "task_b", "task_c", "task_d"])
