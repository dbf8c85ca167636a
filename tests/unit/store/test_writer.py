"""Group commit: one transaction for all, each job on its own, nobody told before the commit."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jupyter_colonies.errors import InvalidRequest, ServerStopping, StorageFailed
from jupyter_colonies.store import members
from jupyter_colonies.store.address import Address
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Transaction
from tests.databases import Refuse


class Watched:
    """A store with what its commits announced."""

    def __init__(self, database: Address) -> None:
        self.announced: list[object] = []
        self.store = Store(database, committed=self.announced.extend)


@pytest.fixture
async def watched(database: Address) -> AsyncIterator[Watched]:
    watched = Watched(database)
    await watched.store.open()
    yield watched
    await watched.store.close()


def put(name: str, *, then: Exception | None = None):
    def job(tx: Transaction) -> str:
        tx.run(members.PUT_SETTING, name=name, value="x")
        tx.announce(name)
        if then is not None:
            raise then
        return name

    return job


async def names(store: Store) -> set[str]:
    def job(tx: Transaction) -> set[str]:
        found = (tx.one(members.GET_SETTING, name=name) and name for name in "abcdef")
        return {name for name in found if name}

    return await store.read(job)


async def test_a_refused_job_takes_only_itself_back(watched: Watched) -> None:
    results = await asyncio.gather(
        watched.store.write(put("a")),
        watched.store.write(put("b", then=InvalidRequest("no"))),
        watched.store.write(put("c")),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [str, InvalidRequest, str]
    assert await names(watched.store) == {"a", "c"}
    assert sorted(map(str, watched.announced)) == ["a", "c"]


async def test_jobs_that_wait_share_one_commit(watched: Watched) -> None:
    """Jobs of one transaction are told together, so what they announce arrives together."""
    arrived: list[list[object]] = []
    watched.store._writer._committed = arrived.append  # type: ignore[union-attr]
    await asyncio.gather(*(watched.store.write(put(name)) for name in "abcdef"))
    assert arrived == [list("abcdef")]


async def test_a_failed_commit_tells_nobody_of_success(
    watched: Watched, refuse_commits: Refuse
) -> None:
    await refuse_commits(watched.store)
    results = await asyncio.gather(
        watched.store.write(put("a")), watched.store.write(put("b")), return_exceptions=True
    )
    assert [type(result) for result in results] == [StorageFailed, StorageFailed]
    assert all("nothing of it was stored" in str(result) for result in results)
    assert watched.announced == []
    assert await names(watched.store) == set()


async def test_an_error_that_ends_the_whole_transaction_fails_the_whole_batch(
    tmp_path: Path,
) -> None:
    watched = Watched(tmp_path / "colonies.db")
    await watched.store.open()

    def roll_everything_back(tx: Transaction) -> None:
        tx._connection.execute("ROLLBACK")
        raise sqlite3.OperationalError("disk full")

    results = await asyncio.gather(
        watched.store.write(put("a")),
        watched.store.write(roll_everything_back),
        watched.store.write(put("b")),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [StorageFailed] * 3
    assert await names(watched.store) == set()
    assert await watched.store.write(put("c")) == "c"
    await watched.store.close()


async def test_a_job_nobody_waits_for_any_more_is_not_run(watched: Watched) -> None:
    future = watched.store.write(put("a"))
    future.cancel()
    await watched.store.write(put("b"))
    assert await names(watched.store) == {"b"}


async def test_closing_finishes_what_was_handed_in(database: Address) -> None:
    watched = Watched(database)
    await watched.store.open()
    handed_in = [watched.store.write(put(name)) for name in "abc"]
    await watched.store.close()
    assert await asyncio.gather(*handed_in) == ["a", "b", "c"]
    with pytest.raises(ServerStopping):
        await watched.store.write(put("d"))


async def test_readers_cannot_write(watched: Watched) -> None:
    with pytest.raises((sqlite3.OperationalError, StorageFailed), match=r"readonly|read-only"):
        await watched.store.read(put("a"))


async def test_a_connection_that_cannot_be_opened_is_told_and_hangs_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(tmp_path / "colonies.db")

    def refuse() -> sqlite3.Connection:
        raise sqlite3.OperationalError("too many open files")

    monkeypatch.setattr(watched.store._database, "_connect", refuse)
    with pytest.raises(StorageFailed, match="Can't open the database .* too many open files"):
        await watched.store.open()
    await watched.store.close()
