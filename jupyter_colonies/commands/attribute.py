"""`attribute …`: texts attached to processes."""

from __future__ import annotations

import click

from jupyter_colonies.commands.block import Block, Details, Line
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.process import Attribute, AttributeType

attribute = Noun("attribute", help="Attributes: keys and texts attached to processes.")


@attribute.command("add")
@click.option("--key", required=True, metavar="TEXT", help="Key.")
@click.option("--value", required=True, metavar="TEXT", help="Text.")
@click.option("-p", "--processid", required=True, metavar="ID", help="Id of the process.")
@pass_session
def add(session: Session, key: str, value: str, processid: str) -> list[Block]:
    """Attach a text to a running process, as the executor it is assigned to."""
    added = session.ask(
        session.member.add_attribute(
            attribute=Attribute(
                targetid=processid, targetcolonyname=session.colonyname,
                attributetype=AttributeType.OUT, key=key, value=value,
            )
        )
    )  # fmt: skip
    return [
        Line(
            text="Attribute added",
            fields={"AttributeId": added.attributeid, "ProcessId": processid},
        )
    ]


@attribute.command("get")
@click.option("--attributeid", required=True, metavar="ID", help="Id of the attribute.")
@pass_session
def get(session: Session, attributeid: str) -> list[Block]:
    """Show an attribute."""
    found = session.ask(session.member.get_attribute(attributeid=attributeid))
    kinds = {kind.value: kind.name.capitalize() for kind in AttributeType}
    details = Details(
        title="Attribute",
        rows=[
            ("Id", found.attributeid),
            ("TargetId", found.targetid),
            ("AttributeType", kinds.get(found.attributetype, "Unknown")),
            ("Key", found.key),
            ("Value", found.value),
        ],
    )
    return session.either(found, [details])
