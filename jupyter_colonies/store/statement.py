"""Statements written once with SQLAlchemy Core and run on the raw connection.

Compiling and result handling of SQLAlchemy cost several times what the statement itself does on
SQLite, so a hot statement is compiled once per database and its text is reused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import Dialect
from sqlalchemy.sql.elements import ClauseElement

Row = Mapping[str, Any]


class Connection(Protocol):
    """What a transaction needs of a DBAPI connection."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Any:
        """Run one statement and return its cursor."""

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Any:
        """Run one statement for many sets of parameters."""


class Statement:
    """A statement with named parameters, compiled on first use."""

    def __init__(self, clause: ClauseElement) -> None:
        self._clause = clause
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}

    def compiled(self, dialect: Dialect) -> tuple[str, dict[str, Any]]:
        """The SQL for a database, and the parameters whose values never change."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            form = self._clause.compile(dialect=dialect)
            constants = {name: value for name, value in form.params.items() if value is not None}
            compiled = self._compiled[dialect.name] = (str(form), constants)
        return compiled


class Transaction:
    """What one job sees of the database; `announce` collects what to tell after the commit."""

    def __init__(self, connection: Connection, dialect: Dialect, now: int) -> None:
        self._connection = connection
        self._dialect = dialect
        self.now = now
        self.announced: list[object] = []
        self.statements = 0

    def announce(self, signal: object) -> None:
        """Tell the broker about a change once it is on disk."""
        self.announced.append(signal)

    def all(self, statement: Statement, **parameters: Any) -> list[Row]:
        """Every row of a statement."""
        rows: list[Row] = self._execute(statement, parameters).fetchall()
        return rows

    def one(self, statement: Statement, **parameters: Any) -> Row | None:
        """The only row of a statement, or None. Rows of RETURNING are fetched fully."""
        rows = self.all(statement, **parameters)
        return rows[0] if rows else None

    def run(self, statement: Statement, **parameters: Any) -> int:
        """Run a statement; the number of rows it changed."""
        return int(self._execute(statement, parameters).rowcount)

    def many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement that has no constants for many sets of parameters."""
        self.statements += 1
        self._connection.executemany(statement.compiled(self._dialect)[0], rows)

    def _execute(self, statement: Statement, parameters: dict[str, Any]) -> Any:
        self.statements += 1
        text, constants = statement.compiled(self._dialect)
        return self._connection.execute(text, {**constants, **parameters})

    def select(self, clause: ClauseElement) -> list[Row]:
        """Rows of a statement whose shape depends on its parameters, compiled for this once."""
        self.statements += 1
        compiled = clause.compile(
            dialect=self._dialect, compile_kwargs={"render_postcompile": True}
        )
        rows: list[Row] = self._connection.execute(str(compiled), compiled.params).fetchall()
        return rows
