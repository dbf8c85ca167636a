"""Signatures that were used: each is good once, on all servers of a database."""

from __future__ import annotations

from jupyter_colonies.store import nonces
from jupyter_colonies.store.statement import Transaction

MINUTE = 60 * 1_000_000_000


def first_use(tx: Transaction, digest: str, until: int, forget: int) -> bool:
    """Whether a signature is used for the first time; it is remembered until a moment.

    Those that can't be used any more at the moment `forget` are forgotten, 0 for none.
    """
    if forget:
        tx.run(nonces.FORGET, now=forget)
    if tx.one(nonces.SEEN, of_digest=digest) is not None:
        return False
    tx.run(nonces.ADD, digest=digest, until=until)
    return True
