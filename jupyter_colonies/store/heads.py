"""The first processes of every queue that an executor may take from.

Ready work stands in one queue for each colony, type of executor, name that it is for and place;
an index keeps each in its order, so what is meant for somebody else is never looked at. What needs
neither CPU nor memory fits everybody and has queues of its own. Of the rest the first few are
looked at in their order; if too few of them fit, a second index leads from one size to the next
larger one, past everything that is too large. The sizes are compared as they are and not in
classes, so the order is exact.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
)

from jupyter_colonies.store.processes import processes, targets

_ZERO: ColumnElement[int] = literal_column("0")
ONE: ColumnElement[int] = literal_column("1")
_EMPTY: ColumnElement[str] = literal_column("''")
_LARGEST: ColumnElement[int] = literal_column(str(2**63 - 1))
# So many of what may be too large are looked at before their queue is taken apart by size: where
# sizes differ widely, some of so many fit almost always.
_REACH: ColumnElement[int] = literal_column("256")
_FOUR: ColumnElement[int] = literal_column("4")
_CPU: BindParameter[int] = bindparam("cpu")
_MEM: BindParameter[int] = bindparam("mem")
_NAME: BindParameter[str] = bindparam("executorname")
_PLACE: BindParameter[str] = bindparam("location")

Heads = Select[tuple[int, int]]


class Queues(NamedTuple):
    """A table with work in queues: who may take it is in the column `name`."""

    table: Table
    process: str
    name: str
    served: tuple[ColumnElement[str], ...]
    ready: dict[str, ColumnElement[int]]


# Work for anyone and for one executor stands in the table of processes.
FOR_ONE = Queues(processes, "seq", "target", (_EMPTY, _NAME), {"state": _ZERO, "pending": _ZERO})
FOR_SEVERAL = Queues(targets, "process", "executorname", (_NAME,), {"ready": ONE})


class Search(NamedTuple):
    """How to look: for how many heads of each queue, and so among how many of its first rows.

    `lateral` says that a subquery may give several columns for each row of another table, as in
    PostgreSQL.
    """

    depth: ColumnElement[int]
    lateral: bool

    def heads(self) -> CTE:
        """The heads of all queues an executor may take from; what is first is among them."""
        parts = [*self._heads_of(FOR_ONE), *self._heads_of(FOR_SEVERAL)]
        return union(*parts).cte("heads")

    def _heads_of(self, queues: Queues) -> list[Heads]:
        served = _served(queues)
        at = queues.table.alias()
        plain = _in_queue(queues, at, served).where(at.c.cpu == _ZERO, at.c.mem == _ZERO)
        fitting = self._for_each(served, self._among_the_first(queues, served))
        first = fitting.add_columns(served.c.name, served.c.location)
        first_fitting = first.cte(f"first_{queues.table.name}")
        return [
            self._for_each(served, _in_order(queues, at, plain).limit(self.depth)),
            select(first_fitting.c.seq, first_fitting.c.prioritytime),
            self._by_size(queues, self._sizes(queues, served, first_fitting)),
        ]

    def _for_each(self, outer: FromClause, heads: Heads) -> Heads:
        """The heads that a subquery gives for each row of a table."""
        if self.lateral:
            beside = heads.lateral()
            return select(beside.c.seq, beside.c.prioritytime).join_from(outer, beside, true())
        found = processes.alias()
        numbers = heads.with_only_columns(heads.selected_columns.seq)
        is_one = (
            found.c.seq == numbers.scalar_subquery()
            if self.depth is ONE
            else found.c.seq.in_(numbers)
        )
        return select(found.c.seq, found.c.prioritytime).join_from(outer, found, is_one)

    def _among_the_first(self, queues: Queues, served: CTE) -> Heads:
        """What fits of the first rows of a queue."""
        at = queues.table.alias()
        queue = _in_order(queues, at, _in_queue(queues, at, served).where(_sized(at)))
        rows = queue.limit(_REACH + self.depth * _FOUR).subquery()
        fits = select(rows.c.seq, rows.c.prioritytime).where(rows.c.cpu <= _CPU, rows.c.mem <= _MEM)
        if self.lateral:
            fits = fits.order_by(rows.c.prioritytime, rows.c.seq)
        # SQLite would sort all of them and not end at the first; it keeps the order they come in.
        return fits.limit(self.depth).correlate(served)

    def _sizes(self, queues: Queues, served: CTE, first: CTE) -> CTE:
        """A process of each size that may fit, from the queues whose first rows held too few."""
        smallest, last, larger = (queues.table.alias() for _ in range(3))
        enough = (
            select(func.count())
            .where(first.c.name == served.c.name, first.c.location == served.c.location)
            .correlate(served)
            .scalar_subquery()
        )
        anywhere = _in_queue(queues, smallest, served).where(_sized(smallest))
        seed = _next_size(queues, smallest, anywhere)
        sizes = (
            select(seed.scalar_subquery().label("seq"))
            .select_from(served)
            .where(enough < self.depth)
            .cte(f"sizes_{queues.table.name}", recursive=True)
        )
        # Of what needs too much memory, only the next amount of CPU is of interest.
        past = case((last.c.mem > _MEM, _LARGEST), else_=last.c.mem)
        onwards = _of_same_queue(queues, larger, last).where(
            tuple_(larger.c.cpu, larger.c.mem) > tuple_(last.c.cpu, past)
        )
        step = _next_size(queues, larger, onwards).correlate(last).scalar_subquery()
        return sizes.union_all(
            select(step.label("seq")).join_from(sizes, last, _is(queues, last, sizes.c.seq))
        )

    def _by_size(self, queues: Queues, sizes: CTE) -> Heads:
        """The heads of each size that fits."""
        of_size, at = queues.table.alias(), queues.table.alias()
        same = _of_same_queue(queues, at, of_size).where(
            at.c.cpu == of_size.c.cpu, at.c.mem == of_size.c.mem
        )
        heads = _in_order(queues, at, same).limit(self.depth).correlate(of_size)
        outer = sizes.join(of_size, _is(queues, of_size, sizes.c.seq))
        return self._for_each(outer, heads).where(of_size.c.mem <= _MEM)


def plain_head() -> Select[tuple[int]]:
    """The first of the work for anyone and for one that needs neither CPU nor memory.

    Said without tables of its own, which cost SQLite more than the work itself.
    """
    heads = []
    for name in FOR_ONE.served:
        for place in (_EMPTY, _PLACE):
            at = processes.alias()
            queue = _rows(FOR_ONE, at).where(
                at.c.colonyname == bindparam("colonyname"),
                at.c.executortype == bindparam("executortype"),
                at.c.target == name,
                at.c.location == place,
                at.c.cpu == _ZERO,
                at.c.mem == _ZERO,
            )
            first = _in_order(FOR_ONE, at, queue).limit(ONE).subquery()
            heads.append(select(first.c.seq, first.c.prioritytime))
    found = union_all(*heads).subquery()
    return select(found.c.seq).order_by(found.c.prioritytime, found.c.seq).limit(ONE)


def any_but_plain() -> ColumnElement[bool]:
    """Whether there is work that `plain_head` does not look at."""

    def there_is(queues: Queues, size: ColumnElement[bool], at: FromClause) -> ColumnElement[bool]:
        rows = _rows(queues, at).where(
            at.c.colonyname == bindparam("colonyname"),
            at.c.executortype == bindparam("executortype"),
            size,
        )
        return exists(rows if queues is FOR_ONE else rows.where(at.c[queues.name] == _NAME))

    one, sized, plain = processes.alias(), targets.alias(), targets.alias()
    return or_(
        there_is(FOR_ONE, _sized(one), one),
        there_is(FOR_SEVERAL, _sized(sized), sized),
        there_is(FOR_SEVERAL, and_(plain.c.cpu == _ZERO, plain.c.mem == _ZERO), plain),
    )


def _served(queues: Queues) -> CTE:
    """The queues an executor may take from, each once."""
    pairs = (
        select(name.label("name"), place.label("location"))
        for name in queues.served
        for place in (_EMPTY, _PLACE)
    )
    return union(*pairs).cte(f"served_{queues.table.name}")


def _rows(queues: Queues, at: FromClause) -> Heads:
    return select(at.c[queues.process].label("seq"), at.c.prioritytime, at.c.cpu, at.c.mem).where(
        *(at.c[column] == value for column, value in queues.ready.items())
    )


def _in_queue(queues: Queues, at: FromClause, served: CTE) -> Heads:
    return (
        _rows(queues, at)
        .where(
            at.c.colonyname == bindparam("colonyname"),
            at.c.executortype == bindparam("executortype"),
            at.c[queues.name] == served.c.name,
            at.c.location == served.c.location,
        )
        .correlate(served)
    )


def _of_same_queue(queues: Queues, at: FromClause, other: FromClause) -> Heads:
    same = ("colonyname", "executortype", queues.name, "location")
    return _rows(queues, at).where(_sized(at), *(at.c[name] == other.c[name] for name in same))


def _in_order(queues: Queues, at: FromClause, rows: Heads) -> Heads:
    return rows.order_by(at.c.prioritytime, at.c[queues.process])


def _next_size(queues: Queues, at: FromClause, rows: Heads) -> Select[tuple[int]]:
    return (
        rows.with_only_columns(at.c[queues.process])
        .where(at.c.cpu <= _CPU)
        .order_by(at.c.cpu, at.c.mem, at.c.prioritytime, at.c[queues.process])
        .limit(ONE)
    )


def _sized(at: FromClause) -> ColumnElement[bool]:
    return or_(at.c.cpu > _ZERO, at.c.mem > _ZERO)


def _is(queues: Queues, at: FromClause, seq: ColumnElement[int]) -> ColumnElement[bool]:
    """The row of a process; of one that names several executors, the caller's."""
    same = at.c[queues.process] == seq
    return and_(same, at.c[queues.name] == _NAME) if queues is FOR_SEVERAL else same
