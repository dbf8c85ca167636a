"""Statements written once with SQLAlchemy Core and run on the raw connection.

Compiling and result handling of SQLAlchemy cost several times what the statement itself does on
SQLite, so a hot statement is compiled once per database and its text is reused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Dialect, Insert, Table, bindparam, insert
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement

Row = Mapping[str, Any]


class Connection(Protocol):
    """What a transaction needs of a DBAPI connection."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Any:
        """Run one statement and return its cursor."""

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Any:
        """Run one statement for many sets of parameters; an error may be told later."""


class Statement:
    """A statement with named parameters, compiled on first use.

    `postgresql` is its form where a queue has several takers and rows have to be locked. What is
    `lasting` holds until the end of a transaction: nobody has to ask twice.
    """

    def __init__(
        self,
        clause: ClauseElement,
        *,
        postgresql: ClauseElement | None = None,
        lasting: bool = False,
    ) -> None:
        self._forms = {"postgresql": postgresql if postgresql is not None else clause}
        self._clause = clause
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}
        self.writes = isinstance(clause, UpdateBase)
        self.lasting = lasting

    def compiled(self, dialect: Dialect) -> tuple[str, dict[str, Any]]:
        """The SQL for a database, and the parameters whose values never change."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            form = self._forms.get(dialect.name, self._clause).compile(dialect=dialect)
            constants = {name: value for name, value in form.params.items() if value is not None}
            compiled = self._compiled[dialect.name] = (str(form), constants)
        return compiled


def inserting(table: Table, *columns: str) -> Insert:
    """An INSERT of the named columns, or of all but `seq`, which the database numbers itself."""
    names = columns or [column.name for column in table.columns if column.name != "seq"]
    return insert(table).values({name: bindparam(name) for name in names}).inline()


class Question(NamedTuple):
    """A statement that a job is going to run first of all, and its parameters."""

    statement: Statement
    parameters: dict[str, Any]

    def key(self) -> object:
        """What makes it the same question as another."""
        return self.statement, frozenset(self.parameters.items())


Ahead = Callable[[], Sequence[Question]]
"""What a job is going to ask; called by a database that wants to know."""


class Closing(NamedTuple):
    """A statement that waits for the end of its batch.

    It changes a row that many jobs change, so it comes after the statements of all jobs, and
    those of a batch come in the order of `place`: no two batches wait for each other then.
    `needed` says that the job was in vain if the statement changes no row.
    """

    place: tuple[str, ...]
    statement: Statement
    parameters: dict[str, Any]
    needed: bool


class Overtaken(Exception):
    """What a job relied on was changed in the meantime; it has to run again."""


class Transaction:
    """What one job sees of the database; `announce` collects what to tell after the commit.

    `shared` tells whether other writers are at work at the same time. `answers` holds what was
    asked ahead, by the question's key; each is good for whoever asks first. `held` are the locks
    that earlier jobs of the same transaction asked for. `kept` is what jobs of the only writer
    leave to later ones; it is emptied when something is rolled back.
    """

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        now: int,
        *,
        shared: bool = False,
        answers: dict[object, Any] | None = None,
        held: set[object] | None = None,
        kept: dict[str, Any] | None = None,
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self.now = now
        self.shared = shared
        self._answers = answers
        self._held = set() if held is None else held
        self.kept = {} if kept is None else kept
        self.announced: list[object] = []
        self.closing: list[Closing] = []
        self.added: list[tuple[Statement, Sequence[Mapping[str, Any]]]] = []
        self.statements = 0
        self.wrote = False
        self.ends_batch = False

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
        self.wrote = True
        self._connection.executemany(statement.compiled(self._dialect)[0], rows)

    def add(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows that no job like this one looks at.

        The only writer inserts those of many jobs at once.
        """
        if self.shared:
            self.many(statement, rows)
        else:
            self.added.append((statement, rows))

    def lock(self, statement: Statement, **parameters: Any) -> None:
        """Let nobody else change these rows until the commit; the only writer need not ask."""
        key = Question(statement, parameters).key()
        if not self.shared or (statement.lasting and key in self._held):
            return
        self._held.add(key)
        # One that lasts is asked for once in a batch, and travels with what comes next.
        self.statements += not statement.lasting
        text, constants = statement.compiled(self._dialect)
        self._connection.executemany(text, [{**constants, **parameters}])

    def last(
        self, place: tuple[str, ...], statement: Statement, *, needed: bool = False, **given: Any
    ) -> None:
        """Run a statement as one of the last of the batch, see `Closing`.

        The only writer waits for nobody and runs it now.
        """
        if self.shared:
            self.closing.append(Closing(place, statement, given, needed))
        else:
            self.run(statement, **given)

    def end_batch(self) -> None:
        """Let the batch end with this job: it holds what others wait for."""
        self.ends_batch = True

    def run_last(self, closing: Iterable[Closing]) -> None:
        """Run what was left to the end. Raises Overtaken."""
        for each in sorted(closing, key=lambda closing: closing.place):
            if not self.run(each.statement, **each.parameters) and each.needed:
                raise Overtaken

    def _execute(self, statement: Statement, parameters: dict[str, Any]) -> Any:
        self.statements += 1
        self.wrote = self.wrote or statement.writes
        if self._answers:
            answer = self._answers.pop(Question(statement, parameters).key(), None)
            if answer is not None:
                return answer
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
