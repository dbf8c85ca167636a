"""SQLite in WAL mode: one writing connection, readers beside it."""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from jupyter_colonies.errors import ColoniesError, InvalidConfiguration, StorageFailed, Superseded
from jupyter_colonies.store import schema
from jupyter_colonies.store.address import SqliteAddress
from jupyter_colonies.store.database import Job, Outcome, Waiting
from jupyter_colonies.store.faults import ends_the_batch, in_words
from jupyter_colonies.store.statement import Statement, Transaction

T = TypeVar("T")

OLDEST = (3, 35, 0)

CHECKED_UP_TO = 64 * 1024 * 1024
"""Bytes of a file that is checked as a whole before it is used: some tenths of a second."""

TAKE_OVER = """
    INSERT INTO counters (name, value) VALUES ('hosts', 1)
    ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value
"""
EPOCH = "SELECT value FROM counters WHERE name = 'hosts'"

_log = logging.getLogger(__name__)
_dialect = sqlite.dialect(paramstyle="named")


class SqliteDatabase:
    """An SQLite file. `clock` gives nanoseconds since 1970.

    `epoch` counts the servers that have opened the file to write: the last one has the right to.
    """

    writers = 1
    readers = 2

    def __init__(self, address: SqliteAddress, clock: Callable[[], int]) -> None:
        self._path = address.path
        self._synchronous = address.synchronous
        self._clock = clock
        self.epoch = 0

    def open(self) -> None:
        """Create or upgrade the schema, and take the file over from whoever wrote it before."""
        if sqlite3.sqlite_version_info < OLDEST:
            needed = ".".join(map(str, OLDEST))
            raise InvalidConfiguration(
                f"SQLite {sqlite3.sqlite_version} is too old, {needed} or newer is needed: "
                "use a newer Python"
            )
        engine = create_engine(f"sqlite:///{self._path}")
        try:
            with closing(self._connect()) as connection:
                self._check(connection)
            with engine.begin() as upgraded:
                schema.upgrade(upgraded, str(self._path))
            with closing(self._connect()) as connection:
                self._prepare(connection)
        except DBAPIError as error:
            raise self._unusable(error.orig or error) from error
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        finally:
            engine.dispose()

    def writing(self) -> SqliteWriting:
        """The one writing session."""
        return SqliteWriting(self.connect(), str(self._path), self.epoch, self._clock)

    def reading(self) -> SqliteReading:
        """A session that can't write."""
        return SqliteReading(self.connect(), str(self._path), self._clock)

    def listen(self, heard: Callable[[str], None], again: Callable[[], None]) -> None:
        """There is nobody to listen to: one server has the file to itself."""

    def stop(self) -> None:
        """Nothing waits for a file."""

    def connect(self) -> sqlite3.Connection:
        """A connection that acknowledges only what is on disk. Raises StorageFailed."""
        try:
            return self._connect()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _check(self, connection: sqlite3.Connection) -> None:
        if self._path.stat().st_size > CHECKED_UP_TO:
            return
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            damage = sqlite3.DatabaseError(str(found))
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # The file remembers the mode. Two connections that set it at once would lock each
        # other out, and SQLite does not wait there.
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise InvalidConfiguration(
                f"SQLite can't keep a write-ahead log beside {self._path}: name a data folder on "
                "an ordinary local disk"
            )
        self.epoch = connection.execute(TAKE_OVER).fetchall()[0][0]

    def _unusable(self, error: BaseException) -> StorageFailed:
        if isinstance(error, sqlite3.Error):
            return in_words(error, f"Can't open the database {self._path}: {error}")
        return StorageFailed(f"Can't open the database {self._path}: {error}")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")
        connection.execute("PRAGMA busy_timeout = 10000")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA temp_store = MEMORY")
        if sys.platform == "darwin":
            connection.execute("PRAGMA fullfsync = ON")
        return connection


class SqliteReading:
    """A connection that can't write."""

    def __init__(self, connection: sqlite3.Connection, name: str, clock: Callable[[], int]) -> None:
        connection.execute("PRAGMA query_only = ON")
        self._connection = connection
        self._name = name
        self._clock = clock
        self.statements = 0

    def run(self, job: Job[T]) -> T:
        """Run a job on one consistent view. Raises StorageFailed."""
        transaction = Transaction(self._connection, _dialect, self._clock())
        try:
            self._connection.execute("BEGIN")
            try:
                return job(transaction)
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            _log.exception("The database refused to be read")
            raise in_words(error, f"The database {self._name} can't be read: {error}") from error
        finally:
            self.statements += transaction.statements

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class SqliteWriting:
    """The one connection that writes: a batch is one transaction.

    `epoch` gives the right to write until another server has opened the file; a server that was
    suspended and wakes up too late finds another epoch in the transaction and stores nothing.
    """

    def __init__(
        self, connection: sqlite3.Connection, name: str, epoch: int, clock: Callable[[], int]
    ) -> None:
        self._connection = connection
        self._name = name
        self._epoch = epoch
        self._clock = clock
        self._kept: dict[str, Any] = {}
        self._added: dict[Statement, list[Mapping[str, Any]]] = {}
        self.statements = 0

    def commit(self, batch: Sequence[Waiting]) -> Iterator[list[Outcome]]:
        """Run all jobs and commit once; a failed commit answers nobody with success."""
        try:
            outcomes = self._commit(batch)
        except Superseded as error:
            outcomes = self._refused(batch, error)
        except sqlite3.Error as error:
            _log.exception("The database refused a batch of %d writes", len(batch))
            what = f"The database could not complete the write, nothing of it was stored: {error}"
            outcomes = self._refused(batch, in_words(error, what))
        yield outcomes

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _commit(self, batch: Sequence[Waiting]) -> list[Outcome]:
        """Run a batch as if nothing could fail after it has written, which is nearly always so.

        Only if one does is there a savepoint for each job, so that the others are kept.
        """
        try:
            return self._attempt(batch, careful=False)
        except _HalfDone:
            self._roll_back()
            return self._attempt(batch, careful=True)

    def _attempt(self, batch: Sequence[Waiting], *, careful: bool) -> list[Outcome]:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        found = connection.execute(EPOCH).fetchone()
        if found is None or found[0] != self._epoch:
            raise Superseded(
                f"Another server has taken the database {self._name} over, nothing was stored: "
                "ask that one"
            )
        outcomes = []
        for waiting in batch:
            if waiting.future.cancelled():
                continue
            if waiting.ahead is None:  # it may look at what the jobs before it have added
                self._insert_added()
            outcomes.append(self._run_saved(waiting) if careful else self._run(waiting))
        self._insert_added()
        connection.execute("COMMIT")
        return outcomes

    def _insert_added(self) -> None:
        for statement, rows in self._added.items():
            self.statements += 1
            self._connection.executemany(statement.compiled(_dialect)[0], rows)
        self._added.clear()

    def _refused(self, batch: Sequence[Waiting], failure: ColoniesError) -> list[Outcome]:
        self._roll_back()
        return [Outcome(waiting.future, None, failure, []) for waiting in batch]

    def _roll_back(self) -> None:
        self._kept.clear()
        self._added.clear()
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _run_saved(self, waiting: Waiting) -> Outcome:
        connection = self._connection
        connection.execute("SAVEPOINT job")
        try:
            outcome = self._run(waiting)
        except _HalfDone as half_done:
            connection.execute("ROLLBACK TO job")
            self._kept.clear()
            outcome = Outcome(waiting.future, None, _told(half_done.error), [])
        connection.execute("RELEASE job")
        return outcome

    def _run(self, waiting: Waiting) -> Outcome:
        """Run one job. Raises _HalfDone if it fails and has written something."""
        connection = self._connection
        transaction = Transaction(connection, _dialect, self._clock(), kept=self._kept)
        try:
            value = waiting.job(transaction)
        except Exception as error:
            if isinstance(error, sqlite3.Error) and ends_the_batch(error):
                raise
            if not connection.in_transaction:
                raise sqlite3.OperationalError(
                    f"the whole transaction was rolled back: {error}"
                ) from error
            if transaction.wrote:
                raise _HalfDone(error) from error
            return Outcome(waiting.future, None, _told(error), [])
        finally:
            self.statements += transaction.statements
        for statement, rows in transaction.added:
            self._added.setdefault(statement, []).extend(rows)
        return Outcome(waiting.future, value, None, transaction.announced)


class _HalfDone(Exception):
    """A job failed after it had written."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


def _told(error: Exception) -> Exception:
    if isinstance(error, sqlite3.Error):
        _log.error("A statement failed", exc_info=error)
        return in_words(error, f"The database refused a statement, nothing was stored: {error}")
    if not isinstance(error, ColoniesError):
        _log.error("A use-case failed", exc_info=error)
    return error
