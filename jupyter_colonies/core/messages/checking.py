"""Comparing what is known of files with their bytes; not part of the original protocol."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.messages.registry import Message, Request, declare
from jupyter_colonies.core.policy import Role


class CheckFiles(Request):
    """Compare some of what is known of a colony's files with their bytes.

    `part` and `after` are those of the reply before, empty to begin. `repair` mends what can be
    mended and removes what nobody can reach; `drop` also removes entries whose bytes are gone.
    """

    colonyname: str = ""
    part: str = ""
    after: str = ""
    repair: bool = False
    drop: bool = False


class Finding(msgspec.Struct, kw_only=True):
    """Something that is not as it should be.

    `kind`: `missing` or `damaged` bytes; `differs`, other bytes than are noted; `orphaned`, an
    object that no file refers to; `free`, bytes that nothing refers to. `remedy`: `repaired`,
    `removed`, or empty if it is as it was.
    """

    part: str
    kind: str
    what: str
    remedy: str = ""


class Checked(msgspec.Struct, kw_only=True):
    """What was found so far, and where to go on: `part` is empty when nothing is left.

    `looked` counts the entries that this reply is about, `bytes` those that were read for it;
    `total` is the number of entries of the part that was asked for.
    """

    part: str
    after: str
    looked: int
    bytes: int
    total: int
    findings: list[Finding]


CHECK_FILES = declare(
    Message(
        "checkfilesmsg",
        "check_files",
        CheckFiles,
        Checked,
        does="check files",
        role=Role.COLONY_OWNER,
        colony="colonyname",
        extension=True,
    )
)
