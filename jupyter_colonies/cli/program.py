"""An executor as a program: it works until a signal ends it, and says in words what it does."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Self, TypeVar

import click

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.patience import passes, pauses
from jupyter_colonies.commands.session import Session
from jupyter_colonies.errors import ClientError, ColoniesError, NoServer, SchedulerUnreachable
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.programs import child
from jupyter_colonies.executor.worker import Worker, WorkerState

T = TypeVar("T")

GRACE = 30
KILLING = 10.0  # seconds that programs and containers have to be ended in

_log = logging.getLogger("jupyter_colonies.program")


class Ended(ClientError):
    """The executor can't go on: the colony does not want it any more."""


def options(name: str, executortype: str) -> Callable[[T], T]:
    """The options that every executor as a program has, with its usual name and type."""
    every = [
        click.option(
            "--name", default=name or None, required=not name, show_default=bool(name),
            metavar="NAME", help="Name of the executor.",
        ),
        click.option(
            "--type", "executortype", default=executortype or None, required=not executortype,
            show_default=bool(executortype), metavar="TYPE", help="Type of the executor.",
        ),
        click.option(
            "--concurrency", type=click.IntRange(min=1), default=None, metavar="NUMBER",
            help="How many processes it runs at the same time.",
        ),
        click.option(
            "--grace", type=click.IntRange(min=0), default=GRACE, show_default=True,
            metavar="SECONDS",
            help="How long running processes may go on after SIGTERM or Ctrl-C, before they are "
            "given back.",
        ),
    ]  # fmt: skip

    def add(command: T) -> T:
        for option in reversed(every):
            command = option(command)  # type: ignore[type-var]  # a command's function
        return command

    return add


def run(session: Session, make: Callable[[Colony], Worker], *, grace: float) -> None:
    """Make an executor, start it, and let it work until SIGTERM or SIGINT.

    The first signal lets running processes finish within `grace` seconds, a second one gives them
    back at once. While the server is away it is waited for. Raises Ended when the executor was
    removed or rejected, and what the server refuses at the start.
    """
    with _words(), _Signals() as signals:
        worker: Worker | None = None
        for pause in pauses():
            try:
                worker = worker or make(session.colony)
                with _told(worker, signals):
                    worker.start()
                    _work(worker, signals, grace)
                return
            except ColoniesError as error:
                if not _waits(error):
                    raise
                _log.warning("%s. Trying again", error.message)
            signals.wait(pause)
            if signals.count:
                return


class _Signals:
    """How often the program was told to end, by SIGINT, SIGTERM or the colony.

    The kernel may give a signal to any thread, and Python handles it in the main one, which must
    be woken for that: it waits for a pipe into which Python writes each signal as it comes.
    """

    def __init__(self) -> None:
        self.count = 0
        self.refusal = ""
        self._bell, self._button = os.pipe()
        os.set_blocking(self._button, False)
        self._ringing = threading.Lock()

    def __enter__(self) -> Self:
        numbers = (signal.SIGINT, signal.SIGTERM)
        self._before = {number: signal.signal(number, self._heard) for number in numbers}
        self._fd_before = signal.set_wakeup_fd(self._button, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(self._fd_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        with self._ringing:
            os.close(self._bell)
            os.close(self._button)
            self._button = -1

    def wait(self, seconds: float | None = None) -> None:
        """Wait for a signal, a ring or the end of the time; only the main thread may."""
        if select.select([self._bell], [], [], seconds)[0]:
            os.read(self._bell, 512)

    def ring(self) -> None:
        """Wake the main thread, from any other."""
        with self._ringing, contextlib.suppress(BlockingIOError):
            if self._button >= 0:
                os.write(self._button, b"!")

    def refuse(self, reason: str) -> None:
        """The colony does not want the executor."""
        self.refusal = reason
        self.count += 1
        self.ring()

    def _heard(self, *_: object) -> None:
        self.count += 1


def _work(worker: Worker, signals: _Signals, grace: float) -> None:
    """Wait for the end, and then for what runs."""
    while not signals.count:
        signals.wait()
    refusal = signals.refusal
    if worker.running and grace and not refusal:
        _log.info(
            "Ending: %s finish within %s s before being given back; a second signal gives back "
            "at once",
            _count(len(worker.running)),
            grace,
        )
    leaving = worker.colony.portal.start(worker.leave(0 if refusal else grace))
    leaving.add_done_callback(lambda _: signals.ring())
    while not leaving.done():
        signals.wait()
        if signals.count > 1:
            for running in tuple(worker.running):
                running.cancellation.cancel("given back, as its executor ends at once")
    leaving.result()
    child.all_ended(KILLING)
    if refusal:
        raise Ended(f"Executor '{worker.name}' can't go on: {refusal}")


def _count(number: int) -> str:
    return "1 process may" if number == 1 else f"{number} processes may"


def _waits(error: ColoniesError) -> bool:
    """Whether a program waits for it: what nobody named or proves will not come by itself."""
    away = passes(error) or isinstance(error, SchedulerUnreachable)
    return away and not isinstance(error, NoServer)


@contextlib.contextmanager
def _words() -> Iterator[None]:
    """Write what is logged to the standard error, one line each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    try:
        yield
    finally:
        _log.removeHandler(handler)


@contextlib.contextmanager
def _told(worker: Worker, signals: _Signals) -> Iterator[None]:
    """Log what the worker does, and hear when it is refused."""
    ending = registry.observe(_Teller(worker, signals))
    try:
        yield
    finally:
        ending()


class _Teller:
    """Logs each change of one worker once. Called on the portal's thread."""

    def __init__(self, worker: Worker, signals: _Signals) -> None:
        self._worker = worker
        self._signals = signals
        self._state = worker.state
        self._notice = ""
        self._done, self._failed = worker.done, worker.failed
        self._running: dict[str, float] = {}
        self._worked = False

    def __call__(self, worker: Worker) -> None:
        """Look at what is different now."""
        if worker is not self._worker:
            return
        self._tell_state()
        now = {running.processid: running for running in tuple(worker.running)}
        for processid, running in now.items():
            if processid not in self._running:
                self._running[processid] = time.monotonic()
                _log.info("Process %s (%s) begins", processid, running.funcname)
        for processid in [known for known in self._running if known not in now]:
            seconds = time.monotonic() - self._running.pop(processid)
            _log.info("Process %s %s after %.1f s", processid, self._end(), seconds)
        if worker.notice != self._notice:
            self._notice = worker.notice
            _log.warning("%s", worker.notice)

    def _end(self) -> str:
        worker = self._worker
        if worker.done > self._done:
            self._done += 1
            return "succeeded"
        if worker.failed > self._failed:
            self._failed += 1
            return "failed"
        return "was given up"

    def _tell_state(self) -> None:
        worker = self._worker
        if worker.state is self._state:
            return
        self._state = worker.state
        why = f": {worker.reason}" if worker.reason else ""
        level = logging.WARNING if why else logging.INFO
        _log.log(
            level, "Executor %s (%s) is %s%s", worker.name, worker.executortype, worker.state, why
        )
        if worker.state is WorkerState.READY:
            self._worked = True
        if worker.state is WorkerState.REFUSED and self._worked:
            self._signals.refuse(worker.reason)
