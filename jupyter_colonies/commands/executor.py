"""`executor …`: who works for the colony."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
import msgspec

from jupyter_colonies.commands import document, wording
from jupyter_colonies.commands.block import Block, Details, Line, Table
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.identity import id_of, is_id, new_private_key
from jupyter_colonies.core.member import Executor, ExecutorState
from jupyter_colonies.core.times import NEVER

executor = Noun(
    "executor",
    help="Executors: the programs and cells that run processes.",
)
_NAME = click.option("--name", required=True, metavar="NAME", help="Name of the executor.")


@executor.command("ls")
@click.option("--all", "everyone", is_flag=True, help="Those that are not approved as well.")
@click.option("--full", is_flag=True, help="All that is known of each.")
@click.option("--type", "executortype", default="", metavar="TYPE", help="Only of this type.")
@click.option("--location", default="", metavar="NAME", help="Only at this location.")
@click.option("-f", "--filter", "part", default="", metavar="TEXT", help="Only names with TEXT.")
@pass_session
def ls(
    session: Session, everyone: bool, full: bool, executortype: str, location: str, part: str
) -> list[Block]:
    """List executors, the one heard from last first."""
    found = [
        each
        for each in session.ask(session.member.get_executors(colonyname=session.colonyname))
        if (everyone or each.state == ExecutorState.APPROVED)
        and (not executortype or each.executortype == executortype)
        and (not location or each.locationname == location)
        and part.lower() in each.executorname.lower()
    ]
    found.sort(key=lambda each: each.lastheardfromtime or NEVER, reverse=True)
    none = "No executors found"
    if full:
        return session.listed(found, [_identity(each) for each in found], none=none)
    columns = ["Name", "Type", "State", "Location", "Last Heard From"]
    rows = [_row(each) for each in found]
    if not everyone:
        columns.remove("State")
        rows = [row[:2] + row[3:] for row in rows]
    return session.listed(found, [Table(columns=columns, rows=rows)], none=none)


def _row(found: Executor) -> list[str]:
    return [
        found.executorname,
        found.executortype,
        found.state.word,
        wording.text(found.locationname),
        wording.moment(found.lastheardfromtime),
    ]


@executor.command("get")
@_NAME
@pass_session
def get(session: Session, name: str) -> list[Block]:
    """Show an executor: identity, hardware, software and functions."""
    client, colonyname = session.member, session.colonyname
    found = session.ask(client.get_executor(colonyname=colonyname, executorname=name))
    functions = session.ask(client.get_functions(colonyname=colonyname, executorname=name))
    blocks: list[Block] = [_identity(found)]
    capabilities = found.capabilities
    if capabilities is not None:
        blocks += _parts("Hardware", capabilities.hardware)
        blocks += _parts("Software", capabilities.software)
    if functions:
        blocks.append(
            Table(
                title="Functions",
                columns=["FuncName", "Calls", "Description"],
                rows=[
                    [each.funcname, str(each.counter), wording.text(each.description)]
                    for each in functions
                ],
            )
        )
    return session.either({"executor": found, "functions": functions}, blocks)


def _identity(found: Executor) -> Details:
    return Details(
        title="Executor",
        rows=[
            ("Name", found.executorname),
            ("Id", found.executorid),
            ("Type", found.executortype),
            ("ColonyName", found.colonyname),
            ("State", found.state.word),
            ("RequireFuncRegistration", wording.yes_no(found.requirefuncreg)),
            ("CommissionTime", wording.moment(found.commissiontime)),
            ("LastHeardFrom", wording.moment(found.lastheardfromtime)),
            ("Location", wording.text(found.locationname)),
        ],
    )


def _parts(title: str, parts: list[Any] | None) -> list[Block]:
    return [
        Details(title=title, rows=[(str(key), wording.value(each)) for key, each in part.items()])
        for part in parts or ()
        if isinstance(part, dict) and any(part.values())
    ]


_SPEC = document.spec_option("the executor; the other options stand over it", required=False)
_NEW_NAME = click.option("--name", metavar="NAME", help="Name of the executor.")
_TYPE = click.option("--type", "executortype", metavar="TYPE", help="Type of the executor.")
_APPROVE = click.option("--approve", is_flag=True, help="Approve it at once.")


@executor.command("add")
@_SPEC
@click.option("--executorid", metavar="ID", help="Id of the executor's key: 64 characters.")
@_NEW_NAME
@_TYPE
@_APPROVE
@pass_session
def add(
    session: Session, spec: Path | None, executorid: str | None, name: str | None,
    executortype: str | None, approve: bool,
) -> list[Block]:  # fmt: skip
    """Register an executor (the colony owner's right)."""
    return _register(session, _wanted(session, spec, executorid, name, executortype), approve)


@executor.command("create")
@_SPEC
@_NEW_NAME
@_TYPE
@click.option("--keypath", required=True, metavar="FILE", help="Where to write its private key.")
@click.option("--idpath", required=True, metavar="FILE", help="Where to write its id.")
@_APPROVE
@pass_session
def create(
    session: Session, spec: Path | None, name: str | None, executortype: str | None,
    keypath: str, idpath: str, approve: bool,
) -> list[Block]:  # fmt: skip
    """Make a key, register an executor with it and write key and id to files (colony owner)."""
    key = new_private_key()
    wanted = _wanted(session, spec, id_of(key), name, executortype)
    _write_new(Path(keypath), key)
    _write_new(Path(idpath), id_of(key))
    return _register(session, wanted, approve)


def _write_new(path: Path, text: str) -> None:
    """Write a file that only its owner reads; what is there is left alone."""
    try:
        number = os.open(path.expanduser(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.UsageError(f"{path} can't be written: {error.strerror}") from None
    with os.fdopen(number, "w") as file:
        file.write(text)


def _wanted(
    session: Session, spec: Path | None, executorid: str | None, name: str | None,
    executortype: str | None,
) -> Executor:  # fmt: skip
    given = {"executorid": executorid, "executorname": name, "executortype": executortype}
    wanted = msgspec.structs.replace(
        document.read(spec, Executor, "an executor") if spec else Executor(),
        colonyname=session.colonyname,
        **{key: each for key, each in given.items() if each is not None},
    )
    if not is_id(wanted.executorid):
        raise click.UsageError(
            "--executorid must be 64 hexadecimal characters: 'key generate' makes a key and its id"
        )
    if not wanted.executorname or not wanted.executortype:
        raise click.UsageError("An executor needs --name and --type")
    return wanted


def _register(session: Session, wanted: Executor, approve: bool) -> list[Block]:
    owner = session.owner("colony")
    added = session.ask(owner.add_executor(executor=wanted))
    if approve:
        session.ask(
            owner.approve_executor(colonyname=wanted.colonyname, executorname=wanted.executorname)
        )
    return [
        Line(
            text="Executor added",
            fields={
                "ColonyName": wanted.colonyname,
                "ExecutorId": added.executorid,
                "ExecutorName": wanted.executorname,
            },
        )
    ]


@executor.command("approve")
@_NAME
@pass_session
def approve(session: Session, name: str) -> list[Block]:
    """Let an executor take work (the colony owner's right)."""
    owner = session.owner("colony")
    session.ask(owner.approve_executor(colonyname=session.colonyname, executorname=name))
    return [Line(text="Executor approved", fields=_fields(session, name))]


@executor.command("reject")
@_NAME
@pass_session
def reject(session: Session, name: str) -> list[Block]:
    """Take an executor's rights away (the colony owner's right)."""
    owner = session.owner("colony")
    session.ask(owner.reject_executor(colonyname=session.colonyname, executorname=name))
    return [Line(text="Executor rejected", fields=_fields(session, name))]


@executor.command("remove")
@_NAME
@pass_session
def remove(session: Session, name: str) -> list[Block]:
    """Remove an executor; what it was running goes back to the queue (colony owner)."""
    owner = session.owner("colony")
    session.ask(owner.remove_executor(colonyname=session.colonyname, executorname=name))
    return [Line(text="Executor removed", fields=_fields(session, name))]


def _fields(session: Session, name: str) -> dict[str, str]:
    return {"ColonyName": session.colonyname, "ExecutorName": name}
