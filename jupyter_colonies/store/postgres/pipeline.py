"""A connection on which statements travel together until somebody needs an answer.

Each statement is prepared once and then sent by number. Statements whose rows nobody waits for
stay in the pipeline and are answered with the next one that matters: a transaction makes a few
round trips, however many statements it has. psycopg's cursors would cost several times as much
processor time for each statement.
"""

from __future__ import annotations

import re
import select
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result

# Statements under way at one time, and prepared ones: what a listing asks for is in its text.
MOST_UNANSWERED = 512
MOST_PREPARED = 500

_PARAMETER = re.compile(r"%\((\w+)\)s|%%")
_FAILED = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE)


class Prepared:
    """A statement that the database knows by name; its columns once it gave some."""

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.columns: list[str] = []


class Reply:
    """What one statement gave; whoever asks waits for everything that was sent so far."""

    def __init__(self, pipeline: Pipeline, prepared: Prepared) -> None:
        self._pipeline = pipeline
        self._prepared = prepared
        self.result: Any = None

    @property
    def rowcount(self) -> int:
        """Number of rows that were read or changed. Raises psycopg.Error."""
        self._pipeline.settle()
        return self.result.command_tuples or 0

    @property
    def done(self) -> str:
        """What the database says it did, such as `COMMIT`. Raises psycopg.Error."""
        self._pipeline.settle()
        return (self.result.command_status or b"").decode()

    def fetchall(self) -> list[dict[str, Any]]:
        """Every row. Raises psycopg.Error."""
        self._pipeline.settle()
        result = self.result
        if not result.ntuples:
            return []
        columns = self._prepared.columns
        if not columns:
            columns += [(result.fname(each) or b"").decode() for each in range(result.nfields)]
        return self._pipeline.rows(result, columns)

    def fetchone(self) -> dict[str, Any] | None:
        """The first row, or None. Raises psycopg.Error."""
        rows = self.fetchall()
        return rows[0] if rows else None


class Pipeline:
    """A connection as a transaction uses it: statements as text, rows as mappings."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.raw = raw
        self._wire = raw.pgconn
        self._dumping = Transformer(raw)
        self._loading = Transformer(raw)
        self._prepared: dict[tuple[str, tuple[int, ...]], Prepared] = {}
        self._unanswered: deque[Reply] = deque()
        self._poll = select.poll()
        self._poll.register(self._wire.socket, select.POLLIN)
        self._wire.nonblocking = 1
        self._wire.enter_pipeline_mode()

    @property
    def lost(self) -> bool:
        """Whether the connection can't be used any more."""
        return self._wire.status == pq.ConnStatus.BAD

    def send(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Reply:
        """Let one statement travel with the next that is waited for.

        Raises psycopg.DataError for a value that no column could hold. What the database says
        against the statement is raised by whoever waits next.
        """
        text, names = _positional(sql)
        given = parameters or {}
        values = [given[name] for name in names]
        formats = [PyFormat.AUTO] * len(values)
        dumped = self._dumping.dump_sequence(values, formats)
        types = tuple(self._dumping.types or ())
        wire_formats = self._dumping.formats
        # What begins or ends a transaction has no parameters, and is not worth preparing.
        prepared = self._prepared.get((sql, types)) if names else Prepared(b"")
        if prepared is None:
            prepared = self._prepare(sql, text, types)
        if prepared.name:
            self._wire.send_query_prepared(prepared.name, dumped, wire_formats)
        else:
            self._wire.send_query_params(text, dumped, types, wire_formats)
        reply = Reply(self, prepared)
        self._unanswered.append(reply)
        if len(self._unanswered) >= MOST_UNANSWERED:
            self.settle()
        return reply

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None, /) -> Reply:
        """Run one statement and wait for it. Raises psycopg.Error."""
        reply = self.send(sql, parameters)
        self.settle()
        return reply

    def executemany(self, sql: str, parameters: Iterable[Mapping[str, Any]], /) -> None:
        """Let one statement travel once for each set of parameters, see `send`."""
        for each in parameters:
            self.send(sql, each)

    def settle(self) -> None:
        """Wait for everything that was sent.

        Raises the first error; what was sent after the statement it is about has not run.
        """
        if not self._unanswered:
            return
        waiting, self._unanswered = self._unanswered, deque()
        self._wire.pipeline_sync()
        self._flush()
        failed: psycopg.Error | None = None
        while (result := self._next()) is None or result.status != pq.ExecStatus.PIPELINE_SYNC:
            if result is None:
                if self.lost:
                    break
                continue
            if result.status in _FAILED:
                failed = failed or error_from_result(result, "utf-8")
                if self.lost:
                    break
            if waiting:
                waiting.popleft().result = result
        if failed is None and self.lost:
            failed = psycopg.OperationalError("the connection to the database is lost")
        if failed is not None:
            raise failed

    def roll_back(self) -> None:
        """End the transaction, or the connection if that fails."""
        try:
            self.settle()
        except psycopg.Error:
            # What failed is known; what came after it did not run.
            if self.lost:
                return
        try:
            self.execute("ROLLBACK")
        except psycopg.Error:
            self.raw.close()

    def rows(self, result: pq.abc.PGresult, columns: Sequence[str]) -> list[dict[str, Any]]:
        """The rows of a result as mappings."""

        def row(values: Sequence[Any]) -> dict[str, Any]:
            return dict(zip(columns, values, strict=False))

        self._loading.set_pgresult(result)
        return self._loading.load_rows(0, result.ntuples, row)

    def _prepare(self, sql: str, text: bytes, types: tuple[int, ...]) -> Prepared:
        if len(self._prepared) >= MOST_PREPARED:
            return Prepared(b"")
        self.settle()
        prepared = Prepared(f"s{len(self._prepared)}".encode())
        self._wire.send_prepare(prepared.name, text, types)
        self._unanswered.append(Reply(self, prepared))
        self.settle()
        self._prepared[sql, types] = prepared
        return prepared

    def _flush(self) -> None:
        """Send what is still here, and read meanwhile: the database may wait for that."""
        if not self._wire.flush():
            return
        self._poll.modify(self._wire.socket, select.POLLIN | select.POLLOUT)
        try:
            while self._wire.flush():
                self._poll.poll()
                self._wire.consume_input()
        finally:
            self._poll.modify(self._wire.socket, select.POLLIN)

    def _next(self) -> Any:
        """The next result, None at the end of those of one statement."""
        while self._wire.is_busy():
            self._poll.poll()
            self._wire.consume_input()
        return self._wire.get_result()


@cache
def _positional(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement with numbered parameters, and the names in the order of their numbers."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name = found[1]
        return "%" if name is None else f"${names.setdefault(name, len(names) + 1)}"

    return _PARAMETER.sub(number, sql).encode(), tuple(names)
