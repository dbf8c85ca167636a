"""Keeping a colony there while others write into it, where several write at the same time.

Rows name their colony by its name. Whoever writes some holds the colony until the commit, shared
with all others; whoever removes it holds it alone. So no row is left of a colony that is gone.
The locks are PostgreSQL's advisory ones: they write nothing, and nobody waits but for a removal.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from sqlalchemy import BigInteger, bindparam, func, select

from jupyter_colonies.store.statement import Question, Statement, Transaction

_KEY = bindparam("key", type_=BigInteger)
_SHARED = Statement(select(func.pg_advisory_xact_lock_shared(_KEY)), lasting=True)
_ALONE = Statement(select(func.pg_advisory_xact_lock(_KEY)), lasting=True)


def keep(tx: Transaction, colonyname: str) -> None:
    """Let nobody remove the colony until the commit. What was read of it before may be old."""
    tx.lock(_SHARED, key=_key(colonyname))


def keeping(colonyname: str) -> Question:
    """The same, to be asked ahead."""
    return Question(_SHARED, {"key": _key(colonyname)})


def keep_alone(tx: Transaction, colonyname: str) -> None:
    """Let nobody write into the colony until the commit, after waiting for those who do."""
    tx.lock(_ALONE, key=_key(colonyname))


@lru_cache(maxsize=4096)
def _key(colonyname: str) -> int:
    name = blake2b(f"colony {colonyname}".encode(errors="replace"), digest_size=8)
    return int.from_bytes(name.digest(), signed=True)
