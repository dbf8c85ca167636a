"""Runs: workflows and the processes that belong to none, in one list.

They stand in two tables, and those processes in one order for each state. A page is the first
entries of each of these, put together: so each statement walks along an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)

from jupyter_colonies.store.graphs import graphs
from jupyter_colonies.store.pages import Condition, Listing, Order, Value
from jupyter_colonies.store.processes import processes
from jupyter_colonies.store.statement import Row, Statement

_G, _P = graphs.c, processes.c
_COLONY: BindParameter[str] = bindparam("colonyname")
_ALONE: ColumnElement[bool] = _P.graphseq == literal_column("0")

WORKFLOW, PROCESS = 1, 0
"""What a run is; of several that were submitted at one moment workflows are the newer ones."""

STATES = range(5)
EVERYTHING = (1 << 63) - 1


def _search(name: ColumnElement[str], key: ColumnElement[str]) -> Condition:
    """A text, in lower case, that is part of the name or begins the id."""

    def condition(text: Any) -> ColumnElement[bool]:
        lower = func.lower(name)
        return or_(func.replace(lower, text, "") != lower, func.substr(key, 1, len(text)) == text)

    return condition


def _constant(column: ColumnElement[Any]) -> Condition:
    """Equal to a number that stands in the statement itself, so that indexes of parts serve."""

    def condition(value: Any) -> ColumnElement[bool]:
        equal: ColumnElement[bool] = column == literal_column(str(int(value)))
        return equal

    return condition


def _orders(submitted: ColumnElement[int], seq: ColumnElement[int]) -> dict[str, Order]:
    within = submitted > literal_column("0")
    columns = (submitted, seq)
    return {
        "-submissiontime": Order(columns, descending=True, within=within),
        "submissiontime": Order(columns, within=within),
    }


def _conditions(
    table: Any, name: ColumnElement[str], key: ColumnElement[str]
) -> dict[str, Condition]:
    return {
        "colonyname": lambda value: table.colonyname == value,
        "state": _constant(table.state),
        "initiator": lambda value: table.initiatorname == value,
        "since": lambda at: table.submissiontime >= at,
        "until": lambda at: table.submissiontime < at,
        "search": _search(name, key),
    }


_single_name: ColumnElement[str] = case((_P.nodename != "", _P.nodename), else_=_P.funcname)
_zero: ColumnElement[int] = literal_column("0")


def _one_if(state: int) -> ColumnElement[int]:
    return case((_P.state == literal_column(str(state)), literal_column("1")), else_=_zero)


WORKFLOWS = Listing(
    select(
        literal_column(str(WORKFLOW)).label("kind"),
        _G.processgraphid.label("runid"),
        *(_G[name] for name in ("seq", "name", "colonyname", "initiatorname", "state")),
        *(_G[name] for name in ("submissiontime", "starttime", "endtime", "revision")),
        *(_G[name] for name in ("waiting", "running", "success", "failed", "cancelled")),
        _G.original,
        literal_column("''").label("executorname"),
    ),
    _conditions(_G, _G.name, _G.processgraphid),
    _orders(_G.submissiontime, _G.seq),
)
PROCESSES = Listing(
    select(
        literal_column(str(PROCESS)).label("kind"),
        _P.processid.label("runid"),
        _P.seq,
        _single_name.label("name"),
        *(_P[name] for name in ("colonyname", "initiatorname", "state")),
        *(_P[name] for name in ("submissiontime", "starttime", "endtime")),
        _zero.label("revision"),
        _one_if(0).label("waiting"),
        _one_if(1).label("running"),
        _one_if(2).label("success"),
        _one_if(3).label("failed"),
        _one_if(4).label("cancelled"),
        literal_column("''").label("original"),
        _P.executorname,
    ).where(_ALONE),
    _conditions(_P, _single_name, _P.processid),
    _orders(_P.submissiontime, _P.seq),
)
LISTS = {WORKFLOW: WORKFLOWS, PROCESS: PROCESSES}

COUNT_ALONE = Statement(
    select(_P.state, func.count().label("count"))
    .where(_P.colonyname == _COLONY, _ALONE)
    .group_by(_P.state)
)


def page(
    conditions: Mapping[str, Value], sort: str, after: Sequence[int], limit: int
) -> Iterator[Select[Any]]:
    """The statements of a page; of what they find together, the first `limit` in their order.

    `after` is the place of an entry, see `place`, or empty.
    """
    wanted = conditions.get("kind")
    given = {name: value for name, value in conditions.items() if name != "kind"}
    for kind, listing in LISTS.items():
        if wanted in (None, kind):
            begin = _begin(kind, after)
            if kind == WORKFLOW or "state" in given:
                yield listing.page(given, sort, begin, limit)
            else:
                for state in STATES:
                    yield listing.page({**given, "state": state}, sort, begin, limit)


def place(row: Row) -> list[int]:
    """Where an entry stands in the order of submission."""
    return [row["submissiontime"], row["kind"], row["seq"]]


def _begin(kind: int, after: Sequence[int]) -> Sequence[int]:
    """The same place among entries of one kind."""
    if not after:
        return ()
    moment, other, seq = after
    if other != kind:
        # All workflows of a moment come after all of its processes, and last come first.
        seq = EVERYTHING if kind < other else -EVERYTHING
    return (moment, seq)
