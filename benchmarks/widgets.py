"""The live graph in JupyterLab: from a change in the kernel to the picture in the browser.

    python benchmarks/widgets.py [--seconds 10] [--long]

A real JupyterLab and a real Chromium without a screen. The kernel hands the changes of a made-up
run to a view and notes when; the page notes when cytoscape has drawn, and every task that kept it
from answering for more than 50 ms. The first picture counts from the creation of the view.
"""

from __future__ import annotations

import asyncio
import json
import sys
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import table
from playwright.async_api import Page, async_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.ui.browser import FLAGS, find_browser
from tests.ui.lab import Lab, running

SLOW, FAST = 3.0, 100.0
"""Changes per second: below four, and many."""

OBSERVE = """() => {
    window.drawn = [];
    window.long = [];
    const now = () => performance.timeOrigin + performance.now();
    new PerformanceObserver((list) => {
        list.getEntries().forEach((each) => window.long.push(each.duration));
    }).observe({ entryTypes: ['longtask'] });
    const seen = new Set();
    const look = () => document.querySelectorAll('.colonies-dag .custom-widget').forEach((el) => {
        const cy = el._cyreg?.cy;
        if (cy && !seen.has(cy)) {
            seen.add(cy);
            cy.on('render', () => {
                if (cy.nodes().length) {
                    window.drawn.push([now() / 1000, Number(el.dataset.drawn), cy.nodes().length]);
                }
            });
        }
    });
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}"""


class Case(NamedTuple):
    """A graph to be shown."""

    nodes: int
    unfolded: bool = False


CASES = (Case(100), Case(1_000), Case(1_000, unfolded=True), Case(10_000))


async def measure(lab: Lab, page: Page, case: Case, options: table.Options) -> list[object]:
    """First picture in seconds; median, 95th percentile, longest task at each rate, in ms."""
    file = lab.root / "told.json"
    here = str(Path(__file__).parent)
    cells = [
        f"import sys\nsys.path.insert(0, {here!r})\nimport telling",
        f"show = telling.Show({case.nodes}, unfolded={case.unfolded})\nprint(show.begun)",
        f"show.tell({SLOW}, {options.seconds}, {str(file)!r})",
        f"show.tell({FAST}, {options.seconds}, {str(file)!r})",
    ]
    name = f"graph-{case.nodes}-{case.unfolded}.ipynb"
    await lab.open(page, lab.write_notebook(name, *cells))
    await page.evaluate(OBSERVE)
    await lab.run_cell(page, 0)
    await lab.run_cell(page, 1)
    expected = case.nodes - 3 if case.unfolded else 5
    await page.wait_for_function(
        f"() => window.drawn.some(([, , nodes]) => nodes >= {expected})", timeout=60_000
    )
    begun = float(await page.locator(".jp-OutputArea-output pre").first.inner_text())
    drawn = await page.evaluate("window.drawn")
    found: list[object] = [next(at for at, _, nodes in drawn if nodes >= expected) - begun]
    for cell in (2, 3):
        await page.evaluate("() => { window.drawn = []; window.long = []; }")
        await lab.run_cell(page, cell)
        took = delays(json.loads(file.read_text()), await page.evaluate("window.drawn"))
        long = await page.evaluate("window.long")
        found += [
            table.percentile(took, 50),
            table.percentile(took, 95),
            float(max(long, default=0)),
        ]
    return found


def delays(told: Any, drawn: Sequence[tuple[float, int, int]]) -> list[float]:
    """Milliseconds from each change to the picture that has it."""
    numbers = [number for _, number, _ in drawn]
    took = []
    for (_, before), (number, known) in pairwise([(0, 0), *told["painted"]]):
        place = bisect_left(numbers, number)
        if place < len(drawn):
            took += [1000 * (drawn[place][0] - at) for at in told["times"][before:known]]
    return took


async def run(options: table.Options) -> None:
    """All cases, each on a page of its own."""
    slow, fast = f"{SLOW:g}/s", f"{FAST:g}/s"
    lines = table.Table(
        *("graph", "first picture s"),
        *(f"{rate} {what}" for rate in (slow, fast) for what in ("p50 ms", "p95 ms", "long task")),
    )
    with TemporaryDirectory() as folder, running(Path(folder)) as lab:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
            for case in CASES[:1] if options.smoke else CASES:
                name = f"{case.nodes:,}{' unfolded' if case.unfolded else ''}"
                runs = []
                for _ in range(options.repeats):
                    page = await browser.new_page(viewport={"width": 1280, "height": 900})
                    runs.append(await measure(lab, page, case, options))
                    await page.close()
                lines.row(name, *map(table.median, zip(*runs, strict=True)))  # type: ignore[arg-type]
            await browser.close()


if __name__ == "__main__":
    asyncio.run(run(table.options(table.parser(__doc__, seconds=10.0).parse_args())))
