"""What is in a folder: files to sync, and what is left out."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from jupyter_colonies.client.sync.folder import Folder, reason, stamp_of
from jupyter_colonies.client.sync.names import MARK, PART
from jupyter_colonies.client.sync.plan import LOCAL, LocalFile, LocalTree, Refused

_SPECIAL = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def found(folder: Folder) -> LocalTree:
    """The tree of a folder as it is now, without checksums.

    Hidden files belong to it. Links to files of the same folder are followed, links to its
    folders are not, as in the original; what leads out of it is refused.
    """
    tree = _Walk(folder)
    tree.walk()
    return LocalTree(
        files=tree.files,
        folders=frozenset(tree.folders),
        links=frozenset(tree.links),
        parts=frozenset(tree.parts),
        refused=tuple(sorted(tree.refused, key=lambda each: each.path)),
    )


class _Walk:
    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.files: dict[str, LocalFile] = {}
        self.folders: set[str] = set()
        self.links: set[str] = set()
        self.parts: set[str] = set()
        self.refused: list[Refused] = []

    def walk(self) -> None:
        """Look at every folder, each opened from the top: depth costs no descriptors."""
        waiting = [""]
        while waiting:
            above = waiting.pop()
            for name, known in self._listed(above):
                path = f"{above}/{name}" if above else name
                kind = stat.S_IFMT(known.st_mode)
                if name == MARK and kind == stat.S_IFREG:
                    continue
                if name.startswith(PART) and kind == stat.S_IFREG:
                    self.parts.add(path)
                elif kind == stat.S_IFDIR:
                    self.folders.add(path)
                    waiting.append(path)
                else:
                    self._look(path, kind, known)

    def _listed(self, path: str) -> Iterator[tuple[str, os.stat_result]]:
        try:
            with self._folder.opened(path) as fd:
                with os.scandir(fd) as entries:
                    names = [entry.name for entry in entries]
                for name in names:
                    try:
                        yield name, os.stat(name, dir_fd=fd, follow_symlinks=False)
                    except FileNotFoundError:
                        continue
        except OSError as error:
            self._refuse(path or ".", f"can't be read: {reason(error)}")

    def _look(self, path: str, kind: int, known: os.stat_result) -> None:
        if kind == stat.S_IFREG:
            self.files[path] = LocalFile(known.st_size, stamp=stamp_of(known))
        elif kind == stat.S_IFLNK:
            self._follow(path)
        else:
            self._refuse(path, f"is {_SPECIAL.get(kind, 'no regular file')}", by_rule=True)

    def _follow(self, path: str) -> None:
        try:
            real = Path(os.path.realpath(self._folder.real / path, strict=True))
            known = real.lstat()
        except FileNotFoundError:
            self._refuse(path, "is a link that leads nowhere", by_rule=True)
            return
        except OSError as error:
            why = f"is a link that can't be followed: {reason(error)}"
            self._refuse(path, why, by_rule=error.errno == errno.ELOOP)
            return
        if not real.is_relative_to(self._folder.real):
            why = f"is a link that leads out of the folder, to '{real}'"
            self._refuse(path, why, by_rule=True)
        elif stat.S_ISREG(known.st_mode):
            where = real.relative_to(self._folder.real).as_posix()
            self.files[path] = LocalFile(known.st_size, stamp=stamp_of(known), real=where)
        elif stat.S_ISDIR(known.st_mode):
            self.links.add(path)
        else:
            kind = stat.S_IFMT(known.st_mode)
            why = f"is a link to {_SPECIAL.get(kind, 'no regular file')}"
            self._refuse(path, why, by_rule=True)

    def _refuse(self, path: str, why: str, *, by_rule: bool = False) -> None:
        self.refused.append(Refused(LOCAL, path, why, by_rule))
