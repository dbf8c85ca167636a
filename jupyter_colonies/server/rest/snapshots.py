"""Snapshots: the newest revisions of a label's files at a moment."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.decoding import Name
from jupyter_colonies.core.file import Snapshot
from jupyter_colonies.core.messages import pages, snapshots
from jupyter_colonies.core.policy import Role
from jupyter_colonies.server.rest.declaration import Reply, Visit, address, declare
from jupyter_colonies.server.rest.paging import Page, Paging, page

ALL = "colonies/{colonyname}/snapshots"
ONE = "colonies/{colonyname}/snapshots/{snapshotid}"


class SnapshotPaging(Paging, kw_only=True):
    """Which snapshots."""

    label: str = ""


class NewSnapshot(msgspec.Struct, kw_only=True):
    """Body of a new snapshot: of which label and those below it, and under which name."""

    label: str
    name: Name


@declare("GET", ALL, who=Role.MEMBER, replies={200: Page[Snapshot]}, tagged=True)
async def list_snapshots(visit: Visit, colonyname: str, *, query: SnapshotPaging) -> Reply:
    """Snapshots of a colony by name."""
    filters = {"label": query.label}
    return await page(visit, pages.SNAPSHOTS, query, filters=filters, colonyname=colonyname)


@declare("POST", ALL, who=Role.MEMBER, replies={201: Snapshot}, once=True)
async def create_snapshot(visit: Visit, colonyname: str, *, body: NewSnapshot) -> Reply:
    """Note the newest revision of every file of a label. 409 if the name is taken."""
    fields = {"colonyname": colonyname, "label": body.label, "name": body.name}
    made: Snapshot = await visit.submit(snapshots.CREATE_SNAPSHOT, **fields)
    return Reply(201, made, address("colonies", colonyname, "snapshots", made.snapshotid))


@declare("DELETE", ALL, who=Role.MEMBER, replies={204: None})
async def remove_snapshots(visit: Visit, colonyname: str) -> Reply:
    """Remove all snapshots of a colony, and no file."""
    await visit.ask(snapshots.REMOVE_ALL_SNAPSHOTS, colonyname=colonyname)
    return Reply(204)


@declare("GET", ONE, who=Role.MEMBER, replies={200: Snapshot}, tagged=True)
async def get_snapshot(visit: Visit, colonyname: str, snapshotid: str) -> Reply:
    """One snapshot, whatever became of its files."""
    fields = {"colonyname": colonyname, "snapshotid": snapshotid}
    return Reply(200, await visit.ask(snapshots.GET_SNAPSHOT, **fields))


@declare("DELETE", ONE, who=Role.MEMBER, replies={204: None})
async def remove_snapshot(visit: Visit, colonyname: str, snapshotid: str) -> Reply:
    """Remove a snapshot and no file."""
    fields = {"colonyname": colonyname, "snapshotid": snapshotid}
    await visit.ask(snapshots.REMOVE_SNAPSHOT, **fields)
    return Reply(204)
