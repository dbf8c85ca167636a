"""The numbers of processes and graphs: in rising order, and none is given twice."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Integer, Table, bindparam, cast, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import REGCLASS

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, Transaction

counters: Table = tables.Counter.__table__  # type: ignore[attr-defined]

_TAKE = Statement(
    update(counters)
    .where(counters.c.name == bindparam("counter"))
    .values(value=counters.c.value + bindparam("many"))
    .returning(counters.c.value)
)
_START_COUNTER = Statement(
    insert(counters).values(name=bindparam("counter"), value=bindparam("many")).inline()
)
# A counter's row would make all writers of PostgreSQL wait for each other, a sequence does not.
_SEQUENCES = {"process": "processes_seq_seq", "graph": "graphs_seq_seq"}
_DRAW = Statement(
    select(func.nextval(cast(bindparam("sequence"), REGCLASS)).label("value")).select_from(
        func.generate_series(literal_column("1"), bindparam("many", type_=Integer)).alias("drawn")
    )
)

RESERVED = 256
"""Numbers that the only writer draws beyond those it needs: one statement less for each process."""


def take(tx: Transaction, counter: str, many: int) -> Sequence[int]:
    """Fresh numbers in rising order; whoever draws at the same time gets others."""
    if tx.shared:
        drawn = tx.all(_DRAW, sequence=_SEQUENCES[counter], many=many)
        return [int(row["value"]) for row in drawn]
    left: range = tx.kept.get(counter, range(0))
    if len(left) < many:
        left = _reserved(tx, counter, many + RESERVED)
    tx.kept[counter] = left[many:]
    return left[:many]


def _reserved(tx: Transaction, counter: str, many: int) -> range:
    row = tx.one(_TAKE, counter=counter, many=many)
    if row is None:
        tx.run(_START_COUNTER, counter=counter, many=many)
        return range(1, many + 1)
    return range(int(row["value"]) - many + 1, int(row["value"]) + 1)
