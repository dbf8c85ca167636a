"""Two servers on one PostgreSQL write at the same moment, in the worst order."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg
import pytest

from jupyter_colonies.broker.authorize import authorize
from jupyter_colonies.broker.submit import submit_function_spec
from jupyter_colonies.core.member import Colony, User
from jupyter_colonies.core.messages import colonies, processes
from jupyter_colonies.errors import AccessDenied, ColoniesError
from jupyter_colonies.store import members
from jupyter_colonies.store.statement import Transaction
from tests.postgres import PostgresServer
from tests.unit.broker.pair import Pair
from tests.unit.broker.stage import Stage, spec

IN_A_COLONY = ("processes", "events", "logs", "graphs", "users", "executors", "functions")


def rows_of(url: str, colonyname: str) -> dict[str, int]:
    """Rows that name the colony, by table."""
    with psycopg.connect(url) as connection:
        counts = {
            table: connection.execute(
                f"SELECT count(*) FROM {table} WHERE colonyname = %s",
                [colonyname],
            ).fetchone()
            for table in IN_A_COLONY
        }
    return {table: count[0] for table, count in counts.items() if count and count[0]}


async def somebody_waits_for_a_lock(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        while not connection.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_a_removal_of_a_colony_waits_for_what_is_being_submitted(
    pair: Pair, postgres_url: str
) -> None:
    """The submit was let in, and inserts while the removal is under way on the other server."""
    submit = processes.SUBMIT_FUNCTION_SPEC
    request = submit.request(msgtype=submit.type, spec=spec(colonyname="dev"))
    let_in, go_on = threading.Event(), threading.Event()

    def job(tx: Transaction) -> None:
        call = authorize(tx, pair.a.broker.facts, submit, request, pair.a.user)
        let_in.set()
        assert go_on.wait(30)
        submit_function_spec(call, request)

    submitting = pair.a.broker.store.write(job)
    await asyncio.to_thread(let_in.wait, 30)
    removing = asyncio.create_task(
        pair.b.call(colonies.REMOVE_COLONY, pair.b.broker.facts.serverid, colonyname="dev")
    )
    waiting = asyncio.create_task(somebody_waits_for_a_lock(postgres_url))
    await asyncio.wait([removing, waiting], return_when=asyncio.FIRST_COMPLETED)
    go_on.set()
    await asyncio.gather(submitting, removing)
    waiting.cancel()
    assert rows_of(postgres_url, "dev") == {}
    with pytest.raises(AccessDenied):
        await pair.a.submit()


async def test_nothing_is_left_of_a_colony_that_is_removed_under_load(
    pair: Pair, postgres_url: str
) -> None:
    for _ in range(4):
        under_way = asyncio.Event()

        async def work(stage: Stage, under_way: asyncio.Event = under_way) -> None:
            with contextlib.suppress(ColoniesError):
                while True:
                    await stage.submit()
                    await stage.submit_workflow(spec("one"), spec("two", "one"))
                    await stage.close(await stage.assign())
                    under_way.set()

        working = [asyncio.create_task(work(stage)) for stage in pair for _ in range(2)]
        await asyncio.wait_for(under_way.wait(), 60)
        await pair.b.call(colonies.REMOVE_COLONY, pair.b.broker.facts.serverid, colonyname="dev")
        await asyncio.gather(*working)
        assert rows_of(postgres_url, "dev") == {}
        colony = Colony(colonyid=pair.a.owner, name="dev")
        await pair.a.call(colonies.ADD_COLONY, pair.a.broker.facts.serverid, colony=colony)
        user = User(colonyname="dev", userid=pair.a.user, name="ada")
        await pair.b.call(colonies.ADD_USER, pair.a.owner, user=user)
        await pair.a.add_executor("e1")


async def test_writers_that_wait_for_each_other_part_before_a_deadlock_is_looked_for(
    pair: Pair, postgres: PostgresServer, postgres_url: str
) -> None:
    """PostgreSQL looks for deadlocks after a second; neither of two lets it come to that."""
    await pair.a.add_executor("e2")
    both = threading.Barrier(2)

    def locking(*names: str) -> Callable[[Transaction], str]:
        first_time = [True]

        def job(tx: Transaction) -> str:
            for name in names:
                tx.one(members.GET_EXECUTOR_TO_CHANGE, colonyname="dev", executorname=name)
                if first_time:
                    first_time.clear()
                    both.wait(30)
            return names[0]

        return job

    done = await asyncio.gather(
        pair.a.broker.store.write(locking("e1", "e2")),
        pair.b.broker.store.write(locking("e2", "e1")),
    )
    assert list(done) == ["e1", "e2"]
    name = urlsplit(postgres_url).path.strip("/")
    found = postgres.run(f"SELECT deadlocks FROM pg_stat_database WHERE datname = '{name}'")
    assert found == [(0,)]
