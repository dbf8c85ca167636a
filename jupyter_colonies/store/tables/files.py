"""What is known of files, and snapshots of them."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import big, wide_text


class File(SQLModel, table=True):
    """A revision of a file; `place` is the label in the form labels are compared in.

    `bucket` and `object` are where `ref` says that its bytes are.
    A number is never given out twice: it is the revision's number on the wire.
    """

    __tablename__ = "files"
    __table_args__ = (
        Index("files_by_name", "colonyname", "place", "name", "seq"),
        Index("files_by_object", "colonyname", "object"),
        {"sqlite_autoincrement": True},
    )

    seq: int = Field(sa_column=big(primary_key=True))
    fileid: str = Field(unique=True)
    colonyname: str
    place: str
    label: str
    name: str
    size: int = Field(sa_column=big())
    checksum: str
    checksumalg: str
    added: int = Field(sa_column=big())
    ref: str = Field(sa_column=wide_text())
    bucket: str
    object: str
    initiatorid: str


class Snapshot(SQLModel, table=True):
    """A named list of revisions."""

    __tablename__ = "snapshots"
    __table_args__ = (Index("snapshots_by_name", "colonyname", "name", unique=True),)

    seq: int = Field(sa_column=big(primary_key=True))
    snapshotid: str = Field(unique=True)
    colonyname: str
    name: str
    label: str
    added: int = Field(sa_column=big())


class SnapshotFile(SQLModel, table=True):
    """A revision in a snapshot; it stays here when the revision is removed."""

    __tablename__ = "snapshot_files"

    snapshot: int = Field(sa_column=big(primary_key=True))
    position: int = Field(primary_key=True)
    fileid: str
