"""What only a file does: one writer by right, durability, faults of its disk."""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy import select

from jupyter_colonies.errors import (
    ColoniesError,
    InvalidConfiguration,
    StorageFailed,
    StorageFull,
    StorageUnwritable,
    Superseded,
)
from jupyter_colonies.store import journal, members, numbers, sqlite
from jupyter_colonies.store.address import Address, SqliteAddress
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Transaction


@asynccontextmanager
async def opened(database: Address) -> AsyncIterator[Store]:
    store = Store(database, committed=lambda _: None)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


EVENT = {
    "colonyname": "dev", "graphseq": 0, "revision": 0, "process": 1, "state": 0,
    "executorname": "", "at": 1, "retries": 0,
}  # fmt: skip


def put(name: str, value: str = "x"):
    def job(tx: Transaction) -> str:
        tx.run(members.PUT_SETTING, name=name, value=value)
        return name

    return job


def pragma(text: str):
    def job(tx: Transaction) -> int:
        row = tx._connection.execute(f"PRAGMA {text}").fetchone()
        return int(row[0]) if row else 0

    return job


def stored(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0] for row in connection.execute("SELECT name FROM settings")}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "colonies.db"


# --- how much is on disk when a commit is acknowledged ---


@pytest.mark.parametrize(("synchronous", "asked"), [("full", 2), ("normal", 1)])
async def test_the_database_itself_says_how_it_synchronizes(
    file: Path, synchronous: str, asked: int
) -> None:
    async with opened(SqliteAddress(file, synchronous)) as store:
        assert await store.write(pragma("synchronous")) == asked
        assert await store.read(pragma("synchronous")) == asked


async def test_everything_is_on_disk_unless_said_otherwise(file: Path) -> None:
    async with opened(file) as store:
        assert await store.write(pragma("synchronous")) == 2


# --- one writer by right ---


async def test_who_was_superseded_stores_nothing_and_tells_nobody_of_success(file: Path) -> None:
    async with opened(file) as former:
        await former.write(put("before"))
        async with opened(file) as present:
            refused = await asyncio.gather(
                *(former.write(put(name)) for name in "abc"), return_exceptions=True
            )
            assert [type(each) for each in refused] == [Superseded] * 3
            assert former.superseded.is_set()
            assert not present.superseded.is_set()
            assert await present.write(put("after")) == "after"
    assert stored(file) == {"before", "after"}


async def test_the_epoch_is_asked_once_a_batch(file: Path) -> None:
    async with opened(file) as store:
        said: list[str] = []

        def listen(tx: Transaction) -> None:
            tx._connection.set_trace_callback(said.append)  # type: ignore[attr-defined]

        await store.write(listen)
        await asyncio.gather(*(store.write(put(name)) for name in "abcdef"))
        assert said.count(sqlite.EPOCH) == 1
        assert said.index("BEGIN IMMEDIATE") + 1 == said.index(sqlite.EPOCH)


# --- a batch in which something fails ---


async def test_who_fails_after_writing_spoils_neither_the_batch_nor_the_numbers(file: Path) -> None:
    def number(tx: Transaction) -> int:
        (drawn,) = numbers.take(tx, "process", 1)
        return drawn

    def fails(tx: Transaction) -> None:
        number(tx)
        put("half")(tx)
        raise InvalidConfiguration("on purpose")

    async with opened(file) as store:
        first = await store.write(number)
        second, before = store.write(number), store.write(put("before"))
        refused = store.write(fails)
        after, third = store.write(put("after")), store.write(number)
        await asyncio.wait([second, before, refused, after, third])
        assert (before.result(), after.result()) == ("before", "after")
        assert isinstance(refused.exception(), InvalidConfiguration)
        given = [first, second.result(), third.result(), await store.write(number)]
        assert given == sorted(set(given))
    async with opened(file) as again:
        assert await again.write(number) > given[-1]
    assert stored(file) == {"before", "after"}


async def test_what_jobs_add_is_stored_with_their_batch_and_not_without(file: Path) -> None:
    def add(tx: Transaction) -> None:
        tx.add(journal.ADD_EVENT, [EVENT])

    def fails(tx: Transaction) -> None:
        add(tx)
        put("half")(tx)
        raise InvalidConfiguration("on purpose")

    def count(tx: Transaction) -> int:
        return len(tx.select(select(journal.events)))

    async with opened(file) as store:
        foreseen = store.write(add, lambda: ())
        refused = store.write(fails)
        seen = store.write(count)
        await asyncio.gather(foreseen, refused, return_exceptions=True)
        assert isinstance(refused.exception(), InvalidConfiguration)
        assert await seen == 1
        assert await store.read(count) == 1


# --- the disk is full, refuses, or is not there ---


def damage(file: Path) -> None:
    """Write over the head of every page but the first ones."""
    with file.open("r+b") as damaged:
        for page in range(3, file.stat().st_size // 4096):
            damaged.seek(page * 4096)
            damaged.write(b"\xff" * 64)


Fault = Callable[[Store, Path], Awaitable[None]]


async def full(store: Store, _: Path) -> None:
    """SQLite has no more pages than it has now."""
    await store.write(pragma(f"max_page_count = {await store.write(pragma('page_count'))}"))


async def room(store: Store, _: Path) -> None:
    await store.write(pragma("max_page_count = 1000000"))


async def refuse(_: Store, file: Path) -> None:
    """The system lets no file grow beyond what the write-ahead log has."""
    size = file.with_name(file.name + "-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def accept(_: Store, __: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@pytest.mark.parametrize(
    ("fault", "repair", "kind", "advice"),
    [
        (full, room, StorageFull, "disk is full"),
        (refuse, accept, StorageUnwritable, "disk refused"),
    ],
    ids=["full", "refused"],
)
async def test_a_fault_of_the_disk_fails_the_whole_batch_and_passes(
    file: Path, fault: Fault, repair: Fault, kind: type[ColoniesError], advice: str
) -> None:
    large = "x" * 40_000
    async with opened(file) as store:
        await store.write(put("before", large))
        await fault(store, file)
        try:
            for _ in range(2):
                outcomes = await asyncio.gather(
                    *(store.write(put(name, large)) for name in "abcdef"), return_exceptions=True
                )
                assert [type(each) for each in outcomes] == [kind] * 6
                assert all(advice in str(each) for each in outcomes)
                assert all("nothing" in str(each) for each in outcomes)
                known = await store.read(lambda tx: tx.one(members.GET_SETTING, name="before"))
                assert known is not None
        finally:
            await repair(store, file)
        assert await store.write(put("after", large)) == "after"
    assert stored(file) == {"before", "after"}


async def test_a_damaged_file_is_refused_with_what_to_do(file: Path) -> None:
    async with opened(file) as store:
        await store.write(put("a"))
    damage(file)
    with pytest.raises(StorageFailed, match=r"colonies\.db.* damaged.* restore a backup"):
        async with opened(file):
            pass


async def test_a_page_that_is_damaged_meanwhile_is_told(file: Path) -> None:
    async with opened(file) as store:
        await store.write(put("a"))

        def spoil(tx: Transaction) -> None:
            tx._connection.execute("PRAGMA writable_schema = ON")
            tx._connection.execute("UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'settings'")
            tx._connection.execute("PRAGMA writable_schema = RESET")

        await store.write(spoil)
        with pytest.raises(StorageFailed, match="damaged"):
            await store.write(put("b"))


async def test_an_sqlite_that_is_too_old_is_named(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "OLDEST", (99, 1, 0))
    with pytest.raises(InvalidConfiguration, match=r"too old, 99\.1\.0 or newer is needed"):
        async with opened(file):
            pass


async def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageUnwritable, match="none/colonies.db.*missing or not accessible"):
        async with opened(tmp_path / "none" / "colonies.db"):
            pass
