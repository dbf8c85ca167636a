"""`cron …`: workflows that are started at certain times."""

from __future__ import annotations

from pathlib import Path

import click

from jupyter_colonies.client.compose.specfile import read_workflow_text
from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Details, Line, Table
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.cron import NO_INTERVAL, Cron

cron = Noun("cron", help="Crons: workflows that are started at certain times.")
_ID = click.option("--cronid", required=True, metavar="ID", help="Id of the cron.")


@cron.command("add")
@click.option(
    "--spec",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="JSON or YAML file with a list of function specs.",
)
@click.option("--name", required=True, metavar="NAME", help="Name of the cron.")
@click.option(
    "--cron",
    "expression",
    default="",
    metavar="EXPRESSION",
    help='When: six fields, seconds first, such as "0 30 7 * * mon-fri"; @daily, @every 1h30m.',
)
@click.option(
    "--interval", default=NO_INTERVAL, metavar="SECONDS", help="Or a period instead of --cron."
)
@click.option("--random", is_flag=True, help="At a random moment within each interval.")
@click.option("--waitprevious", is_flag=True, help="Not before the last start's workflow ended.")
@pass_session
def add(
    session: Session,
    spec: Path,
    name: str,
    expression: str,
    interval: int,
    random: bool,
    waitprevious: bool,
) -> list[Block]:
    """Start the workflow in a file at certain times."""
    if bool(expression) == (interval != NO_INTERVAL):
        raise click.UsageError("Say when to start, with one of --cron and --interval")
    added = session.ask(
        session.member.add_cron(
            cron=Cron(
                colonyname=session.colonyname,
                name=name,
                cronexpression=expression,
                interval=interval,
                random=random,
                waitforprevprocessgraph=waitprevious,
                workflowspec=read_workflow_text(spec, session.colonyname),
            )
        )
    )
    return [Line(text="Cron added", fields={"CronID": added.cronid, "Name": name})]


@cron.command("get")
@_ID
@pass_session
def get(session: Session, cronid: str) -> list[Block]:
    """Show a cron."""
    found = session.ask(session.member.get_cron(cronid=cronid))
    details = Details(
        title="Cron",
        rows=[
            ("CronId", found.cronid),
            ("Name", found.name),
            ("Colony", found.colonyname),
            ("InitiatorId", found.initiatorid),
            ("Initiator", found.initiatorname),
            ("Cron Expression", wording.text(found.cronexpression)),
            ("Interval", str(found.interval)),
            ("Random", wording.yes_no(found.random)),
            ("NextRun", wording.moment(found.nextrun)),
            ("LastRun", wording.moment(found.lastrun)),
            ("PrevProcessGraphId", wording.text(found.prevprocessgraphid)),
            ("WaitForPrevProcessGraph", wording.yes_no(found.waitforprevprocessgraph)),
            ("WorkflowSpec", found.workflowspec),
        ],
    )
    return session.either(found, [details])


@cron.command("ls")
@click.option("--count", default=20, show_default=True, help="How many at most.")
@pass_session
def ls(session: Session, count: int) -> list[Block]:
    """List the crons by name."""
    found = session.ask(session.member.get_crons(colonyname=session.colonyname, count=count))
    rows = [[each.cronid, each.name, each.initiatorname] for each in found]
    return session.listed(
        found, [Table(columns=["CronId", "Name", "Initiator"], rows=rows)], none="No crons found"
    )


@cron.command("run")
@_ID
@pass_session
def run(session: Session, cronid: str) -> list[Block]:
    """Start a cron's workflow now."""
    before = session.ask(session.member.get_cron(cronid=cronid)).prevprocessgraphid
    ran = session.ask(session.member.run_cron(cronid=cronid))
    if ran.prevprocessgraphid == before:
        return [
            Line(
                text="Cron not started, the workflow before has not ended",
                fields={"CronID": cronid, "WorkflowID": before},
            )
        ]
    fields = {"CronID": cronid, "WorkflowID": ran.prevprocessgraphid}
    return [Line(text="Cron started", fields=fields)]


@cron.command("remove")
@_ID
@pass_session
def remove(session: Session, cronid: str) -> list[Block]:
    """Remove a cron; what it started goes on."""
    session.ask(session.member.remove_cron(cronid=cronid))
    return [Line(text="Cron removed", fields={"CronID": cronid})]
