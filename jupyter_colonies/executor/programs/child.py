"""A program that a run starts: its streams go to the log, and it ends with the run."""

from __future__ import annotations

import atexit
import codecs
import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from jupyter_colonies.executor import threads
from jupyter_colonies.executor.cancellation import RunCancelled
from jupyter_colonies.executor.outcome import RunFailed
from jupyter_colonies.executor.programs import leftovers, warden
from jupyter_colonies.executor.running import RunningProcess

LAST_LINES = 10
LARGEST_OUTPUT = 1024 * 1024  # characters of the standard output that are kept
GRACE = 2.0  # seconds a program has to end by itself when it is told to
FAREWELL = 5.0  # seconds the interpreter waits for programs when it ends

Show = Callable[[str], Any]
Streams = tuple[Show, Show]  # what the standard output and the standard error are shown with


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a program ended: its exit code, negative for a signal, and what it wrote.

    output: the standard output, a megabyte of it at most. last_lines: of both streams.
    """

    code: int
    output: str
    last_lines: str

    @property
    def failure(self) -> str:
        """What happened, in words."""
        ended = f"exited with {self.code}"
        if self.code < 0:
            ended = f"was ended by signal {signal.Signals(-self.code).name}"
        return ended + (f"; its last lines:\n{self.last_lines}" if self.last_lines else "")


def attend(
    process: RunningProcess,
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    walltime: int,
    show: Streams,
    end: Callable[[], None] | None = None,
) -> Ended:
    """Run a program to its end and show what it writes, in the order in which it comes.

    It is ended with its whole process group after `walltime` seconds (0 for never) or when nobody
    wants its result any more, and so is whatever it leaves running; `end` is called before that,
    for a program that only stands for another one. Raises RunFailed at the end of the walltime,
    RunCancelled, and OSError if the program can't be started.
    """
    child = _Child(process, command, environment=environment, folder=folder, show=show)
    with child, process.cancellation.calling(child.ring):
        child.listen(time.monotonic() + walltime if walltime else None)
        if not child.ended and end is not None:
            end()
    if child.ended:
        return child.outcome()
    process.check()
    if _leaving.is_set():
        raise RunCancelled("the interpreter ends")
    raise RunFailed(f"The command was killed after its walltime of {walltime} s")


class _Child:
    """One program, the two streams it writes, and a pipe through which others wake its reader."""

    def __init__(
        self,
        process: RunningProcess,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        show: Streams,
    ) -> None:
        self._process = process
        self._show = show
        self._out: list[str] = []
        self._kept = 0
        self._tail = ""
        self.ended = False
        self._selector = selectors.DefaultSelector()
        self._bell, self._button = os.pipe()
        self._ringing = threading.Lock()
        try:
            warden.post()
            self._program = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=folder,
                bufsize=0,
                start_new_session=True,
            )
        except BaseException:
            self._hang_up()
            raise

    def __enter__(self) -> Self:
        try:
            warden.watch(self._program.pid)
            self._begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._kill()
        finally:
            for stream in (self._program.stdout, self._program.stderr):
                assert stream is not None
                stream.close()
            self._hang_up()
            with _changed:
                _children.discard(self)
                _changed.notify_all()

    def _begin(self) -> None:
        self._selector.register(self._bell, selectors.EVENT_READ)
        streams = (self._program.stdout, self._program.stderr)
        for stream, show, keep in zip(streams, self._show, (True, False), strict=True):
            assert stream is not None
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            self._selector.register(stream, selectors.EVENT_READ, (decoder, show, keep))
        with _changed:
            _children.add(self)
        threads.start(self._await_end, f"awaits-{self._program.pid}")

    def _hang_up(self) -> None:
        self._selector.close()
        with self._ringing:
            os.close(self._bell)
            os.close(self._button)
            self._button = -1

    def listen(self, deadline: float | None) -> None:
        """Show what comes until the program has ended, its time is over, or it is unwanted."""
        while not (self.ended or self._process.cancelled.is_set() or _leaving.is_set()):
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return
            self._read(left)
        # What lies in the pipes when the program has ended is still its own; whatever it left
        # running may hold them open for ever.
        while self.ended and self._read(0):
            pass

    def ring(self) -> None:
        """Wake the reader, from any thread."""
        with self._ringing:
            if self._button >= 0:
                os.write(self._button, b"!")

    def outcome(self) -> Ended:
        """How it ended."""
        return Ended(
            code=self._program.returncode,
            output="".join(self._out),
            last_lines="\n".join(self._tail.rstrip().splitlines()[-LAST_LINES:]),
        )

    def _await_end(self) -> None:
        self._program.wait()
        self.ring()

    def _read(self, seconds: float | None) -> bool:
        """Wait for something to be written or to happen; whether anything was written."""
        wrote = False
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                os.read(self._bell, 64)
                self.ended = self._program.poll() is not None
                continue
            decoder, show, keep = key.data
            data = os.read(key.fd, 65536)
            self._take(decoder.decode(data, final=not data), show, keep=keep)
            wrote = wrote or bool(data)
            if not data:
                self._selector.unregister(key.fileobj)
        return wrote

    def _take(self, text: str, show: Show, *, keep: bool) -> None:
        if not text:
            return
        show(text)
        self._tail = (self._tail + text)[-LAST_LINES * 1000 :]
        if keep and self._kept < LARGEST_OUTPUT:
            self._out.append(text[: LARGEST_OUTPUT - self._kept])
            self._kept += len(text)

    def _kill(self) -> None:
        """End what runs in its group, gently first, and what has left the group."""
        group = self._program.pid
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._program.wait(GRACE)
            os.killpg(group, signal.SIGKILL)
        self._program.wait()
        leftovers.kill(self._process.processid)
        warden.release(group)


_changed = threading.Condition()
_children: set[_Child] = set()
_leaving = threading.Event()


def all_ended(seconds: float) -> bool:
    """Wait until no program is attended here any more; whether that came true."""
    with _changed:
        return _changed.wait_for(lambda: not _children, seconds)


@atexit.register
def _end_all() -> None:
    """End what still runs when the interpreter ends; the warden ends what does not listen."""
    _leaving.set()
    with _changed:
        children = tuple(_children)
    for child in children:
        child.ring()
    all_ended(FAREWELL)


if hasattr(os, "register_at_fork"):
    # The programs of a forked child are its parent's.
    os.register_at_fork(after_in_child=_children.clear)
