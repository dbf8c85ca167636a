"""Statements about bearer tokens."""

from __future__ import annotations

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from jupyter_colonies.store import tables
from jupyter_colonies.store.statement import Statement, inserting

tokens: Table = tables.AccessToken.__table__  # type: ignore[attr-defined]

_COLONY: BindParameter[str] = bindparam("colonyname")
_OWNER: BindParameter[str] = bindparam("ownerid")
_ZERO: ColumnElement[int] = literal_column("0")
_T = tokens.c
_of_colony = _T.colonyname == _COLONY
_of_owner = or_(_T.ownerid == _OWNER, literal_column("''") == _OWNER)

ADD = Statement(inserting(tokens))
BY_DIGEST = Statement(select(tokens).where(_T.digest == bindparam("digest")))
# An empty owner stands for any.
LIST = Statement(select(tokens).where(_of_colony, _of_owner).order_by(_T.seq))
COUNT = Statement(
    select(func.count().label("count"))
    .select_from(tokens)
    .where(
        _of_colony,
        _T.ownerid == _OWNER,
        _T.revoked == _ZERO,
        _T.expires > bindparam("now"),
    )
)
REVOKE = Statement(
    update(tokens)
    .where(_of_colony, _of_owner, _T.tokenid == bindparam("of_token"), _T.revoked == _ZERO)
    .values(revoked=bindparam("now"))
)
USED = Statement(
    update(tokens)
    .where(_T.tokenid == bindparam("of_token"), _T.lastused < bindparam("now"))
    .values(lastused=bindparam("now"))
)
REMOVE_OLD = Statement(
    delete(tokens).where(
        _of_colony,
        or_(
            _T.expires <= bindparam("before"),
            (_T.revoked > _ZERO) & (_T.revoked <= bindparam("before")),
        ),
    )
)
REMOVE_OF_COLONY = Statement(delete(tokens).where(_of_colony))
