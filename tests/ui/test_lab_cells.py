"""Cells as executors in JupyterLab: form and badges, the way to a cell, notices, status bar."""

import json
from typing import Any

import pytest
from playwright.async_api import Dialog, Locator, Page, Route, WebSocketRoute, expect

from tests.ui.axe import no_violations, no_violations_in_any_theme
from tests.ui.console import ConsoleErrors
from tests.ui.lab import Lab

START = "import threading\ngate = threading.Event()"
WORK = "print('waiting', args)\ngate.wait(120)\n1 / args[0]"
NAME = "<b>maths</b>"
TYPE = "cells-maths"

COMMAND = "([id, given]) => window.jupyterapp.commands.execute(id, given)"
REST = """async ([method, path, body]) => {
    const { baseUrl } = window.jupyterapp.serviceManager.serverSettings;
    const xsrf = document.cookie.match(/_xsrf=([^;]*)/)[1];
    const answer = await fetch(`${baseUrl}colonies/v1/${path}`, {
        method, body, headers: { 'Content-Type': 'application/json', 'X-XSRFToken': xsrf }
    });
    return answer.status === 204 ? null : await answer.json();
}"""
EXECUTE = """code => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    return kernel.requestExecute({ code }).done.then(() => null);
}"""
EDIT = """text => {
    const { activeCell } = window.jupyterapp.shell.currentWidget.content;
    activeCell.model.sharedModel.updateSource(0, 0, text);
}"""
SOURCE = "window.jupyterapp.shell.currentWidget.content.widgets[1].model.sharedModel.getSource()"


class Network:
    """The way to the server, which can be cut; a session that has expired is one of the cuts."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._sockets: list[WebSocketRoute] = []
        self._is_up = True
        self._expired = False

    async def begin(self) -> None:
        await self._page.route_web_socket("**/events/websocket*", self._connect)
        await self._page.route("**/colonies/v1/**", self._pass)

    async def cut(self, *, expired: bool = False) -> None:
        self._is_up, self._expired = False, expired
        for socket in self._sockets:
            await socket.close()
        self._sockets.clear()

    def mend(self) -> None:
        self._is_up = True

    async def _connect(self, socket: WebSocketRoute) -> None:
        if self._is_up:
            self._sockets.append(socket)
            socket.connect_to_server()
        else:
            await socket.close()

    async def _pass(self, route: Route) -> None:
        if self._is_up:
            await route.continue_()
        elif self._expired:
            await route.fulfill(status=403, body="Forbidden")
        else:
            await route.abort()


async def rest(page: Page, method: str, path: str, body: Any = None) -> Any:
    return await page.evaluate(REST, [method, path, body and json.dumps(body)])


async def submit(page: Page, *args: int) -> str:
    conditions = {"executortype": TYPE}
    nodes = [{"nodename": "n", "funcname": "f", "args": args, "conditions": conditions}]
    graph = await rest(page, "POST", "colonies/dev/workflows", nodes)
    return str(graph["processgraphid"])


async def watch(page: Page, workflowid: str, name: str) -> None:
    await page.evaluate(
        COMMAND, ["jupyter-colonies:watch-run", {"workflowid": workflowid, "name": name}]
    )


@pytest.mark.timeout(300)
async def test_a_cell_becomes_an_executor_and_is_followed(
    lab: Lab, page: Page, console: ConsoleErrors
) -> None:
    network = Network(page)
    await network.begin()
    # Leaving the page with an unsaved notebook asks, wherever the test reloads it.
    page.on("dialog", _accept)
    await lab.open(page, lab.write_notebook("executors.ipynb", START, WORK))
    await lab.run_cell(page, 0)
    badge = page.locator(".jp-ColoniesCell-badge")
    await _register(page)
    await expect(badge).to_contain_text(f"{TYPE}: idle")
    await no_violations_in_any_theme(page, ".jp-ColoniesCell-line")

    await _work(lab, page, badge)
    await _look_at_runs(page, badge)
    console.expect("/api/contents/(former|no)")
    await _find_the_cell(lab, page)
    await _lose_the_server(page, badge, network, console)
    await _end(lab, page, badge)


async def _accept(dialog: Dialog) -> None:
    await dialog.accept()


async def _register(page: Page) -> None:
    """The form is filled in from the keyboard, and says what is wrong as it is typed."""
    await page.evaluate(
        "() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1; }"
    )
    await page.locator(".jp-Cell.jp-mod-active .jp-InputPrompt").click()
    await page.keyboard.press("e")
    form = page.get_by_role("dialog")
    name = form.get_by_label("Name of the executor")
    await expect(name).to_be_focused()
    await expect(name).to_have_value("executors")
    await page.keyboard.type("a:b")
    await expect(form).to_contain_text("A name has no colon in it.")
    await page.keyboard.press("Enter")
    await expect(form.get_by_role("button", name="Register and Run")).to_be_disabled()
    await page.keyboard.press("Control+A")
    await page.keyboard.type(TYPE)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.type("0")
    await expect(form).to_contain_text("A whole number from 1 to")
    await page.keyboard.press("Backspace")
    await page.keyboard.type("2")
    await expect(form.get_by_label("First line of the cell")).to_have_text(
        f"%%colonies executor {TYPE} --concurrency 2"
    )
    await no_violations(page, ".jp-Dialog")
    await page.keyboard.press("Enter")
    await expect(form).to_be_hidden()
    assert await page.evaluate(SOURCE) == f"%%colonies executor {TYPE} --concurrency 2\n{WORK}"


async def _work(lab: Lab, page: Page, badge: Locator) -> None:
    """Badge and status bar follow what runs; watched runs are told of, over a reload too."""
    status = page.locator(".jp-ColoniesStatus-button")
    notices = page.locator(".Toastify__toast")
    await expect(status).to_have_text("●Colony: ready")
    await lab.save(page)
    done = await submit(page, 1)
    await watch(page, done, NAME)
    await expect(badge).to_contain_text("running 1")
    await expect(status).to_contain_text("1 running")
    await page.reload()
    await page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
    await expect(badge).to_contain_text("running 1")
    await page.evaluate(
        "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.ready; }"
    )
    await page.evaluate(EXECUTE, "gate.set()")
    await expect(badge).to_contain_text("idle")
    await expect(notices.filter(has_text=f"{NAME} was successful")).to_have_count(1)
    failing = await submit(page, 0)
    await watch(page, failing, "the other")
    told = notices.filter(has_text="the other has failed")
    await expect(told).to_have_count(1)
    await expect(told.get_by_role("button", name="Run Again")).to_be_visible()
    await expect(badge).to_contain_text("last run failed")
    await rest(page, "DELETE", f"workflows/{done}")
    await watch(page, done, "that one")
    await expect(notices.filter(has_text="that one was removed")).to_have_count(1)


async def _look_at_runs(page: Page, badge: Locator) -> None:
    await page.locator(".jp-Notebook .jp-InputPrompt").nth(1).click()
    await page.evaluate(EDIT, "\n")
    await page.evaluate(EDIT, "")
    await expect(badge).to_contain_text("last run failed")
    await page.evaluate(
        """() => {
            const { activeCell } = window.jupyterapp.shell.currentWidget.content;
            const { sharedModel } = activeCell.model;
            sharedModel.setSource(sharedModel.getSource() + ' + 1');
        }"""
    )
    await expect(badge).to_contain_text("stale source")
    await page.keyboard.press("Shift+E")
    menu = page.locator(".lm-Menu").last
    await expect(menu).to_contain_text("n · Failed")
    await page.keyboard.press("ArrowRight")
    await page.get_by_role("menuitem", name="Show the Log").click()
    log = page.get_by_role("dialog")
    await expect(log.get_by_role("log")).to_have_text("waiting [0]\n")
    await no_violations(page, ".jp-Dialog")
    await page.keyboard.press("Escape")
    await expect(log).to_be_hidden()
    await expect(page.locator(".jp-Notebook .jp-Cell.jp-mod-active:focus-within")).to_have_count(1)


async def _find_the_cell(lab: Lab, page: Page) -> None:
    """A cell is shown though its notebook has another name now, and missing ones are told of."""
    lab.write_notebook("renamed.ipynb", *["x = 1"] * 30, "y = 2")
    cell = lab.read_notebook("renamed.ipynb").cells[30].id
    open_cell = "jupyter-colonies:open-cell"
    await page.evaluate(COMMAND, [open_cell, {"path": "former.ipynb", "cellId": cell}])
    await expect(page.locator(".jp-Cell.jp-mod-active:visible")).to_contain_text("y = 2")
    await expect(page.locator(".jp-Cell.jp-mod-active:visible")).to_be_in_viewport()
    for given, words in [
        ({"path": "renamed.ipynb", "cellId": "gone"}, "The notebook has no such cell any more."),
        ({"path": "no/where.ipynb", "cellId": "gone"}, "no notebook where.ipynb any more"),
    ]:
        said = await page.evaluate(
            "args => window.jupyterapp.commands.execute(...args).catch(error => error.message)",
            [open_cell, given],
        )
        assert words in said
    back = {"path": "executors.ipynb", "cellId": lab.read_notebook("executors.ipynb").cells[1].id}
    await page.evaluate(COMMAND, [open_cell, back])
    await expect(page.locator(".jp-ColoniesCell-badge")).to_be_visible()


async def _lose_the_server(
    page: Page, badge: Locator, network: Network, console: ConsoleErrors
) -> None:
    console.expect("/colonies/v1/")
    status = page.locator(".jp-ColoniesStatus-button")
    card = page.get_by_role("dialog", name="Colony of this Jupyter server")
    await status.press("Enter")
    await expect(card).to_contain_text("http://127.0.0.1:")
    await expect(card).to_contain_text("dev")
    await no_violations_in_any_theme(page, ".jp-ColoniesStatus-card")
    await network.cut()
    await expect(status).to_contain_text("Colony: away")
    await expect(card.locator("code")).to_have_text("jupyter lab")
    await expect(badge).to_contain_text("server away")
    await network.cut(expired=True)
    await card.get_by_role("button", name="Try Now").press("Enter")
    await expect(status).to_contain_text("session expired")
    await expect(card.get_by_role("link", name="Sign In")).to_be_visible()
    network.mend()
    # It may have found the server by itself in this moment.
    again = card.get_by_role("button", name="Try Now")
    await again.evaluate_all("buttons => buttons.forEach(each => each.click())")
    await expect(status).to_contain_text("Colony: ready")
    await page.keyboard.press("Escape")
    await expect(card).to_be_hidden()
    await expect(status).to_be_focused()
    await expect(badge).to_contain_text("stale source")


async def _end(lab: Lab, page: Page, badge: Locator) -> None:
    """A restarted kernel takes the executor along; a cell can stop being one, and undo that."""
    await lab.restart_kernel(page)
    await expect(badge).to_contain_text("not registered")
    await badge.press("Enter")
    await page.get_by_role("menuitem", name="Run the Cell to Register").click()
    await expect(badge).to_contain_text("idle")
    await page.evaluate(COMMAND, ["jupyter-colonies:stop-executor-cell", {}])
    await expect(badge).to_have_count(0)
    assert await page.evaluate(SOURCE) == f"\n{WORK} + 1"
    await page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.undo()"
    )
    await expect(badge).to_contain_text("not registered")
