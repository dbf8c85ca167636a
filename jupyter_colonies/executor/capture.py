"""What a run prints, on its way to the log of its process.

`sys.stdout` and `sys.stderr` are wrapped once. A contextvar says to which run a write belongs,
so runs that go on at the same time in one kernel never mix; text written outside a run goes
where it always went. Threads that user code starts itself carry no context unless they are
given one (`asyncio.to_thread` does so); what they print shows in the notebook only.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

from jupyter_colonies.client.patience import persevere
from jupyter_colonies.errors import ColoniesError

GATHER = 0.005  # seconds in which writes are gathered into one request
PATIENCE = 0.2  # seconds an unfinished line may wait for its end
LARGEST_MESSAGE = 64 * 1024
MOST_PENDING = 1024 * 1024

CURRENT: ContextVar[RunLog | None] = ContextVar("jupyter_colonies_run_log", default=None)
UNLOGGED: ContextVar[bool] = ContextVar("jupyter_colonies_unlogged", default=False)


class RunLog:
    """The log of one run: written from any thread, sent from the portal's loop.

    Whole lines are sent after a few milliseconds, in one request for all that came meanwhile;
    an unfinished line waits a little longer. A writer that is far ahead of the server waits;
    while the server is away it does not wait, and what is too much is left out with a notice.
    """

    def __init__(
        self,
        send: Callable[[str], Awaitable[Any]],
        loop: asyncio.AbstractEventLoop,
        refused: Callable[[ColoniesError], None],
    ) -> None:
        self._pid = os.getpid()
        self._send = send
        self._loop = loop
        self._refused = refused
        self._room = threading.Condition()
        self._pending: list[str] = []
        self._size = 0
        self._dropped = 0
        self._away = False
        self._closed = False
        self._draining = False
        self._waiting_for_line = False
        self._wake = asyncio.Event()
        self._end = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def write(self, text: str) -> None:
        """Append to the log. Blocks only while the server is there and cannot keep up."""
        if not text or os.getpid() != self._pid:  # a forked child has nobody that would send it
            return
        with self._room:
            while self._size > MOST_PENDING and not (self._away or self._closed):
                self._room.wait()
            if self._closed:
                return
            if self._size > MOST_PENDING:
                self._dropped += len(text)
                return
            self._pending.append(text)
            self._size += len(text)
            if self._draining and not (self._waiting_for_line and "\n" in text):
                return
            self._draining = True
        self._loop.call_soon_threadsafe(self._awake)

    async def finish(self) -> None:
        """Wait until everything written is with the server, or was refused."""
        with self._room:
            self._closed = True
            self._room.notify_all()
        self._end.set()
        self._wake.set()
        if self._pending and self._task is None:
            self._awake()
        if self._task is not None:
            await self._task

    def _awake(self) -> None:
        self._wake.set()
        if self._task is None:
            self._task = self._loop.create_task(self._drain())

    async def _drain(self) -> None:
        while True:
            await self._within(GATHER, self._end)
            text = self._take(everything=self._closed)
            if text:
                await self._post(text)
            elif await self._idle():
                return

    async def _idle(self) -> bool:
        """Whether there is nothing left; waits for the end of an unfinished line."""
        with self._room:
            if not self._pending:
                self._draining = False
                self._task = None
                return True
            self._waiting_for_line = True
            self._wake.clear()
            if self._closed:
                self._wake.set()
        if not await self._within(PATIENCE, self._wake):
            await self._post(self._take(everything=True))
        self._waiting_for_line = False
        return False

    @staticmethod
    async def _within(seconds: float, event: asyncio.Event) -> bool:
        """Wait for an event, or until it is too late."""
        try:
            async with asyncio.timeout(seconds):
                return await event.wait()
        except TimeoutError:
            return False

    def _take(self, *, everything: bool) -> str:
        with self._room:
            pending = "".join(self._pending)
            limit = min(len(pending), LARGEST_MESSAGE)
            end = pending.rfind("\n", 0, limit) + 1
            if not end and (everything or limit == LARGEST_MESSAGE):
                end = limit
            text = pending[:end]
            self._keep(pending[end:])
            if self._dropped and not self._pending:
                text += f"\n… {self._dropped} characters left out: the server was away …\n"
                self._dropped = 0
            self._room.notify_all()
            return text

    def _keep(self, rest: str) -> None:
        self._pending = [rest] if rest else []
        self._size = len(rest)

    async def _post(self, text: str) -> None:
        try:
            await persevere(lambda: self._send(text), self._server_away)
        except ColoniesError as error:
            with self._room:
                self._closed = True
                self._keep("")
            self._refused(error)
        finally:
            with self._room:
                self._away = False
                self._room.notify_all()

    def _server_away(self, error: ColoniesError) -> None:  # noqa: ARG002 - the worker reports it
        with self._room:
            self._away = True
            self._room.notify_all()


class RunStream:
    """Stands for `sys.stdout` or `sys.stderr`: writes of a run also go to its log."""

    def __init__(self, wrapped: TextIO) -> None:
        self._wrapped = wrapped

    def write(self, text: str) -> int:
        """Write to the wrapped stream, and to the log of the current run."""
        log = CURRENT.get()
        if log is not None and not UNLOGGED.get():
            log.write(text)
        self._wrapped.write(text)
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each of the texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)


@contextmanager
def unlogged() -> Iterator[None]:
    """What is written meanwhile is shown, and does not reach the log."""
    before = UNLOGGED.set(True)
    try:
        yield
    finally:
        UNLOGGED.reset(before)


_installing = threading.Lock()


def install() -> None:
    """Wrap the standard streams, unless they are wrapped already.

    Called before each run: a cell under `%%capture` puts other streams in their place. Log
    handlers that hold a stream from before are pointed at the wrapper, so that what `logging`
    shows on the screen reaches the log of the process too.
    """
    with _installing:
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is None or isinstance(stream, RunStream):
                continue
            wrapper = RunStream(stream)
            setattr(sys, name, wrapper)
            for handler in _handlers():
                if isinstance(handler, logging.StreamHandler) and handler.stream is stream:
                    handler.setStream(wrapper)


def _handlers() -> list[logging.Handler]:
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    return [h for logger in loggers if isinstance(logger, logging.Logger) for h in logger.handlers]
