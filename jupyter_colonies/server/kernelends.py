"""What this Jupyter server knows of the end of its kernels."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from jupyter_events import EventLogger
from jupyter_server.serverapp import ServerApp

from jupyter_colonies.broker.vigil import Vigil

ACTIONS = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"

_ENDED = {"shutdown": "its kernel was shut down", "restart": "its kernel was restarted"}


class KernelEnds:
    """Tells the service how and when kernels of this Jupyter server end.

    A kernel on this machine is seen to end by the system, at once; here is known how it ended. Of
    one on another machine Jupyter's own events tell.
    """

    def __init__(self, serverapp: ServerApp, vigil: Callable[[], Vigil | None]) -> None:
        """`vigil` gives the service that watches, if it is here."""
        self._serverapp = serverapp
        self._vigil = vigil

    def start(self) -> None:
        """Listen to Jupyter's events, for as long as the Jupyter server lives."""
        events = self._serverapp.event_logger
        if events is not None:
            events.add_listener(schema_id=ACTIONS, listener=self._heard)

    async def ending_of(self, kernelid: str) -> str:
        """How a kernel ended, as the end of a sentence; empty if it has not, or is none of ours."""
        manager = self._serverapp.kernel_manager
        if kernelid not in manager.list_kernel_ids():
            return ""
        kernel = manager.get_kernel(kernelid)
        if kernel.shutting_down:
            return "its kernel was shut down or restarted"
        code = await kernel.provisioner.poll() if kernel.provisioner else None
        return "" if code is None else described(code)

    async def _heard(self, logger: EventLogger, schema_id: str, data: dict[str, Any]) -> None:  # noqa: ARG002 - prescribed
        vigil = self._vigil()
        if vigil is not None and data["action"] in _ENDED and data.get("status") == "success":
            await vigil.kernel_ended(data.get("kernel_id", ""), _ENDED[data["action"]])


def described(code: int) -> str:
    """How a kernel ended, by its exit code; a negative one is the number of a signal."""
    if code >= 0:
        return f"its kernel ended with exit code {code}"
    try:
        name = f" ({signal.Signals(-code).name})"
    except ValueError:
        name = ""
    return f"its kernel was ended by signal {-code}{name}"
