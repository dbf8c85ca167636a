"""`server …`, `version` and `status`: what answers, which version, and why this one."""

from __future__ import annotations

from importlib.metadata import version as installed

import click

from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Details, Line
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.statistics import counters
from jupyter_colonies.commands.verb import Noun, Verb, pass_session

server = Noun(
    "server",
    help="The server itself.",
    not_offered={
        "start": "is called 'jupyter colonies serve' here",
    },
)


def _versions(session: Session) -> tuple[str, str, str]:
    """Our version, the server's version and build time."""
    found = session.ask(session.member.get_version())
    ours = installed("jupyter-colonies")
    return ours, found.buildversion or wording.UNKNOWN, found.buildtime or wording.UNKNOWN


@server.command("status")
@pass_session
def server_status(session: Session) -> list[Block]:
    """Show where the server listens and which version it is."""
    endpoint = session.member.endpoint
    ours, theirs, built = _versions(session)
    rows = [
        ("Server Host", endpoint.host),
        ("Server Port", str(endpoint.port)),
        ("TLS", wording.yes_no(endpoint.tls)),
        ("CLI Version", ours),
        ("Server Version", theirs),
        ("Server BuildTime", built),
    ]
    return session.either(dict(rows), [Details(title="Server", rows=rows)])


@server.command("alive")
@pass_session
def alive(session: Session) -> list[Block]:
    """Say whether the server answers."""
    session.ask(session.member.get_version())
    return [Line(text="Server is alive", fields={"Server": session.member.endpoint.base_url})]


@server.command("stats")
@pass_session
def stats(session: Session) -> list[Block]:
    """Count what the server holds (the server owner's right)."""
    found = session.ask(session.owner("server").get_statistics())
    return session.either(found, counters("Server", found, whole_server=True))


@click.command("version", cls=Verb)
@pass_session
def version(session: Session) -> list[Block]:
    """Show the version of this program."""
    ours = installed("jupyter-colonies")
    return session.either({"version": ours}, [Line(text="Version", fields={"Version": ours})])


@click.command("status", cls=Verb)
@pass_session
def status(session: Session) -> list[Block]:
    """Show which server is used, why, and who you are there."""
    colony = session.colony
    ours, theirs, _ = _versions(session)
    rows = [
        ("Server", colony.client.endpoint.base_url),
        ("Why", colony.found.reason),
        ("ServerId", colony.found.serverid or wording.UNKNOWN),
        ("Colony", colony.name),
        ("You", colony.client.id),
        ("Server Version", theirs),
        ("Client Version", ours),
    ]
    return session.either(dict(rows), [Details(title="Connection", rows=rows)])
