"""Writing to PostgreSQL beside other writers, of this server and of others.

A batch is one transaction as far as that goes. Rows are locked in one order: processes, those of
one statement by number; then the workflow's row; and, after the last job, rows that many jobs
change (`Closing`). A job that changed a workflow ends its transaction, so no two of them are held
at once. What still ends in a deadlock, loses a race, or meets a lost connection runs again.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from random import SystemRandom
from typing import NamedTuple

import psycopg

from jupyter_colonies.errors import ColoniesError, ServerError, StorageFailed
from jupyter_colonies.store.database import Outcome, Waiting
from jupyter_colonies.store.notices import Notices
from jupyter_colonies.store.postgres.connection import Link, refusal
from jupyter_colonies.store.postgres.listening import CHANNEL, LONGEST_NOTICE
from jupyter_colonies.store.postgres.pipeline import Pipeline, Reply
from jupyter_colonies.store.postgres.reading import dialect
from jupyter_colonies.store.statement import Closing, Overtaken, Transaction

_random = SystemRandom()
MOST_TRIES = 12
# Tries that give up a lock that does not come soon: two writers that wait for each other part
# within a moment, long before PostgreSQL would look for deadlocks. Later ones wait.
HASTY_TRIES = 4
_PATIENT = "SET LOCAL lock_timeout = 0"
# Deadlock, serialization failure, lock not available, and a unique key that two raced for: the
# second run of the loser sees the winner's row and refuses in the use-case's words.
CONFLICTS = ("40001", "40P01", "55P03", "23505")

_START = (
    "INSERT INTO batches (writer, number, at) VALUES (%(writer)s, 0, %(at)s) ON CONFLICT DO NOTHING"
)
_REMEMBER = (
    "WITH remembered AS ("
    "INSERT INTO batches (writer, number, at) VALUES (%(writer)s, %(number)s, %(at)s) "
    "ON CONFLICT (writer) DO UPDATE SET number = excluded.number, at = excluded.at"
    ") SELECT pg_notify(%(channel)s, notice) FROM unnest(%(notices)s::text[]) AS notice"
)
# Waits for the end of the transaction that a lost connection may have left behind.
_RECALL = "SELECT number FROM batches WHERE writer = %(writer)s FOR UPDATE"
_FORGET = "DELETE FROM batches WHERE writer = %(writer)s"

_log = logging.getLogger(__name__)


class _Again(Exception):
    """Nothing was stored, and the jobs may run again; `alone` each in its own transaction."""

    def __init__(self, reason: object, *, alone: bool = True) -> None:
        super().__init__(str(reason))
        self.alone = alone


class _Done(NamedTuple):
    """The jobs of one transaction so far."""

    outcomes: list[Outcome]
    closing: list[Closing]

    @property
    def announced(self) -> list[object]:
        return [signal for outcome in self.outcomes for signal in outcome.announced]


class PostgresWriting:
    """One writing connection. `server` marks its notices, so that it can tell them from others."""

    def __init__(
        self, link: Link, clock: Callable[[], int], notices: Notices | None, server: str
    ) -> None:
        self._link = link
        self._clock = clock
        self._notices = notices
        self._server = server
        self._writer = secrets.token_hex(16)
        self._number = 0
        # Whether the last batch ended with its last job, as far as that tells of the next.
        self._together = True
        self.statements = 0

    def begin(self, connection: Pipeline) -> None:
        """Make the row that remembers the last batch; called with each new connection."""
        connection.execute(_START, {"writer": self._writer, "at": self._clock()})

    def commit(self, batch: Sequence[Waiting]) -> Iterator[list[Outcome]]:
        """Run jobs until each is stored or refused."""
        waiting = [each for each in batch if not each.future.cancelled()]
        alone = False
        tries = 0
        while waiting:
            try:
                outcomes = self._transaction(waiting[:1] if alone else waiting, tries)
            except _Again as again:
                tries += 1
                if tries < MOST_TRIES:
                    alone = alone or again.alone
                    time.sleep(_random.random() * 0.002 * tries)
                    continue
                _log.error("A write was given up after %d tries: %s", tries, again)
                outcomes = [_failed(waiting[0], StorageFailed(_given_up(again)))]
            except ServerError as error:
                _log.error("Writing failed: %s", error.message)
                outcomes = [_failed(each, error) for each in waiting]
            tries = 0
            waiting = waiting[len(outcomes) :]
            yield outcomes

    def close(self) -> None:
        """Close the connection."""
        try:
            if self._number:
                self._link.get().execute(_FORGET, {"writer": self._writer})
        except (psycopg.Error, ServerError):
            _log.info("The database is away: the row of this connection is left behind")
        self._link.close()

    def _transaction(self, jobs: Sequence[Waiting], tries: int) -> list[Outcome]:
        """Run jobs in one transaction, as many of them as go together, and commit.

        `tries` is how often that went wrong so far.
        Raises _Again if nothing was stored, ServerError if the database is away.
        """
        connection = self._link.get()
        done = _Done([], [])
        try:
            connection.send("BEGIN")
            if tries >= HASTY_TRIES:
                connection.send(_PATIENT)
            stored = False
            held: set[object] = set()
            answers = _ask(connection, jobs if self._together else jobs[:1], held)
            for waiting in jobs:
                if waiting.ahead is None:
                    # It may change whatever was answered.
                    answers.clear()
                transaction = Transaction(
                    connection, dialect, self._clock(), shared=True, answers=answers, held=held
                )
                try:
                    value = waiting.job(transaction)
                except Exception as error:  # noqa: BLE001 - a job's error is its caller's
                    if not isinstance(error, psycopg.Error) and not transaction.wrote:
                        done.outcomes.append(_failed(waiting, error))
                        continue
                    self._refuse(connection, error, others=stored)
                    return [*done.outcomes, _failed(waiting, error)]
                finally:
                    self.statements += transaction.statements
                stored = stored or transaction.wrote or bool(transaction.closing)
                done.closing.extend(transaction.closing)
                done.outcomes.append(Outcome(waiting.future, value, None, transaction.announced))
                if transaction.ends_batch:
                    break
            self._together = len(done.outcomes) == len(jobs)
            if not stored:
                connection.roll_back()
                return done.outcomes
            self._close_batch(connection, done)
        except psycopg.Error as error:
            return self._refused(connection, error, done.outcomes)
        except Overtaken:
            connection.roll_back()
            raise _Again("other writers were faster") from None
        return self._commit(connection, done.outcomes)

    def _refuse(self, connection: Pipeline, error: Exception, *, others: bool) -> None:
        """Take back what a refused job wrote. Raises _Again where more than that is taken back."""
        if connection.lost:
            raise _Again(error, alone=False)
        connection.roll_back()
        if others or (isinstance(error, psycopg.Error) and error.sqlstate in CONFLICTS):
            raise _Again(error)

    def _close_batch(self, connection: Pipeline, done: _Done) -> None:
        """The last statements of a batch: shared rows, the batch's number, the notices."""
        if done.closing:
            last = Transaction(connection, dialect, self._clock(), shared=True)
            last.run_last(done.closing)
            self.statements += last.statements
        announced = done.announced
        self._number += 1
        notices = self._notices.write(announced, LONGEST_NOTICE) if self._notices else []
        connection.send(
            _REMEMBER,
            {
                "channel": CHANNEL,
                "writer": self._writer,
                "number": self._number,
                "at": self._clock(),
                "notices": [f"{self._server} {notice}" for notice in notices],
            },
        )

    def _refused(
        self, connection: Pipeline, error: psycopg.Error, outcomes: list[Outcome]
    ) -> list[Outcome]:
        """The outcome of the one job that the database refused.

        Raises _Again where it may go better, and for several jobs: whose fault it is shows then.
        """
        if connection.lost:
            raise _Again(error, alone=False) from error
        connection.roll_back()
        if error.sqlstate in CONFLICTS or len(outcomes) != 1:
            raise _Again(error) from error
        told: ColoniesError = StorageFailed(
            f"The database could not complete the write, nothing of it was stored: {error}"
        )
        if isinstance(error, psycopg.DataError):
            told = refusal(error)
        return [outcomes[0]._replace(value=None, error=told, announced=[])]

    def _commit(self, connection: Pipeline, outcomes: list[Outcome]) -> list[Outcome]:
        try:
            ended = connection.execute("COMMIT").done
        except psycopg.Error as error:
            if not connection.lost:
                return self._refused(connection, error, outcomes)
            if not self._committed():
                raise _Again(error, alone=False) from error
            return outcomes
        if ended != "COMMIT":
            raise _Again(f"the database ended the transaction with {ended}")
        return outcomes

    def _committed(self) -> bool:
        """Whether the last batch is stored, after the connection was lost while it was.

        The id of the transaction would not tell: after a crash the database may give it out
        again. A row that the transaction itself wrote does.
        """
        _log.warning("The connection was lost during a commit: looking whether it is stored")
        while True:
            try:
                connection = self._link.get()
                connection.send("BEGIN")
                connection.send(_PATIENT)
                found = connection.execute(_RECALL, {"writer": self._writer}).fetchone()
                connection.execute("COMMIT")
            except psycopg.Error as error:
                _log.warning("The database went away again: %s", error)
            except ServerError as error:
                raise StorageFailed(
                    "The connection to the database was lost while this was stored, and it has "
                    "not come back: it may or may not be stored, look before you send it again "
                    f"({error.message})"
                ) from error
            else:
                return found is not None and int(found["number"]) == self._number


def _ask(connection: Pipeline, jobs: Sequence[Waiting], held: set[object]) -> dict[object, Reply]:
    """Ask what the jobs are going to ask first, all at once; the answers by question.

    Locks that last are no questions: they are added to those that are `held`.
    """
    answers: dict[object, Reply] = {}
    for waiting in jobs:
        for question in waiting.ahead() if waiting.ahead else ():
            key = question.key()
            if key in answers or key in held:
                continue
            text, constants = question.statement.compiled(dialect)
            # A value that can't be sent, such as a NUL character, is its job's own affair.
            with contextlib.suppress(psycopg.DataError):
                reply = connection.send(text, {**constants, **question.parameters})
                if question.statement.lasting:
                    held.add(key)
                else:
                    answers[key] = reply
    return answers


def _failed(waiting: Waiting, error: BaseException) -> Outcome:
    return Outcome(waiting.future, None, _told(error), [])


def _told(error: BaseException) -> BaseException:
    if isinstance(error, psycopg.Error):
        return refusal(error)
    if not isinstance(error, ColoniesError):
        _log.error("A use-case failed", exc_info=error)
    return error


def _given_up(again: _Again) -> str:
    return (
        "The database could not complete the write, nothing of it was stored: "
        f"{again}; try again in a moment"
    )
