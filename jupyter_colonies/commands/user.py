"""`user …`: the people of the colony."""

from __future__ import annotations

import click

from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Details, Line, Table
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.member import User

user = Noun("user", help="Users: the people of the colony.")
_NAME = click.option("--name", required=True, metavar="NAME", help="Name of the user.")


@user.command("ls")
@pass_session
def ls(session: Session) -> list[Block]:
    """List the users."""
    found = session.ask(session.member.get_users(colonyname=session.colonyname))
    rows = [[each.name, each.email, each.phone] for each in found]
    return session.listed(
        found, [Table(columns=["Username", "Email", "Phone"], rows=rows)], none="No users found"
    )


@user.command("get")
@_NAME
@pass_session
def get(session: Session, name: str) -> list[Block]:
    """Show a user."""
    found = session.ask(session.member.get_user(colonyname=session.colonyname, name=name))
    details = Details(
        title="User",
        rows=[
            ("Name", found.name),
            ("Id", found.userid),
            ("ColonyName", found.colonyname),
            ("Email", wording.text(found.email)),
            ("Phone", wording.text(found.phone)),
        ],
    )
    return session.either(found, [details])


@user.command("add")
@_NAME
@click.option("--userid", required=True, metavar="ID", help="Id of the user's key.")
@click.option("--email", default="", metavar="TEXT", help="E-mail address.")
@click.option("--phone", default="", metavar="TEXT", help="Telephone number.")
@pass_session
def add(session: Session, name: str, userid: str, email: str, phone: str) -> list[Block]:
    """Create a user (the colony owner's right)."""
    added = session.ask(
        session.owner("colony").add_user(
            user=User(
                colonyname=session.colonyname, userid=userid, name=name, email=email, phone=phone
            )
        )
    )
    return [
        Line(
            text="User added",
            fields={"ColonyName": added.colonyname, "Name": name, "UserId": userid},
        )
    ]


@user.command("remove")
@_NAME
@pass_session
def remove(session: Session, name: str) -> list[Block]:
    """Remove a user (the colony owner's right)."""
    session.ask(session.owner("colony").remove_user(colonyname=session.colonyname, name=name))
    return [Line(text="User removed", fields={"ColonyName": session.colonyname, "Name": name})]
