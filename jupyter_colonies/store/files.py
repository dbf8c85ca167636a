"""Statements about files, their labels, and snapshots of them."""

from __future__ import annotations

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    not_,
    or_,
    select,
    update,
)

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, inserting

files: Table = tables.File.__table__  # type: ignore[attr-defined]
snapshots: Table = tables.Snapshot.__table__  # type: ignore[attr-defined]
pinned: Table = tables.SnapshotFile.__table__  # type: ignore[attr-defined]

_F = files.c
_S = snapshots.c
_COLONY: BindParameter[str] = bindparam("colonyname")
_of_colony = _F.colonyname == _COLONY
_here = _F.place == bindparam("place")
_named = _F.name == bindparam("name")
# As a text, not as a pattern: `%` and `_` are letters like others.
_begins = func.substr(_F.place, 1, cast(bindparam("length"), Integer)) == bindparam("begin")
_begins_or_here = or_(_here, _begins)

ADD = Statement(inserting(files).returning(_F.seq))
BY_ID = Statement(select(files).where(_of_colony, _F.fileid == bindparam("fileid")))
_revisions = select(files).where(_of_colony, _here, _named).order_by(_F.seq.desc())
REVISIONS = Statement(_revisions)
LATEST = Statement(_revisions.limit(1))
OF_LABEL = Statement(
    select(_F.name, _F.checksum, _F.size, _F.ref).where(
        _F.seq.in_(select(func.max(_F.seq)).where(_of_colony, _here).group_by(_F.name))
    )
)
LABELS = Statement(
    select(func.min(_F.label).label("name"), func.count().label("files"))
    .where(_of_colony, _begins_or_here)
    .group_by(_F.place)
)
REMOVE_ONE = Statement(delete(files).where(_of_colony, _F.fileid == bindparam("fileid")))
REMOVE_NAMED = Statement(delete(files).where(_of_colony, _here, _named))

_place: BindParameter[str] = cast(bindparam("place"), String)  # type: ignore[assignment]


def _target(place: ColumnElement[str]) -> ColumnElement[str]:
    """Where a place goes when a label and those below it are moved."""
    length = cast(bindparam("length"), Integer)
    beside = cast(bindparam("tobegin"), String) + func.substr(place, length + literal_column("1"))
    return case((place == _place, cast(bindparam("toplace"), String)), else_=beside)


def _within(place: ColumnElement[str]) -> ColumnElement[bool]:
    length = cast(bindparam("length"), Integer)
    return or_(
        place == bindparam("place"),
        func.substr(place, literal_column("1"), length) == bindparam("begin"),
    )


_there = files.alias("there")
_longest = select(func.max(func.octet_length(_F.place + _F.name)).label("longest"))
_longest_here = select(
    func.max(func.length(cast(_F.place + _F.name, LargeBinary))).label("longest")
)
LONGEST_BELOW = Statement(
    _longest_here.where(_of_colony, _begins_or_here),
    postgresql=_longest.where(_of_colony, _begins_or_here),
)
IN_THE_WAY = Statement(
    select(_there.c.place, _there.c.name)
    .select_from(
        files.join(
            _there,
            and_(
                _there.c.colonyname == _F.colonyname,
                _there.c.name == _F.name,
                _there.c.place == _target(_F.place),
            ),
        )
    )
    .where(_of_colony, _within(_F.place), not_(_within(_there.c.place)))
    .limit(literal_column("1"))
)
MOVE_NAMED = Statement(
    update(files)
    .where(_of_colony, _here, _named)
    .values(
        place=cast(bindparam("toplace"), String),
        label=cast(bindparam("toplace"), String),
        name=cast(bindparam("toname"), String),
    )
)
MOVE_LABEL = Statement(
    update(files)
    .where(_of_colony, _within(_F.place))
    .values(place=_target(_F.place), label=_target(_F.place))
)

NEWEST_BELOW = Statement(
    select(_F.fileid, _F.place, _F.name).where(
        _F.seq.in_(
            select(func.max(_F.seq)).where(_of_colony, _begins_or_here).group_by(_F.place, _F.name)
        )
    )
)
_snapshots = select(snapshots).where(_S.colonyname == _COLONY)
_by_id = _S.snapshotid == bindparam("snapshotid")
_by_name = _S.name == bindparam("name")
ADD_SNAPSHOT = Statement(inserting(snapshots).returning(_S.seq))
PIN = Statement(inserting(pinned))
SNAPSHOT_BY_ID = Statement(_snapshots.where(_by_id))
SNAPSHOT_BY_NAME = Statement(_snapshots.where(_by_name))
SNAPSHOTS = Statement(_snapshots.order_by(_S.seq.desc()))
PINNED = Statement(
    select(pinned.c.fileid)
    .where(pinned.c.snapshot == bindparam("snapshot"))
    .order_by(pinned.c.position)
)
PINNED_IN_COLONY = Statement(
    select(pinned.c.snapshot, pinned.c.fileid)
    .select_from(pinned.join(snapshots, _S.seq == pinned.c.snapshot))
    .where(_S.colonyname == _COLONY)
    .order_by(pinned.c.snapshot, pinned.c.position)
)
_of_snapshot = pinned.c.snapshot == bindparam("seq")
REMOVE_SNAPSHOT = (
    Statement(delete(pinned).where(_of_snapshot)),
    Statement(delete(snapshots).where(_S.seq == bindparam("seq"))),
)
_seqs = select(_S.seq).where(_S.colonyname == _COLONY)
REMOVE_ALL_SNAPSHOTS = (
    Statement(delete(pinned).where(pinned.c.snapshot.in_(_seqs))),
    Statement(delete(snapshots).where(_S.colonyname == _COLONY)),
)
REMOVE_OF_COLONY = (*REMOVE_ALL_SNAPSHOTS, Statement(delete(files).where(_of_colony)))
