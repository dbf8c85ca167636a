"""What watches the pages of the other tests sees what is wrong."""

import pytest
from playwright.async_api import Page

from tests.ui.axe import no_violations
from tests.ui.console import ConsoleErrors

PAGE = """<main style="background: white; color: black">
<section id="good"><button aria-label="Close">✕</button><p hidden><img src="x"></p></section>
<section id="bad"><button></button><p style="color: #ddd">pale</p></section></main>"""


async def test_axe_says_what_is_wrong_and_where(page: Page) -> None:
    await page.set_content(PAGE)
    await no_violations(page, "#good")
    with pytest.raises(pytest.fail.Exception) as failure:
        await no_violations(page, "#bad")
    text = str(failure.value)
    assert text.startswith("axe finds 2 broken rules in #bad")
    for part in (
        "button-name (critical)",
        "at #bad > button",
        "color-contrast (serious)",
        "<p style=",
    ):
        assert part in text
    with pytest.raises(AssertionError, match="nothing to look at: #missing"):
        await no_violations(page, "#missing")


async def test_errors_of_a_page_are_found(page: Page, console: ConsoleErrors) -> None:
    console.check()
    await page.evaluate("console.warn('only a warning'); console.error('was', 'said')")
    async with page.expect_event("pageerror"):
        await page.evaluate("void Promise.reject(new Error('was rejected'))")
    async with page.expect_event("pageerror"):
        await page.evaluate("void setTimeout(() => { throw new Error('was thrown'); })")
    assert [each.splitlines()[0] for each in console.found] == [
        "was said",
        "Error: was rejected",
        "Error: was thrown",
    ]
    console.expect(r"^was said\n")
    with pytest.raises(AssertionError, match=r"errors in the page.*\n\nError: was rejected"):
        console.check()
    console.expect("was (rejected|thrown)")
    console.check()
