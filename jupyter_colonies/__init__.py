"""ColonyOS workflows in Jupyter: the public names and the entry points of Jupyter and IPython.

The names are resolved when they are first used, so that a kernel never loads the server and the
server never loads the notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_colonies import lazy

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_colonies.client.colony import Colony
    from jupyter_colonies.client.compose.workflow import Workflow
    from jupyter_colonies.client.runs.record import verify
    from jupyter_colonies.client.runs.run import Run
    from jupyter_colonies.core.process import State
    from jupyter_colonies.errors import ColoniesError, ProcessCancelled, ProcessFailed, WaitTimeout
    from jupyter_colonies.notebook.colony import connect, current
    from jupyter_colonies.notebook.record import record
    from jupyter_colonies.notebook.tasks import task, workflow

__all__ = [
    "ColoniesError",
    "Colony",
    "ProcessCancelled",
    "ProcessFailed",
    "Run",
    "State",
    "WaitTimeout",
    "Workflow",
    "connect",
    "current",
    "record",
    "task",
    "verify",
    "workflow",
]

_HOME = {
    "ColoniesError": "errors",
    "Colony": "client.colony",
    "ProcessCancelled": "errors",
    "ProcessFailed": "errors",
    "Run": "client.runs.run",
    "State": "core.process",
    "WaitTimeout": "errors",
    "Workflow": "client.compose.workflow",
    "connect": "notebook.colony",
    "current": "notebook.colony",
    "task": "notebook.tasks",
    "verify": "client.runs.record",
    "workflow": "notebook.tasks",
    "record": "notebook.record",
}

__getattr__, __dir__ = lazy.names(__name__, _HOME)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What `%load_ext jupyter_colonies` calls: registers `%colonies` and `%%colonies`."""
    from jupyter_colonies.notebook import magics  # noqa: PLC0415 - only a kernel needs it

    magics.load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """What `%unload_ext jupyter_colonies` calls: takes the magics away again."""
    from jupyter_colonies.notebook import magics  # noqa: PLC0415 - only a kernel needs it

    magics.unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where JupyterLab finds the prebuilt extension."""
    return [{"src": "labextension", "dest": "jupyter-colonies"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """What Jupyter loads when the server starts."""
    from jupyter_colonies.server.extension import (  # noqa: PLC0415 - only the server needs it
        ColoniesExtension,
    )

    return [{"module": "jupyter_colonies.server.extension", "app": ColoniesExtension}]
