"""The file browser in JupyterLab: dropping, looking, removing, by mouse and by keyboard."""

import pytest
from playwright.async_api import Page, expect

from tests.ui.lab import Lab

EVIL = "<img src=x onerror=window.hacked=1>.csv"

START = f"""
import jupyter_colonies

colony = jupyter_colonies.connect()
colony.files.put(b"a,b\\n1,<b>two</b>\\n", "/shown/inner", {EVIL!r})
browser = colony.browse("/shown")
browser
"""

DROP = """(target, [name, size]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(size).fill(97)], name));
    const event = { dataTransfer: transfer, bubbles: true, cancelable: true };
    target.dispatchEvent(new DragEvent("dragover", event));
    target.dispatchEvent(new DragEvent("drop", event));
}"""


@pytest.mark.timeout(300)
async def test_files_are_dropped_looked_at_and_removed(lab: Lab, page: Page) -> None:
    await lab.open(page, lab.write_notebook("files.ipynb", START))
    await lab.run_all(page)
    browser = page.get_by_role("region", name="Files of dev")
    await browser.get_by_role("button", name="inner/").click()
    await browser.get_by_role("button", name=EVIL).click()
    table = browser.get_by_role("group", name=f"Preview of {EVIL}")
    await expect(table.get_by_role("cell", name="<b>two</b>")).to_be_visible()
    assert await page.evaluate("window.hacked") is None

    await browser.evaluate(DROP, ["dropped.txt", 1_100_000])
    status = browser.get_by_role("status")
    await expect(status).to_have_text("dropped.txt is in /shown/inner")
    await expect(browser.get_by_role("list", name="Uploads")).to_be_empty()
    dropped = browser.get_by_role("button", name="dropped.txt")
    await dropped.focus()
    await page.keyboard.press("Enter")
    await expect(browser.get_by_text("1,100,000 bytes, SHA-256")).to_be_visible()
    async with page.expect_download() as downloading:
        await browser.get_by_role("button", name="Download").click()
    download = await downloading.value
    assert (await download.path()).read_bytes() == b"a" * 1_100_000

    await browser.get_by_role("button", name="Remove …").focus()
    await page.keyboard.press("Enter")
    await expect(browser.get_by_role("button", name="Keep")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dropped).to_be_visible()
    await browser.get_by_role("button", name="Remove …").click()
    await browser.get_by_role("button", name="Remove the file").click()
    await expect(status).to_have_text("dropped.txt was removed with all its revisions")
    await expect(dropped).to_have_count(0)
