"""A panel for the executors of this kernel: which there are, how they do, start and stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

import anywidget
import traitlets
from IPython.core.getipython import get_ipython

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.errors import ColoniesError, InvalidRequest
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.functions.function import FunctionRunnable
from jupyter_colonies.executor.offer import ANY_FUNCTION, Offer
from jupyter_colonies.executor.programs import shell
from jupyter_colonies.executor.worker import Worker, WorkerState
from jupyter_colonies.widgets.pace import Pace
from jupyter_colonies.widgets.page import bundle
from jupyter_colonies.widgets.page.bound import PageBound

STOP_TIMEOUT = 10
"""Seconds that running processes have to finish when their executor is stopped."""

MOST_TOGETHER = 1000
"""Processes that an executor may be told to run at a time."""

_HERE = Path(__file__).parent

Message = dict[str, Any]


class ExecutorPanel(PageBound, anywidget.AnyWidget):
    """Lists, starts and stops the executors of this kernel, and follows what they do.

    `executors` has their `rows`; `functions` are the names of the functions that may be started;
    `told` is what came of the last wish: its `text` and whether it `failed`. `namespace` is where
    functions are looked for by name: the notebook's own unless given. Starting and stopping
    happen in the background.
    """

    _esm = bundle.script(_HERE / "panel.js")
    _css = bundle.style(bundle.SECTION_STYLE, _HERE / "panel.css")

    executors = traitlets.Dict().tag(sync=True)
    functions: traitlets.List[str] = traitlets.List().tag(sync=True)
    told = traitlets.Dict().tag(sync=True)
    warning = traitlets.Unicode(f"{shell.WARNING}.").tag(sync=True)

    _closed = True  # until it is made: what is not need not be closed

    def __init__(
        self, colony: Colony, *, namespace: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        self._colony = colony
        self._namespace = notebook() if namespace is None else namespace
        self._closed = False
        self._does: dict[str, Callable[[Message], Callable[[], str]]] = {
            "start": self._start_function,
            "shell": self._start_shell,
            "stop": self._stop,
        }
        super().__init__(**options)
        self.on_msg(self._hear)
        self._pace = Pace(self._paint)
        self._stop_observing = registry.observe(lambda _: self._pace.knock())
        self._paint()
        self.suggest()
        self._events = getattr(get_ipython(), "events", None)
        if self._events:
            self._events.register("post_run_cell", self.suggest)

    def suggest(self, *_: object) -> None:
        """Offer the functions that the namespace has now."""
        self.functions = sorted(
            name
            for name, value in list(self._namespace.items())
            if isinstance(value, FunctionType) and not name.startswith("_")
        )

    def close(self) -> None:
        """Remove the panel; the executors go on."""
        if self._closed:
            return
        self._closed = True
        self._stop_observing()
        if self._events:
            self._events.unregister("post_run_cell", self.suggest)
        self._pace.finish()
        super().close()

    def _hear(self, _: object, message: Message, __: object) -> None:
        """A wish of the page: prepared on this thread, which knows the notebook."""
        prepare = self._does.get(str(message.get("wish")))
        if prepare is None:
            return
        try:
            carry_out = prepare(message)
        except ColoniesError as error:
            self._say(error.message, failed=True)
            return

        def work() -> None:
            try:
                self._say(carry_out())
            except ColoniesError as error:
                self._say(error.message, failed=True)

        threading.Thread(target=work, name="colonies-panel", daemon=True).start()

    def _start_function(self, message: Message) -> Callable[[], str]:
        funcname = str(message.get("funcname", "")).strip()
        function = self._namespace.get(funcname)
        if not isinstance(function, FunctionType):
            raise InvalidRequest(
                f"There is no function '{funcname}' in this notebook: run the cell that defines it"
                if funcname
                else "Name the function that shall work"
            )
        runnable = FunctionRunnable(function)
        offer = Offer(
            funcname=funcname,
            runnable=runnable,
            description=runnable.description,
            args=runnable.arguments,
        )
        name = str(message.get("name", "")).strip() or funcname
        executortype = str(message.get("executortype", "")).strip()
        together = _together(message)
        worker = registry.get(name) or Worker(self._colony, name, executortype=executortype)

        def carry_out() -> str:
            worker.configure(executortype=executortype, concurrency=together)
            worker.offer([offer])
            worker.start()
            return f"{funcname} works as executor {worker.name} of type {worker.executortype}"

        return carry_out

    def _start_shell(self, message: Message) -> Callable[[], str]:
        if message.get("trusted") is not True:
            raise InvalidRequest("A shell executor starts only for who trusts all who may submit")
        worker = shell.shell_worker(self._colony)

        def carry_out() -> str:
            worker.start()
            return f"{worker.name} runs the commands of {worker.executortype} specs as you"

        return carry_out

    def _stop(self, message: Message) -> Callable[[], str]:
        name = str(message.get("id", ""))
        worker = registry.get(name)
        if worker is None:
            raise InvalidRequest(f"{name} has stopped already")

        def carry_out() -> str:
            worker.stop(timeout=STOP_TIMEOUT)
            return f"{name} has stopped" + (f"; {worker.reason}" if worker.reason else "")

        return carry_out

    def _say(self, text: str, *, failed: bool = False) -> None:
        self.told = {"text": text, "failed": failed}

    def _paint(self) -> None:
        if not self._closed:
            rows = [_row(worker) for worker in registry.list()]
            self.executors = {"rows": rows, "found": len(rows), "total": len(rows)}


def notebook() -> Mapping[str, Any]:
    """The variables of the notebook that runs in this kernel."""
    shell_ = get_ipython()
    return shell_.user_ns if shell_ else {}


def _together(message: Message) -> int:
    text = str(message.get("together", "1")).strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_TOGETHER):
        raise InvalidRequest(
            f"An executor runs from 1 to {MOST_TOGETHER} processes at a time, not '{text[:40]}'"
        )
    return int(text)


def _row(worker: Worker) -> dict[str, Any]:
    state = f"{worker.state}: {worker.reason}" if worker.reason else str(worker.state)
    if worker.state is WorkerState.READY and worker.running:
        state = "working"
    return {
        "id": worker.name,
        "name": worker.name,
        "type": worker.executortype,
        "functions": ["any" if name == ANY_FUNCTION else name for name in worker.functions],
        "state": state,
        "running": f"{len(worker.running)} of {worker.concurrency}",
        "done": worker.done,
        "failed": worker.failed,
    }
