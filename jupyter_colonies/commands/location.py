"""`location …`: named places of the colony."""

from __future__ import annotations

import click

from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Details, Line, Table
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.member import Location

location = Noun("location", help="Locations: places where executors are.")
_NAME = click.option("--name", required=True, metavar="NAME", help="Name of the location.")


@location.command("add")
@_NAME
@click.option("--desc", default="", metavar="TEXT", help="What it is.")
@click.option("--long", default=0.0, metavar="DEGREES", help="Longitude.")
@click.option("--lat", default=0.0, metavar="DEGREES", help="Latitude.")
@pass_session
def add(session: Session, name: str, desc: str, long: float, lat: float) -> list[Block]:
    """Give a place a name (the colony owner's right)."""
    wanted = Location(
        name=name, colonyname=session.colonyname, description=desc, long=long, lat=lat
    )
    added = session.ask(session.owner("colony").add_location(location=wanted))
    fields = {"LocationId": added.locationid, "Name": name}
    return [Line(text="Location added", fields=fields)]


@location.command("remove")
@_NAME
@pass_session
def remove(session: Session, name: str) -> list[Block]:
    """Forget a place (the colony owner's right)."""
    owner = session.owner("colony")
    session.ask(owner.remove_location(colonyname=session.colonyname, name=name))
    return [Line(text="Location removed", fields={"Name": name})]


@location.command("ls")
@pass_session
def ls(session: Session) -> list[Block]:
    """List the places."""
    found = session.ask(session.member.get_locations(colonyname=session.colonyname))
    rows = [[each.name, each.description, str(each.long), str(each.lat)] for each in found]
    return session.listed(
        found,
        [Table(columns=["Name", "Description", "Long", "Lat"], rows=rows)],
        none="No locations found",
    )


@location.command("get")
@_NAME
@pass_session
def get(session: Session, name: str) -> list[Block]:
    """Show a place."""
    found = session.ask(session.member.get_location(colonyname=session.colonyname, name=name))
    details = Details(
        title="Location",
        rows=[
            ("LocationId", found.locationid),
            ("Name", found.name),
            ("ColonyName", found.colonyname),
            ("Description", wording.text(found.description)),
            ("Long", str(found.long)),
            ("Lat", str(found.lat)),
        ],
    )
    return session.either(found, [details])
