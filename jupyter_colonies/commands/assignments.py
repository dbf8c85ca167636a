"""`process pause`, `resume` and `status`: whether executors of the colony get work."""

from __future__ import annotations

import click

from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Line
from jupyter_colonies.commands.process import process
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import pass_session

_COLONY = click.option("--colonyname", default="", metavar="NAME", help="Another colony.")


@process.command("pause")
@_COLONY
@pass_session
def pause(session: Session, colonyname: str) -> list[Block]:
    """Assign no more processes (the colony owner's right)."""
    name = colonyname or session.colonyname
    session.ask(session.owner("colony").pause_assignments(colonyname=name))
    return [Line(text="Assignments paused", fields={"ColonyName": name})]


@process.command("resume")
@_COLONY
@pass_session
def resume(session: Session, colonyname: str) -> list[Block]:
    """Assign processes again (the colony owner's right)."""
    name = colonyname or session.colonyname
    session.ask(session.owner("colony").resume_assignments(colonyname=name))
    return [Line(text="Assignments resumed", fields={"ColonyName": name})]


@process.command("status")
@_COLONY
@pass_session
def status(session: Session, colonyname: str) -> list[Block]:
    """Say whether assignments are paused."""
    name = colonyname or session.colonyname
    found = session.ask(session.member.get_pause_status(colonyname=name))
    text = "Assignments are paused" if found.ispaused else "Assignments go on"
    fields = {"ColonyName": name, "IsPaused": wording.yes_no(found.ispaused)}
    return session.either(found, [Line(text=text, fields=fields)])
