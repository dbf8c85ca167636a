"""`security …` and `key …`: make keys and name their ids. Nothing is sent or stored."""

from __future__ import annotations

import click

from jupyter_colonies.commands.block import Block, Line
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.identity import id_of, new_private_key

security = Noun("security", help="Private keys and their ids.")


@security.command("generate")
@pass_session
def generate(_session: Session) -> list[Block]:
    """Make a private key and show it with its id: keep the key to yourself."""
    key = new_private_key()
    return [Line(text="Generated new private key", fields={"Id": id_of(key), "PrvKey": key})]


@security.command("id")
@pass_session
def id_(session: Session) -> list[Block]:
    """Show the id of a private key (--prvkey-file FILE)."""
    if not session.private_key:
        raise click.UsageError("Give the key as --prvkey-file FILE")
    return [Line(text="Id of the private key", fields={"Id": id_of(session.private_key)})]
