"""Where code of this notebook comes from: its path, the cell, and its text."""

from __future__ import annotations

import inspect
import os
import textwrap
from collections.abc import Callable
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell

from jupyter_colonies.executor.functions.fingerprint import CELL_TEXT
from jupyter_colonies.executor.functions.source import Source

SESSION = "JPY_SESSION_NAME"


def cell_id(shell: InteractiveShell | None) -> str:
    """The id of the cell that is being run; empty where the front end sends none."""
    parent = getattr(shell, "parent_header", None) or {}
    metadata = parent.get("metadata") or {}
    return str(metadata.get("cellId") or "")


def _cell_text(shell: InteractiveShell | None) -> str:
    """The text of the cell that is being run, as the front end sent it."""
    parent = getattr(shell, "parent_header", None) or {}
    content = parent.get("content") or {}
    return str(content.get("code") or "")


def notebook_path(shell: InteractiveShell | None) -> str:
    """Path of the notebook, as its server or editor told the kernel; empty if none did."""
    named = shell.user_ns.get("__vsc_ipynb_file__") if shell is not None else None
    return str(named or os.environ.get(SESSION, ""))


def source_of(code: str | Callable[..., Any]) -> Source:
    """The source of a cell's code, or of a function that is defined in the present cell.

    The text is empty for a function whose source can't be found.
    """
    if isinstance(code, str):
        text = code
    elif not (text := getattr(code, CELL_TEXT, "")):
        try:
            text = textwrap.dedent(inspect.getsource(code))
        except (OSError, TypeError):
            text = ""
    shell = get_ipython()
    return Source(text, notebook_path(shell), cell_id(shell), _cell_text(shell))
