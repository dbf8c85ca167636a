"""Which kernel this is, and which notebook it belongs to."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
import sys
from pathlib import PurePosixPath

NOTEBOOK_VARIABLE = "JPY_SESSION_NAME"
"""Where a Jupyter server puts the path of the notebook that a kernel was started for."""

_token = (os.getpid(), secrets.token_hex(4))


def notebook_path() -> str:
    """The path of the notebook; empty where nobody says it."""
    return os.environ.get(NOTEBOOK_VARIABLE, "")


def kernel_id() -> str:
    """The id of this kernel, which a restart keeps; of this Python process where it is none."""
    global _token  # noqa: PLW0603 - a forked child is another process
    app = sys.modules.get("ipykernel.kernelapp")
    if app is not None and app.IPKernelApp.initialized():
        file = str(app.IPKernelApp.instance().connection_file)
        if found := re.search(r"kernel-([0-9a-f-]{8,})\.json$", file):
            return found[1]
    if _token[0] != os.getpid():
        _token = (os.getpid(), secrets.token_hex(4))
    return _token[1]


def task_type() -> str:
    """The executor type of this notebook's tasks: kernels of the same notebook share it."""
    path = notebook_path()
    if not path:
        return task_executor("tasks")
    whole = f"{socket.gethostname()}:{path}"
    return f"{_word(PurePosixPath(path).stem)}-{hashlib.sha256(whole.encode()).hexdigest()[:6]}"


def task_executor(executortype: str) -> str:
    """The name of this kernel's executor of a type: no other kernel's is called so."""
    return f"{executortype}-{kernel_id()[:8]}"


def _word(text: str) -> str:
    return re.sub(r"\W+", "-", text).strip("-") or "notebook"
