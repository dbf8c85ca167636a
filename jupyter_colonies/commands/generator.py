"""`generator …`: workflows that are started when enough has been packed."""

from __future__ import annotations

from pathlib import Path

import click

from jupyter_colonies.client.compose.specfile import read_workflow_text
from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Details, Line, Table
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.generator import Generator

generator = Noun(
    "generator", help="Generators: workflows that are started when enough has been packed."
)
_ID = click.option("--generatorid", required=True, metavar="ID", help="Id of the generator.")


@generator.command("add")
@click.option(
    "--spec",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="JSON or YAML file with a list of function specs.",
)
@click.option("--name", required=True, metavar="NAME", help="Name of the generator.")
@click.option(
    "--trigger", required=True, type=int, metavar="NUMBER", help="How many arguments are enough."
)
@click.option(
    "--timeout", default=-1, metavar="SECONDS", help="After which fewer are; never unless given."
)
@pass_session
def add(session: Session, spec: Path, name: str, trigger: int, timeout: int) -> list[Block]:
    """Start the workflow in a file whenever enough has been packed."""
    added = session.ask(
        session.member.add_generator(
            generator=Generator(
                colonyname=session.colonyname,
                name=name,
                trigger=trigger,
                timeout=timeout,
                workflowspec=read_workflow_text(spec, session.colonyname),
            )
        )
    )
    return [Line(text="Generator added", fields={"GeneratorID": added.generatorid, "Name": name})]


@generator.command("pack")
@_ID
@click.option("--arg", required=True, metavar="TEXT", help="The argument.")
@pass_session
def pack(session: Session, generatorid: str, arg: str) -> list[Block]:
    """Queue one argument."""
    session.ask(session.member.pack_generator(generatorid=generatorid, arg=arg))
    return [Line(text="Argument packed", fields={"GeneratorID": generatorid, "Arg": arg})]


@generator.command("get")
@_ID
@pass_session
def get(session: Session, generatorid: str) -> list[Block]:
    """Show a generator and the length of its queue."""
    found = session.ask(session.member.get_generator(generatorid=generatorid))
    details = Details(
        title="Generator",
        rows=[
            ("GeneratorId", found.generatorid),
            ("Name", found.name),
            ("Colony", found.colonyname),
            ("InitiatorId", found.initiatorid),
            ("Initiator", found.initiatorname),
            ("Trigger", str(found.trigger)),
            ("Timeout", str(found.timeout)),
            ("QueueSize", str(found.queuesize)),
            ("FirstPack", wording.moment(found.firstpack)),
            ("LastRun", wording.moment(found.lastrun)),
            ("WorkflowSpec", found.workflowspec),
        ],
    )
    return session.either(found, [details])


@generator.command("ls")
@click.option("--count", default=20, show_default=True, help="How many at most.")
@pass_session
def ls(session: Session, count: int) -> list[Block]:
    """List the generators."""
    found = session.ask(session.member.get_generators(colonyname=session.colonyname, count=count))
    rows = [[each.generatorid, each.name, each.initiatorname] for each in found]
    return session.listed(
        found,
        [Table(columns=["GeneratorId", "Name", "Initiator"], rows=rows)],
        none="No generators found",
    )


@generator.command("remove")
@_ID
@pass_session
def remove(session: Session, generatorid: str) -> list[Block]:
    """Remove a generator with its queue; what it started goes on."""
    session.ask(session.member.remove_generator(generatorid=generatorid))
    return [Line(text="Generator removed", fields={"GeneratorID": generatorid})]
