"""Files: what the server knows of them; their bytes are elsewhere (part 03, section 1)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jupyter_colonies.core.decoding import Integer
from jupyter_colonies.core.times import NEVER

PROTOCOL = "s3"


class S3Object(msgspec.Struct, kw_only=True):
    """Where the bytes are, as the uploader named it; the server keeps no keys."""

    server: str = ""
    port: Integer = 0
    tls: bool = False
    accesskey: str = ""
    secretkey: str = ""
    region: str = ""
    encryptionkey: str = ""
    encryptionalg: str = ""
    object: str = ""
    bucket: str = ""


class Reference(msgspec.Struct, kw_only=True):
    """How the bytes are reached."""

    protocol: str = PROTOCOL
    s3object: S3Object = msgspec.field(default_factory=S3Object)


class File(msgspec.Struct, kw_only=True):
    """One revision of a file; the newest of a label and name has the highest `sequencenr`.

    `size` in bytes. `fileid`, `sequencenr` and `added` are the server's.
    """

    fileid: str = ""
    colonyname: str = ""
    label: str = ""
    name: str = ""
    size: Integer = 0
    sequencenr: Integer = 0
    checksum: str = ""
    checksumalg: str = ""
    ref: Reference = msgspec.field(default_factory=Reference)
    added: datetime = NEVER


class FileData(msgspec.Struct, kw_only=True):
    """A file in the list of a label; `s3filename` is the object that holds its bytes."""

    name: str
    checksum: str
    size: int
    s3filename: str


class Label(msgspec.Struct, kw_only=True):
    """A label; `files` counts revisions, not names (part 03, L-3)."""

    name: str
    files: int


class Snapshot(msgspec.Struct, kw_only=True):
    """The newest revisions below a label at a moment; `fileids` is null if there were none."""

    snapshotid: str
    colonyname: str
    label: str
    name: str
    fileids: list[str] | None
    added: datetime


def place(label: str) -> str:
    """Where a label is: `x`, `/x` and `/x/` are one place, and `/` is above all (part 03, L-2)."""
    return "/" + label.strip("/")


def below(label: str) -> str:
    """What the places below a label begin with."""
    at = place(label)
    return at if at == "/" else f"{at}/"


def without_keys(ref: Reference) -> Reference:
    """A reference as it is kept: nobody's keys, and the port that was meant (R-2, R-3, F-5).

    Go's clients write host and port into `server` and -1 into `port`.
    """
    found = ref.s3object
    server, port = found.server, found.port
    host, _, digits = server.rpartition(":")
    if port == -1 and host and digits.isdecimal() and digits.isascii():
        server, port = host, int(digits)
    kept = msgspec.structs.replace(
        found, server=server, port=port, accesskey="", secretkey="", encryptionkey=""
    )
    return Reference(s3object=kept)
