"""`fs move` and `fs snapshot restore`: files that get another place, or an older content."""

from __future__ import annotations

import click

from jupyter_colonies.client.storage import restoring
from jupyter_colonies.commands.block import Block, Line, Table
from jupyter_colonies.commands.fs import fs
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.snapshot import snapshot
from jupyter_colonies.commands.verb import pass_session


@fs.command("move")
@click.option("-l", "--label", "at", required=True, metavar="LABEL", help="Label to move from.")
@click.option(
    "-n", "--name", default="", metavar="NAME", help="File to move; else the label moves."
)
@click.option("--tolabel", "target", required=True, metavar="LABEL", help="Label to move to.")
@click.option("--toname", default="", metavar="NAME", help="New name of the file.")
@pass_session
def move(session: Session, at: str, name: str, target: str, toname: str) -> list[Block]:
    """Move a file, or a label and those below it, with all revisions.

    Nothing is moved if a file is in the way. Snapshots keep what they hold.
    """
    if toname and not name:
        raise click.UsageError("--toname needs --name: a label that is moved has no new name")
    moved = session.ask(
        session.member.move_files(
            colonyname=session.colonyname, label=at, name=name, tolabel=target, toname=toname
        )
    )
    fields = {"Label": target, "Revisions": str(moved.revisions)}
    return [Line(text="Files moved", fields=fields)]


@snapshot.command("restore")
@click.option("-i", "--snapshotid", default="", metavar="ID", help="Id of the snapshot.")
@click.option("-n", "--snapshotname", "name", default="", metavar="NAME", help="Its name.")
@click.option("-l", "--label", default="", metavar="LABEL", help="Label, if not the snapshot's.")
@pass_session
def restore(session: Session, snapshotid: str, name: str, label: str) -> list[Block]:
    """Make the files of a label again what the snapshot holds; no file is removed.

    Each file that has changed gets a new revision, so that this can be taken back.
    """
    if bool(snapshotid) == bool(name):
        raise click.UsageError("Give one of --snapshotid and --snapshotname")
    found = session.ask(
        session.member.get_snapshot(colonyname=session.colonyname, snapshotid=snapshotid, name=name)
    )
    done = restoring.restore(session.colony.files, found, label)
    lost = [[each, "removed"] for each in done.missing]
    lost += [[each, "no name for a file"] for each in done.refused]
    counted = {"Restored": str(len(done.restored)), "Unchanged": str(len(done.unchanged))}
    if not lost:
        return session.either(done, [Line(text="Snapshot restored", fields=counted)])
    blocks: list[Block] = [
        Table(title="Not restored", columns=["File", "Why"], rows=lost),
        Line(text="Snapshot restored in part", fields=counted, warning=True),
    ]
    return session.either(done, blocks)
