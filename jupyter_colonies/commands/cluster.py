"""`cluster info` and `config`: the servers, and with which settings they are reached."""

from __future__ import annotations

import click

from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Details, Table
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, Verb, pass_session

cluster = Noun("cluster", help="The servers that act together.")


@cluster.command("info")
@pass_session
def info(session: Session) -> list[Block]:
    """List the servers (the server owner's right)."""
    found = session.ask(session.owner("server").get_cluster())
    columns = [
        "Name", "Host", "APIPort", "EtcdClientPort", "EtcdPeerPort", "RelayPort", "Leader",
    ]  # fmt: skip
    rows = [
        [
            each.name,
            each.host,
            *(str(port) for port in (each.apiport, each.port, each.peerport, each.relayport)),
            wording.yes_no(each.name == found.leader.name),
        ]
        for each in found.nodes
    ]
    return session.either(found, [Table(columns=columns, rows=rows)])


@click.command("config", cls=Verb)
@pass_session
def config(session: Session) -> list[Block]:
    """Show the settings in use; of private keys only whether they are there."""
    endpoint = session.member.endpoint
    rows = [
        ("Server Host", endpoint.host),
        ("Server Port", str(endpoint.port)),
        ("TLS", wording.yes_no(endpoint.tls)),
        ("ColonyName", session.colonyname),
        ("Your Id", session.member.id),
        ("Key of the colony's owner", wording.yes_no(session.owner_key("colony"))),
        ("Key of the server's owner", wording.yes_no(session.owner_key("server"))),
    ]
    return session.either(dict(rows), [Details(title="Configuration", rows=rows)])
