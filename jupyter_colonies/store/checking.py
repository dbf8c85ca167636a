"""Statements that compare files, objects, uploads and snapshots with each other."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    BindParameter,
    and_,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
)

from jupyter_colonies.core.process import State
from jupyter_colonies.store.files import files, pinned, snapshots
from jupyter_colonies.store.objects import buckets, objects, parts, uploads
from jupyter_colonies.store.processes import processes
from jupyter_colonies.store.statement import Statement

_COLONY: BindParameter[str] = bindparam("colonyname")
_MOST: BindParameter[int] = bindparam("most")
_AFTER = cast(bindparam("after"), BigInteger)
_O, _F, _S, _P = objects.c, files.c, snapshots.c, pinned.c

_refers = and_(_F.colonyname == _O.colonyname, _F.object == _O.key, _F.bucket == _O.bucket)
OBJECTS = Statement(
    select(
        _O.bucket, _O.key, _O.size, _O.modified, _O.pieces,
        select(func.count()).select_from(files).where(_refers).scalar_subquery().label("files"),
    )
    .where(
        _O.colonyname == _COLONY,
        or_(
            _O.bucket > bindparam("bucket"),
            and_(_O.bucket == bindparam("bucket"), _O.key > bindparam("key")),
        ),
    )
    .order_by(_O.bucket, _O.key)
    .limit(_MOST)
)  # fmt: skip
REFERRING = Statement(
    select(func.count().label("files")).where(
        _F.colonyname == _COLONY,
        _F.object == bindparam("key"),
        _F.bucket == bindparam("bucket"),
    )
)
HOLDING = Statement(
    select(_O.key)
    .where(_O.colonyname == _COLONY, _O.pieces.contains(bindparam("digest"), autoescape=False))
    .limit(literal_column("1"))
)
"""An object of the colony that holds certain bytes; looks at all of them, so it is asked rarely."""

FILES = Statement(
    select(
        _F.seq, _F.fileid, _F.place, _F.name, _F.size, _F.checksum, _F.checksumalg,
        _F.bucket, _F.object, _O.size.label("stored"), _O.pieces,
        buckets.c.bucket.label("here"),
    )
    .select_from(
        files.outerjoin(
            objects,
            and_(
                _O.colonyname == _F.colonyname, _O.bucket == _F.bucket, _O.key == _F.object
            ),
        ).outerjoin(
            buckets,
            and_(buckets.c.colonyname == _F.colonyname, buckets.c.bucket == _F.bucket),
        )
    )
    .where(_F.colonyname == _COLONY, _F.seq > _AFTER)
    .order_by(_F.seq)
    .limit(_MOST)
)  # fmt: skip
DANGLING = Statement(
    select(_S.seq, _S.name, _P.position, _P.fileid)
    .select_from(
        pinned.join(snapshots, _S.seq == _P.snapshot).outerjoin(files, _F.fileid == _P.fileid)
    )
    .where(
        _S.colonyname == _COLONY,
        _F.fileid.is_(None),
        or_(_S.seq > _AFTER, and_(_S.seq == _AFTER, _P.position > bindparam("position"))),
    )
    .order_by(_S.seq, _P.position)
    .limit(_MOST)
)
UNPIN = Statement(
    delete(pinned).where(
        _P.snapshot == bindparam("seq"),
        _P.position == bindparam("position"),
        ~select(_F.fileid).where(_F.fileid == _P.fileid).exists(),
    )
)
PARTS = Statement(
    select(uploads.c.bucket, uploads.c.key, parts.c.uploadid, parts.c.number, parts.c.digest,
           parts.c.size)
    .select_from(parts.join(uploads, uploads.c.uploadid == parts.c.uploadid))
    .where(
        uploads.c.colonyname == _COLONY,
        or_(
            parts.c.uploadid > bindparam("uploadid"),
            and_(
                parts.c.uploadid == bindparam("uploadid"), parts.c.number > bindparam("number")
            ),
        ),
    )
    .order_by(parts.c.uploadid, parts.c.number)
    .limit(_MOST)
)  # fmt: skip
REMOVE_PART = Statement(
    delete(parts).where(
        parts.c.uploadid == bindparam("uploadid"),
        parts.c.number == bindparam("number"),
        parts.c.digest == bindparam("digest"),
    )
)
RUNNING = Statement(
    select(processes.c.starttime, processes.c.spec)
    .where(processes.c.colonyname == _COLONY, processes.c.state == int(State.RUNNING))
    .order_by(processes.c.starttime)
)
TOTALS = {
    "objects": Statement(
        select(func.count().label("count")).select_from(objects).where(_O.colonyname == _COLONY)
    ),
    "files": Statement(
        select(func.count().label("count")).select_from(files).where(_F.colonyname == _COLONY)
    ),
    "snapshots": Statement(
        select(func.count().label("count")).select_from(snapshots).where(_S.colonyname == _COLONY)
    ),
    "uploads": Statement(
        select(func.count().label("count"))
        .select_from(parts.join(uploads, uploads.c.uploadid == parts.c.uploadid))
        .where(uploads.c.colonyname == _COLONY)
    ),
}
"""How many entries each part has, by its name."""
