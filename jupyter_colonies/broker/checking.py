"""Comparing what is known of a colony's files with their bytes, and mending what can be mended.

All goes through the server, a page at a time, so that it is safe beside everything else: what is
changed is looked at again in the transaction that changes it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.broker import objects, relinking
from jupyter_colonies.broker.authorize import authorize
from jupyter_colonies.broker.call import Desk, carries_out
from jupyter_colonies.broker.objects import Place
from jupyter_colonies.broker.verifying import Health, Verifier
from jupyter_colonies.core.messages import checking as messages
from jupyter_colonies.core.messages.checking import Checked, CheckFiles, Finding
from jupyter_colonies.core.objects import Piece
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.store import checking, files
from jupyter_colonies.store.statement import Row, Transaction

PAGE = 200
MOST_BYTES = 256 * 1024 * 1024
YOUNG = 3600 * SECOND
REPAIRED, REMOVED = "repaired", "removed"

_NAME = re.compile("[0-9a-f]{64}")
_PIECES = msgspec.json.Decoder(tuple[Piece, ...])


class _Filesystem(msgspec.Struct):
    mount: str = ""


class _Spec(msgspec.Struct):
    fs: _Filesystem | None = None


_SPEC = msgspec.json.Decoder(_Spec)


class Look(NamedTuple):
    """One look: what was asked, and what it takes."""

    desk: Desk
    verifier: Verifier
    request: CheckFiles

    @property
    def colony(self) -> str:
        """The colony's name."""
        return self.request.colonyname

    def after(self, *first: Any) -> list[Any]:
        """Where to go on, `first` at the beginning. Raises InvalidRequest."""
        if not self.request.after:
            return list(first)
        try:
            given = msgspec.json.decode(self.request.after, type=list[Any])
        except (msgspec.MsgspecError, ValueError):
            given = []
        if [type(each) for each in given] != [type(each) for each in first]:
            raise InvalidRequest("'after' is not one that a reply before has given")
        return given


class Page(NamedTuple):
    """What one look found; `after` is where to go on in this part, None at its end."""

    after: list[Any] | None
    looked: int = 0
    bytes: int = 0
    findings: Sequence[Finding] = ()


@carries_out(messages.CHECK_FILES)
async def check_files(desk: Desk, request: CheckFiles, callerid: str) -> Checked:
    """Look at one page. Raises InvalidRequest where the server does not hold the bytes."""
    part = request.part or next(iter(PARTS))
    total = 0

    def job(tx: Transaction) -> None:
        nonlocal total
        authorize(tx, desk.facts, messages.CHECK_FILES, request, callerid)
        if part in checking.TOTALS:
            row = tx.one(checking.TOTALS[part], colonyname=request.colonyname)
            total = row["count"] if row else 0

    await desk.store.read(job)
    if desk.verifier is None:
        raise InvalidRequest("This server does not hold the bytes of files: they are elsewhere")
    if part not in PARTS:
        raise InvalidRequest(f"There is no part '{part}': {', '.join(PARTS)} are expected")
    page = await PARTS[part](Look(desk, desk.verifier, request))
    following = [*PARTS, ""][list(PARTS).index(part) + 1]
    return Checked(
        part=following if page.after is None else part,
        after="" if page.after is None else msgspec.json.encode(page.after).decode(),
        looked=page.looked,
        bytes=page.bytes,
        total=total,
        findings=list(page.findings),
    )


async def _objects(look: Look) -> Page:
    """Objects whose bytes are missing or damaged, and those that no file refers to."""
    bucket, key = look.after("", "")
    rows = await look.desk.store.read(
        lambda tx: tx.all(
            checking.OBJECTS, colonyname=look.colony, bucket=bucket, key=key, most=PAGE
        )
    )
    findings: list[Finding] = []
    read = looked = 0
    for row in rows:
        pieces = _PIECES.decode(row["pieces"])
        health = await _worst(look, pieces)
        if health is None or read > MOST_BYTES:
            return Page([bucket, key], looked, read, findings)
        bucket, key = row["bucket"], row["key"]
        read += row["size"]
        looked += 1
        if health is not Health.GOOD:
            findings.append(await _bad_object(look, row, pieces, health))
        elif not row["files"] and bucket == objects.BUCKET and _NAME.fullmatch(key):
            findings += await _orphan(look, row)
    return Page([bucket, key] if len(rows) == PAGE else None, looked, read, findings)


async def _worst(look: Look, pieces: Sequence[Piece]) -> Health | None:
    worst = Health.GOOD
    for piece in pieces:
        health = await look.verifier.look(piece)
        if health is None:
            return None
        worst = health if worst is Health.GOOD else worst
    return worst


async def _bad_object(look: Look, row: Row, pieces: Sequence[Piece], health: Health) -> Finding:
    place = Place(look.colony, row["bucket"], row["key"])

    def job(tx: Transaction) -> bool:
        found = objects.seek(tx, place)
        if found is None or found.pieces != pieces:
            return False
        objects.remove(tx, place)
        return True

    gone = look.request.drop and await look.desk.store.write(job)
    return _found("objects", health.value, f"{place.bucket}/{place.key}", REMOVED if gone else "")


async def _orphan(look: Look, row: Row) -> list[Finding]:
    """An object without a file; none that is new, or that a running process may still add."""
    place = Place(look.colony, row["bucket"], row["key"])

    def abandoned(tx: Transaction) -> bool:
        found = objects.seek(tx, place)
        if found is None or found.modified > min(tx.now - YOUNG, _first_run(tx, look.colony)):
            return False
        where = {"colonyname": look.colony, "bucket": place.bucket, "key": place.key}
        referring = tx.one(checking.REFERRING, **where)
        return referring is None or not referring["files"]

    def job(tx: Transaction) -> bool:
        free = abandoned(tx)
        if free:
            objects.remove(tx, place)
        return free

    repair = look.request.repair
    free = await (look.desk.store.write(job) if repair else look.desk.store.read(abandoned))
    what = f"{place.bucket}/{place.key}"
    return [_found("objects", "orphaned", what, REMOVED if repair else "")] if free else []


def _first_run(tx: Transaction, colonyname: str) -> int:
    """When the first process with files began that still runs."""
    for row in tx.all(checking.RUNNING, colonyname=colonyname):
        fs = _SPEC.decode(row["spec"]).fs
        if fs is not None and fs.mount:
            return int(row["starttime"])
    return int(tx.now)


async def _files(look: Look) -> Page:
    """Revisions whose object is missing or holds other bytes."""
    (after,) = look.after(0)
    rows = await look.desk.store.read(
        lambda tx: tx.all(checking.FILES, colonyname=look.colony, after=after, most=PAGE)
    )
    findings: list[Finding] = []
    for row in rows:
        kind = _fault(row)
        if not kind:
            continue
        remedy = ""
        if kind == "missing" and look.request.repair:
            mended = await relinking.relink(look.desk.store, look.verifier.blobs, look.colony, row)
            remedy = REPAIRED if mended else ""
        if not remedy and look.request.drop:
            remedy = await _drop_revision(look, row)
        what = f"{row['place'].rstrip('/')}/{row['name']} (revision {row['fileid']})"
        findings.append(_found("files", kind, what, remedy))
    end = len(rows) < PAGE
    return Page(None if end else [rows[-1]["seq"]], len(rows), 0, findings)


def _fault(row: Row) -> str:
    """What is wrong with a revision; nothing can be said of one whose bytes are elsewhere."""
    if row["here"] is None:
        return ""
    if row["pieces"] is None:
        # Some clients store no object for a file without bytes.
        return "missing" if row["size"] else ""
    pieces = _PIECES.decode(row["pieces"])
    digest = relinking.digest_of(row)
    if row["stored"] != row["size"]:
        return "differs"
    return "differs" if digest and len(pieces) == 1 and pieces[0].digest != digest else ""


async def _drop_revision(look: Look, row: Row) -> str:
    def job(tx: Transaction) -> bool:
        current = tx.all(checking.FILES, colonyname=look.colony, after=row["seq"] - 1, most=1)
        if not current or current[0]["seq"] != row["seq"] or not _fault(current[0]):
            return False
        tx.run(files.REMOVE_ONE, colonyname=look.colony, fileid=row["fileid"])
        return True

    return REMOVED if await look.desk.store.write(job) else ""


async def _snapshots(look: Look) -> Page:
    """Revisions that snapshots hold and that were removed."""
    after, position = look.after(0, -1)
    rows = await look.desk.store.read(
        lambda tx: tx.all(
            checking.DANGLING, colonyname=look.colony, after=after, position=position, most=PAGE
        )
    )

    def job(tx: Transaction) -> None:
        for row in rows:
            tx.run(checking.UNPIN, seq=row["seq"], position=row["position"])

    if rows and look.request.drop:
        await look.desk.store.write(job)
    remedy = REMOVED if look.request.drop else ""
    findings = [
        _found("snapshots", "missing", f"{row['name']}: revision {row['fileid']}", remedy)
        for row in rows
    ]
    end = len(rows) < PAGE
    last = None if end else [rows[-1]["seq"], rows[-1]["position"]]
    return Page(last, len({row["seq"] for row in rows}), 0, findings)


async def _uploads(look: Look) -> Page:
    """Parts of uploads whose bytes are missing or damaged: without them they are sent again."""
    uploadid, number = look.after("", 0)
    rows = await look.desk.store.read(
        lambda tx: tx.all(
            checking.PARTS, colonyname=look.colony, uploadid=uploadid, number=number, most=PAGE
        )
    )
    findings: list[Finding] = []
    read = looked = 0
    for row in rows:
        health = await look.verifier.look(Piece(row["digest"], row["size"]))
        if health is None or read > MOST_BYTES:
            return Page([uploadid, number], looked, read, findings)
        uploadid, number = row["uploadid"], row["number"]
        read += row["size"]
        looked += 1
        if health is not Health.GOOD:
            remedy = await _drop_part(look, row) if look.request.repair else ""
            what = f"{row['bucket']}/{row['key']}: part {number} of upload {uploadid}"
            findings.append(_found("uploads", health.value, what, remedy))
    return Page([uploadid, number] if len(rows) == PAGE else None, looked, read, findings)


async def _drop_part(look: Look, row: Row) -> str:
    where = {name: row[name] for name in ("uploadid", "number", "digest")}

    def job(tx: Transaction) -> bool:
        if not tx.run(checking.REMOVE_PART, **where):
            return False
        objects.account(tx, look.colony, -row["size"], 0)
        return True

    return REPAIRED if await look.desk.store.write(job) else ""


async def _bytes(look: Look) -> Page:
    """Bytes that nothing refers to: they go by themselves, at the second look."""
    free, size = await relinking.free_bytes(look.desk.store, look.verifier.blobs)
    found = [_found("bytes", "free", f"{free:,} blobs, {size:,} bytes")] if free else []
    return Page(None, free, 0, found)


def _found(part: str, kind: str, what: str, remedy: str = "") -> Finding:
    return Finding(part=part, kind=kind, what=what, remedy=remedy)


PARTS: dict[str, Callable[[Look], Awaitable[Page]]] = {
    "objects": _objects,
    "files": _files,
    "snapshots": _snapshots,
    "uploads": _uploads,
    "bytes": _bytes,
}
"""What is looked at, in this order: objects that are dropped make their files' turn later."""
