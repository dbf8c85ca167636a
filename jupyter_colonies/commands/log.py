"""`log …`: what executors wrote while they worked."""

from __future__ import annotations

import time

import click

from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Details, Heading, Json, Line, Text
from jupyter_colonies.commands.follow import PAGE, follow
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Blocks, Noun, pass_session
from jupyter_colonies.core.member import Log
from jupyter_colonies.core.times import SECOND, to_wire

log = Noun("log", help="Logs of processes and executors.")


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


@log.command("search")
@click.option("-t", "--text", required=True, metavar="TEXT", help="What to look for.")
@click.option("-d", "--days", default=1, show_default=True, help="How many days back.")
@click.option("--count", default=20, show_default=True, help="How many hits at most.")
@click.option("--print", "whole", is_flag=True, help="Show the whole log of each hit's process.")
@click.option("--seconds", default=0, metavar="N", help="Only hits of the last N seconds.")
@pass_session
def search(session: Session, text: str, days: int, count: int, whole: bool, seconds: int) -> Blocks:
    """Find what executors wrote, newest first."""
    found = session.ask(
        session.member.search_logs(colonyname=session.colonyname, text=text, days=days, count=count)
    )
    oldest = time.time_ns() - seconds * SECOND if seconds else 0
    found = [each for each in found if each.timestamp >= oldest]
    if session.json or not found:
        yield Json(value=found) if session.json else Line(text="No logs found")
    elif whole:
        for processid in dict.fromkeys(each.processid for each in found if each.processid):
            yield Heading(text=f"Process {processid}:")
            logs = session.ask(
                session.member.get_logs(
                    colonyname=session.colonyname, processid=processid, count=PAGE
                )
            )
            yield Text(text="".join(entry.message for entry in logs))
    else:
        yield from (_hit(each) for each in found)


def _hit(found: Log) -> Details:
    return Details(
        rows=[
            ("Timestamp", wording.moment(to_wire(found.timestamp))),
            ("ProcessID", found.processid or wording.NONE),
            ("ExecutorName", found.executorname),
            ("Text", found.message),
        ]
    )
