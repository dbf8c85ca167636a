"""Statements about files, their labels, and snapshots of them."""

from __future__ import annotations

from sqlalchemy import (
    BindParameter,
    Integer,
    Table,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
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
