"""`blueprint …`: desired states and how they are brought about (part 03, section 4.2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from jupyter_colonies.commands import document, wording
from jupyter_colonies.commands.block import Block, Details, Json, Line, Table, Text
from jupyter_colonies.commands.definition import definition
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.blueprint import Blueprint, BlueprintHistory
from jupyter_colonies.core.member import Executor, ExecutorState
from jupyter_colonies.errors import NotFound

DEPLOYMENT = "ExecutorDeployment"
"""The kind whose replicas are executors that carry the blueprint's id."""

blueprint = Noun(
    "blueprint",
    help="Blueprints: desired states that executors bring about.",
    commands={"definition": definition},
)
NAME = click.option("--name", required=True, metavar="NAME", help="Name of the blueprint.")


def named(session: Session, name: str) -> Blueprint:
    """One blueprint of the colony."""
    return session.ask(session.member.get_blueprint(namespace=session.colonyname, name=name))


def _done(text: str, found: Blueprint) -> list[Block]:
    metadata = found.metadata
    fields = {
        "BlueprintId": found.blueprintid,
        "ColonyName": metadata.colonyname,
        "Name": metadata.name,
        "Kind": found.kind,
        "Generation": str(metadata.generation or 0),
    }
    return [Line(text=text, fields=fields)]


def _read(session: Session, spec: Path) -> Blueprint:
    wanted = document.read(spec, Blueprint, "a blueprint")
    wanted.metadata.colonyname = wanted.metadata.colonyname or session.colonyname
    return wanted


@blueprint.command("add")
@document.spec_option("a blueprint")
@pass_session
def add(session: Session, spec: Path) -> list[Block]:
    """Store the desired state in a file and have it brought about."""
    added = session.ask(session.member.add_blueprint(blueprint=_read(session, spec)))
    return _done("Blueprint added", added)


@blueprint.command("update")
@document.spec_option("a blueprint")
@pass_session
def update(session: Session, spec: Path) -> list[Block]:
    """Replace a desired state by the one in a file."""
    changed = session.ask(session.member.update_blueprint(blueprint=_read(session, spec)))
    return _done("Blueprint updated", changed)


@blueprint.command("get")
@NAME
@pass_session
def get(session: Session, name: str) -> list[Block]:
    """Show a blueprint: desired and present state."""
    found = named(session, name)
    metadata = found.metadata
    process = metadata.lastreconciliationprocess
    blocks: list[Block] = [
        Details(
            title="Blueprint",
            rows=[
                ("Id", found.blueprintid),
                ("Name", metadata.name),
                ("Kind", found.kind),
                ("ColonyName", metadata.colonyname),
                ("Location", wording.text(metadata.locationname)),
                ("Generation", str(metadata.generation or 0)),
                ("Labels", wording.pairs(metadata.labels or None)),
                ("Annotations", wording.pairs(metadata.annotations or None)),
                ("Created", wording.moment(metadata.createdat)),
                ("Updated", wording.moment(metadata.updatedat)),
                ("LastReconciliation", wording.moment(metadata.lastreconciliationtime)),
                ("LastReconciliationProcess", wording.text(process)),
            ],
        ),
        _values("Spec", found.spec or {}),
    ]
    if found.status:
        blocks.append(_values("Status", found.status))
    return session.either(found, blocks)


def _values(title: str, values: dict[str, Any]) -> Details:
    return Details(title=title, rows=[(key, wording.value(each)) for key, each in values.items()])


@blueprint.command("ls")
@click.option("--kind", default="", metavar="KIND", help="Only of this kind.")
@pass_session
def ls(session: Session, kind: str) -> list[Block]:
    """List blueprints; the last three columns count executors of deployments."""
    client, colonyname = session.member, session.colonyname
    found = session.ask(client.get_blueprints(namespace=colonyname, kind=kind))
    everyone: list[Executor] = []
    if any(each.kind == DEPLOYMENT for each in found):
        everyone = session.ask(client.get_executors(colonyname=colonyname))
    columns = ["Name", "Kind", "Location", "Executor Type", "Replicas", "OldGen", "Gen"]
    rows = [_row(each, everyone) for each in found]
    return session.listed(found, [Table(columns=columns, rows=rows)], none="No blueprints found")


def _row(found: Blueprint, everyone: list[Executor]) -> list[str]:
    row = [found.metadata.name, found.kind, wording.text(found.metadata.locationname)]
    if found.kind != DEPLOYMENT:
        return [*row, *[wording.UNKNOWN] * 4]
    replicas = [
        each
        for each in everyone
        if each.blueprintid == found.blueprintid and each.state == ExecutorState.APPROVED
    ]
    generation = found.metadata.generation or 0
    current = sum(1 for each in replicas if (each.blueprintgen or 0) >= generation)
    executortype = wording.text((found.spec or {}).get("executorType"))
    numbers = (len(replicas), len(replicas) - current, current)
    return [*row, executortype, *map(str, numbers)]


@blueprint.command("remove")
@NAME
@pass_session
def remove(session: Session, name: str) -> list[Block]:
    """Remove a blueprint and have its executor clean up."""
    session.ask(session.member.remove_blueprint(namespace=session.colonyname, name=name))
    fields = {"ColonyName": session.colonyname, "Name": name}
    return [Line(text="Blueprint removed", fields=fields)]


@blueprint.command("set")
@NAME
@click.option("--key", required=True, metavar="PATH", help="Field of the spec, as a.b.c.")
@click.option("--value", required=True, metavar="VALUE", help="JSON, or else a text.")
@pass_session
def set_(session: Session, name: str, key: str, value: str) -> list[Block]:
    """Change one field of a blueprint's spec and have it reconciled."""
    found = named(session, name)
    _put(found.spec or {}, key.removeprefix("spec.").split("."), _parsed(value), key)
    changed = session.ask(session.member.update_blueprint(blueprint=found))
    session.ask(session.member.reconcile_blueprint(namespace=session.colonyname, name=name))
    return _done("Blueprint updated", changed)


def _put(spec: dict[str, Any], path: list[str], value: Any, key: str) -> None:
    place: Any = spec
    for name in path[:-1]:
        place = place.get(name) if isinstance(place, dict) else None
    if not isinstance(place, dict) or path[-1] not in place:
        raise click.UsageError(f"--key {key}: the spec has no such field")
    place[path[-1]] = value


def _parsed(value: str) -> Any:
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value


@blueprint.command("reconcile")
@NAME
@click.option("-f", "--force", is_flag=True, help="As a new generation.")
@pass_session
def reconcile(session: Session, name: str, force: bool) -> list[Block]:
    """Have a blueprint brought about now."""
    process = session.ask(
        session.member.reconcile_blueprint(namespace=session.colonyname, name=name, force=force)
    )
    fields = {"Name": name, "ProcessId": process.processid}
    return session.either(process, [Line(text="Reconciliation submitted", fields=fields)])


@blueprint.command("history")
@NAME
@click.option("-l", "--limit", default=20, show_default=True, help="How many changes at most.")
@click.option("-g", "--generation", type=int, metavar="N", help="Show the spec of this generation.")
@pass_session
def history(session: Session, name: str, limit: int, generation: int | None) -> list[Block]:
    """List the changes of a blueprint, newest first."""
    blueprintid = named(session, name).blueprintid
    most = 0 if generation is not None else limit
    found = session.ask(session.member.get_blueprint_history(blueprintid=blueprintid, limit=most))
    if generation is not None:
        return [_of_generation(session, found, name, generation)]
    rows = [
        [str(each.generation), wording.moment(each.timestamp), each.changetype, each.changedby]
        for each in found
    ]
    columns = ["Generation", "Timestamp", "Change Type", "Changed By"]
    return session.either(found, [Table(columns=columns, rows=rows)])


def _of_generation(
    session: Session, found: list[BlueprintHistory], name: str, generation: int
) -> Block:
    for each in found:
        if each.generation == generation:
            return Json(value=each) if session.json else Text(text=Json(value=each.spec).text)
    raise NotFound(f"Blueprint {name} has no change with generation {generation}")
