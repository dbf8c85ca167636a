"""Values that are kept as files of the colony: stored once, opened by whoever needs them."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from jupyter_core.paths import jupyter_data_dir

from jupyter_colonies.client.values.cache import ResultCache
from jupyter_colonies.client.values.forms import FILE, decoded
from jupyter_colonies.client.values.packing import (
    LARGEST,
    PICKLE,
    RICH,
    NotReadable,
    Packed,
    digest,
    rich_name,
    unpack,
)
from jupyter_colonies.core import identity
from jupyter_colonies.core.file import File, place
from jupyter_colonies.errors import InvalidRequest, NotFound

if TYPE_CHECKING:
    from jupyter_colonies.client.colony import Colony

TRUSTED_VARIABLE = "COLONIES_TRUSTED"
LABELS = ("/arguments", "/results/")
"""Where values are stored."""
CACHE_FOLDER = "colonies-results"
"""Where kept results are, in Jupyter's data folder."""
LARGEST_RICH = 64 * 1024**2
"""Bytes of what a notebook shows for a value."""
REMEMBERED = 256 * 1024**2
"""Bytes of values that a kernel keeps, so that they are not fetched again."""


class Untrusted(NotReadable):
    """A pickle could run any code, and nobody who is trusted has stored it."""


class StoredValues:
    """The values of a colony that are kept as files.

    All methods block and raise what the server refuses with.
    """

    def __init__(self, colony: Colony) -> None:
        self._colony = colony
        self._trusted: set[str] = set()
        self._lock = threading.Lock()
        self._remembered: OrderedDict[str, bytes] = OrderedDict()
        self._own: set[tuple[str, str]] = set()
        self.cache = ResultCache(_cache_folder(colony))

    def trust(self, *who: str) -> None:
        """Open pickles that these members have stored, too: ids, or names of users or executors.

        A pickle can run any code here as soon as it is opened. What counts is the id that somebody
        of that name has now. Raises NotFound for a name nobody has, and InvalidRequest for one
        that several have.
        """
        self._trusted.update(self._ids(who))

    def store(self, packed: Iterable[Packed]) -> None:
        """Store values, unless their bytes are there already."""
        for each in packed:
            if not self._is_there(each):
                self._colony.files.put(each.data, each.label, each.name)
                if each.rich:
                    self._colony.files.put(each.rich_data, each.label, each.rich_name)
            self._remember(each.sha256, each.data)
            self._own.add((each.reference[FILE], each.sha256))

    def open(self, reference: dict[str, Any]) -> Any:
        """The value that a reference stands for.

        Its bytes are compared with the digest in the reference. Raises NotReadable if they differ,
        can't be read here or are gone, and Untrusted for a pickle of somebody else.
        """
        wanted, kind = _text(reference, "sha256"), _text(reference, "kind")
        if kind == PICKLE:
            self._check_author(reference, wanted)
        value = unpack(kind, str(reference.get("type", "value")), self._bytes(reference, wanted))
        return decoded(value, self.open) if kind == "json" else value

    def rich(self, reference: dict[str, Any], *, harmless: bool = False) -> dict[str, Any]:
        """What a notebook shows for a value, by MIME type; empty if nothing is kept.

        Raises Untrusted unless somebody trusted has stored it: HTML can run code in a notebook.
        With `harmless` it may be anybody's: the caller shows it where nothing in it can run.
        """
        rich = reference.get("rich")
        if not isinstance(rich, dict):
            return {}
        beside = {FILE: rich_name(_text(reference, FILE)), "size": 0}
        wanted = _text(rich, "sha256")
        if not harmless:
            self._check_author(beside, wanted)
        found: dict[str, Any] = msgspec.json.decode(self._bytes(beside, wanted), type=dict)
        return found

    def _check_author(self, reference: dict[str, Any], wanted: str) -> None:
        """Who stored the bytes is what the server says, not what the reference says.

        A file that somebody trusted has stored as a file, and not as a value, does not count: its
        bytes may be from anywhere.
        """
        path = _text(reference, FILE)
        if not _is_value(path):
            raise Untrusted(f"{path} was not stored as the value of an argument or a result")
        if (path, wanted) in self._own:
            return
        authors = {
            file.initiatorid for file in self._revisions(reference) if file.checksum == wanted
        }
        if not authors.isdisjoint({self._colony.client.id, *self._trusted}):
            return
        named = [each for each in os.environ.get(TRUSTED_VARIABLE, "").split(",") if each]
        if authors.isdisjoint(self._ids(named)):
            who = ", ".join(sorted(self._name(each) for each in authors)) or "nobody"
            raise Untrusted(
                f"{path} can only be opened by running the code in it, and it was stored by "
                f"{who}. If you trust them: colony.values.trust('…'), or {TRUSTED_VARIABLE}"
            )

    def _ids(self, who: Iterable[str]) -> set[str]:
        named = {each for each in who if not identity.is_id(each)}
        if not named:
            return set(who)
        members = [(each.name, each.userid) for each in self._colony.users()]
        members += [(each.executorname, each.executorid) for each in self._colony.executors()]
        for name in named:
            found = {memberid for each, memberid in members if each == name}
            if len(found) != 1:
                raise (InvalidRequest if found else NotFound)(
                    f"{len(found) or 'No'} members of the colony are called '{name}': give an id"
                )
        return {*who} - named | {memberid for name, memberid in members if name in named}

    def _name(self, memberid: str) -> str:
        for each in self._colony.users():
            if each.userid == memberid:
                return f"user '{each.name}' ({memberid})"
        return memberid or "somebody whom the server did not note"

    def _bytes(self, reference: dict[str, Any], wanted: str) -> bytes:
        with self._lock:
            if wanted in self._remembered:
                self._remembered.move_to_end(wanted)
                return self._remembered[wanted]
        revisions = self._revisions(reference)
        file = next((each for each in revisions if each.checksum == wanted), None)
        if file is None:
            raise NotReadable(f"{reference[FILE]} holds something else now: it was overwritten")
        largest = LARGEST_RICH if reference[FILE].endswith(RICH) else LARGEST
        if file.size > largest:
            raise NotReadable(f"{reference[FILE]} has {file.size:,} bytes, more than {largest:,}")
        data = b"".join(self._colony.files.read(file))
        if digest(data) != wanted:
            raise NotReadable(f"The bytes of {reference[FILE]} are not those that were stored")
        self._remember(wanted, data)
        return data

    def _revisions(self, reference: dict[str, Any]) -> list[File]:
        label, _, name = _text(reference, FILE).rpartition("/")
        try:
            return self._colony.files.revisions(label, name)
        except NotFound:
            raise NotReadable(
                f"{reference[FILE]} is not among the files of the colony any more"
            ) from None

    def _is_there(self, packed: Packed) -> bool:
        try:
            found = self._colony.files.revisions(packed.label, packed.name)
        except NotFound:
            return False
        own = self._colony.client.id
        return any(each.checksum == packed.sha256 and each.initiatorid == own for each in found)

    def _remember(self, key: str, data: bytes) -> None:
        with self._lock:
            self._remembered[key] = data
            self._remembered.move_to_end(key)
            while sum(map(len, self._remembered.values())) > REMEMBERED:
                self._remembered.popitem(last=False)


def _cache_folder(colony: Colony) -> Path:
    found = colony.found
    whose = f"{found.serverid or found.endpoint.base_url}/{colony.name}/{colony.client.id}"
    return Path(jupyter_data_dir()) / CACHE_FOLDER / digest(whose.encode())[:16]


def _is_value(path: str) -> bool:
    label, _, name = path.rpartition("/")
    return place(label).startswith(LABELS) and name.endswith((f".{PICKLE}", RICH))


def _text(reference: dict[str, Any], key: str) -> str:
    found = reference.get(key)
    if not isinstance(found, str):
        raise NotReadable(f"The reference {reference} has no {key}")
    return found
