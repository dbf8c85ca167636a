"""`jupyter colonies executor dask`: Python functions on a Dask cluster."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from jupyter_colonies.cli import program
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.commands.block import Line
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Blocks, Verb, pass_session
from jupyter_colonies.executor.worker import Worker


@click.command("dask", cls=Verb)
@click.option(
    "--scheduler",
    required=True,
    metavar="ADDRESS",
    help="Address of the cluster's scheduler, like tcp://host:8786.",
)
@click.option(
    "--functions",
    "named",
    required=True,
    multiple=True,
    metavar="MODULE:FUNCTION,…",
    help="Functions to serve, by their names; may be repeated. Modules are also looked for in the "
    "working folder.",
)
@program.options("dask", "dask-executor")
@pass_session
def dask(
    session: Session, scheduler: str, named: tuple[str, ...], name: str, executortype: str,
    concurrency: int | None, grace: int,
) -> Blocks:  # fmt: skip
    """Run Python functions on an existing Dask cluster until Ctrl-C.

    Takes as many processes at a time as the cluster has threads, unless --concurrency says
    otherwise.
    """
    try:
        from jupyter_colonies.executor.dask.executor import DaskExecutor  # noqa: PLC0415 - optional
    except ImportError:
        raise click.UsageError(
            "Dask is not installed here: pip install 'jupyter-colonies[dask]'"
        ) from None
    functions = tuple(_function(each) for part in named for each in part.split(","))

    def make(colony: Colony) -> Worker:
        return DaskExecutor(
            colony, scheduler, name,
            functions=functions, executortype=executortype, concurrency=concurrency or 0,
        )  # fmt: skip

    program.run(session, make, grace=grace)
    yield Line(text="Executor stopped", fields={"ExecutorName": name})


def _function(named: str) -> Callable[..., Any]:
    """The function that MODULE:FUNCTION names. Raises click.UsageError if there is none."""
    module, _, funcname = named.strip().partition(":")
    if not module or not funcname.isidentifier():
        raise click.UsageError(f"--functions takes MODULE:FUNCTION, not '{named}'")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        function = getattr(import_module(module), funcname)
    except (ImportError, AttributeError) as error:
        raise click.UsageError(f"There is no function {named}: {error}") from None
    if not callable(function):
        raise click.UsageError(f"{named} is not a function")
    return function  # type: ignore[no-any-return]  # callable, as was just seen
