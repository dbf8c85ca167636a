"""A folder and a label of a colony made equal, or a folder made like a snapshot."""

from __future__ import annotations

import json
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.several import several
from jupyter_colonies.client.sync import digests, remote, tree
from jupyter_colonies.client.sync.crew import Done, Hand, Moved, work
from jupyter_colonies.client.sync.folder import Folder, stamp_of
from jupyter_colonies.client.sync.names import Target, fault, shown
from jupyter_colonies.client.sync.plan import (
    Cleaning,
    LocalFile,
    LocalTree,
    Move,
    Plan,
    Refused,
    RemoteTree,
    cleaning,
    label_of,
    placed,
    plan,
)
from jupyter_colonies.client.sync.transfer import Carrier, ends_all, part_of, why
from jupyter_colonies.core.file import File, Snapshot, place
from jupyter_colonies.errors import FileTroubles, NotFound, SyncIncomplete

LARGE = 8 << 20
"""Bytes from which on a file is sent in parts, several at a time."""

SMALL_AT_A_TIME = 16
"""So many waits for the network and the disk overlap."""

LARGE_AT_A_TIME = 2
"""A few parts of each are in memory."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file that was not moved, or that needs to be looked at, and why."""

    path: str
    why: str


@dataclass(kw_only=True)
class Report:
    """What became of a plan; `bytes` counts those that were moved."""

    total: int = 0
    sent: int = 0
    fetched: int = 0
    removed: int = 0
    bytes: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    ended: str = ""
    """Why the rest was not begun, empty if all was tried."""

    def check(self) -> None:
        """Raise SyncIncomplete unless everything is in its place."""
        done = f"{self.sent + self.fetched + self.removed} of {self.total} files are done"
        if self.ended:
            raise SyncIncomplete(f"{done}. {self.ended}. The same command goes on from there")
        if self.troubles:
            raise SyncIncomplete(f"{done}; what happened to the others is listed")


class Syncing:
    """One sync of a folder; a context manager, in which the folder is open.

    Looking makes the plan, `run` carries it out. Raises FileTroubles for a folder that can't be
    used, and what the server refuses with.
    """

    def __init__(
        self, colony: Colony, folder: Path, label: str, *, cache: Path | None = None
    ) -> None:
        """`cache` is the folder where checksums are kept, that of the user unless given."""
        self.label = place(label)
        self.report = Report()
        self._colony = colony
        self._cache = cache
        self._folder = Folder(folder)
        self._revisions: dict[str, int] = {}
        self._tree = LocalTree()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._folder.close()

    def look(self) -> Plan:
        """What differs between the folder and the label now."""
        there, target = self._there()
        return self._compared(there, target)

    def look_at(self, snapshot: Snapshot) -> Plan:
        """What the folder needs to hold what a snapshot holds; files it has besides stay.

        Revisions that were removed become troubles of the report.
        """
        client, name = self._colony.client, self._colony.name
        fileids = snapshot.fileids or []
        files = self._colony.call(remote.by_ids(client, name, fileids))
        for fileid, file in zip(fileids, files, strict=True):
            if file is None:
                gone = Trouble(fileid, "was removed from the colony after the snapshot was made")
                self.report.troubles.append(gone)
        target = self._folder.target()
        listed = remote.noted(file for file in files if file)
        there = placed(self.label, listed, target)
        return self._compared(there, target).fetching()

    def look_for_surplus(self) -> Cleaning:
        """What the folder has and the label has not. Raises FileTroubles for an unknown label."""
        there, target = self._there()
        if not there.files and not self._revisions:
            raise FileTroubles(
                f"The colony has no files with label '{self.label}': nothing was removed"
            )
        return cleaning(tree.found(self._folder), there, target)

    def look_at_file(self, file: File) -> Plan:
        """What it takes to have one revision in the folder. Raises FileTroubles for its name."""
        if fault_found := fault(file.name, self._folder.target()):
            raise FileTroubles(f"'{shown(file.name)}' {fault_found}: it can't be written here")
        known = self._folder.there(file.name)
        local = None
        if known is not None:
            if not stat.S_ISREG(known.st_mode):
                raise FileTroubles(f"'{file.name}' is there already, and is no file")
            local = LocalFile(known.st_size, stamp=stamp_of(known))
        there = remote.noted([file])[place(file.label)][file.name]
        move = Move(file.name, local, there)
        return Plan(label=self.label, downloads=(move,))

    def run(
        self, wanted: Plan, *, keeplocal: bool = True, mark: bool = True
    ) -> Iterator[Moved | Done[Move, bool]]:
        """Carry the plan out, several files at a time, and tell of it; `report` has the outcome.

        `mark`: write into each folder which label it belongs to, as the original does.
        Closed or interrupted in between, what has been moved is in its place and all else is as
        it was.
        """
        up = wanted.sent(keeplocal=keeplocal)
        down = wanted.fetched(keeplocal=keeplocal)
        self.report.total = len(up) + len(down)
        self._sweep(down)
        if mark:
            self._mark((*up, *down))
        sent: dict[str, tuple[Move, File]] = {}
        known: list[LocalFile] = []
        going_up = {move.path for move in up}
        carrier = Carrier(self._colony.files, self._folder, self._colony.name, self.label)

        def carry(move: Move, hand: Hand) -> bool:
            if move.path not in going_up:
                carrier.fetch(move, hand)
                return False
            revision, file = carrier.send(move, hand)
            sent[move.path] = move, revision
            known.append(file)
            return True

        try:
            for moves, count in _batches((*up, *down)):
                with closing(work(moves, carry, count)) as telling:
                    for told in telling:
                        self._count(told)
                        yield told
                if self.report.ended:
                    break
        finally:
            digests.note(known, self._cache)
        if sent and not self.report.ended:
            self._look_for_others(sent)

    def remove(self, surplus: Cleaning) -> None:
        """Remove what was found; what can't be removed is in the report."""
        self.report.total = len(surplus.files) + len(surplus.folders)
        for remove, paths in (
            (self._folder.remove, surplus.files),
            (self._folder.remove_folder, surplus.folders),
        ):
            for path in paths:
                try:
                    remove(path)
                    self.report.removed += 1
                except OSError as error:
                    self.report.troubles.append(Trouble(path, why(error)))

    def _there(self) -> tuple[RemoteTree, Target]:
        listed = self._colony.call(
            remote.listing(self._colony.client, self._colony.name, self.label)
        )
        self._revisions = listed.revisions
        target = self._folder.target()
        return placed(self.label, listed.files, target), target

    def _compared(self, there: RemoteTree, target: Target) -> Plan:
        self._tree = digests.with_checksums(
            self._folder, tree.found(self._folder), there.files, self._cache
        )
        return plan(self.label, self._tree, there, target)

    def _sweep(self, down: tuple[Move, ...]) -> None:
        """Remove what killed syncs left, except what is taken up."""
        for path in self._tree.parts - {part_of(move) for move in down}:
            self._folder.sweep(path)

    def _mark(self, moves: tuple[Move, ...]) -> None:
        folders = {move.path.rpartition("/")[0] for move in moves}
        # The folder itself always: where the next sync looks if no label is given.
        for above in sorted({"", *folders}):
            # A folder that can't be written can be sent all the same.
            with suppress(OSError):
                self._folder.mark(above, json.dumps({"label": label_of(self.label, above)}))

    def _count(self, told: Moved | Done[Move, bool]) -> None:
        report = self.report
        if isinstance(told, Moved):
            report.bytes += told.size
        elif told.error is None:
            report.sent += bool(told.result)
            report.fetched += not told.result
        else:
            report.troubles.append(Trouble(told.job.path, why(told.error)))
            if ends_all(told.error):
                report.ended = why(told.error).rstrip(".")

    def _look_for_others(self, sent: dict[str, tuple[Move, File]]) -> None:
        """Tell of files that somebody else wrote at the same time: both revisions are there."""
        client, name = self._colony.client, self._colony.name
        ours = Counter(place(file.label) for _, file in sent.values())
        now = self._colony.call(remote.revisions_of(client, name, self.label))
        busy = {
            label
            for label, count in ours.items()
            if now.get(label, 0) != self._revisions.get(label, 0) + count
        }
        moves = [each for each in sent.values() if place(each[1].label) in busy]

        async def revisions(each: tuple[Move, File]) -> list[File]:
            file = each[1]
            try:
                return await client.get_file(colonyname=name, label=file.label, name=file.name)
            except NotFound:
                return []

        for (move, file), found in zip(
            moves, self._colony.call(several(revisions, moves)), strict=True
        ):
            if said := _other(move, file, found):
                self.report.troubles.append(Trouble(move.path, said))


def _batches(moves: tuple[Move, ...]) -> Iterator[tuple[list[Move], int]]:
    """The small files, then the large ones, and how many of them at a time."""
    large = [move for move in moves if max(move.uploads, move.downloads) >= LARGE]
    small = [move for move in moves if max(move.uploads, move.downloads) < LARGE]
    yield small, min(SMALL_AT_A_TIME, len(small))
    yield large, min(LARGE_AT_A_TIME, len(large))


def _other(move: Move, ours: File, found: list[File]) -> str:
    """What somebody else did to a file while we sent it; `found`: all revisions, newest first."""
    at = next((at for at, each in enumerate(found) if each.fileid == ours.fileid), None)
    if at is None:
        return "was removed from the server by somebody else meanwhile"
    if at:
        return (
            "was sent by somebody else at the same time: theirs is the newest revision, "
            f"yours is {ours.fileid}"
        )
    before = found[1].checksum.lower() if len(found) > 1 else ""
    if before != (move.remote.checksum if move.remote else ""):
        return (
            "was sent by somebody else at the same time: yours is the newest revision, "
            f"theirs is {found[1].fileid}"
        )
    return ""


def check_left_out(refused: Iterable[Refused]) -> None:
    """Raise SyncIncomplete if something was left out that the other side may miss."""
    missed = [each for each in refused if not each.by_rule]
    if missed:
        first = f"'{shown(missed[0].path)}' {missed[0].why}"
        more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
        raise SyncIncomplete(f"Left out, with what is below: {first}{more}. All else is done")


def marked_label(folder: Path) -> str:
    """The label that an earlier sync of a folder noted there; empty if there was none."""
    try:
        opened = Folder(folder)
    except FileTroubles:
        return ""
    try:
        noted = json.loads(opened.marked() or "{}")
    except ValueError:
        return ""
    finally:
        opened.close()
    label = noted.get("label") if isinstance(noted, dict) else ""
    return label if isinstance(label, str) else ""


def sync(colony: Colony, folder: Path, label: str, *, keeplocal: bool = True) -> Report:
    """Make a folder and a label equal, without asking or showing anything.

    `keeplocal`: of a file that differs, the folder's becomes the newest revision; else the
    server's replaces it. Raises SyncIncomplete if not everything could be moved, after all else
    was, and what `Syncing` raises.
    """
    with Syncing(colony, folder, label) as syncing:
        wanted = syncing.look()
        for _ in syncing.run(wanted, keeplocal=keeplocal):
            pass
    syncing.report.check()
    check_left_out(wanted.refused)
    return syncing.report


def download(colony: Colony, snapshot: Snapshot, folder: Path) -> Report:
    """Make a folder hold what a snapshot holds; what it has besides stays. Raises as `sync`."""
    with Syncing(colony, folder, snapshot.label) as syncing:
        wanted = syncing.look_at(snapshot)
        for _ in syncing.run(wanted, mark=False):
            pass
    syncing.report.check()
    check_left_out(wanted.refused)
    return syncing.report
