"""The bytes of files: objects in buckets, and who may reach them."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import big, text_in_order_of_bytes, wide_text


class Credential(SQLModel, table=True):
    """Keys by which a member reaches the bytes of a colony's files as an S3 client.

    The secret is kept as it is: whoever checks a signature of S3 has to know it.
    """

    __tablename__ = "credentials"
    __table_args__ = (Index("credentials_of_member", "colonyname", "memberid", unique=True),)

    accesskey: str = Field(primary_key=True)
    secretkey: str
    colonyname: str
    memberid: str
    added: int = Field(sa_column=big())


class Bucket(SQLModel, table=True):
    """A bucket of a colony; `added` is a moment."""

    __tablename__ = "buckets"

    colonyname: str = Field(primary_key=True)
    bucket: str = Field(primary_key=True)
    added: int = Field(sa_column=big())


class StoredObject(SQLModel, table=True):
    """An object in a bucket: `pieces` and `meta` are JSON, the bytes lie elsewhere."""

    __tablename__ = "objects"

    colonyname: str = Field(primary_key=True)
    bucket: str = Field(primary_key=True)
    key: str = Field(sa_column=text_in_order_of_bytes(primary_key=True))
    size: int = Field(sa_column=big())
    etag: str
    modified: int = Field(sa_column=big())
    meta: str = Field(sa_column=wide_text())
    pieces: str = Field(sa_column=wide_text())


class Usage(SQLModel, table=True):
    """How many bytes the objects of a colony hold together."""

    __tablename__ = "usages"

    colonyname: str = Field(primary_key=True)
    bytes: int = Field(sa_column=big())


class Upload(SQLModel, table=True):
    """An object that is being sent in parts."""

    __tablename__ = "uploads"
    __table_args__ = (Index("uploads_of_bucket", "colonyname", "bucket", "key"),)

    uploadid: str = Field(primary_key=True)
    colonyname: str
    bucket: str
    key: str = Field(sa_column=text_in_order_of_bytes())
    added: int = Field(sa_column=big())
    meta: str = Field(sa_column=wide_text())


class Part(SQLModel, table=True):
    """One part of an upload; sent again it replaces what was there."""

    __tablename__ = "parts"

    uploadid: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    digest: str
    md5: str
    size: int = Field(sa_column=big())
    modified: int = Field(sa_column=big())
