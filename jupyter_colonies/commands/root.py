"""All verbs as one tree, and how a command line is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import click

from jupyter_colonies.commands import (  # noqa: F401 - importing these adds verbs to nouns
    assignments,
    check,
    download,
    identity,
    move,
    reconciler,
    removal,
    sync,
)
from jupyter_colonies.commands.attribute import attribute
from jupyter_colonies.commands.block import Block, Json, Line, Submitted, Text
from jupyter_colonies.commands.blueprint import blueprint
from jupyter_colonies.commands.channel import channel
from jupyter_colonies.commands.cluster import cluster, config
from jupyter_colonies.commands.colony import colony
from jupyter_colonies.commands.cron import cron
from jupyter_colonies.commands.deploy import deploy
from jupyter_colonies.commands.executor import executor
from jupyter_colonies.commands.fs import fs
from jupyter_colonies.commands.function import function
from jupyter_colonies.commands.generator import generator
from jupyter_colonies.commands.location import location
from jupyter_colonies.commands.log import log
from jupyter_colonies.commands.process import process
from jupyter_colonies.commands.record import record
from jupyter_colonies.commands.repair import rerun_any as rerun
from jupyter_colonies.commands.security import security
from jupyter_colonies.commands.server import server, status, version
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.show import show
from jupyter_colonies.commands.snapshot import snapshot
from jupyter_colonies.commands.submit import submit
from jupyter_colonies.commands.token import token
from jupyter_colonies.commands.user import user
from jupyter_colonies.commands.verb import HelpAsked, Noun
from jupyter_colonies.commands.workflow import workflow

_VERBS: dict[str, click.Command] = {
    "attribute": attribute,
    "blueprint": blueprint,
    "channel": channel,
    "cluster": cluster,
    "colony": colony,
    "cron": cron,
    "config": config,
    "deploy": deploy,
    "executor": executor,
    "fs": fs,
    "function": function,
    "generator": generator,
    "key": security,
    "location": location,
    "log": log,
    "process": process,
    "record": record,
    "rerun": rerun,
    "security": security,
    "server": server,
    "show": show,
    "snapshot": snapshot,
    "status": status,
    "submit": submit,
    "token": token,
    "user": user,
    "version": version,
    "workflow": workflow,
}

_MISSING = {
    "completion": "is not offered: a shell completes the program 'jupyter' and not its commands",
    "database": "is not needed: 'jupyter colonies serve' makes its tables by itself",
    "monitor": "is not offered: '%colonies monitor' in a notebook shows a colony live, "
    "'jupyter colonies server stats --json' gives the numbers",
}


def tree(name: str, extra: Mapping[str, click.Command] | None = None) -> Noun:
    """The verbs of one front end: those of all, and its own.

    A noun in `extra` adds its verbs to the noun of the same name.
    """
    commands = dict(_VERBS)
    for key, command in (extra or {}).items():
        commands[key] = _joined(commands.get(key), command)
    return Noun(
        name,
        help="ColonyOS workflows: submit work, look at it, and see who does it.",
        commands=commands,
        not_offered=_MISSING,
    )


def _joined(shared: click.Command | None, own: click.Command) -> click.Command:
    if not isinstance(shared, Noun) or not isinstance(own, Noun):
        return own
    verbs = {**shared.commands, **own.commands}
    return Noun(own.name, help=shared.help, commands=verbs, not_offered=shared.not_offered)


def run(verbs: Noun, arguments: Sequence[str], session: Session) -> Iterator[Block]:
    """Run one command line and give its blocks as they come.

    Raises click.UsageError for a wrong command line and ColoniesError for what the server or the
    client refuses.
    """
    try:
        blocks: Iterable[Block] | None = verbs.main(
            args=list(arguments), prog_name=verbs.name, standalone_mode=False, obj=session
        )
    except HelpAsked as asked:
        blocks = [Text(text=asked.text)]
    as_json = "--json" in arguments
    for block in blocks or ():
        yield _as_json(block) if as_json else block


def _as_json(block: Block) -> Block:
    if isinstance(block, Submitted):
        block = block.line
    return Json(value=block.fields) if isinstance(block, Line) and block.fields else block
