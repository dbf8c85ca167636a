"""Group commit: one thread that writes for everybody.

All jobs that are waiting run in one transaction, each in a savepoint of its own, and are
answered after its commit. A job that raises takes nothing but itself back; a failed commit
answers nobody with success.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Dialect

from jupyter_colonies.errors import ColoniesError, ServerStopping, StorageFailed
from jupyter_colonies.store.statement import Transaction

T = TypeVar("T")
Job = Callable[[Transaction], T]

BATCH = 256

_log = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    job: Job[Any]
    future: asyncio.Future[Any]


class _Outcome(NamedTuple):
    future: asyncio.Future[Any]
    value: Any
    error: BaseException | None
    announced: list[object]


class Writer:
    """The one writing connection and its thread.

    `connect` is called in the thread. `clock` gives nanoseconds since 1970. `committed` is called
    on the event loop after each commit with everything the jobs announced.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        dialect: Dialect,
        clock: Callable[[], int],
        committed: Callable[[list[object]], None],
    ) -> None:
        self._connect = connect
        self._dialect = dialect
        self._clock = clock
        self._committed = committed
        self._loop = asyncio.get_running_loop()
        self._collected: list[_Waiting] = []
        self._queue: queue.SimpleQueue[list[_Waiting] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="colonies-writer", daemon=True)
        self._stopped = False
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self.statements = 0

    async def start(self) -> None:
        """Open the connection and start writing. Raises what `connect` raises."""
        self._thread.start()
        await self._opened

    async def stop(self) -> None:
        """Finish what was handed in, then end the thread and close the connection."""
        self._stopped = True
        self._flush()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def write(self, job: Job[T]) -> asyncio.Future[T]:
        """Run a job with the next batch; the future ends after the commit."""
        future: asyncio.Future[T] = self._loop.create_future()
        if self._stopped:
            future.set_exception(ServerStopping("The server is shutting down, try again soon"))
            return future
        if not self._collected:
            self._loop.call_soon(self._flush)
        self._collected.append(_Waiting(job, future))
        return future

    def _flush(self) -> None:
        if self._collected:
            self._queue.put(self._collected)
            self._collected = []

    def _work(self) -> None:
        try:
            connection = self._connect()
        except Exception as error:  # noqa: BLE001 - whoever started the writer is told
            self._loop.call_soon_threadsafe(self._opened.set_exception, error)
            return
        self._loop.call_soon_threadsafe(self._opened.set_result, None)
        try:
            while (waiting := self._queue.get()) is not None:
                ended = self._gather(waiting)
                for start in range(0, len(waiting), BATCH):
                    outcomes = self._commit(connection, waiting[start : start + BATCH])
                    self._loop.call_soon_threadsafe(self._deliver, outcomes)
                if ended:
                    break
        finally:
            connection.close()

    def _gather(self, waiting: list[_Waiting]) -> bool:
        while len(waiting) < BATCH:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                return False
            if more is None:
                return True
            waiting.extend(more)
        return False

    def _commit(self, connection: sqlite3.Connection, batch: list[_Waiting]) -> list[_Outcome]:
        try:
            connection.execute("BEGIN IMMEDIATE")
            outcomes = [
                self._run(connection, waiting)
                for waiting in batch
                if not waiting.future.cancelled()
            ]
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            _log.exception("The database refused a batch of %d writes", len(batch))
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            failure = StorageFailed(
                f"The database could not complete the write, nothing of it was stored: {error}"
            )
            return [_Outcome(waiting.future, None, failure, []) for waiting in batch]
        return outcomes

    def _run(self, connection: sqlite3.Connection, waiting: _Waiting) -> _Outcome:
        transaction = Transaction(connection, self._dialect, self._clock())
        connection.execute("SAVEPOINT job")
        try:
            value = waiting.job(transaction)
        except Exception as error:
            if not connection.in_transaction:
                raise sqlite3.OperationalError(
                    f"the whole transaction was rolled back: {error}"
                ) from error
            connection.execute("ROLLBACK TO job")
            connection.execute("RELEASE job")
            return _Outcome(waiting.future, None, _told(error), [])
        finally:
            self.statements += transaction.statements
        connection.execute("RELEASE job")
        return _Outcome(waiting.future, value, None, transaction.announced)

    def _deliver(self, outcomes: list[_Outcome]) -> None:
        announced: list[object] = []
        for outcome in outcomes:
            announced.extend(outcome.announced)
            if outcome.future.cancelled():
                continue
            if outcome.error is not None:
                outcome.future.set_exception(outcome.error)
            else:
                outcome.future.set_result(outcome.value)
        if announced:
            self._committed(announced)


def _told(error: Exception) -> BaseException:
    if isinstance(error, sqlite3.Error):
        _log.error("A statement failed", exc_info=error)
        return StorageFailed(f"The database refused a statement, nothing was stored: {error}")
    if not isinstance(error, ColoniesError):
        _log.error("A use-case failed", exc_info=error)
    return error
