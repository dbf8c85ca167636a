"""Bytes that are there and that nothing refers to: given back to a file, or counted."""

from __future__ import annotations

import asyncio

from jupyter_colonies.broker import objects
from jupyter_colonies.broker.objects import Place
from jupyter_colonies.core.file import DIGEST
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.store import checking, files, members
from jupyter_colonies.store.blobs import Blob, Blobs
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Row, Transaction


def digest_of(row: Row) -> str:
    """The SHA-256 that is noted for a revision, empty if it is another kind of checksum."""
    checksum = str(row["checksum"]).lower()
    known = str(row["checksumalg"]).upper().replace("-", "") == DIGEST and len(checksum) == 64
    return checksum if known else ""


async def relink(store: Store, blobs: Blobs, colonyname: str, row: Row) -> bool:
    """Make the object of a revision again, of the bytes with its checksum; whether there are some.

    They are written anew, which checks them and keeps them from being removed meanwhile. Whoever
    knows a checksum must not get at the bytes of another colony by it: they have to be this
    colony's, which is sure where there is no other one.
    """
    digest = digest_of(row)
    if not digest or not await store.read(lambda tx: _is_own(tx, colonyname, digest)):
        return False
    blob = await asyncio.to_thread(_again, blobs, digest, row["size"])
    if blob is None:
        return False
    place = Place(colonyname, row["bucket"], row["object"])

    def job(tx: Transaction) -> bool:
        there = tx.one(files.BY_ID, colonyname=colonyname, fileid=row["fileid"])
        if there is None or objects.seek(tx, place) is not None:
            return False
        objects.put(tx, place, [blob.piece], blob.md5, {})
        return True

    return await store.write(job)


def _is_own(tx: Transaction, colonyname: str, digest: str) -> bool:
    alone = tx.one(members.COUNT_COLONIES)
    if alone is not None and alone["count"] == 1:
        return True
    return tx.one(checking.HOLDING, colonyname=colonyname, digest=digest) is not None


async def free_bytes(store: Store, blobs: Blobs) -> tuple[int, int]:
    """How many blobs nothing refers to, and how many bytes they are; new ones do not count."""
    before = await store.read(lambda tx: tx.now / 1e9 - 3600)
    there = await asyncio.to_thread(blobs.old, before)
    held = await store.read(objects.held)
    free = [digest for digest in there if digest not in held]
    sizes = await asyncio.to_thread(lambda: [blobs.size(digest) or 0 for digest in free])
    return len(free), sum(sizes)


def _again(blobs: Blobs, digest: str, size: int) -> Blob | None:
    if blobs.size(digest) != size:
        return None
    incoming = blobs.incoming()
    try:
        for chunk in blobs.read(digest, 0, size):
            incoming.write(chunk)
        return incoming.keep()
    except ColoniesError:
        incoming.discard()
        return None
