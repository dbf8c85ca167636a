"""Lists by page: what is filtered and in which order, and the statement of one page.

A page begins after the last entry of the one before, by that entry's place in the order and not by
counting: so it costs the same wherever it is, and rows that are added meanwhile move nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from jupyter_colonies.store import tables
from jupyter_colonies.store.crons import crons
from jupyter_colonies.store.files import files, snapshots
from jupyter_colonies.store.generators import generators
from jupyter_colonies.store.graphs import graphs, logs
from jupyter_colonies.store.members import colonies, executors, functions, users
from jupyter_colonies.store.processes import processes
from jupyter_colonies.store.remainders import hidden

locations: Table = tables.Location.__table__  # type: ignore[attr-defined]

_P, _G, _L, _F = processes.c, graphs.c, logs.c, files.c

Value = int | str
Condition = Callable[[Any], ColumnElement[bool]]


class Order(NamedTuple):
    """An order: the last column tells rows apart that are equal in the others.

    `within` is true of all rows, and the condition of the index that has this order: so nothing
    but this order makes a database use it.
    """

    columns: tuple[ColumnElement[Any], ...]
    descending: bool = False
    within: ColumnElement[bool] | None = None


class Listing(NamedTuple):
    """A list: its rows, conditions by their names, and orders.

    The first order holds unless another is named.
    """

    rows: Select[Any]
    conditions: Mapping[str, Condition]
    orders: Mapping[str, Order]

    def page(
        self, conditions: Mapping[str, Value], sort: str, after: Sequence[Value], limit: int
    ) -> Select[Any]:
        """At most `limit` rows that come after a place."""
        order = self.order(sort)
        query = self.rows.where(*(self.conditions[name](each) for name, each in conditions.items()))
        if order.within is not None:
            query = query.where(order.within)
        if after:
            here = tuple_(*order.columns)
            there = tuple_(
                *(
                    bindparam(f"after_{position}", each, type_=column.type)
                    for position, (each, column) in enumerate(
                        zip(after, order.columns, strict=True)
                    )
                )
            )
            query = query.where(here < there if order.descending else here > there)
        ordered = [each.desc() if order.descending else each for each in order.columns]
        return query.order_by(*ordered).limit(literal_column(str(int(limit))))

    def order(self, sort: str) -> Order:
        """An order by its name, the first for an empty one."""
        return self.orders[sort or next(iter(self.orders))]

    def place(self, row: Mapping[str, Any], sort: str) -> list[Value]:
        """Where a row stands in an order."""
        return [row[column.name] for column in self.order(sort).columns]


class likely(GenericFunction[bool]):  # noqa: N801 - SQLite's own name
    """What is true anyway, said so that SQLite finds the index of those rows and seeks no more."""

    inherit_cache = True


@compiles(likely, "postgresql")
def _nothing_special(element: likely, compiler: SQLCompiler, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


def _equal(column: ColumnElement[Any]) -> Condition:
    def condition(value: Any) -> ColumnElement[bool]:
        equal: ColumnElement[bool] = column == value
        return equal

    return condition


def _is(column: ColumnElement[Any]) -> Condition:
    """Equal to a number that stands in the statement itself, so that indexes of parts serve."""

    def condition(value: Any) -> ColumnElement[bool]:
        equal: ColumnElement[bool] = column == literal_column(str(int(value)))
        return and_(equal, likely(column > literal_column("1"))) if value > 1 else equal

    return condition


def _both(
    name: str, *columns: ColumnElement[Any], within: ColumnElement[bool] | None = None
) -> dict[str, Order]:
    return {
        name: Order(columns, within=within),
        f"-{name}": Order(columns, descending=True, within=within),
    }


def _submitted(table: Table) -> dict[str, Order]:
    """The order of submission; the newest come first."""
    within = table.c.submissiontime > literal_column("0")
    orders = _both("submissiontime", table.c.submissiontime, table.c.seq, within=within)
    return dict(sorted(orders.items()))


def _in_colony(table: Table, key: str, /, **filters: ColumnElement[Any]) -> Listing:
    """A colony's rows in the order of a column that tells them apart."""
    return Listing(
        select(table),
        {"colonyname": _equal(table.c.colonyname)}
        | {each: _equal(column) for each, column in filters.items()},
        {key: Order((table.c[key],))},
    )


def _span(column: ColumnElement[Any]) -> dict[str, Condition]:
    return {"since": lambda at: column >= at, "until": lambda at: column < at}


COLONIES = Listing(select(colonies), {}, {"name": Order((colonies.c.name,))})
MEMBERS = _in_colony(users, "name", userid=users.c.userid)
LOCATIONS = _in_colony(locations, "name")
CRONS = _in_colony(crons, "name", name=crons.c.name, initiator=crons.c.initiatorname)
GENERATORS = _in_colony(
    generators, "name", name=generators.c.name, initiator=generators.c.initiatorname
)
EXECUTORS = _in_colony(
    executors,
    "executorname",
    executortype=executors.c.executortype,
    locationname=executors.c.locationname,
    state=executors.c.state,
)
FUNCTIONS = Listing(
    select(functions),
    {
        "colonyname": _equal(functions.c.colonyname),
        "executorname": _equal(functions.c.executorname),
        "executortype": _equal(functions.c.executortype),
        "funcname": _equal(functions.c.funcname),
    },
    {"executorname": Order((functions.c.executorname, functions.c.funcname, functions.c.seq))},
)
PROCESSES = Listing(
    select(processes).where(~hidden(_P.graphseq)),
    {
        "colonyname": _equal(_P.colonyname),
        "state": _is(_P.state),
        "executortype": _equal(_P.executortype),
        "executorname": _equal(_P.executorname),
        "funcname": _equal(_P.funcname),
        "label": _equal(_P.label),
        "initiator": _equal(_P.initiatorname),
        **_span(_P.submissiontime),
    },
    {
        **_submitted(processes),
        **_both("starttime", _P.starttime, _P.seq),
        **_both("endtime", _P.endtime, _P.seq),
        "priority": Order((_P.prioritytime, _P.seq)),
    },
)
NODES = Listing(
    select(processes),
    {
        "graphseq": lambda seq: (_P.graphseq == seq) & (_P.graphseq > literal_column("0")),
        "state": _equal(_P.state),
        "nodename": _equal(_P.nodename),
    },
    {"seq": Order((_P.seq,))},
)
WORKFLOWS = Listing(
    select(graphs),
    {
        "colonyname": _equal(_G.colonyname),
        "state": _equal(_G.state),
        "initiator": _equal(_G.initiatorname),
        **_span(_G.submissiontime),
    },
    _submitted(graphs),
)
LINES = Listing(
    select(logs),
    {
        "colonyname": _equal(_L.colonyname),
        "processid": _equal(_L.processid),
        "executorname": _equal(_L.executorname),
        "since": lambda at: _L.timestamp > at,
    },
    _both("timestamp", _L.timestamp, _L.seq),
)
FOUND_LINES = Listing(
    LINES.rows,
    {**LINES.conditions, "text": lambda text: func.replace(_L.message, text, "") != _L.message},
    {"-timestamp": LINES.orders["-timestamp"]},
)
SNAPSHOTS = _in_colony(snapshots, "name", label=snapshots.c.label)
_labels = (
    select(_F.colonyname, _F.place, func.min(_F.label).label("name"), func.count().label("files"))
    .group_by(_F.colonyname, _F.place)
    .subquery("labels")
)
LABELS = Listing(
    select(_labels),
    {
        "colonyname": _equal(_labels.c.colonyname),
        "begin": lambda text: func.substr(_labels.c.place, 1, len(text)) == text,
    },
    {"place": Order((_labels.c.place,))},
)
_newest = files.alias("newest")
FILES = Listing(
    select(files),
    {
        "colonyname": _equal(_F.colonyname),
        "place": _equal(_F.place),
        "name": _equal(_F.name),
        "newest": lambda _: (
            _F.seq
            == select(func.max(_newest.c.seq))
            .where(
                _newest.c.colonyname == _F.colonyname,
                _newest.c.place == _F.place,
                _newest.c.name == _F.name,
            )
            .scalar_subquery()
        ),
    },
    {
        "name": Order((_F.name, _F.seq)),
        "-added": Order((_F.seq,), descending=True),
    },
)
