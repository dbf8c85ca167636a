"""What of a notebook is run when it is deployed."""

from __future__ import annotations

from typing import NamedTuple

from jupyter_colonies.core.notebook import read_notebook

SKIPPED = "skip-deploy"
MAY_FAIL = "raises-exception"
"""The tag with which nbclient and JupyterLab mark cells that may fail."""


class Cell(NamedTuple):
    """A code cell: where it stands among all cells, counted from 1, and its id, if it has one."""

    number: int
    id: str
    source: str
    may_fail: bool = False


class Program(NamedTuple):
    """The cells to run, in the order of the notebook, and the kernel they are for.

    Two programs are equal if they do the same: outputs and texts of the notebook are no part.
    """

    kernelname: str
    cells: tuple[Cell, ...]


def program_of(text: str, title: str) -> Program:
    """The program of a notebook file.

    All code cells belong to it except empty ones and those tagged `skip-deploy`. `kernelname` is
    empty where the notebook names none. Raises InvalidRequest, in which `title` names the file.
    """
    notebook = read_notebook(text, title)
    cells = tuple(
        Cell(number, cell.id, cell.text, MAY_FAIL in cell.metadata.tags)
        for number, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "code" and cell.text.strip() and SKIPPED not in cell.metadata.tags
    )
    return Program(notebook.metadata.kernelspec.name, cells)
