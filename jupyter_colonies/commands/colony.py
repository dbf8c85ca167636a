"""`colony …`: the colonies of the server and the counters of this one."""

from __future__ import annotations

import click

from jupyter_colonies.commands.block import Block, Line, Table
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.statistics import counters
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.member import Colony

colony = Noun("colony", help="Colonies: zones of trust.")
_NAME = click.option("--name", required=True, metavar="NAME", help="Name of the colony.")


@colony.command("ls")
@pass_session
def ls(session: Session) -> list[Block]:
    """List all colonies (the server owner's right)."""
    found = session.ask(session.owner("server").get_colonies())
    rows = [[each.name, each.colonyid] for each in found]
    return session.listed(
        found, [Table(columns=["Name", "ColonyId"], rows=rows)], none="No colonies found"
    )


@colony.command("stats")
@pass_session
def stats(session: Session) -> list[Block]:
    """Count the colony's executors, processes and workflows."""
    name = session.colonyname
    found = session.ask(session.member.get_colony_statistics(colonyname=name))
    return session.either(found, counters(f"Colony {name}", found, whole_server=False))


@colony.command("check")
@_NAME
@pass_session
def check(session: Session, name: str) -> list[Block]:
    """Say whether a colony exists and lets you in."""
    found = session.ask(session.member.get_colony(colonyname=name))
    return [Line(text="Colony exists", fields={"ColonyId": found.colonyid, "ColonyName": name})]


@colony.command("add")
@_NAME
@click.option("--colonyid", required=True, metavar="ID", help="Id of the owner's key.")
@pass_session
def add(session: Session, name: str, colonyid: str) -> list[Block]:
    """Create a colony (the server owner's right)."""
    wanted = Colony(colonyid=colonyid, name=name)
    added = session.ask(session.owner("server").add_colony(colony=wanted))
    return [
        Line(text="Colony added", fields={"ColonyId": added.colonyid, "ColonyName": added.name})
    ]


@colony.command("remove")
@_NAME
@click.option("--yes", is_flag=True, help="Remove it; without this nothing happens.")
@pass_session
def remove(session: Session, name: str, yes: bool) -> list[Block]:
    """Remove a colony with everything in it (the server owner's right)."""
    if not yes:
        return [
            Line(
                text=f"This would remove the colony {name} with all its users, executors, "
                "processes and workflows: add --yes to do it",
                warning=True,
            )
        ]
    session.ask(session.owner("server").remove_colony(colonyname=name))
    return [Line(text="Colony removed", fields={"ColonyName": name})]
