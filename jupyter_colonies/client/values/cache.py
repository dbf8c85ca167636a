"""Results that are kept for the next time: on this machine, for all kernels of its user.

Each result has a folder of its own, named by its key, with what it depends on, the output and the
bytes of its values. A folder appears by one rename, so that kernels may work side by side.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from jupyter_colonies.client.values.packing import PICKLE, NotReadable, Packed, digest, unpack

LIMIT = 2 * 1024**3
LIMIT_VARIABLE = "COLONIES_CACHE_LIMIT"
COMPARED = 100
"""How many of a task's latest results are looked at to explain why none of them was used."""

_ENTRY = "result.json"

Parts = Mapping[str, str]
"""What a result depends on: the name of each part, as people read it, and its digest."""


class Entry(msgspec.Struct, kw_only=True):
    """A kept result: `processid` is the process that gave it, `rich` belongs to `files`."""

    parts: dict[str, str]
    processid: str
    output: list[Any]
    files: list[dict[str, Any]]


@dataclass(frozen=True)
class Hit:
    """A result that was found, and the process that gave it."""

    processid: str
    output: list[Any]
    packed: list[Packed]


@dataclass(frozen=True)
class Miss:
    """Why there was none, in words."""

    reason: str


class ResultCache:
    """The kept results of one user in one colony.

    `limit` is the number of bytes they may take together; what was not used for longest goes
    first.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.limit = int(os.environ.get(LIMIT_VARIABLE) or LIMIT)

    def __repr__(self) -> str:
        return f"<ResultCache {self.size:,} of {self.limit:,} bytes in {self.folder}>"

    @property
    def size(self) -> int:
        """Bytes of all kept results."""
        return sum(_size(each) for each in self._entries())

    def clear(self, task: str = "") -> None:
        """Forget the results of a task, or of all."""
        shutil.rmtree(self._of(task) if task else self.folder, ignore_errors=True)

    def find(self, task: str, parts: Parts) -> Hit | Miss:
        """The result that depends on exactly these parts, if it can still be read."""
        at = self._of(task) / key_of(parts)
        if not (at / _ENTRY).exists():
            return Miss(self._explained(task, parts))
        try:
            entry = msgspec.json.decode((at / _ENTRY).read_bytes(), type=Entry)
            packed = [_read(at, each) for each in entry.files]
            os.utime(at)
        except (OSError, msgspec.MsgspecError, KeyError, NotReadable) as error:
            shutil.rmtree(at, ignore_errors=True)
            return Miss(f"the kept result can't be read any more: {error}")
        return Hit(entry.processid, entry.output, packed)

    def keep(
        self, task: str, parts: Parts, processid: str, output: list[Any], packed: Sequence[Packed]
    ) -> bool:
        """Keep a result for the next time; False if it is larger than all of them may be."""
        if sum(len(each.data) for each in packed) > self.limit:
            return False
        home = self._of(task)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        entry = Entry(
            parts=dict(parts), processid=processid, output=output, files=[_named(p) for p in packed]
        )
        made = Path(tempfile.mkdtemp(dir=self.folder, prefix=".new-"))
        try:
            for each in packed:
                (made / each.name).write_bytes(each.data)
                if each.rich:
                    (made / each.rich_name).write_bytes(each.rich_data)
            (made / _ENTRY).write_bytes(msgspec.json.encode(entry))
            at = home / key_of(parts)
            shutil.rmtree(at, ignore_errors=True)
            made.rename(at)
        except OSError:
            # Another kernel keeps the same result at this moment, or no room is left.
            shutil.rmtree(made, ignore_errors=True)
            return False
        self._shrink()
        return True

    def _of(self, task: str) -> Path:
        return self.folder / quote(task, safe="")

    def _entries(self, home: Path | None = None) -> list[Path]:
        found = home.glob(f"*/{_ENTRY}") if home else self.folder.glob(f"*/*/{_ENTRY}")
        return [each.parent for each in found]

    def _shrink(self) -> None:
        entries = sorted(self._entries(), key=_used)
        sizes = {each: _size(each) for each in entries}
        total = sum(sizes.values())
        for each in entries:
            if total <= self.limit:
                return
            shutil.rmtree(each, ignore_errors=True)
            total -= sizes[each]

    def _explained(self, task: str, parts: Parts) -> str:
        latest = sorted(self._entries(self._of(task)), key=_used, reverse=True)[:COMPARED]
        differences: list[Sequence[str]] = []
        for each in latest:
            try:
                entry = msgspec.json.decode((each / _ENTRY).read_bytes(), type=Entry)
            except (OSError, msgspec.MsgspecError):
                continue
            differences.append(_difference(entry.parts, parts))
        if not differences:
            return "no result of this task is kept"
        nearest = min(differences, key=len)
        return "; ".join(nearest)


def key_of(parts: Parts) -> str:
    """What a result with these parts is found by."""
    return hashlib.sha256(msgspec.json.encode(sorted(parts.items()))).hexdigest()


def _difference(before: Parts, now: Parts) -> list[str]:
    return [
        f"{name} {'changed' if name in before and name in now else _came(name in now)}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]


def _came(is_there: bool) -> str:
    return "is new" if is_there else "is gone"


def _named(packed: Packed) -> dict[str, Any]:
    return {
        "label": packed.label,
        "kind": packed.kind,
        "type": packed.type,
        "sha256": packed.sha256,
        "rich": bool(packed.rich),
    }


def _read(at: Path, named: dict[str, Any]) -> Packed:
    """A value as it was kept. Raises NotReadable, OSError and KeyError."""
    bare = Packed(
        label=named["label"], kind=named["kind"], type=named["type"], data=b"",
        sha256=named["sha256"],
    )  # fmt: skip
    data = (at / bare.name).read_bytes()
    if digest(data) != bare.sha256:
        raise NotReadable("its bytes are damaged")
    if bare.kind == PICKLE:
        unpack(bare.kind, bare.type, data)
    rich = msgspec.json.decode((at / bare.rich_name).read_bytes()) if named["rich"] else {}
    return Packed(
        label=bare.label, kind=bare.kind, type=bare.type, data=data, sha256=bare.sha256, rich=rich
    )


def _size(entry: Path) -> int:
    try:
        return sum(each.stat().st_size for each in entry.iterdir())
    except OSError:  # another kernel has just removed it
        return 0


def _used(entry: Path) -> float:
    try:
        return entry.stat().st_mtime
    except OSError:  # as above
        return 0.0
