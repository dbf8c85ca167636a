"""A failed process in the kernel: what it was called with, where it failed, and once more."""

from __future__ import annotations

import inspect
import linecache
import sys
from bdb import BdbQuit
from contextlib import suppress
from html import escape
from types import FrameType
from typing import TYPE_CHECKING, Any

from IPython.core.debugger import Pdb
from IPython.core.getipython import get_ipython

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.runs.record import SOURCE_TEXT
from jupyter_colonies.core import failing
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.errors import ClientError
from jupyter_colonies.executor import failures, registry
from jupyter_colonies.executor.failure import is_ours
from jupyter_colonies.executor.failures import Failure
from jupyter_colonies.executor.functions.function import FunctionRunnable
from jupyter_colonies.executor.offer import ANY_FUNCTION, Runnable
from jupyter_colonies.notebook.rehearsal import Rehearsal

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

AROUND = 8
"""Lines of the source that are shown above and below the one that failed."""

# Modules that the debugger runs through without stopping.
OURS = ["jupyter_colonies.*", "asyncio.*", "contextlib"]


class Debug:
    """A failed process: arguments, inputs, source and traceback, and ways to look closer.

    `run()` calls its function again with the same arguments in the debugger; `%debug` looks into
    the frames of the failure, if it happened in this kernel and not too long ago.
    """

    def __init__(self, colony: Colony, process: Process) -> None:
        self.process = process
        self._colony = colony
        self._rehearsal = Rehearsal(colony, process)
        self._failure = failures.find(process.processid)
        running = self._failure.running if self._failure else self._rehearsal
        self.args: list[Any] = running.args
        self.kwargs: dict[str, Any] = running.kwargs
        self.inputs: list[Any] = running.inputs

    @property
    def name(self) -> str:
        """The node's name in its workflow; the function's for a process without one."""
        return self.process.spec.nodename or self.process.spec.funcname

    @property
    def error(self) -> BaseException | None:
        """What was raised, while this kernel has it."""
        return self._failure.error if self._failure else None

    @property
    def traceback(self) -> str:
        """The process's errors in its executor's words; the last of them is the traceback."""
        return "\n\n".join(self.process.errors or ())

    @property
    def locals(self) -> dict[str, Any]:
        """The variables where it failed, while this kernel has the frame; else none."""
        frame = self._frame()
        return dict(frame.f_locals) if frame is not None else {}

    @property
    def source(self) -> str:
        """The source that failed, or that would run now; empty if this kernel has neither."""
        return "".join(self._lines()[1])

    @property
    def line(self) -> int:
        """The number of the line that failed in `source`, from 1; 0 if that is not known."""
        first, lines = self._lines()
        filename, number = self._place()
        at = number - first + 1
        if filename and 0 < at <= len(lines) and self._attached() is None:
            return at
        return failing.line_told(self.traceback, lines)

    def run(self) -> Any:
        """Call the function again with the same arguments in the debugger, and give its result.

        It stops at the first line; `c` goes on, to where it fails again. Nothing of it reaches the
        server. The code is what its executor in this kernel serves now. Raises ClientError if no
        executor here serves it.
        """
        runnable = self._runnable()
        if runnable is None:
            spec = self.process.spec
            raise ClientError(
                f"No executor of type '{spec.conditions.executortype}' in this kernel serves "
                f"'{spec.funcname}': run the cell that defines it, then debug.run() again"
            )
        caught: list[Exception] = []

        def attempt() -> Any:
            try:
                return runnable(self._rehearsal)
            except BdbQuit:
                raise
            except Exception as error:  # noqa: BLE001 - what the user's code raises is looked at
                caught.append(error)

        with suppress(BdbQuit):
            result = Pdb(skip=OURS).runcall(attempt)
            if not caught:
                return result
            self._look_at(caught[0])
        return None

    def post_mortem(self) -> bool:
        """Let `%debug` look into the frames of this failure; whether this kernel has them."""
        frames = self._failure.frames if self._failure else None
        shell = get_ipython()
        if frames is None or self.error is None or shell is None:
            return False
        error = self.error.with_traceback(frames)
        sys.last_type, sys.last_value, sys.last_traceback = type(error), error, frames
        sys.last_exc = error  # type: ignore[attr-defined,unused-ignore]  # from Python 3.12
        shell.InteractiveTB.tb = frames
        return True

    def names(self) -> dict[str, Any]:
        """What is put into the notebook, by name."""
        return {
            "debug": self,
            "failed_process": self.process,
            "failed_args": self.args,
            "failed_kwargs": self.kwargs,
            "failed_inputs": self.inputs,
            "failed_source": self.source,
            "failed_traceback": self.traceback,
        }

    def __repr__(self) -> str:
        return "\n".join([f"{title}: {text}" for title, text in self._facts()] + [self._excerpt()])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left;vertical-align:top">{title}</th>'
            f'<td style="text-align:left;white-space:pre-wrap">{escape(text)}</td></tr>'
            for title, text in self._facts()
        )
        return f"<table>{rows}</table><pre>{escape(self._excerpt())}</pre>"

    def _look_at(self, error: Exception) -> None:
        """Open the debugger where the code failed once more."""
        frames = Failure(self._rehearsal, error).frames
        if frames is None:
            raise error
        print(f"{type(error).__name__}: {error}")  # noqa: T201 - it belongs to the debugger
        debugger: Any = Pdb()
        debugger.reset()
        debugger.interaction(None, error.with_traceback(frames.tb_next))

    def _facts(self) -> list[tuple[str, str]]:
        spec = self.process.spec
        errors = self.process.errors or ["no error of its own"]
        here = "%debug looks into its frames" if self._has_frames() else "not in this kernel"
        return [
            ("Process", f"{self.name} {self.process.processid}"),
            ("Failed with", errors[0]),
            ("Call", f"{spec.funcname}, executor type {spec.conditions.executortype}"),
            ("Arguments", f"{self.args!r} {self.kwargs!r}"),
            ("Inputs", repr(self.inputs)),
            *([("Code", where)] if (where := self._origin()) else []),
            ("Frames", here),
            ("Again", "debug.run() calls it with the same arguments in the debugger"),
        ]

    def _origin(self) -> str:
        found = {each.key: each.value for each in self.process.attributes or ()}
        parts = [found.get("source.notebook", ""), found.get("source.cell", "")]
        return ", cell ".join(part for part in parts if part)

    def _excerpt(self) -> str:
        lines, marked = self.source.splitlines(), self.line
        if not lines:
            return self.traceback
        first = max(marked - AROUND, 1) if marked else 1
        shown = enumerate(lines[first - 1 : marked + AROUND if marked else 2 * AROUND], first)
        return "\n".join(
            f"{'→' if number == marked else ' '} {number:4}  {line}" for number, line in shown
        )

    def _has_frames(self) -> bool:
        return self._failure is not None and self._failure.frames is not None

    def _frame(self) -> FrameType | None:
        """The innermost frame of the user's code before any other package's."""
        step = self._failure.frames if self._failure else None
        found, filename = None, self._filename()
        while step is not None:
            code = step.tb_frame.f_code.co_filename
            if not is_ours(code) and (found is None or code == filename):
                found = step.tb_frame
            step = step.tb_next
        return found

    def _place(self) -> tuple[str, int]:
        """File and line of the failure, in the code of this process."""
        filename = self._filename()
        step = self._failure.frames if self._failure else None
        place = ("", 0)
        while step is not None:
            if step.tb_frame.f_code.co_filename == filename:
                place = (filename, step.tb_lineno)
            step = step.tb_next
        if place[1]:
            return place
        told = [(each.file, each.line) for each in failing.places(self.traceback)]
        return next((each for each in reversed(told) if each[0] == filename), ("", 0))

    def _attached(self) -> str | None:
        """The text of what ran, as its executor attached it; None where the frames are here."""
        if self._has_frames():
            return None
        found = (each.value for each in self.process.attributes or () if each.key == SOURCE_TEXT)
        return next(found, None)

    def _filename(self) -> str:
        """The file that holds the code of this process: as it failed, else as it would run."""
        frames = self._failure.frames if self._failure else None
        if frames is not None and frames.tb_next is not None:
            return str(frames.tb_next.tb_frame.f_code.co_filename)
        runnable = self._runnable()
        if isinstance(runnable, FunctionRunnable):
            return inspect.getsourcefile(inspect.unwrap(runnable.function)) or ""
        return str(getattr(runnable, "filename", ""))

    def _lines(self) -> tuple[int, list[str]]:
        """The number of the first line in its file, and the lines."""
        if (attached := self._attached()) is not None:
            return 1, attached.splitlines(keepends=True)
        frames = self._failure.frames if self._failure else None
        code: Any = None
        if frames is not None and frames.tb_next is not None:
            code = frames.tb_next.tb_frame.f_code
        elif isinstance(runnable := self._runnable(), FunctionRunnable):
            code = inspect.unwrap(runnable.function)
        if code is not None and getattr(code, "co_name", "") != "<module>":
            try:
                lines, first = inspect.getsourcelines(code)
            except (OSError, TypeError):
                return 1, []
            return first, lines
        filename = self._filename()
        return 1, linecache.getlines(filename) if filename else []

    def _runnable(self) -> Runnable | None:
        spec = self.process.spec
        for worker in registry.list():
            if worker.executortype == spec.conditions.executortype:
                found = worker.functions.get(spec.funcname) or worker.functions.get(ANY_FUNCTION)
                if found is not None:
                    return found
        return None


def debug(colony: Colony, processid: str, shell: InteractiveShell | None = None) -> Debug:
    """A failed process in this kernel: its parts become variables, and `%debug` works.

    Raises NotFound, and ClientError for a process that has not failed.
    """
    process = colony.process(processid)
    if process.state is not State.FAILED:
        raise ClientError(
            f"Process {processid} has not failed, it is {process.state.word.lower()}: there is "
            "nothing to debug"
        )
    found = Debug(colony, process)
    found.post_mortem()
    shell = shell or get_ipython()
    if shell is not None:
        shell.push(found.names())  # type: ignore[no-untyped-call]
    return found
