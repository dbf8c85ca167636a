"""Group commit: few threads that write for everybody.

All jobs that wait go to a thread together and are answered after their commit. How a batch
becomes transactions is the database's: see `sqlite` and `postgres.writing`.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from jupyter_colonies.core.histogram import SECONDS, SIZES, Histogram
from jupyter_colonies.errors import ServerStopping, StorageFailed, Superseded
from jupyter_colonies.store.database import Database, Job, Outcome, Waiting, WritingSession
from jupyter_colonies.store.statement import Ahead

T = TypeVar("T")

BATCH = 256

_log = logging.getLogger(__name__)


class Commits:
    """How many jobs were stored together, and how long that took. Each thread counts its own."""

    def __init__(self) -> None:
        self.sizes = Histogram(SIZES)
        self.seconds = Histogram(SECONDS)


class Writer:
    """The writing threads, each with a session of its own.

    `committed` is called on the event loop after each commit with everything the jobs announced.
    `superseded` is set when the database refuses to be written by this server any more.
    """

    def __init__(
        self,
        database: Database,
        committed: Callable[[list[object]], None],
        superseded: asyncio.Event,
    ) -> None:
        self._committed = committed
        self._superseded = superseded
        self._loop = asyncio.get_running_loop()
        self._collected: list[Waiting] = []
        self._queue: queue.SimpleQueue[list[Waiting] | None] = queue.SimpleQueue()
        self._database = database
        self.commits: list[Commits] = []
        self._sessions: list[WritingSession] = []
        self._threads: list[threading.Thread] = []
        self._stopped = False

    @property
    def statements(self) -> int:
        """Number of statements run so far."""
        return sum(session.statements for session in self._sessions)

    async def start(self) -> None:
        """Open the sessions and start writing."""
        for number in range(self._database.writers):
            session = await asyncio.to_thread(self._database.writing)
            name = f"colonies-writer-{number}"
            commits = Commits()
            self.commits.append(commits)
            arguments = (session, commits)
            thread = threading.Thread(target=self._work, args=arguments, name=name, daemon=True)
            self._sessions.append(session)
            self._threads.append(thread)
            thread.start()

    async def stop(self) -> None:
        """Finish what was handed in, then end the threads and close the connections."""
        self._stopped = True
        self._flush()
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def write(self, job: Job[T], ahead: Ahead | None = None) -> asyncio.Future[T]:
        """Run a job with the next batch, see `Store.write`; the future ends after the commit."""
        future: asyncio.Future[T] = self._loop.create_future()
        if self._stopped:
            future.set_exception(ServerStopping("The server is shutting down, try again soon"))
            return future
        if not self._collected:
            self._loop.call_soon(self._flush)
        self._collected.append(Waiting(job, future, ahead))
        return future

    def _flush(self) -> None:
        if self._collected:
            self._queue.put(self._collected)
            self._collected = []

    def _work(self, session: WritingSession, commits: Commits) -> None:
        try:
            while (waiting := self._queue.get()) is not None:
                self._gather(waiting)
                for start in range(0, len(waiting), BATCH):
                    batch, begun = waiting[start : start + BATCH], time.monotonic()
                    self._commit(session, batch)
                    commits.sizes.observe(len(batch))
                    commits.seconds.observe(time.monotonic() - begun)
        finally:
            session.close()

    def _gather(self, waiting: list[Waiting]) -> None:
        while len(waiting) < BATCH:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                return
            if more is None:
                self._queue.put(None)
                return
            waiting.extend(more)

    def _commit(self, session: WritingSession, batch: list[Waiting]) -> None:
        try:
            for outcomes in session.commit(batch):
                self._loop.call_soon_threadsafe(self._deliver, outcomes)
        except Exception as error:  # noqa: BLE001 - it is told to whoever waits
            # Whatever it was: the thread lives on, and nobody waits for ever.
            _log.exception("Writing failed")
            failure = StorageFailed(f"Writing failed: {error}")
            outcomes = [Outcome(waiting.future, None, failure, []) for waiting in batch]
            self._loop.call_soon_threadsafe(self._deliver, outcomes)

    def _deliver(self, outcomes: list[Outcome]) -> None:
        announced: list[object] = []
        for outcome in outcomes:
            announced.extend(outcome.announced)
            if isinstance(outcome.error, Superseded):
                self._superseded.set()
            if outcome.future.done():
                continue
            if outcome.error is not None:
                outcome.future.set_exception(outcome.error)
            else:
                outcome.future.set_result(outcome.value)
        if announced:
            self._committed(announced)
