"""`fs sync` and `fs clean`: a folder and a label made equal (part 03, sections 1.9 and 4.2)."""

from __future__ import annotations

import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from jupyter_colonies.client.sync.names import shown
from jupyter_colonies.client.sync.plan import Cleaning, Move, Plan, Refused
from jupyter_colonies.client.sync.syncing import Report, Syncing, check_left_out, marked_label
from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Json, Line, Table, Working
from jupyter_colonies.commands.fs import fs
from jupyter_colonies.commands.meter import followed, watched
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import pass_session
from jupyter_colonies.core.file import place

_DIR = click.option(
    "-d", "--dir", "folder", required=True, metavar="DIR", help="Folder.",
    type=click.Path(file_okay=False, path_type=Path),
)  # fmt: skip
_LABEL = click.option(
    "-l", "--label", default="", metavar="LABEL",
    help="Label; without it the one that the folder was synced with before.",
)  # fmt: skip
_DRY = click.option("--dry", is_flag=True, help="Show what would be done, and do nothing.")
_YES = click.option("--yes", is_flag=True, help="Do it without asking.")
_QUIET = click.option("--quite", "--quiet", "quiet", is_flag=True, help="Say nothing but faults.")
_KEEP_LOCAL = click.option(
    "--keeplocal", is_flag=False, flag_value="true", default="true", type=bool,
    metavar="true|false", show_default=True,
    help="Of a file that differs, keep the folder's (it becomes the newest revision); false: take "
    "the server's.",
)  # fmt: skip


@fs.command("sync")
@_DIR
@_LABEL
@_DRY
@_YES
@_KEEP_LOCAL
@click.option("--syncplans", "lists", is_flag=True, help="List each file that is to be moved.")
@_QUIET
@pass_session
def sync(
    session: Session, folder: Path, label: str, dry: bool, yes: bool, keeplocal: bool, lists: bool,
    quiet: bool,
) -> Iterator[Block]:  # fmt: skip
    """Make a folder and a label equal: send and fetch what the other side misses.

    Nothing is removed on either side. Of files that differ --keeplocal says which one is kept;
    the server keeps older revisions anyway.
    """
    label = _meant(folder, label)
    _check_quiet(quiet, yes or dry)
    with (
        existing(folder, stand_in=dry) as there,
        Syncing(session.colony, there, label) as syncing,
    ):
        plan = syncing.look()
        if not quiet and not session.json:
            yield from planned(plan, syncing.label, keeplocal=keeplocal, lists=lists or dry)
        if plan and not dry:
            if not yes and not agreed(session):
                yield Line(text="Nothing was moved: add --yes to do it", warning=True)
                return
            yield from carried(session, syncing, plan, keeplocal=keeplocal, quiet=quiet)
        elif session.json:
            yield Json(value=as_value(plan, syncing.report))
        check_left_out(plan.refused)


@fs.command("clean")
@_DIR
@_LABEL
@_DRY
@_YES
@click.option("--cleanplans", "lists", is_flag=True, help="List what is to be removed.")
@_QUIET
@pass_session
def clean(
    session: Session, folder: Path, label: str, dry: bool, yes: bool, lists: bool, quiet: bool
) -> Iterator[Block]:
    """Remove from a folder what its label does not have; the server keeps all it has."""
    label = _meant(folder, label)
    _check_quiet(quiet, yes or dry)
    with Syncing(session.colony, folder, label) as syncing:
        surplus = syncing.look_for_surplus()
        if not quiet and not session.json:
            yield from _surplus(surplus, lists=lists or dry or not yes)
        if surplus and not dry:
            if not yes and not agreed(session):
                yield Line(text="Nothing was removed: add --yes to do it", warning=True)
                return
            syncing.remove(surplus)
            yield from outcome(session, syncing, surplus)
        elif session.json:
            yield Json(value=as_value(surplus, syncing.report))


@contextmanager
def existing(folder: Path, *, stand_in: bool = False) -> Iterator[Path]:
    """A folder, made if there is none, or an empty one in its stead if nothing may be made.

    What was made and stays empty is removed again.
    """
    if folder.exists():
        yield folder
    elif stand_in:
        with tempfile.TemporaryDirectory() as empty:
            yield Path(empty)
    else:
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise click.UsageError(f"The folder '{folder}' can't be made: {error}") from None
        try:
            yield folder
        finally:
            with suppress(OSError):
                folder.rmdir()


def carried(
    session: Session,
    syncing: Syncing,
    plan: Plan,
    *,
    keeplocal: bool = True,
    quiet: bool = False,
    mark: bool = True,
) -> Iterator[Block]:
    """Carry a plan out and show how far it is. Raises SyncIncomplete at the end."""
    silent = quiet or session.json
    moves = (*plan.sent(keeplocal=keeplocal), *plan.fetched(keeplocal=keeplocal))
    size = sum(move.uploads for move in plan.sent(keeplocal=keeplocal))
    size += sum(move.downloads for move in plan.fetched(keeplocal=keeplocal))
    events = syncing.run(plan, keeplocal=keeplocal, mark=mark)
    if silent:
        deque(events, maxlen=0)
    else:
        yield Working()
        try:
            yield from followed(events, len(moves), size, bar=watched(session.frontend))
        except KeyboardInterrupt:
            report = syncing.report
            text = f"Interrupted: {report.sent + report.fetched} of {report.total} files are done"
            yield Line(text=f"{text}. The same command goes on from there", warning=True)
            raise
    yield from outcome(session, syncing, plan, quiet=quiet)


def outcome(
    session: Session, syncing: Syncing, planned: Plan | Cleaning, *, quiet: bool = False
) -> Iterator[Block]:
    """What became of it. Raises SyncIncomplete unless everything was done."""
    report = syncing.report
    if session.json:
        yield Json(value=as_value(planned, report))
    else:
        if report.troubles:
            rows = [[shown(each.path), each.why] for each in report.troubles]
            yield Table(title="Not done", columns=["File", "Why"], rows=rows)
        if not quiet:
            fields = {"Label": syncing.label}
            if isinstance(planned, Cleaning):
                fields["Removed"] = str(report.removed)
            else:
                fields |= {
                    "Sent": str(report.sent),
                    "Fetched": str(report.fetched),
                    "Size": wording.size(report.bytes),
                }
            done = "Cleaned" if isinstance(planned, Cleaning) else "Synced"
            in_part = bool(report.troubles)
            yield Line(text=f"{done} in part" if in_part else done, fields=fields, warning=in_part)
    report.check()


def planned(
    plan: Plan, label: str, *, keeplocal: bool = True, lists: bool = False
) -> Iterator[Block]:
    """What is left out, and what is to be moved."""
    yield from _left_out(plan.refused)
    if not plan:
        yield Line(text="Nothing to do: folder and label are equal", fields={"Label": label})
        return
    winner = "sent, the folder's is kept" if keeplocal else "fetched, the server's is taken"
    kinds = [
        ("Only in the folder: sent", plan.uploads, keeps_local := True),
        ("Only on the server: fetched", plan.downloads, not keeps_local),
        (f"On both and different: {winner}", plan.conflicts, keeplocal),
    ]
    if lists:
        rows = [
            [kind, shown(move.path), wording.size(_size(move, up=up))]
            for kind, moves, up in kinds
            for move in moves
        ]
        yield Table(title=f"Plan for {label}", columns=["What", "File", "Size"], rows=rows)
    rows = [
        [kind, str(len(moves)), wording.size(sum(_size(move, up=up) for move in moves))]
        for kind, moves, up in kinds
        if moves
    ]
    yield Table(title=f"To be synced with {label}", columns=["What", "Files", "Size"], rows=rows)


def agreed(session: Session) -> bool:
    """Ask on a terminal; elsewhere nobody can answer (part 03, section 4.3)."""
    if session.frontend == "terminal" and sys.stdin.isatty() and not session.json:
        return click.confirm("Do it?")
    return False


def as_value(planned: Plan | Cleaning, report: Report) -> dict[str, object]:
    """For programs: the paths, and what became of them."""
    if isinstance(planned, Cleaning):
        value: dict[str, object] = {
            "files": list(planned.files),
            "folders": list(planned.folders),
            "removed": report.removed,
        }
    else:
        value = {
            "label": planned.label,
            "uploads": [move.path for move in planned.uploads],
            "downloads": [move.path for move in planned.downloads],
            "conflicts": [move.path for move in planned.conflicts],
            "sent": report.sent,
            "fetched": report.fetched,
            "bytes": report.bytes,
        }
    return {**value, "refused": list(planned.refused), "troubles": report.troubles}


def _surplus(surplus: Cleaning, *, lists: bool) -> Iterator[Block]:
    yield from _left_out(surplus.refused)
    if not surplus:
        yield Line(text="Nothing to do: the label has all that is in the folder")
    elif lists:
        rows = [["file", shown(path)] for path in surplus.files]
        rows += [["folder with all it holds", shown(path)] for path in surplus.folders]
        yield Table(title="Not on the server: to be removed", columns=["What", "Path"], rows=rows)


def _left_out(refused: Sequence[Refused]) -> Iterator[Block]:
    if refused:
        rows = [[each.side, shown(each.path), each.why] for each in refused]
        yield Table(title="Left out", columns=["Where", "Path", "Why"], rows=rows)


def _size(move: Move, *, up: bool) -> int:
    return move.uploads if up else move.downloads


def _meant(folder: Path, label: str) -> str:
    """The label that was given, or that of the sync before."""
    found = label or marked_label(folder)
    if not found:
        raise click.UsageError(
            f"Give --label: '{folder}' was not synced before, so nothing says which one is meant"
        )
    return place(found)


def _check_quiet(quiet: bool, decided: bool) -> None:
    if quiet and not decided:
        raise click.UsageError("--quite asks nothing, so it needs --yes")
