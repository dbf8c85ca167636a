"""`fs get` and `fs snapshot download`: bytes into a folder (part 03, sections 1.9 and 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from jupyter_colonies.client.sync.syncing import Syncing, check_left_out
from jupyter_colonies.commands import snapshot as snapshots
from jupyter_colonies.commands.block import Block
from jupyter_colonies.commands.fs import check_named, file_id, file_label, file_name, fs
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.sync import carried, existing, planned
from jupyter_colonies.commands.verb import pass_session

_INTO = click.option(
    "-d", "--dir", "folder", required=True, metavar="DIR", help="Folder to write into.",
    type=click.Path(file_okay=False, path_type=Path),
)  # fmt: skip


@fs.command("get")
@file_id
@file_name
@file_label
@_INTO
@pass_session
def get(session: Session, fileid: str, name: str, at: str, folder: Path) -> Iterator[Block]:
    """Write a revision, or the newest one of a label and name, into a folder.

    A file of that name is replaced.
    """
    check_named(fileid, name, at)
    files = session.colony.files
    file = files.get(fileid) if fileid else files.latest(at, name)
    with existing(folder) as there, Syncing(session.colony, there, file.label) as syncing:
        yield from carried(session, syncing, syncing.look_at_file(file), mark=False)


@snapshots.snapshot.command("download")
@snapshots.by_id
@snapshots.by_name
@_INTO
@pass_session
def download(session: Session, snapshotid: str, name: str, folder: Path) -> Iterator[Block]:
    """Write the files of a snapshot into a folder; what the folder has besides stays."""
    snapshots.check_named(snapshotid, name)
    found = session.ask(
        session.member.get_snapshot(colonyname=session.colonyname, snapshotid=snapshotid, name=name)
    )
    with existing(folder) as there, Syncing(session.colony, there, found.label) as syncing:
        plan = syncing.look_at(found)
        if not session.json:
            yield from planned(plan, syncing.label)
        yield from carried(session, syncing, plan, mark=False)
        check_left_out(plan.refused)
