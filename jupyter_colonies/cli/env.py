"""`jupyter colonies env`: what other programs need to use the running server."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click
import msgspec
from jupyter_core.paths import jupyter_runtime_dir

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.portal import portal
from jupyter_colonies.commands import environment
from jupyter_colonies.core import identity
from jupyter_colonies.errors import NoServer
from jupyter_colonies.server import settings
from jupyter_colonies.server.folder import Runtime

RUNTIME_VARIABLE = "JUPYTER_COLONIES_RUNTIME"
EXECUTOR = "my-executor"


@click.command()
@click.option(
    "--runtime-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Runtime file of the server, if it is not the usual one.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Data folder of the server, if it is not the usual one.",
)
def env(runtime_file: Path | None, data: Path | None) -> None:
    """Print the export lines for every Colonies SDK and command line.

    They hold private keys: use them as eval "$(jupyter colonies env)", and do not print them
    where others can read them.
    """
    runtime = runtime_of(runtime_file, data)
    for name, value in {**variables(runtime), **object_keys(runtime)}.items():
        click.echo(f"export {name}={shlex.quote(value)}")


def variables(runtime: Runtime) -> dict[str, str]:
    """Both sets of names, of the original command line and of the Python SDK (part 03, CLI-2)."""
    tls = "true" if runtime.tls else "false"
    keys = {
        "COLONIES_SERVER_PRVKEY": _key(runtime.serverkeyfile),
        "COLONIES_COLONY_PRVKEY": _key(runtime.colonykeyfile),
        "COLONIES_PRVKEY": _key(runtime.userkeyfile),
    }
    ids = {
        "COLONIES_COLONY_ID": keys["COLONIES_COLONY_PRVKEY"],
        "COLONIES_ID": keys["COLONIES_PRVKEY"],
    }
    return {
        "COLONIES_SERVER_HOST": runtime.host,
        "COLONIES_SERVER_PORT": str(runtime.port),
        "COLONIES_SERVER_HTTP_PORT": str(runtime.port),
        "COLONIES_TLS": tls,
        "COLONIES_SERVER_TLS": tls,
        "COLONIES_SERVER_ID": runtime.serverid,
        "COLONIES_COLONY_NAME": runtime.colonyname,
        "COLONIES_EXECUTOR_NAME": EXECUTOR,
        **{name: identity.id_of(key) for name, key in ids.items() if key},
        **{name: key for name, key in keys.items() if key},
    }


def object_keys(runtime: Runtime) -> dict[str, str]:
    """The variables for the bytes of files; none without a user's key.

    Raises what the server refuses with.
    """
    key = _key(runtime.userkeyfile)
    if not key:
        return {}
    client = Client(Endpoint(host=runtime.host, port=runtime.port, tls=runtime.tls), key)
    try:
        address = f"{runtime.host}:{runtime.port}"
        keys = environment.object_keys(client, runtime.colonyname, address, tls=runtime.tls)
        return portal().run(keys)
    finally:
        portal().run(client.close())


def runtime_of(named: Path | None, data: Path | None) -> Runtime:
    """What describes the running server. Raises NoServer."""
    inside_jupyter = os.environ.get(RUNTIME_VARIABLE)
    candidates = [
        *([Path(inside_jupyter)] if inside_jupyter else []),
        settings.default_data_folder() / "host.json",
        Path(jupyter_runtime_dir()) / "colonies-serve.json",
    ]
    if named or data:
        candidates = [path for path in (named, data and data / "host.json") if path]
    for path in candidates:
        try:
            runtime = msgspec.json.decode(path.read_bytes(), type=Runtime)
            os.kill(runtime.pid, 0)
        except (OSError, msgspec.MsgspecError):
            # None is there, or it was left behind by a server that was killed.
            continue
        return runtime
    raise NoServer(
        "No running server was found; looked at "
        + ", ".join(str(path) for path in candidates)
        + ". Start one with `jupyter colonies serve` or `jupyter lab`"
    )


def _key(path: str) -> str:
    return Path(path).read_text().strip() if path and Path(path).is_file() else ""
