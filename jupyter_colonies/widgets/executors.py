"""A panel for the executors of this kernel: which there are, how they do, start and stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from html import escape
from types import FunctionType
from typing import Any

import ipywidgets
from IPython.core.getipython import get_ipython

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.errors import ColoniesError, InvalidRequest
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.functions.function import FunctionRunnable
from jupyter_colonies.executor.offer import ANY_FUNCTION, Offer
from jupyter_colonies.executor.programs import shell
from jupyter_colonies.executor.worker import Worker, WorkerState
from jupyter_colonies.widgets.pace import Pace

COLUMNS = ("Executor", "Type", "Functions", "State", "Running", "Done", "Failed", "")
EMPTY = (
    "No executor runs in this kernel. Start a function below, or write a cell that begins with "
    "%%colonies executor NAME."
)
STOP_TIMEOUT = 10
"""Seconds that running processes have to finish when their executor is stopped."""

_STYLE = """<style>
.colonies-executors{border:1px solid var(--jp-border-color2,#d7dce2);border-radius:8px;
background:var(--jp-layout-color0,#fff);padding:12px 14px;overflow:hidden}
.colonies-executors .widget-html-content{font-size:13px;line-height:28px;
color:var(--jp-ui-font-color1,#424a53)}
.colonies-executors h4{margin:10px 0 2px;font-size:14px;line-height:1.4;
color:var(--jp-ui-font-color0,#1b1f24)}
.colonies-executors h4:first-of-type{margin-top:0}
.colonies-executors .head{font-weight:600;color:var(--jp-ui-font-color2,#6b7480);font-size:12px}
.colonies-executors p{margin:4px 0;line-height:1.5;max-width:70em}
.colonies-executors .warning{border-left:3px solid #bd4200;padding:4px 10px;
background:var(--jp-layout-color2,#eef0f3)}
</style>"""


class ExecutorPanel(ipywidgets.VBox):  # type: ignore[misc]
    """Lists, starts and stops the executors of this kernel, and follows what they do.

    `namespace` is where functions are looked for by name: the notebook's own unless given. Starting
    and stopping happen in the background; how they went is said below the buttons.
    """

    def __init__(
        self, colony: Colony, *, namespace: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        self._colony = colony
        self._namespace = _notebook() if namespace is None else namespace
        self._closed = False
        self._rows: dict[str, list[ipywidgets.HTML]] = {}
        self._table = ipywidgets.GridBox(
            layout={"grid_template_columns": "repeat(7, auto) max-content", "grid_gap": "0 18px"}
        )
        self._message = ipywidgets.HTML()
        self._functions = ipywidgets.Combobox(
            placeholder="a function of this notebook", description="Function"
        )
        self._name = ipywidgets.Text(placeholder="as the function", description="Executor")
        self._type = ipywidgets.Text(placeholder="as the executor", description="Type")
        self._together = ipywidgets.BoundedIntText(1, min=1, max=1000, description="At a time")
        self._start = ipywidgets.Button(description="Start", button_style="primary")
        self._trust = ipywidgets.Checkbox(
            description="I trust everyone who may submit to this colony",
            indent=False,
            layout={"width": "auto", "margin": "2px 16px 2px 2px"},
        )
        self._shell = ipywidgets.Button(
            description="Start shell executor", disabled=True, layout={"width": "auto"}
        )
        super().__init__(self._parts(), **options)
        self.add_class("colonies-executors")
        self._start.on_click(lambda _: self._attempt(self._start_function))
        self._shell.on_click(lambda _: self._attempt(self._start_shell))
        self._trust.observe(self._trusted, "value")
        self._pace = Pace(self._paint)
        self._stop_observing = registry.observe(lambda _: self._pace.knock())
        self._paint()
        self.suggest()
        self._events = getattr(get_ipython(), "events", None)
        if self._events:
            self._events.register("post_run_cell", self.suggest)

    def suggest(self, *_: object) -> None:
        """Offer the functions that the namespace has now."""
        self._functions.options = sorted(
            name
            for name, value in list(self._namespace.items())
            if isinstance(value, FunctionType) and not name.startswith("_")
        )

    def close(self) -> None:
        """Remove the panel; the executors go on."""
        self._closed = True
        self._stop_observing()
        if self._events:
            self._events.unregister("post_run_cell", self.suggest)
        self._pace.finish()
        super().close()

    def _parts(self) -> list[ipywidgets.Widget]:
        form = [self._functions, self._name, self._type, self._together, self._start]
        return [
            ipywidgets.HTML(f"{_STYLE}<h4>Executors of this kernel</h4>"),
            self._table,
            ipywidgets.HTML("<h4>Let a function work</h4>"),
            ipywidgets.HBox(form, layout={"flex_flow": "row wrap"}),
            ipywidgets.HTML(
                "<h4>Run shell commands</h4>"
                f'<p class="warning" role="note">{escape(shell.WARNING)}.</p>'
            ),
            ipywidgets.HBox([self._trust, self._shell], layout={"flex_flow": "row wrap"}),
            self._message,
        ]

    def _trusted(self, change: dict[str, Any]) -> None:
        self._shell.disabled = not change["new"]

    def _attempt(self, begin: Callable[[], Callable[[], str]]) -> None:
        """Prepare on this thread, which knows the notebook, and carry out on another one."""
        try:
            carry_out = begin()
        except ColoniesError as error:
            self._say(error.message)
            return

        def work() -> None:
            try:
                self._say(carry_out())
            except ColoniesError as error:
                self._say(error.message)

        threading.Thread(target=work, name="colonies-panel", daemon=True).start()

    def _start_function(self) -> Callable[[], str]:
        funcname = self._functions.value.strip()
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
        name = self._name.value.strip() or funcname
        executortype, together = self._type.value.strip(), self._together.value
        worker = registry.get(name) or Worker(self._colony, name, executortype=executortype)

        def carry_out() -> str:
            worker.configure(executortype=executortype, concurrency=together)
            worker.offer([offer])
            worker.start()
            return f"{funcname} works as executor {worker.name} of type {worker.executortype}"

        return carry_out

    def _start_shell(self) -> Callable[[], str]:
        worker = shell.shell_worker(self._colony)

        def carry_out() -> str:
            worker.start()
            return f"{worker.name} runs the commands of {worker.executortype} specs as you"

        return carry_out

    def _stop(self, name: str) -> Callable[[], str]:
        worker = registry.get(name)
        if worker is None:
            raise InvalidRequest(f"{name} has stopped already")

        def carry_out() -> str:
            worker.stop(timeout=STOP_TIMEOUT)
            return f"{name} has stopped" + (f"; {worker.reason}" if worker.reason else "")

        return carry_out

    def _say(self, text: str) -> None:
        self._message.value = f'<p role="status">{escape(text)}</p>'

    def _paint(self) -> None:
        if self._closed:
            return
        workers = registry.list()
        if [worker.name for worker in workers] != list(self._rows) or not self._table.children:
            self._rebuild([worker.name for worker in workers])
        for worker in workers:
            for cell, text in zip(self._rows[worker.name], _texts(worker), strict=True):
                cell.value = escape(text)

    def _rebuild(self, names: list[str]) -> None:
        """Make the rows anew; done only when executors come or go."""
        before = self._table.children
        self._rows = {name: [ipywidgets.HTML() for _ in COLUMNS[:-1]] for name in names}
        if not names:
            message = ipywidgets.HTML(
                f"<p>{escape(EMPTY)}</p>", layout={"grid_area": "1 / 1 / 2 / 9"}
            )
            self._table.children = [message]
        else:
            cells = [ipywidgets.HTML(f'<span class="head">{title}</span>') for title in COLUMNS]
            for name, row in self._rows.items():
                cells += [*row, self._stop_button(name)]
            self._table.children = cells
        for cell in before:
            cell.close()

    def _stop_button(self, name: str) -> ipywidgets.Button:
        button = ipywidgets.Button(
            description="Stop", tooltip=f"Stop executor {name}", layout={"width": "auto"}
        )
        button.on_click(lambda _: self._attempt(lambda: self._stop(name)))
        return button


def _texts(worker: Worker) -> list[str]:
    functions = ["any" if name == ANY_FUNCTION else name for name in worker.functions]
    state = f"{worker.state}: {worker.reason}" if worker.reason else str(worker.state)
    if worker.state is WorkerState.READY and worker.running:
        state = "working"
    return [
        worker.name,
        worker.executortype,
        ", ".join(functions),
        state,
        f"{len(worker.running)} of {worker.concurrency}",
        str(worker.done),
        str(worker.failed),
    ]


def _notebook() -> Mapping[str, Any]:
    shell_ = get_ipython()
    return shell_.user_ns if shell_ else {}
