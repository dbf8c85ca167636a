"""`fs …`: what the colony knows of files (part 03, section 4.2)."""

from __future__ import annotations

from pathlib import Path

import click

from jupyter_colonies.client.sync.syncing import marked_label
from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Details, Line, Table
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.snapshot import snapshot
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.file import File, Label

label = Noun("label", help="Labels: the folders of the colony's files.")
fs = Noun(
    "fs",
    help="Files: labels, names and revisions.",
    commands={"label": label, "snapshot": snapshot},
)

file_id = click.option("-i", "--fileid", default="", metavar="ID", help="Id of one revision.")
file_name = click.option("-n", "--name", default="", metavar="NAME", help="Name of the file.")
file_label = click.option(
    "-l", "--label", "at", default="", metavar="LABEL", help="Label of the file."
)
_THIS_LABEL = click.option("-l", "--label", "at", required=True, metavar="LABEL", help="Label.")


@label.command("ls")
@pass_session
def list_labels(session: Session) -> list[Block]:
    """List the labels; each revision of a file counts."""
    found = session.ask(session.member.get_file_labels(colonyname=session.colonyname))
    rows = [[each.name, str(each.files)] for each in found]
    return session.listed(
        found, [Table(columns=["Label", "Files"], rows=rows)], none="No labels found"
    )


@label.command("remove")
@_THIS_LABEL
@click.option("--yes", is_flag=True, help="Remove them; without this nothing happens.")
@pass_session
def remove_label(session: Session, at: str, yes: bool) -> list[Block]:
    """Remove every file of a label and of the labels below it; their bytes stay."""
    client, colonyname = session.member, session.colonyname
    found: list[Label] = session.ask(
        client.get_file_labels(colonyname=colonyname, name=at, exact=True)
    )
    if not found:
        return [Line(text="No files found")]
    if not yes:
        names = ", ".join(each.name for each in found)
        text = f"This would remove all files of {names}: add --yes to do it"
        return [Line(text=text, warning=True)]
    for each in found:
        for file in session.ask(client.get_files(colonyname=colonyname, label=each.name)):
            session.ask(client.remove_file(colonyname=colonyname, label=each.name, name=file.name))
    return [Line(text="Label removed", fields={"Label": at})]


@fs.command("ls")
@click.option(
    "-l",
    "--label",
    "at",
    default="",
    metavar="LABEL",
    help="Label; without it the one that this folder was synced with.",
)
@pass_session
def ls(session: Session, at: str) -> list[Block]:
    """List the files of a label."""
    at = at or marked_label(Path())
    if not at:
        raise click.UsageError("Give --label: this folder was not synced with one")
    client, colonyname = session.member, session.colonyname
    found = session.ask(client.get_files(colonyname=colonyname, label=at))
    if session.json:
        return session.either(found, [])
    if not found:
        return [Line(text="No files found")]
    rows = []
    for each in found:
        revisions = session.ask(client.get_file(colonyname=colonyname, label=at, name=each.name))
        latest = revisions[0]
        rows.append(
            [
                each.name,
                wording.kibibytes(each.size),
                latest.fileid,
                wording.moment(latest.added),
                str(len(revisions)),
            ]
        )
    columns = ["Filename", "Size", "Latest Id", "Added", "Revisions"]
    return [Table(columns=columns, rows=rows)]


@fs.command("info")
@file_id
@file_name
@file_label
@pass_session
def info(session: Session, fileid: str, name: str, at: str) -> list[Block]:
    """Show a revision, or the newest one of a label and name."""
    check_named(fileid, name, at)
    found = session.ask(
        session.member.get_file(
            colonyname=session.colonyname, fileid=fileid, label=at, name=name, latest=True
        )
    )
    return session.either(found, [_details(file) for file in found])


@fs.command("remove")
@file_id
@file_name
@file_label
@pass_session
def remove(session: Session, fileid: str, name: str, at: str) -> list[Block]:
    """Remove a revision, or all of a label and name; their bytes stay."""
    check_named(fileid, name, at)
    session.ask(
        session.member.remove_file(
            colonyname=session.colonyname, fileid=fileid, label=at, name=name
        )
    )
    fields = {"FileId": fileid} if fileid else {"Label": at, "Filename": name}
    return [Line(text="File removed", fields=fields)]


def check_named(fileid: str, name: str, at: str) -> None:
    """Raise click.UsageError unless a file is named in one way."""
    if bool(fileid) == bool(name and at):
        raise click.UsageError("Give --fileid, or --name and --label")


def _details(file: File) -> Details:
    where = file.ref.s3object
    endpoint = f"{where.server}:{where.port}" if where.port > 0 else where.server
    return Details(
        title="File",
        rows=[
            ("FileId", file.fileid),
            ("Filename", file.name),
            ("Size", wording.kibibytes(file.size)),
            ("Added", wording.moment(file.added)),
            ("Sequence Number", str(file.sequencenr)),
            ("Checksum", file.checksum),
            ("Checksum Alg", file.checksumalg),
            ("Label", file.label),
            ("Colony", file.colonyname),
            ("Protocol", file.ref.protocol),
            ("S3 Endpoint", endpoint),
            ("TLS", wording.yes_no(where.tls)),
            ("Region", wording.text(where.region)),
            ("Bucket", where.bucket),
            ("Object", where.object),
            ("Encryption Alg", wording.text(where.encryptionalg)),
        ],
    )
