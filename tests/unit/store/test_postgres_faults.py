"""PostgreSQL goes away at the worst moments: nothing acknowledged is lost, nothing done twice."""

import asyncio
import contextlib
import logging
import select
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from jupyter_colonies.errors import InvalidConfiguration, ServerError, StorageFailed
from jupyter_colonies.store import address, members
from jupyter_colonies.store.address import PostgresAddress, parse
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.postgres import connection as connections
from jupyter_colonies.store.statement import Transaction
from tests.postgres import USER, PostgresServer

SOCKET = ".s.PGSQL.5432"


class Cutter:
    """Stands between a client and PostgreSQL and cuts the connection around one COMMIT."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.folder = folder
        self.cut = ""
        self._server = server
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / SOCKET))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server.folder / SOCKET))
                threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError), client, server:
            while True:
                for end in select.select([client, server], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    if end is client and b"COMMIT" in data and self.cut:
                        when, self.cut = self.cut, ""
                        if when == "after":
                            server.sendall(data)
                            server.recv(65536)
                        return
                    (server if end is client else client).sendall(data)


def put(name: str):
    """Fails if it is stored already: done twice would show."""

    def job(tx: Transaction) -> str:
        tx.run(members.PUT_SETTING, name=name, value="x")
        tx.announce(name)
        return name

    return job


def ignored(_: list[object]) -> None:
    """Nobody listens."""


def stored(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM settings").fetchall()]


@pytest.fixture(scope="module")
def durable() -> Iterator[PostgresServer]:
    """A server that may be killed."""
    server = PostgresServer(durable=True)
    yield server
    server.remove()


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[Store, list[object]]]:
    announced: list[object] = []
    store = Store(parse(url), committed=announced.extend)
    await store.open()
    try:
        yield store, announced
    finally:
        await store.close()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_connection_lost_in_the_commit_neither_loses_nor_repeats(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path, when: str
) -> None:
    cutter = Cutter(postgres, tmp_path)
    url = postgres_url.replace(str(postgres.folder), str(tmp_path))
    async with opened(url) as (store, announced):
        for number in range(10):
            await store.write(put(f"calm{number}"))
            cutter.cut = when
            assert await store.write(put(f"cut{number}")) == f"cut{number}"
            assert not cutter.cut
    cutter.close()
    expected = [f"{kind}{number}" for kind in ("calm", "cut") for number in range(10)]
    assert sorted(stored(postgres_url)) == expected
    assert sorted(map(str, announced)) == expected


async def test_connections_ended_at_random_moments(
    postgres: PostgresServer, postgres_url: str
) -> None:
    async with opened(postgres_url) as (store, announced):
        calm = asyncio.Event()
        ending = asyncio.create_task(_end_connections(postgres, postgres_url, calm))
        names = [f"n{number:04}" for number in range(600)]
        writing = []
        for name in names:
            writing.append(store.write(put(name)))
            if len(writing) % 20 == 0:
                await asyncio.sleep(0.01)
        assert await asyncio.gather(*writing) == names
        calm.set()
        await ending
    assert sorted(stored(postgres_url)) == names
    assert sorted(map(str, announced)) == names


async def _end_connections(server: PostgresServer, url: str, calm: asyncio.Event) -> None:
    name = urlsplit(url).path.strip("/")
    while not calm.is_set():
        await asyncio.to_thread(
            server.run,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND random() < 0.5",
        )
        await asyncio.sleep(0.02)


async def test_a_database_that_is_killed_and_started_again(durable: PostgresServer) -> None:
    url = durable.new_database()
    async with opened(url) as (store, announced):
        await store.write(put("first"))
        names = [f"n{number:03}" for number in range(200)]
        writing = []
        for number, name in enumerate(names):
            writing.append(store.write(put(name)))
            if number % 10 == 0:
                await asyncio.sleep(0.005)
            if number in (60, 130):
                await asyncio.to_thread(durable.kill)
                await asyncio.to_thread(durable.start)
        assert await asyncio.gather(*writing) == names
        assert await store.read(lambda tx: tx.one(members.GET_SETTING, name="n199"))
    assert sorted(stored(url)) == ["first", *names]
    assert len(announced) == 201


async def test_a_database_that_stays_away_is_told_and_hangs_nobody(
    durable: PostgresServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.5)
    url = durable.new_database()
    async with opened(url) as (store, announced):
        await store.write(put("a"))
        await asyncio.to_thread(durable.stop)
        try:
            with pytest.raises(StorageFailed, match="can't be reached"):
                await store.write(put("b"))
            with pytest.raises(StorageFailed, match="can't be reached"):
                await store.read(lambda tx: tx.one(members.GET_SETTING, name="a"))
        finally:
            await asyncio.to_thread(durable.start)
        await store.write(put("c"))
    assert sorted(stored(url)) == ["a", "c"]
    assert announced == ["a", "c"]


async def test_what_is_wrong_with_a_database_is_said_in_words(postgres: PostgresServer) -> None:
    missing = postgres.url("nowhere")
    nobody = missing.replace(f"//{USER}@", "//stranger@")
    away = f"postgresql://{USER}@/x?host=/nonexistent"
    for url, words in (
        (missing, 'database "nowhere" does not exist; create it with `createdb`'),
        (nobody, "does not let this user in .*stranger"),
        (away, "can't be reached.*look whether it runs"),
    ):
        with pytest.raises(ServerError, match=words):
            await Store(parse(url), committed=ignored).open()


async def test_a_user_without_rights_is_told_which(postgres: PostgresServer) -> None:
    postgres.run("CREATE ROLE guest LOGIN")
    refused = pytest.raises(InvalidConfiguration, match="lacks a right.*GRANT")
    with postgres.database() as url, refused:
        await Store(parse(url.replace(f"//{USER}@", "//guest@")), committed=ignored).open()
    postgres.run("DROP ROLE guest")


def test_a_password_is_refused_in_a_url_and_shown_nowhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for url in ("postgresql://u:s3cret@h/d", "postgresql://u@h/d?password=s3cret"):
        with pytest.raises(InvalidConfiguration, match="leave it out") as caught:
            parse(url)
        assert "s3cret" not in str(caught.value)
    single = address.postgresql(host="/nonexistent", user="u", password="s3cret")
    assert "s3cret" not in repr(single) + str(single)
    with pytest.raises(psycopg.OperationalError) as failed:
        connections.connect(single)
    told = connections.in_words(failed.value, single)
    assert "s3cret" not in str(told) + str(failed.value) + caplog.text


@pytest.mark.parametrize(
    ("database", "means"),
    [
        ("colonies.db", Path("colonies.db")),
        ("sqlite:////data/colonies.db", Path("/data/colonies.db")),
        ("sqlite:///colonies.db", Path("colonies.db")),
        ("postgresql://u@h:1/d", PostgresAddress("postgresql://u@h:1/d")),
    ],
)
def test_a_path_or_a_url_names_a_database(database: str, means: object) -> None:
    assert parse(database) == means


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(InvalidConfiguration, match="'mysql' is not known"):
        parse("mysql://u@h/d")


def test_without_psycopg_the_extra_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name.startswith(("jupyter_colonies.store.postgres", "psycopg")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InvalidConfiguration, match=r"jupyter-colonies\[postgres\]"):
        Store(parse("postgresql://u@h/d"), committed=ignored)
