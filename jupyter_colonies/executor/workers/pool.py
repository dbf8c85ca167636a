"""Worker processes of an executor: started when needed, used again, ended by force if need be.

They are new interpreters, not copies of the kernel: nothing of it is inherited but the
environment and the working directory, and no module of the notebook is run again.
"""

from __future__ import annotations

import codecs
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait

from jupyter_colonies.errors import InvalidCell
from jupyter_colonies.executor import capture
from jupyter_colonies.executor.cancellation import RunCancelled
from jupyter_colonies.executor.functions.results import Output
from jupyter_colonies.executor.offer import Runnable
from jupyter_colonies.executor.outcome import RunFailed
from jupyter_colonies.executor.programs import warden
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.executor.workers import conversation
from jupyter_colonies.executor.workers.conversation import Ended, Noted, Progressed, Run, Wrote
from jupyter_colonies.executor.workers.payload import Payload

GRACE = 2.0
"""Seconds that a cancelled run has to clean up before its worker process is killed."""

LEAK = 1 << 30
"""Bytes that a worker process may grow by after its first run before it is replaced."""

MOST_AT_END = 1 << 20  # bytes from below Python that are read when a run has ended
LAST = 2000  # characters of what a worker wrote last that are told when it died


class Pool:
    """The worker processes of one executor; as many as run at the same time.

    setup: gives the bytes that a worker process is told first, over its socket.
    """

    def __init__(self, setup: Callable[[], bytes]) -> None:
        self._setup = setup
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._current = 0

    def run(self, payload: Payload, process: RunningProcess) -> Output:
        """Run packed code in a worker process and return its output.

        Raises RunFailed with the errors of the run, also when its worker process died, and
        RunCancelled.
        """
        process.check()
        try:
            packed = payload.packed()
        except InvalidCell as error:
            raise RunFailed(error.message) from None
        worker = self._take()
        reusable = False
        try:
            ended = worker.run(payload.digest, packed, process)
            # Whoever was told to end may still be killed.
            wanted = not process.cancelled.is_set()
            reusable = wanted and ended.clean and not worker.leaks(ended.memory)
        finally:
            self._put(worker, reusable=reusable)
        if ended.abandoned:
            raise RunCancelled(process.cancellation.reason or ended.abandoned)
        if ended.errors is not None:
            raise RunFailed(*ended.errors)
        return Output(ended.output, [])

    def renew(self) -> None:
        """Start anew for the next runs: newer code may come with newer modules."""
        with self._lock:
            self._current += 1
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()

    def close(self) -> None:
        """End every worker process; those that run something are killed."""
        with self._lock:
            self._current += 1
            workers = [*self._idle, *self._busy]
            self._idle = []
        for worker in workers:
            worker.end()

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers there are."""
        with self._lock:
            return [worker.pid for worker in (*self._idle, *self._busy)]

    def _take(self) -> _Worker:
        with self._lock:
            current = self._current
            worker = self._idle.pop() if self._idle else None
            if worker is not None:
                self._busy.add(worker)
        if worker is None:
            worker = _Worker(self._setup(), current)
            with self._lock:
                self._busy.add(worker)
        return worker

    def _put(self, worker: _Worker, *, reusable: bool) -> None:
        with self._lock:
            self._busy.discard(worker)
            kept = reusable and worker.generation == self._current
            if kept:
                self._idle.append(worker)
        if not kept:
            worker.end()


class PooledRunnable:
    """Runs what it was given in a worker process of a pool."""

    def __init__(self, runnable: Runnable, payload: Payload, pool: Pool) -> None:
        self.within = runnable
        self._payload = payload
        self._pool = pool

    def __call__(self, process: RunningProcess, /) -> Output:
        """Run the process. Raises as `Pool.run`, and InvalidCell if the code can't be packed."""
        return self._pool.run(self._payload, process)


class _Worker:
    """One worker process, and the end of the socket that is here."""

    def __init__(self, setup: bytes, generation: int) -> None:
        self.generation = generation
        self._known: set[str] = set()
        self._first = 0
        ours, theirs = socket.socketpair()
        outlet, inlet = os.pipe()
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; "
            "from jupyter_colonies.executor.workers.workerprocess import main; "
            f"main({theirs.fileno()})"
        )
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", code],
                    stdin=subprocess.DEVNULL,
                    stdout=inlet,
                    stderr=inlet,
                    pass_fds=[theirs.fileno()],
                    # An interrupt of the kernel is for its cell.
                    start_new_session=True,
                )
            finally:
                os.close(inlet)
        # It dies with this process, even in the middle of C code, and what it has started too.
        warden.watch(self._process.pid)
        self._outlet = outlet
        os.set_blocking(outlet, False)
        self._connection = Connection(ours.detach())
        self._open = True
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._last = ""
        self._connection.send_bytes(setup)

    @property
    def pid(self) -> int:
        return self._process.pid

    def run(self, digest: str, packed: bytes, process: RunningProcess) -> Ended:
        new = digest not in self._known
        self._last = ""
        try:
            self._connection.send_bytes(
                conversation.encode(
                    Run(
                        process.process,
                        digest,
                        packed if new else b"",
                        str(process.mount or ""),
                    )
                )
            )
            self._known.add(digest)
            with process.cancellation.calling(self._terminate):
                return self._heed(process)
        except (EOFError, OSError):
            raise self._death(process) from None

    def leaks(self, memory: int) -> bool:
        self._first = self._first or memory
        return memory - self._first > LEAK

    def end(self) -> None:
        """End the process, with everything it has started, and wait until it has."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        warden.release(self._process.pid)
        self._connection.close()
        os.close(self._outlet)

    def _heed(self, process: RunningProcess) -> Ended:
        """Pass on what the worker says and writes until its run has ended."""
        while True:
            ready = wait([self._connection, self._outlet] if self._open else [self._connection])
            if self._connection not in ready:
                # What is written below Python is shown after what was printed so far.
                self._pass_on()
                continue
            match said := conversation.read_said(self._connection.recv_bytes()):
                case Wrote(logged=False):
                    with capture.unlogged():
                        self._show(said.stream, said.text)
                case Wrote():
                    self._show(said.stream, said.text)
                case Noted():
                    process.log(said.text)
                case Progressed():
                    process.note_progress(said.share, said.text)
                case Ended():
                    self._drain()
                    return said

    def _drain(self) -> None:
        """Pass on what was written before the end of the run: it is there when that is told."""
        passed = 0
        while self._open and passed < MOST_AT_END and (more := self._pass_on()):
            passed += more

    def _pass_on(self) -> int:
        """Show something that came from below Python: from C code, or from a command."""
        try:
            data = os.read(self._outlet, 65536)
        except BlockingIOError:
            return 0
        self._open = bool(data)
        self._show("stdout", self._decoder.decode(data))
        return len(data)

    def _show(self, stream: str, text: str) -> None:
        getattr(sys, stream).write(text)
        self._last = (self._last + text)[-LAST:]

    def _terminate(self) -> None:
        """End the run: it may clean up for a moment, and is killed then."""
        self._signal(signal.SIGTERM, group=False)
        killer = threading.Timer(GRACE, self._signal, [signal.SIGKILL])
        killer.daemon = True
        killer.start()

    def _signal(self, number: signal.Signals, *, group: bool = True) -> None:
        if self._process.poll() is not None:
            return
        if group:
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)

    def _death(self, process: RunningProcess) -> BaseException:
        """What to raise when the worker process is gone."""
        self._drain()
        try:
            code = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:  # it has closed its socket and lives on
            self._signal(signal.SIGKILL)
            code = self._process.wait()
        if process.cancelled.is_set():
            return RunCancelled(process.cancellation.reason)
        ended = f"exited with code {code}"
        if code < 0:
            ended = f"was ended by signal {-code} ({signal.Signals(-code).name})"
        errors = [f"The worker process {ended} while it ran {process.funcname}"]
        if self._last.strip():
            errors.append(f"What it wrote last:\n{self._last.strip()}")
        return RunFailed(*errors)
