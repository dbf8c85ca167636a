"""Files: revisions under labels and names; no bytes (protocol part 03, sections 1.2 to 1.5)."""

from __future__ import annotations

import msgspec

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.core import identity
from jupyter_colonies.core.file import (
    File,
    FileData,
    Label,
    Reference,
    below,
    check_storable,
    located,
    place,
    without_keys,
)
from jupyter_colonies.core.messages import Empty
from jupyter_colonies.core.messages import files as messages
from jupyter_colonies.core.messages.files import (
    AddFile,
    GetFile,
    GetFileLabels,
    GetFiles,
    RemoveFile,
)
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import Absent, InvalidRequest, NotFound, UnknownObject, Unspecific
from jupyter_colonies.store import files
from jupyter_colonies.store.statement import Row


@answers(messages.ADD_FILE)
def add_file(call: Call, request: AddFile) -> File:
    """A new revision, also when nothing changed; label and name are kept as they are (F-3)."""
    file = request.file or File()
    check_storable(file.label, file.name)
    stored = msgspec.structs.replace(
        file,
        fileid=identity.new_id(),
        ref=without_keys(file.ref),
        added=to_wire(call.tx.now),
        initiatorid=call.caller.id,
    )
    bucket, key = located(stored.ref)
    row = call.tx.one(
        files.ADD,
        fileid=stored.fileid,
        colonyname=stored.colonyname,
        place=place(stored.label),
        label=stored.label,
        name=stored.name,
        size=stored.size,
        checksum=stored.checksum,
        checksumalg=stored.checksumalg,
        added=call.tx.now,
        initiatorid=stored.initiatorid,
        ref=msgspec.json.encode(stored.ref).decode(),
        bucket=bucket,
        object=key,
    )
    if row is None:
        raise UnknownObject("Failed to add file: the database gave it no number")
    stored.sequencenr = row["seq"]
    return stored


@answers(messages.GET_FILE)
def get_file(call: Call, request: GetFile) -> list[File]:
    """Revisions, the newest first; what is asked for is decided as F-8 orders it."""
    if request.fileid:
        row = call.tx.one(files.BY_ID, colonyname=request.colonyname, fileid=request.fileid)
        if row is None:
            raise Absent(f"Failed to get file, there is none with id '{request.fileid}'")
        return [as_file(row)]
    if not request.label or not request.name:
        raise Unspecific("Failed to get file, give a file id, or a label and a name")
    statement = files.LATEST if request.latest else files.REVISIONS
    rows = call.tx.all(
        statement,
        colonyname=request.colonyname,
        place=place(request.label),
        name=request.name,
    )
    if not rows:
        raise NotFound(
            f"Failed to get file, there is no file '{request.name}' with label '{request.label}'"
        )
    return [as_file(row) for row in rows]


@answers(messages.GET_FILES)
def get_files(call: Call, request: GetFiles) -> list[FileData]:
    """The files of a label by name, each as it is now (F-9)."""
    rows = call.tx.all(files.OF_LABEL, colonyname=request.colonyname, place=place(request.label))
    return [
        FileData(
            name=row["name"],
            checksum=row["checksum"],
            size=row["size"],
            s3filename=_reference(row).s3object.object,
        )
        for row in sorted(rows, key=lambda row: str(row["name"]))
    ]


@answers(messages.GET_FILE_LABELS)
def get_file_labels(call: Call, request: GetFileLabels) -> list[Label] | None:
    """Labels by name, null if there are none (L-3 to L-7)."""
    if request.exact:
        begin = below(request.name)
    else:
        begin = "/" + request.name.lstrip("/")
    rows = call.tx.all(
        files.LABELS,
        colonyname=request.colonyname,
        place=place(request.name),
        begin=begin,
        length=len(begin),
    )
    found = [as_label(row) for row in rows]
    return sorted(found, key=lambda label: label.name) or None


@answers(messages.REMOVE_FILE)
def remove_file(call: Call, request: RemoveFile) -> Empty:
    """Remove a revision, or a file with all of them; what is not there is removed (F-10)."""
    if request.fileid:
        call.tx.run(files.REMOVE_ONE, colonyname=request.colonyname, fileid=request.fileid)
    elif request.label and request.name:
        call.tx.run(
            files.REMOVE_NAMED,
            colonyname=request.colonyname,
            place=place(request.label),
            name=request.name,
        )
    else:
        raise InvalidRequest("Failed to remove file, give a file id, or a label and a name")
    return Empty()


def as_label(row: Row) -> Label:
    """A label as it is told."""
    return Label(name=row["name"], files=row["files"])


def as_file(row: Row) -> File:
    """A revision as it is told."""
    return File(
        fileid=row["fileid"],
        colonyname=row["colonyname"],
        label=row["label"],
        name=row["name"],
        size=row["size"],
        sequencenr=row["seq"],
        checksum=row["checksum"],
        checksumalg=row["checksumalg"],
        ref=_reference(row),
        added=to_wire(row["added"]),
        initiatorid=row["initiatorid"],
    )


def _reference(row: Row) -> Reference:
    return msgspec.json.decode(row["ref"], type=Reference)
