"""A PostgreSQL database as the store uses it: the schema, and its writers, readers, listener."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from jupyter_colonies.errors import InvalidConfiguration
from jupyter_colonies.store import schema
from jupyter_colonies.store.address import PostgresAddress
from jupyter_colonies.store.notices import Notices
from jupyter_colonies.store.postgres.connection import (
    READING,
    WRITING,
    Link,
    connect,
    in_words,
    place,
)
from jupyter_colonies.store.postgres.listening import Listener
from jupyter_colonies.store.postgres.reading import PostgresReading
from jupyter_colonies.store.postgres.writing import PostgresWriting

OLDEST = 130_000
# Any number: servers that start at the same moment bring the schema up one after the other.
SCHEMA_LOCK = 5_008_050_080
# Rows that killed servers left behind, in nanoseconds.
FORGOTTEN_AFTER = 7 * 86_400 * 1_000_000_000

_log = logging.getLogger(__name__)


class PostgresDatabase:
    """The PostgreSQL database at an address. `clock` gives nanoseconds since 1970."""

    def __init__(
        self,
        address: PostgresAddress,
        notices: Notices | None,
        clock: Callable[[], int],
    ) -> None:
        self.writers = address.writers
        self.readers = address.readers
        self._address = address
        self._notices = notices
        self._clock = clock
        self._server = secrets.token_hex(6)
        self._stopping = threading.Event()
        self._listener: Listener | None = None

    def open(self) -> None:
        """Create or upgrade the schema."""
        engine = create_engine("postgresql+psycopg://", creator=self._raw)
        try:
            with engine.begin() as connection:
                self._check(connection)
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})
                schema.upgrade(connection, place(self._address))
                connection.execute(
                    text("DELETE FROM batches WHERE at < :at"),
                    {"at": self._clock() - FORGOTTEN_AFTER},
                )
        except psycopg.Error as error:
            raise in_words(error, self._address) from None
        except DBAPIError as error:
            if isinstance(error.orig, psycopg.Error):
                raise in_words(error.orig, self._address) from None
            raise
        finally:
            engine.dispose()

    def writing(self) -> PostgresWriting:
        """A session of a writing thread; it connects when it is first used."""
        link = Link(self._address, WRITING, self._stopping)
        session = PostgresWriting(link, self._clock, self._notices, self._server)
        link.connected = session.begin
        return session

    def reading(self) -> PostgresReading:
        """A session of a reading thread; it connects when it is first used."""
        return PostgresReading(Link(self._address, READING, self._stopping), self._clock)

    def listen(self, heard: Callable[[str], None], again: Callable[[], None]) -> None:
        """Listen to the other servers from now on."""
        try:
            self._listener = Listener(self._address, self._server, heard, again)
        except psycopg.Error as error:
            raise in_words(error, self._address) from None
        self._listener.start()

    def stop(self) -> None:
        """Listen no longer, and let nothing wait for a database that is away."""
        self._stopping.set()
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    def _raw(self) -> psycopg.Connection[TupleRow]:
        connection = connect(self._address)
        connection.autocommit = False
        return connection

    def _check(self, connection: Connection) -> None:
        version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
        if version < OLDEST:
            raise InvalidConfiguration(
                f"PostgreSQL {version // 10_000} is too old: 13 or newer is needed"
            )
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise InvalidConfiguration(
                f"The database is encoded in {encoding}: create one with ENCODING 'UTF8'"
            )
