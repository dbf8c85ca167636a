"""What makes a folder and a label equal; pure rules (part 03, section 1.9).

A file that only one side has goes to the other. One that both have with different checksums is a
conflict, which `keeplocal` decides. Nothing is ever deleted. Paths are relative and use slashes;
their parts have been checked, so a path never leads out of the folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from jupyter_colonies.client.sync.names import Target, fault
from jupyter_colonies.core.file import File, below, place

LOCAL = "folder"
SERVER = "server"


class Stamp(NamedTuple):
    """What tells that a file is as it was: any change moves one of these; times in nanoseconds."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of the folder; `checksum` is empty where nothing is to be compared with it.

    `real` is where its bytes are if the path is a link to another file of the folder.
    """

    size: int
    checksum: str = ""
    stamp: Stamp | None = None
    real: str = ""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A revision of a file of a label; `object` is where its bytes are.

    `file` is all that is known of it, where more was asked for than a list.
    """

    size: int
    checksum: str
    object: str = ""
    file: File | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that is not synced: where it is, its path as it was found there, and why.

    `by_rule` for what is never synced, such as pipes: nobody misses it on the other side.
    """

    side: str
    path: str
    why: str
    by_rule: bool = False


@dataclass(frozen=True, kw_only=True)
class LocalTree:
    """A folder as it was found.

    `links` are links to folders of the same folder: they are not followed, as in the original.
    `parts` are files that were being written, now or when a sync was killed.
    `refused` is what can't be synced whatever the label holds.
    """

    files: Mapping[str, LocalFile] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RemoteTree:
    """A label and those below it; `folders` are the paths of their labels and what is above."""

    files: Mapping[str, RemoteFile] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A file that differs; None on the side that does not have it."""

    path: str
    local: LocalFile | None
    remote: RemoteFile | None

    @property
    def uploads(self) -> int:
        """Bytes, if it is sent."""
        return self.local.size if self.local else 0

    @property
    def downloads(self) -> int:
        """Bytes, if it is fetched."""
        return self.remote.size if self.remote else 0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What differs, each list by path; `same` counts the files that are equal already."""

    label: str
    uploads: tuple[Move, ...] = ()
    downloads: tuple[Move, ...] = ()
    conflicts: tuple[Move, ...] = ()
    refused: tuple[Refused, ...] = ()
    same: int = 0

    def __bool__(self) -> bool:
        """Whether anything is to be moved."""
        return bool(self.uploads or self.downloads or self.conflicts)

    def sent(self, *, keeplocal: bool) -> tuple[Move, ...]:
        """What goes to the server."""
        return self.uploads + (self.conflicts if keeplocal else ())

    def fetched(self, *, keeplocal: bool) -> tuple[Move, ...]:
        """What comes from the server."""
        return self.downloads + (() if keeplocal else self.conflicts)

    def fetching(self) -> Plan:
        """The plan that makes the folder hold what the label holds, and sends nothing."""
        return Plan(
            label=self.label,
            downloads=self.downloads + self.conflicts,
            refused=self.refused,
            same=self.same,
        )


def label_of(root: str, path: str) -> str:
    """The label of a path below the label `root`."""
    return place(root) if not path else below(root) + path


def placed(
    root: str, listing: Mapping[str, Mapping[str, RemoteFile]], target: Target
) -> RemoteTree:
    """The files of a label by their paths, without what no path may be made of.

    `listing` holds the files of each label by name, of `root` itself and of those below it.
    """
    files: dict[str, RemoteFile] = {}
    folders: set[str] = set()
    refused: list[Refused] = []
    for label in sorted(listing):
        folder = place(label)[len(below(root)) :]
        if folder and (why := _path_fault(folder, target)):
            refused.append(Refused(SERVER, label, why))
            continue
        folders.update(_with_parents(folder))
        for name, file in sorted(listing[label].items()):
            if why := fault(name, target):
                refused.append(Refused(SERVER, f"{label.rstrip('/')}/{name}", why))
            else:
                files[f"{folder}/{name}" if folder else name] = file
    return RemoteTree(files=files, folders=frozenset(folders), refused=tuple(refused))


def plan(label: str, local: LocalTree, remote: RemoteTree, target: Target) -> Plan:
    """What has to be moved; the same trees give the same plan."""
    refused = list(_unsafe(local, remote, target))
    barred = _Barred([each.path for each in refused], target)
    uploads, downloads, conflicts, same = [], [], [], 0
    for path in sorted({*local.files, *remote.files}):
        if path in barred:
            continue
        here, there = local.files.get(path), remote.files.get(path)
        move = Move(path, here, there)
        if there is None:
            uploads.append(move)
        elif here is None:
            downloads.append(move)
        elif here.checksum != there.checksum:
            conflicts.append(move)
        else:
            same += 1
    return Plan(
        label=place(label),
        uploads=tuple(uploads),
        downloads=tuple(downloads),
        conflicts=tuple(conflicts),
        refused=(*remote.refused, *refused),
        same=same,
    )


@dataclass(frozen=True, kw_only=True)
class Cleaning:
    """What a folder has and its label has not: single files, and folders as a whole."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is to be removed."""
        return bool(self.files or self.folders)


def cleaning(local: LocalTree, remote: RemoteTree, target: Target) -> Cleaning:
    """What to remove for the folder to hold only what the label holds.

    A folder goes as a whole if neither a label nor anything below one is there; what is refused
    in a sync stays.
    """
    refused = list(_unsafe(local, remote, target))
    barred = _Barred([each.path for each in refused], target)
    kept = {parent for each in refused for parent in _with_parents(each.path)}
    folders: list[str] = []
    for path in sorted(local.folders - remote.folders - kept):
        if path and path not in barred and not _is_below(path, folders):
            folders.append(path)
    gone = _Barred(folders, Target())
    files = sorted(
        path
        for path in set(local.files) - set(remote.files)
        if path not in barred and path not in gone
    )
    return Cleaning(files=tuple(files), folders=tuple(folders), refused=(*remote.refused, *refused))


class _Barred:
    """Paths that are out of bounds, with everything below them."""

    def __init__(self, paths: Iterable[str], target: Target) -> None:
        self._key = target.key
        self._paths = {self._key(path) for path in paths}

    def __contains__(self, path: str) -> bool:
        return bool(self._paths) and any(
            parent in self._paths for parent in _with_parents(self._key(path))
        )

    def add(self, path: str) -> None:
        """Bar one more."""
        self._paths.add(self._key(path))


def _unsafe(local: LocalTree, remote: RemoteTree, target: Target) -> Iterator[Refused]:
    """What can't be synced, each with the topmost path that says so."""
    barred = _Barred((), target)
    for each in _candidates(local, remote, target):
        if each.path not in barred:
            barred.add(each.path)
            yield each


def _candidates(local: LocalTree, remote: RemoteTree, target: Target) -> Iterator[Refused]:
    yield from local.refused
    for path in sorted({*local.files, *local.folders} - {""}):
        if why := fault(path.rpartition("/")[2], target):
            yield Refused(LOCAL, path, why)
    reached = _with_all_parents(remote.files) | remote.folders | set(remote.files)
    for path in sorted(local.links & reached):
        yield Refused(LOCAL, path, "is a link to a folder, and the label has something there")
    yield from _clashes(local, remote, target)


def _clashes(local: LocalTree, remote: RemoteTree, target: Target) -> Iterator[Refused]:
    """Names that can't be in one folder, from the top down."""
    files = {*local.files, *remote.files}
    folders = local.folders | remote.folders | _with_all_parents(files)
    spellings: dict[str, set[str]] = {}
    if target.insensitive:
        for path in files | folders:
            spellings.setdefault(target.key(path), set()).add(path)
    equal = {
        path: others
        for others in spellings.values()
        if len({path.rpartition("/")[2] for path in others}) > 1
        for path in others
    }
    both = files & folders
    for path in sorted({*both, *equal}, key=lambda path: (path.count("/"), path)):
        side = LOCAL if path in local.files or path in local.folders else SERVER
        if path in both:
            yield Refused(side, path, "is a file and a folder")
            continue
        others = ", ".join(f"'{each}'" for each in sorted(equal[path] - {path}))
        yield Refused(
            side, path, f"is the same as {others} here: they differ only in case or normalisation"
        )


def _path_fault(path: str, target: Target) -> str:
    return next((why for name in path.split("/") if (why := fault(name, target))), "")


def _with_parents(path: str) -> Iterator[str]:
    """A path and what is above it, without the root."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _with_all_parents(paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        for parent in _with_parents(path.rpartition("/")[0]):
            if parent in found:
                break
            found.add(parent)
    return found


def _is_below(path: str, folders: list[str]) -> bool:
    return bool(folders) and path.startswith(f"{folders[-1]}/")
