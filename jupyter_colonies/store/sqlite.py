"""SQLite in WAL mode: one writing connection with a savepoint per job, readers beside it."""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from sqlalchemy import create_engine
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from jupyter_colonies.errors import ColoniesError, InvalidConfiguration, StorageFailed
from jupyter_colonies.store import schema
from jupyter_colonies.store.database import Job, Outcome, Waiting
from jupyter_colonies.store.statement import Transaction

T = TypeVar("T")

OLDEST = (3, 35, 0)

_log = logging.getLogger(__name__)
_dialect = sqlite.dialect(paramstyle="named")


class SqliteDatabase:
    """The SQLite file at a path. `clock` gives nanoseconds since 1970."""

    writers = 1
    readers = 2

    def __init__(self, path: Path, clock: Callable[[], int]) -> None:
        self._path = path
        self._clock = clock

    def open(self) -> None:
        """Create or upgrade the schema."""
        if sqlite3.sqlite_version_info < OLDEST:
            raise InvalidConfiguration(
                f"SQLite {sqlite3.sqlite_version} is too old, 3.35 or newer is needed: "
                "use a newer Python"
            )
        engine = create_engine(f"sqlite:///{self._path}")
        try:
            with engine.begin() as upgraded:
                schema.upgrade(upgraded, str(self._path))
            # The file remembers the mode. Two connections that set it at once would lock each
            # other out, and SQLite does not wait there.
            with closing(self._connect()) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
        except DBAPIError as error:
            raise self._unusable(error.orig or error) from error
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        finally:
            engine.dispose()

    def writing(self) -> SqliteWriting:
        """The one writing session."""
        return SqliteWriting(self.connect(), self._clock)

    def reading(self) -> SqliteReading:
        """A session that can't write."""
        return SqliteReading(self.connect(), self._clock)

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

    def _unusable(self, error: BaseException) -> StorageFailed:
        return StorageFailed(f"Can't open the database {self._path}: {error}")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA busy_timeout = 10000")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA temp_store = MEMORY")
        if sys.platform == "darwin":
            connection.execute("PRAGMA fullfsync = ON")
        return connection


class SqliteReading:
    """A connection that can't write."""

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], int]) -> None:
        connection.execute("PRAGMA query_only = ON")
        self._connection = connection
        self._clock = clock
        self.statements = 0

    def run(self, job: Job[T]) -> T:
        """Run a job on one consistent view."""
        transaction = Transaction(self._connection, _dialect, self._clock())
        self._connection.execute("BEGIN")
        try:
            return job(transaction)
        finally:
            self._connection.execute("COMMIT")
            self.statements += transaction.statements

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class SqliteWriting:
    """The one connection that writes: a batch is one transaction, a job one savepoint."""

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], int]) -> None:
        self._connection = connection
        self._clock = clock
        self.statements = 0

    def commit(self, batch: Sequence[Waiting]) -> Iterator[list[Outcome]]:
        """Run all jobs and commit once; a failed commit answers nobody with success."""
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._run(waiting) for waiting in batch if not waiting.future.cancelled()]
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            _log.exception("The database refused a batch of %d writes", len(batch))
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            failure = StorageFailed(
                f"The database could not complete the write, nothing of it was stored: {error}"
            )
            outcomes = [Outcome(waiting.future, None, failure, []) for waiting in batch]
        yield outcomes

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _run(self, waiting: Waiting) -> Outcome:
        connection = self._connection
        transaction = Transaction(connection, _dialect, self._clock())
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
            return Outcome(waiting.future, None, _told(error), [])
        finally:
            self.statements += transaction.statements
        connection.execute("RELEASE job")
        return Outcome(waiting.future, value, None, transaction.announced)


def _told(error: Exception) -> BaseException:
    if isinstance(error, sqlite3.Error):
        _log.error("A statement failed", exc_info=error)
        return StorageFailed(f"The database refused a statement, nothing was stored: {error}")
    if not isinstance(error, ColoniesError):
        _log.error("A use-case failed", exc_info=error)
    return error
