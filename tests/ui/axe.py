"""What axe finds wrong, for those who cannot see or use a mouse, in a part of a page."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "labextension/node_modules/axe-core/axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# Rules about a whole page, which is JupyterLab's: its landmarks, and the headings of a notebook.
OF_THE_PAGE = ["region", "page-has-heading-one", "heading-order", "bypass", "skip-link"]
# What JupyterLab's own elements do, by the rule and the element: a toggled toolbar button.
OF_OTHERS = {("aria-allowed-attr", "<jp-button")}

_RUN = """async ({ selector, standards, left }) => {
    const moving = document.getAnimations().filter(each => Number.isFinite(
        each.effect.getComputedTiming().endTime) && each.playState === 'running');
    await Promise.allSettled(moving.map(each => each.finished));
    const { violations } = await axe.run(selector, {
        runOnly: standards, resultTypes: ['violations'], iframes: false,
        rules: Object.fromEntries(left.map(rule => [rule, { enabled: false }]))
    });
    return violations;
}"""

_SWITCH = """async theme => {
    const light = theme === 'JupyterLab Light';
    await window.jupyterapp.commands.execute('apputils:change-theme', { theme });
    const isThere = () => document.body.dataset.jpThemeLight === String(light);
    await new Promise(resolve => {
        const seen = new MutationObserver(() => {
            if (isThere()) { seen.disconnect(); resolve(); }
        });
        seen.observe(document.body, { attributes: true });
        if (isThere()) { seen.disconnect(); resolve(); }
    });
}"""


async def no_violations(page: Page, selector: str) -> None:
    """Fail if axe finds anything in the elements with this CSS selector, in words to act on.

    Asked are WCAG 2.1 up to level AA and axe's best practices, without what concerns the whole
    page. What is not displayed is not looked at. A selector that matches nothing fails as well.
    """
    assert await page.locator(selector).count(), f"axe has nothing to look at: {selector}"
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    asked = {"selector": selector, "standards": STANDARDS, "left": OF_THE_PAGE}
    found = [ours for rule in await page.evaluate(_RUN, asked) if (ours := _ours(rule))]
    if found:
        pytest.fail("\n".join(_lines(selector, found)), pytrace=False)


async def no_violations_in_any_theme(page: Page, selector: str) -> None:
    """Ask axe with JupyterLab's dark and its light theme; the light one stays."""
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        await page.evaluate(_SWITCH, theme)
        try:
            await no_violations(page, selector)
        except pytest.fail.Exception as error:
            error.add_note(f"The theme was {theme}.")
            raise


def _ours(rule: dict[str, Any]) -> dict[str, Any]:
    """A broken rule without the elements of others; empty if there is none left."""
    element = re.compile(r"<[\w-]+")
    nodes = [
        node
        for node in rule["nodes"]
        if (rule["id"], "".join(element.findall(node["html"])[:1])) not in OF_OTHERS
    ]
    return {**rule, "nodes": nodes} if nodes else {}


def _lines(selector: str, found: list[dict[str, Any]]) -> list[str]:
    lines = [f"axe finds {len(found)} broken rules in {selector}"]
    for rule in found:
        lines.append(f"\n{rule['id']} ({rule['impact']}): {rule['help']}\n  {rule['helpUrl']}")
        for node in rule["nodes"]:
            lines.append(f"  at {' '.join(map(str, node['target']))}")
            lines.append(f"     {' '.join(node['html'].split())[:200]}")
            lines += [f"     {line}" for line in node["failureSummary"].splitlines()]
    return lines
