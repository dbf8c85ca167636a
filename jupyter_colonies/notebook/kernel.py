"""What the executor of this kernel's tasks is called."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import PurePath

from IPython.core.getipython import get_ipython

from jupyter_colonies.executor import hearing
from jupyter_colonies.notebook.origin import notebook_path

_token = (os.getpid(), secrets.token_hex(4))


def task_type() -> str:
    """The executor type of this kernel's tasks, and the name of the executor that serves them.

    It begins like the notebook, and stays the same when the kernel is restarted.
    """
    stem = PurePath(notebook_path(get_ipython())).stem
    return task_executor(re.sub(r"\W+", "-", stem).strip("-") or "tasks")


def task_executor(executortype: str) -> str:
    """The name of this kernel's executor of a type: no other kernel's is called so."""
    return f"{executortype}-{_kernel()[:8]}"


def _kernel() -> str:
    """The id of this kernel; something else that is its own for a process that is no kernel."""
    global _token  # noqa: PLW0603 - a forked child is another process
    if _token[0] != os.getpid():
        _token = (os.getpid(), secrets.token_hex(4))
    return hearing.kernel_id() or _token[1]
