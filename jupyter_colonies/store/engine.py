"""Opening the database: SQLite in WAL mode, its schema brought up to date.

Writes go through one thread with group commit (`writer`), reads through a few threads with
connections of their own that can't write.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from jupyter_colonies.errors import InvalidConfiguration, ServerStopping, StorageFailed
from jupyter_colonies.store import schema
from jupyter_colonies.store.statement import Transaction
from jupyter_colonies.store.writer import Job, Writer

T = TypeVar("T")

OLDEST_SQLITE = (3, 35, 0)
READERS = 2


class Store:
    """The database of one server.

    `committed` is called on the event loop after each commit with what its jobs announced.
    `clock` gives nanoseconds since 1970.
    """

    def __init__(
        self,
        path: Path,
        *,
        committed: Callable[[list[object]], None],
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._path = path
        self._clock = clock
        self._committed = committed
        self._dialect = sqlite.dialect(paramstyle="named")
        self._readers: ThreadPoolExecutor | None = None
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._read_statements = 0
        self._writer: Writer | None = None

    async def open(self) -> None:
        """Create or upgrade the schema and start the threads.

        Raises UnsupportedSchema for a database of a newer version, StorageFailed if the file
        can't be opened.
        """
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise InvalidConfiguration(
                f"SQLite {sqlite3.sqlite_version} is too old, 3.35 or newer is needed: "
                "use a newer Python"
            )
        try:
            await asyncio.to_thread(self._prepare)
            writer = Writer(self._connect, self._dialect, self._clock, self._committed)
            await writer.start()
        except (sqlite3.Error, DBAPIError) as error:
            reason = error.orig if isinstance(error, DBAPIError) else error
            raise StorageFailed(f"Can't open the database {self._path}: {reason}") from error
        self._writer = writer
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="colonies-reader")

    async def close(self) -> None:
        """Finish the writes that were handed in and close every connection."""
        if self._writer is not None:
            await self._writer.stop()
        if self._readers is not None:
            await asyncio.to_thread(self._readers.shutdown)
            self._readers = None
        for connection in self._opened:
            connection.close()
        self._opened.clear()

    def write(self, job: Job[T]) -> asyncio.Future[T]:
        """Run a job that changes something; the future ends after its commit."""
        if self._writer is None:
            raise ServerStopping("The database is not open")
        return self._writer.write(job)

    async def read(self, job: Job[T]) -> T:
        """Run a job that only reads, on one consistent view of what is committed."""
        if self._readers is None:
            raise ServerStopping("The server is shutting down, try again soon")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, job)

    @property
    def statements(self) -> int:
        """Number of statements run so far: the measure that the costs are tested by."""
        return self._read_statements + (self._writer.statements if self._writer else 0)

    def _read(self, job: Job[T]) -> T:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
            connection.execute("PRAGMA query_only = ON")
            self._opened.append(connection)
        transaction = Transaction(connection, self._dialect, self._clock())
        connection.execute("BEGIN")
        try:
            return job(transaction)
        finally:
            connection.execute("COMMIT")
            self._read_statements += transaction.statements

    def _prepare(self) -> None:
        schema.upgrade(self._path)
        # The file remembers the mode. Two connections that set it at once would lock each other
        # out, and SQLite does not wait there.
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")

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
