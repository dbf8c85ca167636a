"""Fixtures that run a test once for each kind of database."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from jupyter_colonies.errors import StorageFailed
from jupyter_colonies.store.address import Address, PostgresAddress, parse
from jupyter_colonies.store.engine import Store, database_at
from jupyter_colonies.store.statement import Transaction
from tests.postgres import PostgresServer

KINDS = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this run; it has a template with the current schema."""
    server = PostgresServer()
    database_at(parse(server.new_database("template_colonies")), None, lambda: 0).open()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the current schema, to be copied: to make one takes some time."""
    file = tmp_path_factory.mktemp("template") / "colonies.db"
    database_at(file, None, lambda: 0).open()
    return file


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path, empty_file: Path) -> Iterator[Address]:
    """A database of the test's own, of each kind in turn."""
    if request.param == "sqlite":
        yield Path(shutil.copy(empty_file, tmp_path / "colonies.db"))
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database(template="template_colonies") as url:
        yield parse(url)


Refuse = Callable[[Store], Awaitable[None]]


@pytest.fixture
def refuse_commits(database: Address) -> Refuse:
    """Makes the database refuse every commit that changes something, from now on."""

    def refuse_to_commit(tx: Transaction) -> None:
        def decide(action: int, argument: str | None, *_: object) -> int:
            refused = action == sqlite3.SQLITE_TRANSACTION and argument == "COMMIT"
            return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK

        tx._connection.set_authorizer(decide)  # type: ignore[attr-defined]

    async def refuse(store: Store) -> None:
        if isinstance(database, PostgresAddress):
            with psycopg.connect(database.url) as connection:
                connection.execute(
                    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN RAISE EXCEPTION 'refused'; END $$"
                )
                connection.execute(
                    "CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON batches "
                    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"
                )
        else:
            with pytest.raises(StorageFailed):
                await store.write(refuse_to_commit)

    return refuse


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database of the test's own."""
    with postgres.database(template="template_colonies") as url:
        yield url


@pytest.fixture(scope="session", params=KINDS)
def server_database(
    request: pytest.FixtureRequest,
) -> Iterator[Callable[[], str]]:
    """Makes databases for servers that live as long as the run: settings, not addresses."""
    if request.param == "sqlite":
        yield str
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    yield lambda: server.new_database(template="template_colonies")
