"""Statements about generators and what is packed for them."""

from __future__ import annotations

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    update,
)

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, inserting

generators: Table = tables.Generator.__table__  # type: ignore[attr-defined]
packs: Table = tables.Pack.__table__  # type: ignore[attr-defined]

_G = generators.c
_K = packs.c
_ZERO: ColumnElement[int] = literal_column("0")
_NOW: BindParameter[int] = bindparam("now")
_COLONY: BindParameter[str] = bindparam("colonyname")
_SEQ: BindParameter[int] = bindparam("at_seq")
_MOST: BindParameter[int] = bindparam("most", type_=Integer)

INSERT = Statement(inserting(generators))
_by_id = select(generators).where(_G.generatorid == bindparam("generatorid"))
BY_ID = Statement(_by_id)
# Many pack at a time; only the removal of the generator has to wait.
BY_ID_TO_PACK = Statement(_by_id, postgresql=_by_id.with_for_update(read=True, key_share=True))
BY_ID_TO_REMOVE = Statement(_by_id.with_for_update())
BY_NAME = Statement(
    select(generators).where(_G.colonyname == _COLONY, _G.name == bindparam("name"))
)
REMOVE = (
    Statement(delete(packs).where(_K.generator == _SEQ)),
    Statement(delete(generators).where(_G.seq == _SEQ)),
)
_OF_COLONY = select(_G.seq).where(_G.colonyname == _COLONY)
LOCK_OF_COLONY = Statement(_OF_COLONY.order_by(_G.seq).with_for_update())
REMOVE_OF_COLONY = (
    Statement(delete(packs).where(_K.generator.in_(_OF_COLONY))),
    Statement(delete(generators).where(_G.colonyname == _COLONY)),
)

PACK = Statement(inserting(packs))
FIRST_PACK = Statement(
    update(generators).where(_G.seq == _SEQ, _G.firstpack == _ZERO).values(firstpack=_NOW)
)
QUEUED = Statement(
    select(func.count().label("count")).select_from(
        select(_K.seq).where(_K.generator == _SEQ).limit(_MOST).subquery("queued")
    )
)
QUEUE_SIZE = Statement(select(func.count().label("count")).where(_K.generator == _SEQ))
TAKE = Statement(
    delete(packs)
    .where(_K.seq.in_(select(_K.seq).where(_K.generator == _SEQ).order_by(_K.seq).limit(_MOST)))
    .returning(_K.seq, _K.arg)
)

# Who fires a generator holds it, without keeping anybody from packing.
TO_FIRE = Statement(
    select(generators).where(_G.seq == _SEQ).with_for_update(key_share=True),
)
DUE = Statement(
    select(generators)
    .where(_G.due > _ZERO, _G.due <= _NOW)
    .order_by(_G.due, _G.seq)
    .limit(literal_column("20"))
    .with_for_update(key_share=True, skip_locked=True)
)
NEXT_DUE = Statement(select(func.min(_G.due).label("due")).where(_G.due > _ZERO))
PACKED = Statement(select(_G.seq).where(exists().where(_K.generator == _G.seq)).order_by(_G.seq))
SET_DUE = Statement(
    update(generators)
    .where(_G.seq == _SEQ)
    .values(due=bindparam("new_due"), lastrun=bindparam("new_lastrun"))
)

SWITCH = Statement(
    update(generators).where(_G.seq == _SEQ).values(disabled=bindparam("new_disabled"), due=_ZERO)
)


def listing(colonyname: str, count: int) -> Select[tuple[object, ...]]:
    """The first generators of a colony, in the order they were added."""
    return (
        select(generators)
        .where(_G.colonyname == colonyname)
        .order_by(_G.seq)
        .limit(literal_column(str(int(count))))
    )
