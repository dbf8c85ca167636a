"""The graph of a run in JupyterLab without a kernel: folded, live, by keyboard, with any policy."""

from typing import Any

from playwright.async_api import Page, expect

from tests.ui.axe import no_violations_in_any_theme
from tests.ui.lab import PREFIX, Lab

GRAPH = ".jp-ColoniesGraph"
HOSTILE = "<img src=x onerror=alert(1)>"

REQUEST = """async ([method, path, body]) => {
    const { baseUrl, token } = window.jupyterapp.serviceManager.serverSettings;
    const response = await fetch(`${baseUrl}colonies/v1/${path}`, {
        method,
        headers: { Authorization: `token ${token}`, 'Content-Type': 'application/json' },
        body: body && JSON.stringify(body)
    });
    if (!response.ok) { throw new Error(await response.text()); }
    return response.status === 204 ? null : response.json();
}"""

# The graph that is in view, not one in another tab.
DRAWN = """() => [...document.querySelectorAll('.jp-ColoniesGraph .custom-widget')]
    .find(each => each.offsetParent)?._cyreg?.cy"""


async def test_a_run_is_drawn_live_without_a_kernel(lab: Lab, page: Page) -> None:
    await page.goto(f"{lab.url}lab?reset&token={lab.token}")
    await page.wait_for_function(
        "() => window.jupyterapp?.commands?.hasCommand('jupyter-colonies:open-run')"
    )
    await page.evaluate("() => window.jupyterapp.restored")
    wide = await submit(page, fan_out(300))
    await open_run(page, wide)
    graph = page.locator(GRAPH)
    canvas = graph.get_by_role("application")

    # Folded, by a worker that is loaded under the prefix of the server.
    await drawn(page, "cy => cy.nodes().length === 4")
    [worker] = page.workers
    assert f"{PREFIX}lab/extensions/jupyter-colonies/static/" in worker.url
    await expect(graph.get_by_text("302 processes drawn as 4")).to_be_visible()

    # By keyboard: into the fold, along its parts, to a process.
    await canvas.focus()
    await page.keyboard.press("ArrowDown")
    await expect(graph.get_by_text("Fold of 299 processes: 299 × map")).to_be_attached()
    await page.keyboard.press("Enter")
    await drawn(page, "cy => cy.nodes('[within != \"\"]').length > 4")
    await graph.get_by_role("searchbox").fill("map 77")
    await expect(graph.get_by_text("1 found")).to_be_visible()
    await page.keyboard.press("Enter")
    await drawn(page, "cy => cy.nodes(':selected').data('name') === 'map 77'")
    await page.keyboard.press("Escape")

    # Live: what becomes of the run, seen on processes and folds.
    await expect(graph.get_by_role("button", name="Waiting 302")).to_be_visible()
    await request(page, "PUT", f"workflows/{wide}/cancellation")
    await expect(graph.get_by_role("button", name="Cancelled 302")).to_be_visible()
    await drawn(page, "cy => cy.nodes().every(node => node.data('state') === 'Cancelled')")

    # Names are text, and the drawing fills its pane, however large that is.
    await drawn(page, f"cy => cy.nodes().some(node => node.data('name') === '{HOSTILE}')")
    before = await height(page)
    await page.set_viewport_size({"width": 1280, "height": 1200})
    await drawn(page, f"cy => cy.height() > {before} + 150")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await drawn(page, f"cy => cy.height() < {before} + 100")
    await no_violations_in_any_theme(page, GRAPH)

    # Where the page may have no worker, it does the same by itself.
    await page.evaluate(
        "() => { window.Worker = function () { throw new DOMException('forbidden'); }; }"
    )
    await open_run(page, await submit(page, fan_out(150)))
    await drawn(page, "cy => cy.nodes('[members = 149]').length === 1")
    assert page.workers == [worker]

    # A view that is closed leaves nothing behind.
    async with worker.expect_event("close"):
        await page.evaluate(
            """() => [...window.jupyterapp.shell.widgets('main')]
                .filter(each => each.hasClass('jp-ColoniesRunView'))
                .forEach(each => each.close())"""
        )
    await expect(graph).to_have_count(0)


def fan_out(width: int) -> list[dict[str, Any]]:
    """One process, many that wait for it, and one that waits for all; nobody takes them."""
    maps = [f"map {number}" for number in range(1, width)]
    return [
        spec(HOSTILE, "split"),
        *(spec(name, "map", HOSTILE) for name in maps),
        spec("reduce", "reduce", *maps),
        spec("publish", "publish", "reduce"),
    ]


def spec(name: str, function: str, *after: str) -> dict[str, Any]:
    conditions = {"executortype": "nobody", "dependencies": list(after)}
    return {"nodename": name, "funcname": function, "conditions": conditions}


async def request(page: Page, method: str, path: str, body: object = None) -> Any:
    return await page.evaluate(REQUEST, [method, path, body])


async def submit(page: Page, specs: list[dict[str, Any]]) -> str:
    here = await request(page, "GET", "here")
    made = await request(page, "POST", f"colonies/{here['colonyname']}/workflows", specs)
    return str(made["processgraphid"])


async def open_run(page: Page, workflowid: str) -> None:
    await page.evaluate(
        """async workflowid => {
            const { commands } = window.jupyterapp;
            await commands.execute('jupyter-colonies:open-run', { workflowid });
        }""",
        workflowid,
    )


async def drawn(page: Page, condition: str) -> None:
    """Wait until the graph in view is as this function of its cytoscape says."""
    await page.wait_for_function(
        f"() => {{ const cy = ({DRAWN})(); return Boolean(cy && ({condition})(cy)); }}"
    )


async def height(page: Page) -> int:
    return int(await page.evaluate(f"() => ({DRAWN})().height()"))
