"""Which names may be used in a folder and in a label, and why others may not; pure rules.

Labels and names come from any member of the colony as they like (part 03, section 1.9): what is
joined to a path has to be one plain name, here and on the machine of whoever syncs next.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass

MARK = ".cfs"
"""The file in which the original notes the label of a folder; it is never synced."""

PART = ".cfs-part-"
"""What the names of files begin with that are still being written."""

_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(
    r"(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³]|conin\$|conout\$)\s*(\..*)?", re.IGNORECASE
)
_FORBIDDEN = '<>:"|?*\\'


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a folder's file system makes of names.

    `insensitive`: takes names for equal that differ in case or in Unicode normalisation.
    `longest`: bytes that a name may have.
    """

    windows: bool = os.name == "nt"
    insensitive: bool = False
    longest: int = 255

    def key(self, path: str) -> str:
        """The same text for all paths that are one file there."""
        if not self.insensitive:
            return path
        return unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold())


def fault(name: str, target: Target) -> str:
    """Why a name can't be one part of a path, empty if it can."""
    checks = (_plain, _portable) if target.windows else (_plain,)
    for check in checks:
        if why := check(name):
            return why
    length = len(name.encode())
    if length > target.longest:
        return f"is {length} bytes long, the file system allows {target.longest}"
    return ""


def _plain(name: str) -> str:
    """What holds everywhere."""
    if name in ("", ".", ".."):
        return f"has '{name}' in its path" if name else "has an empty part"
    if "/" in name:
        return "is an absolute path" if name.startswith("/") else "has a slash in its name"
    kinds = {unicodedata.category(sign) for sign in name}
    if "Cc" in kinds:
        return "has a control character in its name"
    if "Cs" in kinds:
        return "has a name that is no UTF-8"
    if _DRIVE.match(name):
        return "begins with a drive letter"
    kept = name == MARK or name.startswith(PART)
    return "has a name that the sync keeps for itself" if kept else ""


def _portable(name: str) -> str:
    """What Windows adds."""
    if any(sign in _FORBIDDEN for sign in name):
        return f"has one of {_FORBIDDEN} in its name, which Windows does not allow"
    if name[-1] in ". ":
        return "ends in a dot or a blank, which Windows does not allow"
    if _RESERVED.fullmatch(name):
        return "has a name that Windows keeps for a device"
    return ""


def shown(path: str) -> str:
    """A path as it can be printed: what is not visible is written as an escape."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in path
    )
