"""Files: what the server knows of them; their bytes are elsewhere (part 03, section 1)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jupyter_colonies.core.decoding import Integer
from jupyter_colonies.core.objects import check_bucket, check_key
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import InvalidRequest

PROTOCOL = "s3"
DIGEST = "SHA256"
LONGEST_NAME = 255
LONGEST_PLACE = 1500  # bytes; PostgreSQL takes some 2,700 for all columns of an index


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

    `size` in bytes. `fileid`, `sequencenr`, `added` and `initiatorid` are the server's; the last
    is the id of whoever added the revision, an extension of the protocol.
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
    initiatorid: str = ""


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


def is_safe(name: str) -> bool:
    """Whether something of that name can lie in a folder, and nowhere else."""
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return False
    plain = name not in ("", ".", "..") and "/" not in name and "\0" not in name
    return plain and length <= LONGEST_NAME


def check_name(name: str) -> None:
    """Raise InvalidRequest unless a file of that name can also lie in a folder.

    The protocol stores any text (part 03, F-3); here nothing is put under a name that would lead
    elsewhere.
    """
    if not is_safe(name):
        raise InvalidRequest(
            f"{name!r} is no name for a file: it has 1 to {LONGEST_NAME} bytes of UTF-8 "
            "without a slash or a zero byte, and is not '.' or '..'"
        )


def check_label(label: str) -> None:
    """Raise InvalidRequest unless a label can also be the path of a folder; see `check_name`."""
    at = place(label)
    if at != "/" and not all(is_safe(part) for part in at[1:].split("/")):
        raise InvalidRequest(
            f"{label!r} is no label for files: between its slashes are 1 to {LONGEST_NAME} bytes "
            "of UTF-8 without a zero byte, and neither '.' nor '..'"
        )


def located(ref: Reference) -> tuple[str, str]:
    """Bucket and key of the object that holds a file's bytes; empty if nothing can be there."""
    found = ref.s3object
    try:
        check_key(found.object)
        check_bucket(found.bucket)
    except InvalidRequest:
        return "", ""
    return found.bucket, found.object


def check_storable(label: str, name: str) -> None:
    """Raise InvalidRequest for what no database could find again: any other text is kept (F-3)."""
    together = f"{place(label)}{name}"
    if "\0" in together or len(together.encode(errors="replace")) > LONGEST_PLACE:
        raise InvalidRequest(
            f"A label and a name have together at most {LONGEST_PLACE} bytes, and no zero byte"
        )


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
