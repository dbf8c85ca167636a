"""A running JupyterLab server, and what a test does with a notebook in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.async_api import Page


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab server."""

    url: str
    token: str
    root: Path

    def write_notebook(self, name: str, *sources: str, outputs: list[Any] | None = None) -> str:
        """Write a notebook with these code cells, the first one with saved outputs if given."""
        cells = [new_code_cell(source) for source in sources]
        if outputs:
            cells[0].outputs = outputs
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.root / name)
        return name

    def read_notebook(self, name: str) -> Any:
        """Read a notebook as it was saved."""
        return nbformat.read(self.root / name, as_version=4)

    async def open(
        self, page: Page, name: str, interface: Literal["lab", "notebook"] = "lab"
    ) -> None:
        """Open a notebook in JupyterLab or in Jupyter Notebook and wait for its kernel."""
        path = f"lab/tree/{name}?reset&" if interface == "lab" else f"notebooks/{name}?"
        await page.goto(f"{self.url}{path}token={self.token}")
        await page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
        await page.evaluate(
            """async () => {
                const panel = window.jupyterapp.shell.currentWidget;
                await panel.context.ready;
                await panel.sessionContext.ready;
            }"""
        )

    async def run_all(self, page: Page) -> None:
        """Run all cells and wait until the last one is done."""
        await self.command(page, "notebook:run-all-cells")

    async def run_cell(self, page: Page, index: int) -> None:
        """Run one cell and wait until it is done."""
        await page.evaluate(
            "index => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index; }",
            index,
        )
        await self.command(page, "notebook:run-cell")

    async def save(self, page: Page) -> None:
        """Save the notebook to its file."""
        await self.command(page, "docmanager:save")

    async def restart_kernel(self, page: Page) -> None:
        """Restart the notebook's kernel and wait until the new one answers."""
        await page.evaluate(
            """async () => {
                const { sessionContext } = window.jupyterapp.shell.currentWidget;
                await sessionContext.session.kernel.restart();
                await sessionContext.session.kernel.info;
            }"""
        )

    async def command(self, page: Page, name: str) -> None:
        """Execute a command of the application and wait for its end."""
        await page.evaluate(
            "async name => { await window.jupyterapp.commands.execute(name); }", name
        )
