"""The verbs of the terminal and the keys of whoever sits there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import click

from jupyter_colonies.cli.later import Later
from jupyter_colonies.client.colony import Colony, connect
from jupyter_colonies.client.discovery import RUNTIME_VARIABLE
from jupyter_colonies.client.runtime import Runtime, read_key, read_runtime, serve_runtime_file
from jupyter_colonies.commands.block import Block
from jupyter_colonies.commands.root import run, tree
from jupyter_colonies.commands.session import Owner, Session
from jupyter_colonies.commands.verb import Noun
from jupyter_colonies.errors import NoServer

PROGRAM = "jupyter colonies"

_OWNER_VARIABLES = {"colony": "COLONIES_COLONY_PRVKEY", "server": "COLONIES_SERVER_PRVKEY"}


def verbs() -> Noun:
    """All verbs of the terminal."""
    extra: dict[str, click.Command] = {
        "audit": Later(
            "audit", "jupyter_colonies.cli.audit", help="Show who changed what on a server here.",
        ),
        "serve": Later("serve", "jupyter_colonies.cli.serve", help="Run a Colonies server here."),
        "key": Noun(
            "key",
            commands={
                "rotate": Later(
                    "rotate", "jupyter_colonies.cli.rotate",
                    help="Put another key into its file, and tell the server.",
                ),
            },
        ),
        "env": Later(
            "env", "jupyter_colonies.cli.env",
            help='Print the variables that other programs need, for eval "$(…)".',
        ),
        "executor": Noun(
            "executor",
            commands={
                "notebook": Later(
                    "notebook", "jupyter_colonies.cli.notebooks",
                    help="Run the notebooks of workflows, each in a kernel of its own.",
                ),
                "shell": Later(
                    "shell", "jupyter_colonies.cli.shell",
                    help="Run the commands of container specs on this machine, isolating nothing.",
                ),
                "container": Later(
                    "container", "jupyter_colonies.cli.container",
                    help="Run the commands of container specs in docker or podman.",
                ),
                "dask": Later(
                    "dask", "jupyter_colonies.cli.dask",
                    help="Run Python functions on a Dask cluster.",
                ),
            },
        ),
    }  # fmt: skip
    return tree(PROGRAM, extra)


def answer(arguments: Sequence[str]) -> Iterator[Block]:
    """Run one command line."""
    colony = cache(connect)
    session = Session(connect=colony, owner_key=lambda whose: owner_key(whose, colony()))
    try:
        yield from run(verbs(), arguments, session)
    finally:
        if colony.cache_info().currsize:
            colony().close()


def owner_key(whose: Owner, colony: Colony) -> str:
    """The owner's private key: from the environment, or from this user's own server.

    The environment goes with a server that it names; the key files belong to the server that
    wrote the runtime file, and are used with no other. Empty where there is none.
    """
    key = os.environ.get(_OWNER_VARIABLES[whose], "")
    if key:
        return key
    runtime = _runtime_of(colony)
    if runtime is None:
        return ""
    file = runtime.colonykeyfile if whose == "colony" else runtime.serverkeyfile
    return read_key(file) if file else ""


def _runtime_of(colony: Colony) -> Runtime | None:
    if not colony.found.serverid:
        return None
    named = os.environ.get(RUNTIME_VARIABLE)
    for path in (Path(named) if named else None, serve_runtime_file()):
        try:
            runtime = read_runtime(path) if path else None
        except NoServer:
            continue
        if runtime is not None and runtime.serverid == colony.found.serverid:
            return runtime
    return None
