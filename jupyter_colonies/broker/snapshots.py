"""Snapshots: the newest revisions of a label at a moment (protocol part 03, section 1.6)."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.core import identity
from jupyter_colonies.core.file import Snapshot, below, place
from jupyter_colonies.core.messages import Empty
from jupyter_colonies.core.messages import snapshots as messages
from jupyter_colonies.core.messages.colonies import NamedColony
from jupyter_colonies.core.messages.snapshots import CreateSnapshot, OneSnapshot
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import AlreadyThere, UnknownObject, Unspecific
from jupyter_colonies.store import files
from jupyter_colonies.store.statement import Row


@answers(messages.CREATE_SNAPSHOT)
def create_snapshot(call: Call, request: CreateSnapshot) -> Snapshot:
    """Note the ids of the newest revisions, in the order of labels and names (S-1 to S-4)."""
    tx, colonyname = call.tx, request.colonyname
    if tx.one(files.SNAPSHOT_BY_NAME, colonyname=colonyname, name=request.name) is not None:
        raise AlreadyThere(
            f"Failed to create snapshot, a snapshot with name '{request.name}' already exists"
        )
    begin = below(request.label)
    found = tx.all(
        files.NEWEST_BELOW,
        colonyname=colonyname,
        place=place(request.label),
        begin=begin,
        length=len(begin),
    )
    row = {
        "snapshotid": identity.new_id(),
        "colonyname": colonyname,
        "name": request.name,
        "label": request.label.removesuffix("/"),
        "added": tx.now,
    }
    stored = tx.one(files.ADD_SNAPSHOT, **row)
    if stored is None:
        raise UnknownObject("Failed to create snapshot: the database gave it no number")
    ordered = sorted(found, key=lambda each: (str(each["place"]), str(each["name"])))
    fileids = [str(each["fileid"]) for each in ordered]
    if fileids:
        tx.many(
            files.PIN,
            [
                {"snapshot": stored["seq"], "position": position, "fileid": fileid}
                for position, fileid in enumerate(fileids)
            ],
        )
    return shown(row, fileids)


@answers(messages.GET_SNAPSHOT)
def get_snapshot(call: Call, request: OneSnapshot) -> Snapshot:
    """One snapshot, whatever became of its files (S-5, S-6)."""
    row = _found(call, request, "get")
    if row is None:
        raise UnknownObject(
            "Failed to get snapshot, there is none "
            + (f"with id '{request.snapshotid}'" if request.snapshotid else f"'{request.name}'")
        )
    pinned = call.tx.all(files.PINNED, snapshot=row["seq"])
    return shown(row, [each["fileid"] for each in pinned])


@answers(messages.GET_SNAPSHOTS)
def get_snapshots(call: Call, request: NamedColony) -> list[Snapshot] | None:
    """All snapshots of a colony, the newest first; null if there are none."""
    rows = call.tx.all(files.SNAPSHOTS, colonyname=request.colonyname)
    fileids: dict[int, list[str]] = {row["seq"]: [] for row in rows}
    for each in call.tx.all(files.PINNED_IN_COLONY, colonyname=request.colonyname):
        fileids[each["snapshot"]].append(each["fileid"])
    return [shown(row, fileids[row["seq"]]) for row in rows] or None


@answers(messages.REMOVE_SNAPSHOT)
def remove_snapshot(call: Call, request: OneSnapshot) -> Empty:
    """Remove a snapshot and no file; what is not there is removed."""
    row = _found(call, request, "remove")
    if row is not None:
        for statement in files.REMOVE_SNAPSHOT:
            call.tx.run(statement, seq=row["seq"])
    return Empty()


@answers(messages.REMOVE_ALL_SNAPSHOTS)
def remove_all_snapshots(call: Call, request: NamedColony) -> Empty:
    """Remove all snapshots of a colony."""
    for statement in files.REMOVE_ALL_SNAPSHOTS:
        call.tx.run(statement, colonyname=request.colonyname)
    return Empty()


def _found(call: Call, request: OneSnapshot, verb: str) -> Row | None:
    if request.snapshotid:
        return call.tx.one(
            files.SNAPSHOT_BY_ID, colonyname=request.colonyname, snapshotid=request.snapshotid
        )
    if request.name:
        return call.tx.one(files.SNAPSHOT_BY_NAME, colonyname=request.colonyname, name=request.name)
    raise Unspecific(f"Failed to {verb} snapshot, give its id or its name")


def shown(row: Row, fileids: Sequence[str]) -> Snapshot:
    """A snapshot as it is told."""
    return Snapshot(
        snapshotid=row["snapshotid"],
        colonyname=row["colonyname"],
        label=row["label"],
        name=row["name"],
        fileids=list(fileids) or None,
        added=to_wire(row["added"]),
    )
