"""`jupyter colonies key rotate`: another key, on the server and in its file."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import click

from jupyter_colonies.cli.env import runtime_of
from jupyter_colonies.client.client import Client
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.portal import portal
from jupyter_colonies.client.rotation import rotate as rotate_file
from jupyter_colonies.server.folder import Runtime

WHOSE = ("user", "colony", "server", "executor")


@click.command()
@click.argument("whose", type=click.Choice(WHOSE))
@click.option(
    "--file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    default=None,
    help="The file that holds the key. Without it that of the server's data folder; an executor's "
    "has to be named.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Data folder of the server, if it is not the usual one.",
)
@click.option("--colony", default="", help="Name of the colony, if it is not the server's own.")
def rotate(*, whose: str, file: Path | None, data: Path | None, colony: str) -> None:
    """Give the user, the owner of the colony or of the server, or an executor another key.

    The server has to run on this machine. The old key is worth nothing from then on. If this is
    interrupted, the same command completes it, and so does the next start of the server.
    """
    runtime = runtime_of(None, data)
    chosen = file or _kept(runtime, whose)
    endpoint = Endpoint(host=runtime.host, port=runtime.port, tls=runtime.tls)
    colonyname = colony or runtime.colonyname

    def change(key: str, fresh: str) -> None:
        client = Client(endpoint, key)
        changes: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "user": lambda: client.change_user_id(colonyname=colonyname, userid=fresh),
            "colony": lambda: client.change_colony_id(colonyname=colonyname, colonyid=fresh),
            "server": lambda: client.change_server_id(serverid=fresh),
            "executor": lambda: client.change_executor_id(colonyname=colonyname, executorid=fresh),
        }
        try:
            portal().run(changes[whose]())
        finally:
            portal().run(client.close())

    found = rotate_file(chosen, change)
    click.echo(f"The key in {chosen} is a new one, and the server knows its id {found}")
    if whose == "user":
        click.echo("Kernels that are connected still have the old one: connect again, or restart")


def _kept(runtime: Runtime, whose: str) -> Path:
    """The key file of the data folder."""
    named = {
        "user": runtime.userkeyfile,
        "colony": runtime.colonykeyfile,
        "server": runtime.serverkeyfile,
    }
    path = named.get(whose, "")
    if not path or not Path(path).is_file():
        raise click.UsageError(
            f"No file with the {whose}'s key is known: name it with --file. Where a key is held "
            f"elsewhere, make one there and tell the server with '{whose} chid'"
        )
    return Path(path)
