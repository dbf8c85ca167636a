"""The graph of a run in JupyterLab without a kernel: from a change on the page to its picture.

    python benchmarks/labgraph.py [--seconds 10] [--long]

A real JupyterLab and a real Chromium without a screen. A run is opened, and in place of what the
server would tell, its graph is told of larger graphs and of changes at a given rate, as in
`widgets.py`. The first picture counts from the moment at which the graph is told of all of it.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import table
import telling
from playwright.async_api import Page, async_playwright
from widgets import CASES, FAST, OBSERVE, SLOW, Case, delays

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.ui.browser import FLAGS, find_browser
from tests.ui.lab import Lab, running
from tests.ui.test_lab_graph import fan_out, open_run, submit

# The graph in the view of the run, and who is told at which picture of how many changes.
PREPARE = """unfolded => {
    const within = widget => widget.hasClass?.('jp-ColoniesGraph') ? widget
        : [...(widget.children?.() ?? [])].map(within).find(each => each);
    const graph = within(window.jupyterapp.shell.currentWidget);
    const { _workshop: workshop, _model: model } = graph;
    const ask = workshop.ask.bind(workshop);
    workshop.ask = wish => {
        if (wish.wish === 'view') {
            window.told.painted.push([model.get('drawn').number + 1, window.told.times.length]);
        }
        ask(wish);
    };
    window.graph = graph;
    window.told = { times: [], painted: [] };
    model.set('unfolded', unfolded);
}"""

LEARN = """change => {
    window.drawn = [];
    window.nodes = change.nodes;
    window.begun = (performance.timeOrigin + performance.now()) / 1000;
    window.graph.reset();
    window.graph.learn(change);
}"""

# One process takes its next step at a time, from waiting to running to successful and back.
CHANGE = """async ([rate, seconds]) => {
    window.drawn = [];
    window.long = [];
    window.told = { times: [], painted: [] };
    const end = performance.now() + 1000 * seconds;
    let next = performance.now();
    while (next < end) {
        const pause = next - performance.now();
        if (pause > 0) { await new Promise(resolve => setTimeout(resolve, pause)); }
        const place = Math.floor(Math.random() * window.nodes.length);
        const before = window.nodes[place];
        const state = (before.state + 1) % 3;
        const moment = new Date().toISOString();
        const node = { ...before, state, executorname: state ? 'worker' : '' };
        if (state) { node[state === 1 ? 'starttime' : 'endtime'] = moment; }
        window.nodes[place] = node;
        window.told.times.push((performance.timeOrigin + performance.now()) / 1000);
        window.graph.learn({ processgraphid: 'f'.repeat(64), revision: 1, nodes: [node] });
        next -= 1000 * Math.log(1 - Math.random()) / rate;
    }
    await new Promise(resolve => setTimeout(resolve, 1000));
}"""


async def measure(lab: Lab, page: Page, case: Case, options: table.Options) -> list[object]:
    """First picture in seconds; median, 95th percentile, longest task at each rate, in ms."""
    await page.goto(f"{lab.url}lab?reset&token={lab.token}")
    await page.wait_for_function(
        "() => window.jupyterapp?.commands?.hasCommand('jupyter-colonies:open-run')"
    )
    await page.evaluate("() => window.jupyterapp.restored")
    await page.evaluate(OBSERVE)
    await open_run(page, await submit(page, fan_out(2)))
    await page.wait_for_function("() => window.drawn.length")
    await page.evaluate(PREPARE, case.unfolded)
    change = {"processgraphid": "f" * 64, "revision": 1, "state": 0}
    nodes = msgspec.to_builtins(telling.graph(case.nodes))
    await page.evaluate(LEARN, change | {"nodes": nodes})
    expected = case.nodes - 3 if case.unfolded else 5
    # More than the small run has, whose graph is drawn until then.
    await page.wait_for_function(
        f"() => window.drawn.some(([, , nodes]) => nodes >= {expected})",
        timeout=60_000,
    )
    drawn = await page.evaluate("window.drawn")
    begun = float(await page.evaluate("window.begun"))
    found: list[object] = [next(at for at, _, nodes in drawn if nodes >= expected) - begun]
    for rate in (SLOW, FAST):
        await page.evaluate(CHANGE, [rate, options.seconds])
        took = delays(await page.evaluate("window.told"), await page.evaluate("window.drawn"))
        long = await page.evaluate("window.long")
        found += [
            table.percentile(took, 50),
            table.percentile(took, 95),
            float(max(long, default=0)),
        ]
    return found


async def run(options: table.Options) -> None:
    """All cases, each on a page of its own."""
    lines = table.Table(
        *("graph", "first picture s"),
        *(
            f"{rate:g}/s {what}"
            for rate in (SLOW, FAST)
            for what in ("p50 ms", "p95 ms", "long task")
        ),
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
                lines.row(name, *map(table.median, zip(*runs, strict=True)))
            await browser.close()


if __name__ == "__main__":
    asyncio.run(run(table.options(table.parser(__doc__, seconds=10.0).parse_args())))
