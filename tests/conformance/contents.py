"""Everything that the database holds of one colony, to see that a refusal left no trace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, Table, select
from sqlmodel import SQLModel

from jupyter_colonies.store.statement import Transaction
from jupyter_colonies.testing import RunningServer

# A refused assign is a sign of life all the same (protocol part 02, section 4.4).
SIGNS_OF_LIFE = {"lastheardfromtime", "leasedeadline"}
# What a connection committed last is no concern of a request.
BESIDE = {"batches"}


# Tables whose rows belong to a colony through another table's.
THROUGH = {
    "process": "processes", "parent": "processes", "snapshot": "snapshots", "channel": "channels",
}  # fmt: skip


def reader(
    server: RunningServer, colonyname: str, *, nobodys: bool = True
) -> Callable[[], list[Any]]:
    """A function that reads the colony's rows of every table; also those of no colony.

    Deadlines of other tests' colonies may act meanwhile, so those are left out.
    """
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in BESIDE]
    found = [_of(table, colonyname) for table in tables]
    if nobodys:
        found += [select(table) for table in tables if _of(table, colonyname) is None]
    queries = [query for query in found if query is not None]

    def rows(tx: Transaction) -> list[Any]:
        return [
            [{k: row[k] for k in row.keys() if k not in SIGNS_OF_LIFE} for row in tx.select(query)]  # noqa: SIM118
            for query in queries
        ]

    def read() -> list[Any]:
        store = server.broker.store
        return asyncio.run_coroutine_threadsafe(store.read(rows), server.loop).result()

    return read


def _of(table: Table, colonyname: str) -> Select[Any] | None:
    query = select(table).order_by(*table.primary_key)
    if "colonyname" in table.c:
        return query.where(table.c.colonyname == colonyname)
    if table.name == "colonies":
        return query.where(table.c.name == colonyname)
    for column, name in THROUGH.items():
        if column in table.c:
            owners = _of(SQLModel.metadata.tables[name], colonyname)
            if owners is not None:
                seqs = owners.order_by(None).with_only_columns(owners.selected_columns.seq)
                return query.where(table.c[column].in_(seqs))
    return None
