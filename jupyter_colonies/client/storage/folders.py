"""Labels and snapshots, seen as folders with files in them.

A path has no slash at its ends; the empty one is the topmost folder. A folder is there as long as
files are in it or below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from jupyter_colonies.client.storage.files import Files
from jupyter_colonies.client.storage.restoring import moved
from jupyter_colonies.core.file import File, FileData, below, place
from jupyter_colonies.errors import NotFound


class Entry(NamedTuple):
    """A file in a folder: its path, bytes and SHA-256; `revision` if that is known already."""

    path: str
    size: int
    checksum: str
    revision: File | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class Content(NamedTuple):
    """What is right in a folder: paths of folders, and files."""

    folders: list[str]
    files: list[Entry]


class Folders(Protocol):
    """Something that has files in folders."""

    def file(self, path: str) -> File:
        """The newest revision of a file. Raises NotFound."""

    def content(self, path: str) -> Content:
        """What is right in a folder; nothing if there is none."""

    def below(self, path: str) -> list[Entry]:
        """All files in a folder and below it, by path."""


class Labels:
    """The labels of a colony."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def file(self, path: str) -> File:
        """See `Folders`."""
        label, _, name = path.rpartition("/")
        if not name:
            raise NotFound("The topmost folder is no file")
        return self._files.latest(label or "/", name)

    def content(self, path: str) -> Content:
        """See `Folders`."""
        begin = below(path)
        inner = {
            (path + "/" if path else "") + at[len(begin) :].partition("/")[0]
            for at in (place(label.name) for label in self._files.labels(path or "/"))
            if at.startswith(begin) and len(at) > len(begin)
        }
        files = [_entry(path, each) for each in self._files.list(path or "/")]
        return Content(sorted(inner), files)

    def below(self, path: str) -> list[Entry]:
        """See `Folders`."""
        labels = sorted({place(label.name) for label in self._files.labels(path or "/")})
        lists = self._files.lists(labels)
        found = [
            _entry(label.strip("/"), each)
            for label, listing in zip(labels, lists, strict=True)
            for each in listing
        ]
        return sorted(found)


class Pinned:
    """The files of a snapshot by their path below its label."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self._files = files

    def file(self, path: str) -> File:
        """See `Folders`."""
        if path not in self._files:
            raise NotFound(f"The snapshot has no file '{path}'")
        return self._files[path]

    def content(self, path: str) -> Content:
        """See `Folders`."""
        begin = f"{path}/" if path else ""
        entries = self.below(path)
        inner = {begin + each.path[len(begin) :].partition("/")[0] for each in entries
                 if "/" in each.path[len(begin) :]}  # fmt: skip
        return Content(
            sorted(inner), [each for each in entries if "/" not in each.path[len(begin) :]]
        )

    def below(self, path: str) -> list[Entry]:
        """See `Folders`."""
        begin = f"{path}/" if path else ""
        return [
            Entry(at, file.size, file.checksum, file)
            for at, file in sorted(self._files.items())
            if at.startswith(begin)
        ]


def pinned(label: str, files: Iterable[File]) -> Pinned:
    """The folders of a snapshot of `label` that holds these revisions."""
    return Pinned({f"{below(moved(file, label, '/'))}{file.name}"[1:]: file for file in files})


def _entry(folder: str, data: FileData) -> Entry:
    path = f"{folder}/{data.name}" if folder else data.name
    return Entry(path, data.size, data.checksum)
