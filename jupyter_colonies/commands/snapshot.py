"""`fs snapshot …` and `snapshot …`: the files of a label as they were (part 03, section 4.2)."""

from __future__ import annotations

import click

from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Details, Line, Table
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.file import Snapshot, place
from jupyter_colonies.errors import InvalidRequest

snapshot = Noun(
    "snapshot",
    help="Snapshots: the files of a label as they were.",
)
by_id = click.option("-i", "--snapshotid", default="", metavar="ID", help="Id of the snapshot.")
by_name = click.option(
    "-n", "--snapshotname", "name", default="", metavar="NAME", help="Name of the snapshot."
)


@snapshot.command("create")
@click.option("-l", "--label", required=True, metavar="LABEL", help="Label to note the files of.")
@click.option(
    "-n", "--snapshotname", "name", required=True, metavar="NAME", help="Name of the snapshot."
)
@pass_session
def create(session: Session, label: str, name: str) -> list[Block]:
    """Note the newest revision of every file of a label and below it."""
    made = session.ask(
        session.member.create_snapshot(colonyname=session.colonyname, label=place(label), name=name)
    )
    return session.either(made, [] if session.json else _shown(session, made))


@snapshot.command("ls")
@pass_session
def ls(session: Session) -> list[Block]:
    """List the snapshots, newest first."""
    found = session.ask(session.member.get_snapshots(colonyname=session.colonyname))
    rows = [
        [
            each.name,
            each.snapshotid,
            each.label,
            str(len(each.fileids or ())),
            wording.moment(each.added),
        ]
        for each in found
    ]
    columns = ["Name", "SnapshotId", "Label", "Files", "Added"]
    return session.listed(found, [Table(columns=columns, rows=rows)], none="No snapshots found")


@snapshot.command("info")
@by_id
@by_name
@pass_session
def info(session: Session, snapshotid: str, name: str) -> list[Block]:
    """Show a snapshot and its files."""
    check_named(snapshotid, name)
    found = session.ask(
        session.member.get_snapshot(colonyname=session.colonyname, snapshotid=snapshotid, name=name)
    )
    return session.either(found, [] if session.json else _shown(session, found))


@snapshot.command("remove")
@by_id
@by_name
@pass_session
def remove(session: Session, snapshotid: str, name: str) -> list[Block]:
    """Remove a snapshot; the files stay."""
    check_named(snapshotid, name)
    session.ask(
        session.member.remove_snapshot(
            colonyname=session.colonyname, snapshotid=snapshotid, name=name
        )
    )
    fields = {"SnapshotId": snapshotid} if snapshotid else {"Name": name}
    return [Line(text="Snapshot removed", fields=fields)]


@snapshot.command("removeall")
@click.option("--yes", is_flag=True, help="Remove them; without this nothing happens.")
@pass_session
def removeall(session: Session, yes: bool) -> list[Block]:
    """Remove all snapshots of the colony; the files stay."""
    if not yes:
        text = f"This would remove all snapshots of colony {session.colonyname}: add --yes to do it"
        return [Line(text=text, warning=True)]
    session.ask(session.member.remove_all_snapshots(colonyname=session.colonyname))
    return [Line(text="All snapshots removed", fields={"ColonyName": session.colonyname})]


def check_named(snapshotid: str, name: str) -> None:
    """Raise click.UsageError unless a snapshot is named in one way."""
    if bool(snapshotid) == bool(name):
        raise click.UsageError("Give one of --snapshotid and --snapshotname")


def _shown(session: Session, found: Snapshot) -> list[Block]:
    details = Details(
        title="Snapshot",
        rows=[
            ("SnapshotId", found.snapshotid),
            ("Name", found.name),
            ("Label", found.label),
            ("Colony", found.colonyname),
            ("Added", wording.moment(found.added)),
        ],
    )
    rows = [_row(session, fileid) for fileid in found.fileids or ()]
    if not rows:
        return [details, Line(text="No files found")]
    return [details, Table(title="Files", columns=["Filename", "FileId", "Added"], rows=rows)]


def _row(session: Session, fileid: str) -> list[str]:
    try:
        (file,) = session.ask(session.member.get_file(colonyname=session.colonyname, fileid=fileid))
    except InvalidRequest:
        return ["(removed)", fileid, wording.UNKNOWN]
    path = f"{place(file.label).rstrip('/')}/{file.name}"
    return [path, fileid, wording.moment(file.added)]
