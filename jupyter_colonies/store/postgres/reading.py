"""Reading from PostgreSQL, on a snapshot and without any right to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import psycopg
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from jupyter_colonies.errors import StorageFailed
from jupyter_colonies.store.database import Job
from jupyter_colonies.store.postgres.connection import Link, refusal
from jupyter_colonies.store.statement import Transaction

T = TypeVar("T")

MOST_TRIES = 5
dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class PostgresReading:
    """One reading connection. A lost one is made again, and the job with it."""

    def __init__(self, link: Link, clock: Callable[[], int]) -> None:
        self._link = link
        self._clock = clock
        self.statements = 0

    def run(self, job: Job[T]) -> T:
        """Run a job on one consistent view."""
        for _ in range(MOST_TRIES):
            connection = self._link.get()
            transaction = Transaction(connection, dialect, self._clock())
            try:
                connection.send("BEGIN")
                result = job(transaction)
                connection.execute("COMMIT")
            except psycopg.Error as error:
                if not connection.lost:
                    connection.roll_back()
                    raise refusal(error) from error
            except BaseException:
                connection.roll_back()
                raise
            else:
                return result
            finally:
                self.statements += transaction.statements
        raise StorageFailed("The connection to the database is lost again and again")

    def close(self) -> None:
        """Close the connection."""
        self._link.close()
