"""`log …`: what executors wrote while they worked."""

from __future__ import annotations

import click

from jupyter_colonies.commands.block import Block, Json, Line, Text
from jupyter_colonies.commands.follow import follow
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Blocks, Noun, not_yet, pass_session
from jupyter_colonies.core.member import Log

log = Noun("log", help="Logs of processes and executors.", not_offered=not_yet("search"))


@log.command("get")
@click.option("-p", "--processid", default="", metavar="ID", help="Log of this process.")
@click.option("-e", "--executorname", default="", metavar="NAME", help="Log of this executor.")
@click.option("--count", default=100, show_default=True, help="How many lines at most.")
@click.option(
    "--since", default=0, metavar="NANOSECONDS", help="Only what is newer than this moment."
)
@click.option(
    "-l/-f",
    "--latest/--first",
    default=True,
    show_default=True,
    help="The newest or the oldest of them.",
)
@click.option("--follow", "following", is_flag=True, help="Go on until the process has finished.")
@pass_session
def get(
    session: Session,
    processid: str,
    executorname: str,
    count: int,
    since: int,
    latest: bool,
    following: bool,
) -> Blocks:
    """Show the log of a process or of an executor, as it was written."""
    if bool(processid) == bool(executorname):
        raise click.UsageError("Give one of --processid and --executorname")
    if following:
        if not processid:
            raise click.UsageError("--follow needs --processid")
        yield from follow(session, processid, since)
        return
    logs = session.ask(
        session.member.get_logs(
            colonyname=session.colonyname,
            processid=processid,
            executorname=executorname,
            count=count,
            since=since,
            latest=latest,
        )
    )
    yield from _shown(session, logs)


def _shown(session: Session, logs: list[Log]) -> Blocks:
    if session.json:
        yield Json(value=logs)
    elif logs:
        yield Text(text="".join(entry.message for entry in logs))
    else:
        yield Line(text="No logs found")


@log.command("add")
@click.option("-p", "--processid", required=True, metavar="ID", help="Id of the process.")
@click.option("-m", "--msg", "message", required=True, metavar="TEXT", help="What to write.")
@pass_session
def add(session: Session, processid: str, message: str) -> list[Block]:
    """Write to the log of a process, as the executor it is assigned to."""
    session.ask(session.member.add_log(processid=processid, message=message))
    return [Line(text="Log added", fields={"ProcessId": processid})]
