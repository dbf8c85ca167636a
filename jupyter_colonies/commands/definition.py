"""`blueprint definition …`: the kinds that blueprints are of."""

from __future__ import annotations

from pathlib import Path

import click

from jupyter_colonies.commands import document, wording
from jupyter_colonies.commands.block import Block, Details, Line, Table
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.blueprint import BlueprintDefinition, Schema

KIND = "BlueprintDefinition"

definition = Noun("definition", help="Definitions: kinds of blueprints and who reconciles them.")
_NAME = click.option("--name", required=True, metavar="NAME", help="Name of the definition.")


@definition.command("add")
@document.spec_option("a definition")
@pass_session
def add(session: Session, spec: Path) -> list[Block]:
    """Declare the kind in a file (the colony owner's right)."""
    wanted = document.read(spec, BlueprintDefinition, "a blueprint definition")
    wanted.kind = wanted.kind or KIND
    wanted.metadata.colonyname = wanted.metadata.colonyname or session.colonyname
    owner = session.owner("colony")
    added = session.ask(owner.add_blueprint_definition(blueprintdefinition=wanted))
    return [
        Line(
            text="Blueprint definition added",
            fields={
                "BlueprintDefinitionId": added.blueprintdefinitionid,
                "ColonyName": added.metadata.colonyname,
                "Name": added.metadata.name,
            },
        )
    ]


@definition.command("remove")
@_NAME
@pass_session
def remove(session: Session, name: str) -> list[Block]:
    """Remove a kind that has no blueprints (the colony owner's right)."""
    owner = session.owner("colony")
    session.ask(owner.remove_blueprint_definition(namespace=session.colonyname, name=name))
    fields = {"ColonyName": session.colonyname, "Name": name}
    return [Line(text="Blueprint definition removed", fields=fields)]


@definition.command("get")
@_NAME
@pass_session
def get(session: Session, name: str) -> list[Block]:
    """Show a kind: names, handler and schema."""
    client = session.member
    found = session.ask(client.get_blueprint_definition(colonyname=session.colonyname, name=name))
    return session.either(found, _shown(found))


@definition.command("ls")
@pass_session
def ls(session: Session) -> list[Block]:
    """List the kinds."""
    client = session.member
    found = session.ask(client.get_blueprint_definitions(colonyname=session.colonyname))
    rows = [
        [each.metadata.name, each.spec.names.kind, wording.text(each.spec.handler.functionname)]
        for each in found
    ]
    return session.listed(
        found,
        [Table(columns=["Name", "Kind", "FunctionName"], rows=rows)],
        none="No blueprint definitions found",
    )


def _shown(found: BlueprintDefinition) -> list[Block]:
    metadata, spec, names = found.metadata, found.spec, found.spec.names
    shortnames = names.shortnames or None
    blocks: list[Block] = [
        Details(
            title="Blueprint Definition",
            rows=[
                ("Id", found.blueprintdefinitionid),
                ("Name", metadata.name),
                ("ColonyName", metadata.colonyname),
                ("Group", wording.text(spec.group)),
                ("Version", wording.text(spec.version)),
                ("Scope", wording.text(spec.scope)),
                ("Created", wording.moment(metadata.createdat)),
            ],
        ),
        Details(
            title="Names",
            rows=[
                ("Kind", names.kind),
                ("ListKind", wording.text(names.listkind)),
                ("Singular", wording.text(names.singular)),
                ("Plural", wording.text(names.plural)),
                ("ShortNames", wording.values(shortnames)),
            ],
        ),
        Details(
            title="Handler",
            rows=[
                ("ExecutorType", wording.text(spec.handler.executortype)),
                ("FunctionName", wording.text(spec.handler.functionname)),
                ("ReconcileInterval", f"{spec.handler.interval} s"),
            ],
        ),
    ]
    if isinstance(spec.schema, Schema):
        blocks.append(_schema(spec.schema))
    return blocks


def _schema(schema: Schema) -> Table:
    required = schema.required or []
    return Table(
        title="Schema",
        columns=["Field", "Type", "Required", "Description"],
        rows=[
            [
                name,
                wording.text(each.type),
                wording.yes_no(name in required),
                wording.text(each.description),
            ]
            for name, each in (schema.properties or {}).items()
        ],
    )
