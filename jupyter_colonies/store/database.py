"""What differs from one database to another, as the store sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from jupyter_colonies.store.statement import Ahead, Transaction

T = TypeVar("T")
Job = Callable[[Transaction], T]


class Waiting(NamedTuple):
    """A job, the future of its outcome, and what it is going to ask first."""

    job: Job[Any]
    future: asyncio.Future[Any]
    ahead: Ahead | None = None


class Outcome(NamedTuple):
    """How a job ended, to be told now that it is on disk or certainly is not."""

    future: asyncio.Future[Any]
    value: Any
    error: BaseException | None
    announced: list[object]


class WritingSession(Protocol):
    """One writing connection, used by one thread."""

    statements: int

    def commit(self, batch: Sequence[Waiting]) -> Iterator[list[Outcome]]:
        """Run jobs, several in one transaction; give outcomes as transactions end.

        Jobs that nobody waits for any more are left out.
        """

    def close(self) -> None:
        """Close the connection."""


class ReadingSession(Protocol):
    """One reading connection, used by one thread."""

    statements: int

    def run(self, job: Job[T]) -> T:
        """Run a job that only reads, on one consistent view of what is committed."""

    def close(self) -> None:
        """Close the connection."""


class Database(Protocol):
    """An open database; its sessions may be made in any thread."""

    writers: int
    readers: int

    def open(self) -> None:
        """Create or upgrade the schema.

        Raises UnsupportedSchema for one of a newer version, StorageFailed or InvalidConfiguration
        if the database can't be used.
        """

    def writing(self) -> WritingSession:
        """A session for a writing thread."""

    def reading(self) -> ReadingSession:
        """A session for a reading thread."""

    def listen(self, heard: Callable[[str], None], again: Callable[[], None]) -> None:
        """Call `heard` with what other servers tell, on a thread of its own.

        `again` is called when something may have been missed.
        """

    def stop(self) -> None:
        """Listen no longer, and let nothing wait for a database that is away."""
