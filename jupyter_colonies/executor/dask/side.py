"""What runs on a worker of a Dask cluster. It is sent there by value.

So it needs nothing of this package there, only Python, Dask and cloudpickle, and holds nothing
between two runs but what it leaves on the worker's own streams.
"""

from __future__ import annotations

import asyncio
import ctypes
import inspect
import logging
import sys
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

MARK = "colonies_runs"
LARGEST_LINE = 8192


class Cancelled(BaseException):
    """Raised in a function whose result nobody wants any more."""


class Runs:
    """What runs on this Dask worker for us: which thread, and where what it writes goes."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.sinks: dict[int, Callable[[str], None]] = {}
        self.threads: dict[str, int] = {}

    def write(self, thread: int | None, text: str) -> bool:
        """Pass on what a thread writes; whether it belongs to a run."""
        sink = self.sinks.get(thread or 0)
        if sink is not None:
            sink(text)
        return sink is not None

    def begin(self, processid: str, sink: Callable[[str], None]) -> None:
        """This thread runs a process from now on."""
        self.sinks[threading.get_ident()] = sink
        with self.lock:
            self.threads[processid] = threading.get_ident()

    def end(self, processid: str) -> None:
        """It does so no more, and an interruption that came too late is taken back."""
        with self.lock:
            self.threads.pop(processid, None)
            _raise(threading.get_ident(), None)
        self.sinks.pop(threading.get_ident(), None)


class RemoteProcess:
    """The process, for a function on a Dask worker that has a parameter of this name."""

    def __init__(self, call: Mapping[str, Any], write: Callable[[str], None]) -> None:
        self.processid: str = call["processid"]
        self.funcname: str = call["funcname"]
        self.nodename: str = call["nodename"]
        self.inputs: list[Any] = call["inputs"]
        self._write = write

    def log(self, text: str) -> None:
        """Write a line to the log of the process."""
        self._write(text if text.endswith("\n") else f"{text}\n")


def carry(function: bytes, pickled: bytes) -> tuple[bool, Any]:
    """Call a function; whether that went well, and its pickled result or the texts of its errors.

    The pickled call is a dict: processid, funcname, nodename and inputs of the process, the
    arguments by the names of their parameters, and the topic under which it is told what is
    printed.
    """
    import cloudpickle  # noqa: PLC0415 - on the worker
    from distributed import get_worker  # noqa: PLC0415 - on the worker

    worker = get_worker()
    call = cloudpickle.loads(pickled)
    processid, topic = call["processid"], call["topic"]

    def send(text: str) -> None:
        worker.log_event(topic, {"processid": processid, "text": text})

    def write(text: str) -> None:
        """Pass on whole lines, and what is long."""
        pending[0] += text
        if "\n" in text or len(pending[0]) > LARGEST_LINE:
            send(pending[0])
            pending[0] = ""

    pending = [""]
    runs = _runs()
    runs.begin(processid, write)
    try:
        result = _call(cloudpickle.loads(function), call, RemoteProcess(call, write))
        if inspect.iscoroutine(result):
            result = asyncio.run(result)
        return True, cloudpickle.dumps(result)
    except BaseException as error:  # noqa: BLE001 - an exit fails the process, not the worker
        return False, _texts(error)
    finally:
        runs.end(processid)
        if pending[0]:
            send(pending[0])


def _call(function: Callable[..., Any], call: Mapping[str, Any], process: RemoteProcess) -> Any:
    whole = inspect.signature(function)
    every = {**call["arguments"], "inputs": call["inputs"], "process": process}
    bound = inspect.BoundArguments(
        whole, OrderedDict((name, every[name]) for name in whole.parameters if name in every)
    )
    return function(*bound.args, **bound.kwargs)


def _texts(error: BaseException) -> list[str]:
    """The last line of the traceback, then all of it without the frames of this module."""
    report = traceback.TracebackException.from_exception(error)
    report.stack[:] = [
        frame for frame in report.stack if frame.filename != _call.__code__.co_filename
    ]
    return [
        "".join(report.format_exception_only()).strip(),
        "".join(report.format()).rstrip(),
    ]


def interrupt(processid: str) -> None:
    """Raise Cancelled in the function of a process, if it runs here.

    It comes between two steps of Python code: what waits in C code goes on until it returns.
    """
    runs = _runs()
    with runs.lock:
        thread = runs.threads.pop(processid, None)
        if thread is not None:
            _raise(thread, Cancelled)


def _raise(thread: int, error: type[BaseException] | None) -> None:
    raised = ctypes.py_object(error) if error else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)


def _runs() -> Runs:
    """The runs of this worker; what their threads write and log goes to them from now on."""
    if hasattr(sys.stdout, MARK):
        installed: Runs = getattr(sys.stdout, MARK)
        return installed
    runs = Runs()

    class Stream:
        """Stands for a standard stream."""

        def __init__(self, wrapped: Any) -> None:
            self._wrapped = wrapped
            setattr(self, MARK, runs)

        def write(self, text: str) -> int:
            """Write to the run of this thread, or else where it always went."""
            if not runs.write(threading.get_ident(), text):
                self._wrapped.write(text)
            return len(text)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._wrapped, name)

    class Handler(logging.Handler):
        """Shows what is logged in a run."""

        def emit(self, record: logging.LogRecord) -> None:
            """Write a record to the run of its thread."""
            runs.write(record.thread, f"{self.format(record)}\n")

    sys.stdout, sys.stderr = Stream(sys.stdout), Stream(sys.stderr)
    handler = Handler(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
    logging.getLogger().addHandler(handler)
    return runs
