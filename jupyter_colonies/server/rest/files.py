"""Files: revisions under labels and names."""

from __future__ import annotations

from typing import Annotated

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.file import File, Label, Reference, below, place
from jupyter_colonies.core.messages import files, pages
from jupyter_colonies.core.messages.files import Moved
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import FaultyField
from jupyter_colonies.server.rest.declaration import Reply, Visit, address, declare
from jupyter_colonies.server.rest.paging import Page, Paging, Text, page

ALL = "colonies/{colonyname}/files"
ONE = "colonies/{colonyname}/files/{fileid}"

Path = Annotated[str, msgspec.Meta(max_length=1500, description="A label, such as `/data/raw`.")]


class FilePaging(Paging, kw_only=True):
    """Which files: those of `label`, one `name` of it; `revisions` also those that were replaced.

    Files of labels below `label` are not among them.
    """

    label: Path = "/"
    name: Text = ""
    revisions: bool = False


class LabelPaging(Paging, kw_only=True):
    """Which labels: those below `label`."""

    label: Path = "/"


class NamedFile(msgspec.Struct, kw_only=True):
    """Which file."""

    label: Path
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class NewFile(msgspec.Struct, kw_only=True):
    """Body of a new revision whose bytes are where `ref` says; `size` in bytes."""

    label: Path
    name: Name
    size: Integer
    checksum: str
    checksumalg: str = "SHA256"
    ref: Reference = msgspec.field(default_factory=Reference)


class Move(msgspec.Struct, kw_only=True):
    """Body of a move: a file to another label and name, or a label with all below it."""

    label: Path
    tolabel: Path
    name: Name = ""
    toname: Name = ""


@declare("GET", ALL, who=Role.MEMBER, replies={200: Page[File]}, tagged=True)
async def list_files(visit: Visit, colonyname: str, *, query: FilePaging) -> Reply:
    """Files of a label by name, or revisions of them, the newest first."""
    filters = {
        "place": place(query.label),
        "name": query.name,
        "newest": None if query.revisions else 1,
    }
    sort = "-added" if query.revisions else "name"
    return await page(visit, pages.FILES, query, sort=sort, filters=filters, colonyname=colonyname)


@declare("POST", ALL, who=Role.MEMBER, replies={201: File}, once=True)
async def add_file(visit: Visit, colonyname: str, *, body: NewFile) -> Reply:
    """Make a new revision of a file whose bytes are in an object store already.

    `PUT` takes the bytes as well.
    """
    file = File(
        colonyname=colonyname,
        label=body.label,
        name=body.name,
        size=body.size,
        checksum=body.checksum,
        checksumalg=body.checksumalg,
        ref=body.ref,
    )
    added: File = await visit.submit(files.ADD_FILE, file=file)
    return Reply(201, added, address("colonies", colonyname, "files", added.fileid))


@declare("DELETE", ALL, who=Role.MEMBER, replies={204: None})
async def remove_file(visit: Visit, colonyname: str, *, query: NamedFile) -> Reply:
    """Remove a file with all its revisions; what is not there is removed."""
    fields = {"colonyname": colonyname, "label": query.label, "name": query.name}
    await visit.ask(files.REMOVE_FILE, **fields)
    return Reply(204)


@declare("GET", ONE, who=Role.MEMBER, replies={200: File}, tagged=True)
async def get_revision(visit: Visit, colonyname: str, fileid: str) -> Reply:
    """One revision of a file."""
    found = await visit.ask(files.GET_FILE, colonyname=colonyname, fileid=fileid)
    return Reply(200, found[0])


@declare("DELETE", ONE, who=Role.MEMBER, replies={204: None})
async def remove_revision(visit: Visit, colonyname: str, fileid: str) -> Reply:
    """Remove one revision; what is not there is removed."""
    await visit.ask(files.REMOVE_FILE, colonyname=colonyname, fileid=fileid)
    return Reply(204)


@declare(
    "GET",
    "colonies/{colonyname}/labels",
    who=Role.MEMBER,
    replies={200: Page[Label]},
    tagged=True,
)
async def list_labels(visit: Visit, colonyname: str, *, query: LabelPaging) -> Reply:
    """Labels below a label that have files, with the number of their revisions."""
    filters = {"begin": below(query.label)}
    return await page(visit, pages.LABELS, query, filters=filters, colonyname=colonyname)


@declare("POST", "colonies/{colonyname}/moves", who=Role.MEMBER, replies={200: Moved})
async def move_files(visit: Visit, colonyname: str, *, body: Move) -> Reply:
    """Give a file another label and name, or a label and those below it another place."""
    if body.toname and not body.name:
        raise FaultyField("'toname' is for one file: give its 'name'", "pointer", "/toname")
    fields = {name: getattr(body, name) for name in ("label", "name", "tolabel", "toname")}
    return Reply(200, await visit.ask(files.MOVE_FILES, colonyname=colonyname, **fields))
