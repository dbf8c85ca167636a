"""`record …`: signed records of runs, and whether they are as they were signed."""

from __future__ import annotations

from pathlib import Path

import click

from jupyter_colonies.client.runs import record as records
from jupyter_colonies.commands.block import Block, Details, Line, Text
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.errors import RecordMismatch

record = Noun("record", help="Signed records of runs, which can be checked without a server.")


@record.command("save")
@click.option("--workflowid", required=True, metavar="ID", help="Id of the workflow.")
@click.option(
    "--file",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="JSON file to write, or a notebook that keeps the record in its metadata.",
)
@pass_session
def save(session: Session, workflowid: str, file: Path) -> list[Block]:
    """Write the record of a workflow that has ended, signed with your key."""
    made = session.colony.run(workflowid).record()
    made.save(file)
    signer = made.verify().signer
    return [Line(text="Record written", fields={"File": str(file), "Signer": signer})]


@record.command("verify")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--by", default="", metavar="ID", help="Id that must have signed it.")
@pass_session
def verify(session: Session, file: Path, by: str) -> list[Block]:
    """Say who signed a record and what was changed since; asks no server.

    FILE is a JSON file or a notebook. It is an error if anything does not match.
    """
    found = records.read(file)
    checked = found.verify()
    if not checked.valid:
        raise RecordMismatch(f"{file}: {checked}")
    if by not in ("", checked.signer):
        raise RecordMismatch(f"{file}: signed by {checked.signer} and not by {by}")
    run = found.document["run"]
    rows = [
        ("Signer", checked.signer),
        ("Signed", checked.at),
        ("Run", str(run.get("id"))),
        ("Colony", str(run.get("colonyname"))),
        ("State", str(run.get("state"))),
        ("Nodes", str(len(found.document["nodes"]))),
    ]
    said: list[Block] = [Details(title="Record", rows=rows)]
    said.append(Text(text="Everything is as it was signed"))
    return session.either(dict(rows), said)
