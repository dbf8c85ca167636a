"""The program of a worker process: it runs one process after the other, in its main thread."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import resource
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.executor import bars, capture, steps
from jupyter_colonies.executor.functions.keeping import Keeping
from jupyter_colonies.executor.outcome import Outcome, failure
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.executor.workers import conversation
from jupyter_colonies.executor.workers.conversation import Ended, Noted, Progressed, Wrote

_KEEPING = Keeping()


def main(descriptor: int) -> None:
    """Serve the kernel over a socket until it closes it or ends."""
    worker = _Worker(Connection(descriptor))
    signal.signal(signal.SIGTERM, worker.terminate)
    worker.serve()


class _Worker:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._given: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._known: dict[str, Any] = {}
        self._running: RunningProcess | None = None
        self._main_sends = False

    def serve(self) -> None:
        found, private_key = pickle.loads(self._connection.recv_bytes())  # noqa: S301 - our kernel's
        self._colony = colony = Colony(found)
        self._client = colony.client.signed_by(private_key)
        sys.stdout = _Stream(self, "stdout", sys.stdout)
        sys.stderr = _Stream(self, "stderr", sys.stderr)
        threading.Thread(target=self._listen, name="colonies-kernel", daemon=True).start()
        bars.install()
        self._before = set(threading.enumerate())
        while given := self._given.get():
            self._serve_one(conversation.read_run(given))

    def send(self, said: conversation.Said) -> None:
        """Tell the kernel; without one there is nothing left to do."""
        with self._sending:
            main = threading.current_thread() is threading.main_thread()
            if main:
                self._main_sends = True
            try:
                self._connection.send_bytes(conversation.encode(said))
            except OSError:
                _end()
            finally:
                if main:
                    self._main_sends = False

    def say(self, said: conversation.Said) -> None:
        """Tell the kernel something of the present run; between runs nobody listens."""
        running = self._running
        if running is not None:
            self.send(said)
            if threading.current_thread() is threading.main_thread():
                running.check()  # it was told to end while it was sending

    def terminate(self, _number: int, _frame: FrameType | None) -> None:
        """The kernel wants the run to end; if it does not, it is going to be killed."""
        running = self._running
        if running is None:
            _end()
        else:
            running.cancellation.cancel("it was ended by its kernel")
            if not self._main_sends:  # half a message would tell the kernel nothing
                running.check()

    def _serve_one(self, run: conversation.Run) -> None:
        log: Any = _Log(self)
        running = RunningProcess(
            run.process,
            self._client,
            self._colony.portal,
            log,
            self._colony.values,
            lambda share, text: self.say(Progressed(share, text)),
        )
        running.mount = Path(run.mount) if run.mount else None
        self._running = running
        bars.CURRENT.set(running)
        try:
            outcome = self._outcome(run, running)
        except BaseException as error:  # noqa: BLE001 - it fails the process only
            outcome = failure(error)
        self._running = None
        bars.CURRENT.set(None)
        self.send(
            Ended(outcome.output, outcome.errors, outcome.abandoned, memory(), self._is_clean())
        )

    def _outcome(self, run: conversation.Run, running: RunningProcess) -> Outcome:
        def call(process: RunningProcess) -> Any:
            if run.packed:
                # One executor's code is replaced by newer code, which brings a new worker.
                self._known[run.digest] = pickle.loads(run.packed)  # noqa: S301 - as above
            return self._known[run.digest](process)

        # Values are stored from here: the kernel never sees them.
        return _KEEPING.after(running, steps.call(call, running))

    def _listen(self) -> None:
        """Pass on what the kernel says; when it has gone nothing here is of use any more."""
        while True:
            try:
                self._given.put(self._connection.recv_bytes())
            except (EOFError, OSError):
                _end()

    def _is_clean(self) -> bool:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
            return False
        left = set(threading.enumerate()) - self._before
        # The client's own loop looks up addresses in such threads.
        return all(thread.name.startswith("asyncio_") for thread in left)


class _Stream:
    """Stands for a standard stream; what is no text of Python's comes through the descriptor."""

    def __init__(self, worker: _Worker, name: str, stream: TextIO) -> None:
        self._worker = worker
        self._name = name
        self._stream = stream

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._worker.say(Wrote(self._name, text, not capture.UNLOGGED.get()))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Everything was sent already."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Log:
    """The log of a run, as far as the run sees it."""

    def __init__(self, worker: _Worker) -> None:
        self._worker = worker

    def write(self, text: str) -> None:
        self._worker.say(Noted(text))


def memory() -> int:
    """Bytes that this process takes; where that can't be told, the most it ever took."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def _end() -> None:
    """End at once, with what the run has started."""
    os.killpg(os.getpgid(0), signal.SIGKILL)
