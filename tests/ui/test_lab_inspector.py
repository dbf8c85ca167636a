"""The inspector in JupyterLab without a kernel: live, searched, by keyboard, with any value."""

from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.ui.axe import no_violations_in_any_theme
from tests.ui.console import ConsoleErrors
from tests.ui.lab import Lab

INSPECTOR = ".lm-DockPanel-widget:not(.lm-mod-hidden) .jp-ColoniesInspector"
EVIL = "<img src=//evil.invalid/x onerror='window.hacked=1'><script>window.hacked=2</script>"
SOURCE = "def fit(scale):\n    half = scale / 2\n    return 1 / half\n"
TRACEBACK = (
    'Traceback (most recent call last):\n  File "/tmp/ipykernel_7/1.py", line 12, in fit\n'
    f"    return 1 / half\nZeroDivisionError: {EVIL}"
)
RICH = [
    {"text/html": f"<h6>A <b>rich</b> result</h6>{EVIL}", "text/plain": "rich"},
    {"text/latex": "$x^2$"},
    {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'><script>hacked</script></svg>"},
    {"image/png": "no picture"},
    {"deep": [[0] * 500], "long": "t" * 9000},
    [{"name": EVIL, "value": each} for each in range(120)],
]

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


def part(report: Locator, name: str) -> Locator:
    return report.get_by_role("region", name=name, exact=True)


async def request(page: Page, method: str, path: str, body: Any = None) -> Any:
    return await page.evaluate(REQUEST, [method, path, body])


async def take(page: Page) -> str:
    """The id of the next process that the test, which is the executor, has to run."""
    path = "colonies/dev/executors/inspected/assignments?wait=30"
    process = await request(page, "POST", path)
    return str(process["processid"])


async def inspect(page: Page, processid: str) -> None:
    await page.evaluate(
        """async processid => {
            const command = 'jupyter-colonies:inspect-process';
            await window.jupyterapp.commands.execute(command, { processid });
        }""",
        processid,
    )


async def test_a_process_is_inspected_without_a_kernel(
    lab: Lab, page: Page, console: ConsoleErrors
) -> None:
    await page.goto(f"{lab.url}lab?reset&token={lab.token}")
    await page.wait_for_function(
        "() => window.jupyterapp?.commands?.hasCommand('jupyter-colonies:inspect-process')"
    )
    await page.evaluate("() => window.jupyterapp.restored")
    await request(page, "PUT", "colonies/dev/executors/inspected", {"executortype": "inspected"})
    run = await submit(page)
    load = await take(page)
    await request(page, "PUT", f"processes/{load}/success", {"out": RICH})
    console.expect(r"ERR_INVALID_URL\n.*data:image/png;base64,no picture")
    fit = await take(page)
    await log(page, fit, "\n".join(line(number) for number in range(10_000)))
    await inspect(page, fit)
    report = page.locator(INSPECTOR)

    await _follow_its_log(page, report, fit)
    await _see_it_fail(page, report, fit)
    await _run_it_again(page, report, run, console)
    await _look_at_rich_values(page, report)
    await _see_it_in_its_run(page, run, fit)
    await _lose_it(page, report, console)
    assert await page.evaluate("window.hacked ?? null") is None


async def submit(page: Page) -> str:
    """A workflow of two nodes, and one process that no executor will ever run."""
    conditions = {"executortype": "inspected"}
    after = {**conditions, "dependencies": ["load"]}
    specs = [
        {"nodename": "load", "funcname": "load", "conditions": conditions},
        {"nodename": EVIL, "funcname": "fit", "conditions": after, "kwargs": {"scale": 0}},
    ]
    made = await request(page, "POST", "colonies/dev/workflows", specs)
    return str(made["processgraphid"])


def line(number: int) -> str:
    needle = " needle" if number % 1000 == 7 else ""
    return f"\x1b[32mstep {number}\x1b[0m {EVIL}{needle}"


async def log(page: Page, processid: str, message: str) -> None:
    await request(page, "POST", f"processes/{processid}/log", {"message": message})


async def attach(page: Page, processid: str, key: str, value: str) -> None:
    path = f"processes/{processid}/attributes"
    await request(page, "POST", path, {"key": key, "value": value})


async def _follow_its_log(page: Page, report: Locator, fit: str) -> None:
    """Lines are pushed; whoever searches or scrolls up is left alone."""
    await expect(report.get_by_role("heading", level=4)).to_have_text(f"▶︎ Running {EVIL}")
    await attach(page, fit, "progress", f"0.4 {EVIL}")
    await expect(report.locator(".advance")).to_have_text(f"40 % {EVIL}")
    shown = part(report, "Log")
    lines = shown.get_by_role("log")
    await expect(shown).to_contain_text("10,000 lines · live")
    await expect(lines.locator(".console-green").first).to_have_text("step 0")
    await expect(lines.get_by_text("step 9999")).to_be_in_viewport()
    await log(page, fit, "one more " + "x" * 20_000)
    await expect(shown).to_contain_text("10,001 lines · live")

    await shown.get_by_label("Search the log").focus()
    await page.keyboard.type("NEEDLE")
    await expect(shown.get_by_role("status")).to_have_text("1 of 10 lines")
    await page.keyboard.press("Shift+Enter")
    await expect(lines.locator(".current")).to_contain_text("step 9007 ")
    await expect(lines.locator(".current")).to_be_in_viewport()
    follow = shown.get_by_role("button", name="Follow")
    await expect(follow).to_have_attribute("aria-pressed", "false")
    await follow.press("Enter")
    await log(page, fit, "and the last")
    await expect(lines.get_by_text("and the last")).to_be_in_viewport()
    async with page.expect_download() as download:
        await shown.get_by_role("button", name="Download").click()
    assert (await download.value).suggested_filename.endswith(".log")


async def _see_it_fail(page: Page, report: Locator, fit: str) -> None:
    await attach(page, fit, "source.text", SOURCE)
    await request(page, "PUT", f"processes/{fit}/failure", {"errors": [EVIL, TRACEBACK]})
    failure = part(report, "Errors")
    await expect(failure.locator(".place")).to_have_text("In a cell, line 12, in fit")
    await expect(failure.locator(".culprit")).to_have_text("→   12      return 1 / half")
    await expect(failure).to_contain_text(f"ZeroDivisionError: {EVIL}")
    await expect(part(report, "Log")).to_contain_text("10,002 lines · complete")
    await expect(report.locator(".advance")).to_be_hidden()
    spec = part(report, "Function spec")
    await spec.get_by_role("button", name="Function spec").press("Enter")
    for kind in ("JSON", "YAML", "Python"):
        await expect(spec.get_by_role("button", name=f"Copy as {kind}")).to_be_visible()
    await no_violations_in_any_theme(page, INSPECTOR)


async def _run_it_again(page: Page, report: Locator, run: str, console: ConsoleErrors) -> None:
    """What the server says is told, also if it says nothing at all."""
    told = report.locator(".told")
    again = report.get_by_role("button", name="Run from here")
    console.expect("net::ERR_FAILED")
    await page.route("**/reruns", lambda route: route.abort())
    await again.focus()
    await page.keyboard.press("Enter")
    await expect(told).to_have_text("The Jupyter server does not answer.")
    await page.unroute("**/reruns")
    await page.keyboard.press("Enter")
    await expect(told).to_contain_text("The workflow runs again from ")
    await expect(again).to_be_focused()
    runs = await request(page, "GET", f"workflows/{run}/reruns")
    await expect(told.locator("code")).to_have_text(runs[1]["processgraphid"])
    await request(page, "PUT", f"workflows/{runs[1]['processgraphid']}/cancellation")


async def _look_at_rich_values(page: Page, report: Locator) -> None:
    """JupyterLab's renderers show what is harmless of a value; nothing runs or is fetched."""
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    await report.get_by_role("button", name="load", exact=True).press("Enter")
    output = part(report, "Output")
    await expect(output.get_by_role("heading", name="A rich result")).to_be_visible()
    await expect(output.locator("em")).to_have_text("//evil.invalid/x")
    await expect(output.locator("mjx-container, .MathJax").first).to_be_visible()
    await expect(output.get_by_role("img", name="Output 3")).to_be_visible()
    await expect(output).to_contain_text("This picture can't be read.")
    tree = output.locator(".value").nth(4)
    await tree.get_by_role("button", name="Show more (8,500 characters)").click()
    await expect(tree.get_by_text("t" * 9000)).to_be_attached()
    rows = output.locator(".value").nth(5)
    await expect(rows.get_by_role("row")).to_have_count(51)
    await rows.get_by_role("button", name="Show more rows (70 left)").press("Enter")
    await expect(rows.get_by_role("row")).to_have_count(101)
    await no_violations_in_any_theme(page, INSPECTOR)
    assert not [url for url in asked if "evil.invalid" in url]


async def _see_it_in_its_run(page: Page, run: str, fit: str) -> None:
    """Beside the graph it shows what is selected there, and selects what the reader goes to."""
    await page.evaluate(
        """async args => {
            await window.jupyterapp.commands.execute('jupyter-colonies:open-run', args);
        }""",
        {"workflowid": run, "processid": fit},
    )
    pane = page.locator(".jp-ColoniesRun .jp-ColoniesInspector")
    await expect(pane.get_by_role("heading", level=4)).to_have_text(f"✗ Failed {EVIL}")
    await expect(part(pane, "Log")).to_contain_text("10,002 lines · complete")
    await pane.get_by_role("button", name="load", exact=True).press("Enter")
    await expect(pane.get_by_role("heading", level=4)).to_have_text("✓ Successful load")
    await expect(part(pane, "Before and after")).to_contain_text(EVIL)


async def _lose_it(page: Page, report: Locator, console: ConsoleErrors) -> None:
    """A process that is removed while it is shown, and one that was removed before."""
    spec = {"funcname": "never", "conditions": {"executortype": "nobody"}}
    made = await request(page, "POST", "colonies/dev/processes", spec)
    processid = made["processid"]
    await inspect(page, processid)
    await expect(report.get_by_role("heading", level=4)).to_have_text("○ Waiting never")
    await report.get_by_role("button", name="Cancel …").press("Enter")
    await expect(report.get_by_role("button", name="Leave it")).to_be_focused()
    await page.keyboard.press("Escape")
    console.expect(r"404 \(Not Found\)\n.*/processes/")
    await request(page, "DELETE", f"processes/{processid}")
    await expect(report.get_by_role("status").first).to_have_text(
        "This process was removed. Below is what was known of it."
    )
    await expect(report.get_by_role("button", name="Cancel …")).to_be_hidden()
    await inspect(page, "f" * 64)
    await expect(report).to_contain_text("There is no such process: it may have been removed.")
