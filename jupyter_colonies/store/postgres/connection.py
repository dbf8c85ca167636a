"""Connections to PostgreSQL that come back after the database was away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from random import SystemRandom
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg.types.numeric import Int8Dumper

from jupyter_colonies.errors import (
    ColoniesError,
    InvalidConfiguration,
    ServerError,
    StorageFailed,
    Unstorable,
)
from jupyter_colonies.store.address import PostgresAddress
from jupyter_colonies.store.postgres.pipeline import Pipeline

# Seconds that a request waits for a database that is away, during a restart for example.
_random = SystemRandom()
PATIENCE = 20.0
LONGEST_PAUSE = 2.0
# A transaction whose client is gone holds its locks no longer than this, in seconds.
ABANDONED_AFTER = 20
# Milliseconds that a write waits for a lock before it lets go of its own and tries again.
SHORT_WAIT = 100

_DEFAULTS: dict[str, Any] = {
    "application_name": "jupyter_colonies",
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
COMMON = (
    f"SET idle_in_transaction_session_timeout = '{ABANDONED_AFTER}s'; SET client_encoding = 'UTF8'"
)
# Each statement on the hot path walks an index. A plan that was made while a table was small, or
# with old statistics, must neither read the table instead nor sort what an index has in order; and
# it is made once, since making it can take longer than the statement.
WRITING = (
    f"{COMMON}; SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED; "
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
    "SET jit = off; SET plan_cache_mode = force_generic_plan; "
    "SET enable_sort = off; SET enable_bitmapscan = off; SET enable_material = off; "
    f"SET lock_timeout = {SHORT_WAIT}"
)
READING = (
    f"{COMMON}; SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, "
    "READ ONLY; SET jit = off"
)

_log = logging.getLogger(__name__)


def connect(address: PostgresAddress, settings: str = COMMON) -> psycopg.Connection[TupleRow]:
    """A connection in autocommit mode. Raises psycopg.Error."""
    given = conninfo_to_dict(address.url)
    secret: dict[str, Any] = {"password": address.password} if address.password else {}
    defaults = {name: value for name, value in _DEFAULTS.items() if name not in given}
    raw = psycopg.connect(address.url, autocommit=True, **defaults, **secret)
    # One type for all whole numbers: otherwise each statement is prepared once per size of them.
    raw.adapters.register_dumper(int, Int8Dumper)
    try:
        raw.execute(settings)
    except psycopg.Error:
        raw.close()
        raise
    return raw


class Link:
    """One connection, made again when it is lost.

    `connected` is called with each new connection. Once `stopping` is set nothing waits for the
    database any longer.
    """

    def __init__(
        self,
        address: PostgresAddress,
        settings: str,
        stopping: threading.Event,
    ) -> None:
        self._address = address
        self._settings = settings
        self._stopping = stopping
        self.connected: Callable[[Pipeline], None] | None = None
        self._connection: Pipeline | None = None

    def get(self) -> Pipeline:
        """The connection; waits for a database that is away.

        Raises StorageFailed if that takes too long.
        """
        if self._connection is not None and not self._connection.lost:
            return self._connection
        until = time.monotonic() + PATIENCE
        pause = 0.05
        while True:
            try:
                self._connection = self._connect()
            except psycopg.Error as error:
                if (
                    not isinstance(error, psycopg.OperationalError)
                    or time.monotonic() + pause > until
                    or self._stopping.wait(pause)
                ):
                    raise in_words(error, self._address) from None
                pause = min(pause * (1.5 + _random.random()), LONGEST_PAUSE)
            else:
                return self._connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.raw.close()

    def _connect(self) -> Pipeline:
        connection = Pipeline(connect(self._address, self._settings))
        try:
            if self.connected is not None:
                self.connected(connection)
        except psycopg.Error:
            connection.raw.close()
            raise
        return connection


def refusal(error: psycopg.Error) -> ColoniesError:
    """What to tell whoever caused a statement that the database refused."""
    # The NUL character, a number beyond the column's range, or too much for an index.
    if isinstance(error, psycopg.DataError | psycopg.errors.ProgramLimitExceeded):
        return Unstorable(f"A value of the request can't be stored: {error}")
    _log.error("A statement failed", exc_info=error)
    return StorageFailed(f"The database refused a statement, nothing was stored: {error}")


def in_words(error: psycopg.Error, address: PostgresAddress) -> ServerError:
    """What went wrong when a connection was made, and what to do."""
    text = str(error).strip()
    where = f"PostgreSQL at {place(address)}"
    if error.sqlstate and not isinstance(
        error, psycopg.OperationalError | psycopg.errors.InsufficientPrivilege
    ):
        return StorageFailed(f"{where} refused a statement: {text}")
    if "does not exist" in text and "database" in text:
        return InvalidConfiguration(
            f"{where}: {_last_line(text)}; create it with `createdb`, or name another database"
        )
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return InvalidConfiguration(
            f"{where}: the user lacks a right ({_last_line(text)}); grant it with "
            "GRANT ALL ON SCHEMA public, or name another user"
        )
    if any(word in text for word in ("authentication failed", "role ", "pg_hba.conf", "password")):
        return InvalidConfiguration(
            f"{where} does not let this user in ({_last_line(text)}): look at the user and at the "
            "password in COLONIES_DB_PASSWORD, PGPASSWORD or ~/.pgpass"
        )
    return StorageFailed(
        f"{where} can't be reached: {_last_line(text)}; look whether it runs and whether host and "
        "port are right"
    )


def place(address: PostgresAddress) -> str:
    """Where a database is, in words and without a password."""
    given = conninfo_to_dict(address.url)
    host, port, name = (given.get(key) or "" for key in ("host", "port", "dbname"))
    shown = f"{host or 'the default host'}{f':{port}' if port else ''}"
    return f"{shown}, database {name}" if name else shown


def _last_line(text: str) -> str:
    return text.splitlines()[-1].strip() if text else "no reason given"
