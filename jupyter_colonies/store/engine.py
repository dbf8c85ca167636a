"""Opening a database, whichever it is.

Writes go through few threads with group commit (`writer`), reads through others with connections
of their own that can't write.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from jupyter_colonies.errors import InvalidConfiguration, ServerStopping
from jupyter_colonies.store.address import Address, PostgresAddress, SqliteAddress, parse
from jupyter_colonies.store.database import Database, Job, ReadingSession
from jupyter_colonies.store.notices import Notices
from jupyter_colonies.store.statement import Ahead
from jupyter_colonies.store.writer import Commits, Writer

T = TypeVar("T")


class Store:
    """The database of one server, or of several if it is a PostgreSQL.

    `database` is a path, a URL or an address. `committed` is called on the event loop after each
    commit with what its jobs announced, and with what other servers announced as far as `notices`
    can be told to them. `clock` gives nanoseconds since 1970. `several` says whether others may be
    writing, so that rows may appear in another order than that of their numbers. `superseded` is
    set when another server has taken an SQLite file over: this one writes no more then.
    """

    def __init__(
        self,
        database: str | Address,
        *,
        committed: Callable[[list[object]], None],
        notices: Notices | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.superseded = asyncio.Event()
        self._committed = committed
        self._notices = notices
        self.several = isinstance(parse(database), PostgresAddress)
        self._database = database_at(parse(database), notices, clock)
        self._readers: ThreadPoolExecutor | None = None
        self._local = threading.local()
        self._reading: list[ReadingSession] = []
        self._writer: Writer | None = None

    async def open(self) -> None:
        """Create or upgrade the schema and start the threads.

        Raises UnsupportedSchema for a database of a newer version, StorageFailed if the database
        can't be opened, InvalidConfiguration if it can't be used.
        """
        await asyncio.to_thread(self._database.open)
        writer = Writer(self._database, self._committed, self.superseded)
        await writer.start()
        self._writer = writer
        self._readers = ThreadPoolExecutor(
            self._database.readers, thread_name_prefix="colonies-reader"
        )
        try:
            if self._notices is not None:
                await self._listen(self._notices)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish the writes that were handed in and close every connection."""
        await asyncio.to_thread(self._database.stop)
        if self._writer is not None:
            await self._writer.stop()
        if self._readers is not None:
            await asyncio.to_thread(self._readers.shutdown)
            self._readers = None
        for session in self._reading:
            session.close()
        self._reading.clear()

    def write(self, job: Job[T], ahead: Ahead | None = None) -> asyncio.Future[T]:
        """Run a job that changes something; the future ends after its commit.

        With several writers a job may be run again from its start, so it changes nothing but the
        transaction it is given. `ahead` gives what it asks first: a database that is far away
        answers that for all jobs of a batch at once, before the first of them has run. Only a job
        whose answers no other job with `ahead` can make wrong may say so.
        """
        if self._writer is None:
            raise ServerStopping("The database is not open")
        return self._writer.write(job, ahead)

    async def read(self, job: Job[T]) -> T:
        """Run a job that only reads, on one consistent view of what is committed."""
        if self._readers is None:
            raise ServerStopping("The server is shutting down, try again soon")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, job)

    @property
    def statements(self) -> int:
        """Number of statements run so far: the measure that the costs are tested by."""
        read = sum(session.statements for session in self._reading)
        return read + (self._writer.statements if self._writer else 0)

    @property
    def commits(self) -> Sequence[Commits]:
        """How the writing threads have stored what they were given."""
        return self._writer.commits if self._writer else ()

    def _read(self, job: Job[T]) -> T:
        session: ReadingSession | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = self._database.reading()
            self._reading.append(session)
        return session.run(job)

    async def _listen(self, notices: Notices) -> None:
        loop = asyncio.get_running_loop()

        def heard(text: str) -> None:
            loop.call_soon_threadsafe(self._committed, notices.read(text))

        def again() -> None:
            loop.call_soon_threadsafe(self._committed, notices.missed())

        await asyncio.to_thread(self._database.listen, heard, again)


def database_at(address: Address, notices: Notices | None, clock: Callable[[], int]) -> Database:
    """The database at an address. Raises InvalidConfiguration if what it needs is missing."""
    if not isinstance(address, PostgresAddress):
        from jupyter_colonies.store.sqlite import SqliteDatabase  # noqa: PLC0415 - one of two

        file = address if isinstance(address, SqliteAddress) else SqliteAddress(address)
        return SqliteDatabase(file, clock)
    try:
        from jupyter_colonies.store.postgres.database import (  # noqa: PLC0415 - an extra
            PostgresDatabase,
        )
    except ImportError as error:
        raise InvalidConfiguration(
            f"PostgreSQL needs the package psycopg ({error}): "
            "pip install 'jupyter-colonies[postgres]'"
        ) from None
    return PostgresDatabase(address, notices, clock)
