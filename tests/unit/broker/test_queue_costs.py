"""Assigning looks at what the caller can take, and at next to nothing else."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jupyter_colonies.store import queues
from jupyter_colonies.store.address import Address, PostgresAddress
from jupyter_colonies.store.postgres.connection import WRITING
from jupyter_colonies.store.postgres.reading import dialect as postgres_dialect
from jupyter_colonies.store.sqlite import _dialect as sqlite_dialect
from jupyter_colonies.store.statement import Statement
from tests.unit.broker.stage import Stage, spec

CALLER = {
    "colonyname": "dev",
    "executortype": "worker",
    "executorname": "e1",
    "executorid": "id",
    "location": "here",
    "cpu": 1000,
    "mem": 1 << 30,
    "now": 1,
    "count": 3,
}
IN_THE_WAY: dict[str, dict[str, Any]] = {
    "fits": {},
    "fits with its size": {"cpu": "1000m", "mem": "1Gi"},
    "for another executor": {"executornames": ["e2"]},
    "for other executors": {"executornames": ["e2", "e3"]},
    "for another place": {"locationname": "there"},
    "too much CPU": {"cpu": "1001m"},
    "too much memory": {"mem": "1025Mi"},
    "too large and one of two": {"executornames": ["e1", "e2"], "mem": "1025Mi"},
}
CLAIMS = {"one": queues.CLAIM, "several": queues.CLAIM_SEVERAL}
# Tables whose rows are processes; what stands in common table expressions is as short as it is.
SCANNED = re.compile(r"^SCAN (processes|targets)", re.MULTILINE)
NOT_BY_INDEX = ("Seq Scan", "Bitmap", "Hash Join", "Merge Join")


@contextmanager
def beside(address: Address) -> Iterator[Any]:
    """A connection like that of a writer; its changes are taken back."""
    if isinstance(address, PostgresAddress):
        with closing(psycopg.connect(address.url)) as writer:
            writer.execute(WRITING.encode())
            yield writer
            writer.rollback()
        return
    assert isinstance(address, Path)
    with closing(sqlite3.connect(address, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("ROLLBACK")


def explained(connection: Any, statement: Statement, options: str = "") -> str:
    """The plan of a statement."""
    if isinstance(connection, sqlite3.Connection):
        text, constants = statement.compiled(sqlite_dialect)
        rows = connection.execute(f"EXPLAIN QUERY PLAN {text}", {**constants, **CALLER})
        return "\n".join(row[3] for row in rows)
    text, constants = statement.compiled(postgres_dialect)
    rows = connection.execute(f"EXPLAIN {options} {text}".encode(), {**constants, **CALLER})
    return "\n".join(row[0] for row in rows)


def effort(connection: Any, statement: Statement) -> int:
    """Steps of SQLite's virtual machine, or rows that parts of PostgreSQL's plan handled."""
    if isinstance(connection, sqlite3.Connection):
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        text, constants = statement.compiled(sqlite_dialect)
        connection.set_progress_handler(step, 1)
        assert connection.execute(text, {**constants, **CALLER}).fetchall()
        connection.set_progress_handler(None, 0)
        return steps
    plan = explained(connection, statement, "(ANALYZE, TIMING OFF)")
    handled = re.findall(r"actual rows=([0-9.]+) loops=([0-9]+)", plan)
    removed = re.findall(r"Rows Removed by .*: ([0-9]+)", plan)
    return int(sum(float(rows) * int(loops) for rows, loops in handled) + sum(map(int, removed)))


@pytest.mark.parametrize("claim", CLAIMS)
async def test_each_part_of_the_plan_is_a_walk_along_an_index(
    stage: Stage, database: Address, claim: str
) -> None:
    """Whatever the tables held when the plan was made: here they are empty, then they are not."""
    for _ in range(2):
        with beside(database) as connection:
            plan = explained(connection, CLAIMS[claim])
        for index in ("ready", "ready_sized", "ready_by_size"):
            assert re.search(rf"processes_{index}\b.*(\n.*)?executortype.*location", plan)
            assert re.search(rf"targets_{index}\b.*(\n.*)?executortype.*location", plan)
        assert not SCANNED.search(plan)
        assert not any(way in plan for way in NOT_BY_INDEX)
        await stage.submit_workflow(*(spec(f"n{index}", cpu="2000m") for index in range(300)))


@pytest.mark.parametrize("kind", IN_THE_WAY)
async def test_what_waits_ahead_costs_nothing(stage: Stage, database: Address, kind: str) -> None:
    await stage.submit_workflow(*(spec(f"behind{index}") for index in range(100)))
    efforts = []
    for many in (700, 1400):
        await stage.submit_workflow(
            *(spec(f"n{index}", priority=1, **IN_THE_WAY[kind]) for index in range(many))
        )
        with beside(database) as connection:
            efforts.append([effort(connection, claim) for claim in CLAIMS.values()])
    for few, many in zip(*efforts, strict=True):
        assert many <= few * 1.1
