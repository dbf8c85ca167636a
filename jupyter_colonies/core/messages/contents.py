"""Storing the bytes of a file with its revision, behind the REST API: no messages on the wire."""

from __future__ import annotations

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.file import File
from jupyter_colonies.core.messages.registry import Empty, Message, Request
from jupyter_colonies.core.policy import Role


class StoreFile(Request):
    """Make a new revision of a file whose bytes the server has: `digest` is their SHA-256.

    `md5` is their MD5, by which clients of the object know it; `size` in bytes.
    """

    colonyname: Name = ""
    label: str = ""
    name: str = ""
    size: Integer = 0
    digest: str = ""
    md5: str = ""
    media: str = ""


class MayStore(Request):
    """Whether the caller may store files: asked before their bytes are written."""

    colonyname: Name = ""


STORE_FILE: Message[StoreFile, File] = Message(
    "storefile",
    "store_file",
    StoreFile,
    File,
    does="store file",
    role=Role.MEMBER,
    colony="colonyname",
)
MAY_STORE: Message[MayStore, Empty] = Message(
    "maystore",
    "may_store",
    MayStore,
    Empty,
    does="store file",
    role=Role.MEMBER,
    colony="colonyname",
    reads=True,
)

ALL: tuple[Message[StoreFile, File], Message[MayStore, Empty]] = (STORE_FILE, MAY_STORE)
