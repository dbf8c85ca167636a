"""`channel …`: the message logs of a process while it lives."""

from __future__ import annotations

import click

from jupyter_colonies.client.channel import Channel
from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Json, Line, Table, Text
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Blocks, Noun, pass_session
from jupyter_colonies.core.channel import ChannelEntry

channel = Noun("channel", help="Channels: what the two parties of a process write to each other.")
_ID = click.option("-p", "--processid", required=True, metavar="ID", help="Id of the process.")
_NAME = click.option("-n", "--name", required=True, metavar="NAME", help="Name of the channel.")


@channel.command("ls")
@_ID
@pass_session
def ls(session: Session, processid: str) -> list[Block]:
    """List the channels that a process declares."""
    found = session.ask(session.member.get_process(processid=processid))
    names = found.spec.channelnames
    return session.listed(
        names, [Table(columns=["Name"], rows=[[name] for name in names])], none="No channels found"
    )


@channel.command("append")
@_ID
@_NAME
@click.option("-m", "--msg", "message", required=True, metavar="TEXT", help="What to write.")
@click.option("--type", "payloadtype", default="data", show_default=True, metavar="TYPE",
              help="What it is: data, end, error or your own word.")  # fmt: skip
@click.option("--sequence", type=int, metavar="N", help="Your own count; one more than before.")
@click.option("--inreplyto", default=0, metavar="N", help="Sequence of what this answers.")
@pass_session
def append(
    session: Session,
    processid: str,
    name: str,
    message: str,
    payloadtype: str,
    sequence: int | None,
    inreplyto: int,
) -> list[Block]:
    """Write to a channel, as the submitter of the process or its executor."""
    sent = _opened(session, processid, name).send(
        message, type=payloadtype, inreplyto=inreplyto, sequence=sequence
    )
    fields = {"ProcessId": processid, "Name": name, "Sequence": str(sent)}
    return [Line(text="Message appended", fields=fields)]


@channel.command("read")
@_ID
@_NAME
@click.option("--after", default=0, metavar="N", help="Leave out the first so many entries.")
@click.option("--limit", default=0, metavar="N", help="How many at most; 0 for all.")
@click.option("--follow", "following", is_flag=True, help="Go on until the process has ended.")
@pass_session
def read(
    session: Session, processid: str, name: str, after: int, limit: int, following: bool
) -> Blocks:
    """Show what is in a channel."""
    opened = _opened(session, processid, name)
    if following:
        yield from _follow(session, opened, after)
        return
    found = opened.read(after, limit)
    if session.json:
        yield Json(value=found)
    elif not found:
        yield Line(text="No messages found")
    else:
        columns = ["Sequence", "In Reply To", "Type", "Sender", "Time", "Message"]
        yield Table(columns=columns, rows=[_row(entry) for entry in found])


def _follow(session: Session, opened: Channel, after: int) -> Blocks:
    entries = opened.entries(after)

    async def following() -> ChannelEntry | None:
        return await anext(entries, None)

    try:
        while (entry := session.ask(following())) is not None:
            yield Json(value=entry) if session.json else Text(text=f"{entry.text}\n")
    finally:
        session.ask(entries.aclose())


def _opened(session: Session, processid: str, name: str) -> Channel:
    return session.colony.channel(processid, name)


def _row(entry: ChannelEntry) -> list[str]:
    return [
        str(entry.sequence),
        str(entry.inreplyto) if entry.inreplyto else wording.NONE,
        wording.text(entry.type),
        wording.cut(entry.senderid, 12),
        wording.moment(entry.timestamp),
        wording.cut(entry.text),
    ]
