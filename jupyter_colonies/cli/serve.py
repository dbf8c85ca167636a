"""`jupyter colonies serve`: the same service without Jupyter."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import shlex
import signal
from pathlib import Path

import click
from jupyter_core.paths import jupyter_runtime_dir

from jupyter_colonies.errors import InvalidConfiguration, Superseded
from jupyter_colonies.server import loglines, settings
from jupyter_colonies.server.folder import DataFolder, Runtime
from jupyter_colonies.server.hosting import Hosting
from jupyter_colonies.server.lock import Lock
from jupyter_colonies.server.ownaddress import url
from jupyter_colonies.server.settings import Settings


@click.command()
@click.option(
    "--host",
    default="",
    metavar="ADDRESS",
    help=f"Address to listen on; {settings.HOST} unless given. Anything else lets others in.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=None,
    help="Port to listen on, 0 for any. Without it COLONIES_SERVER_HTTP_PORT or "
    f"COLONIES_SERVER_PORT, else {settings.PORT} or the next one that is free.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder of the database and the keys, on a local disk.",
)
@click.option(
    "--database",
    default="",
    metavar="URL",
    help="PostgreSQL database instead of the SQLite file, postgresql://user@host:port/name. The "
    "password comes from PGPASSWORD or ~/.pgpass. Without it the COLONIES_DB_* variables.",
)
@click.option(
    "--synchronous",
    type=click.Choice(settings.SYNCHRONOUS),
    default=None,
    help="How much of the SQLite file is on disk when a request is answered. Without it "
    "COLONIES_DB_SYNCHRONOUS, else full; with normal a crash of the machine may take the last "
    "answers back.",
)
@click.option(
    "--plaintext",
    is_flag=True,
    help="Listen for other machines without TLS: a proxy or a closed network protects the port.",
)
@click.option(
    "--log-format",
    type=click.Choice(loglines.FORMATS),
    default=None,
    help="Lines of text, or of JSON. Without it COLONIES_LOG_FORMAT, else text.",
)
@click.option(
    "--idle-timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    metavar="SECONDS",
    help="End after this long without any client and without any work.",
)
@click.option(
    "--runtime-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File that tells programs of this user where the server is.",
)
@click.option("--ready-fd", type=int, default=None, hidden=True)
def serve(
    *,
    host: str,
    port: int | None,
    data: Path | None,
    database: str,
    synchronous: str | None,
    plaintext: bool,
    log_format: str | None,
    idle_timeout: float | None,
    runtime_file: Path | None,
    ready_fd: int | None,
) -> None:
    """Run a Colonies server here until it is interrupted.

    Reads the COLONIES_* variables of the server. On the first start it makes keys, a colony and
    a user; `jupyter colonies env` prints what other programs need.
    """
    as_json = (log_format or os.environ.get("COLONIES_LOG_FORMAT") or loglines.FORMATS[0]) == "json"
    logging.basicConfig(
        level=logging.INFO,
        format="%(levelname).1s %(asctime)s %(message)s",
        handlers=[loglines.handler()] if as_json else None,
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    folder = DataFolder(data or settings.default_data_folder())
    wanted = settings.from_environment(
        os.environ,
        data=folder.path,
        host=host,
        port=port,
        database=database,
        synchronous=synchronous or "",
        plaintext=plaintext,
    )
    runtime_file = runtime_file or Path(jupyter_runtime_dir()) / "colonies-serve.json"
    lock = Lock(folder.path)
    if not lock.try_acquire():
        _point_to_host(folder, lock, runtime_file, ready_fd)
        return
    try:
        asyncio.run(_serve(wanted, folder, runtime_file, idle_timeout, ready_fd))
    finally:
        lock.release()


async def _serve(
    wanted: Settings,
    folder: DataFolder,
    runtime_file: Path,
    idle_timeout: float | None,
    ready_fd: int | None,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    hosting = Hosting(wanted, folder)
    await hosting.start()
    watch = asyncio.create_task(_stop_when_superseded(hosting, stop))
    # What is loaded by now stays: the collector need not walk over it again and again. What
    # requests leave behind goes without it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    try:
        folder.point(runtime_file)
        announce(hosting.runtime, folder)
        if ready_fd is not None:
            _tell(ready_fd)
        if idle_timeout is not None:
            await _until_idle(hosting, idle_timeout, stop)
        else:
            await stop.wait()
    finally:
        watch.cancel()
        superseded = hosting.broker.store.superseded.is_set()
        if not superseded:
            folder.unpoint(runtime_file)
        await hosting.stop()
    if superseded:
        raise Superseded(
            f"Another server has taken the database in '{folder.path}' over: nothing that was "
            "acknowledged here is lost, and nothing is stored here any more. Use that server"
        )


async def _stop_when_superseded(hosting: Hosting, stop: asyncio.Event) -> None:
    await hosting.superseded()
    stop.set()


def announce(runtime: Runtime, folder: DataFolder) -> None:
    """Print where the server is and how to use it from elsewhere."""
    address = url(runtime.host, runtime.port, tls=runtime.tls)
    usual = folder.path == settings.default_data_folder().absolute()
    options = "" if usual else f" --data {shlex.quote(str(folder.path))}"
    click.echo(
        f"Serving colony '{runtime.colonyname}' at {address}; "
        f'for other programs: eval "$(jupyter colonies env{options})"'
    )


async def _until_idle(hosting: Hosting, seconds: float, stop: asyncio.Event) -> None:
    """Wait until there was neither client nor work for a while; looks only when that may be."""
    while True:
        rest = seconds - hosting.presence.idle
        if rest <= 0:
            busy = hosting.deployments.wanted or await hosting.busy()
            rest = seconds if busy else 0.0
        if not rest:
            click.echo(f"Neither client nor work for {seconds:g} s: stopping")
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(rest):
                await stop.wait()
                return


def _point_to_host(
    folder: DataFolder, lock: Lock, runtime_file: Path, ready_fd: int | None
) -> None:
    """Another process hosts the folder: send whoever started this one there."""
    host, holder = folder.described(), lock.holder()
    if holder is not None and not holder.here:
        raise InvalidConfiguration(
            f"The data folder '{folder.path}' is in use by {holder}: servers on several machines "
            "need a data folder each, and may share a PostgreSQL database"
        )
    if host is None:
        raise InvalidConfiguration(
            f"The data folder '{folder.path}' is in use by a server that is still starting or "
            "stopping: try again in a moment, or name another folder with --data"
        )
    address = url(host.host, host.port, tls=host.tls)
    if ready_fd is None:
        raise InvalidConfiguration(
            f"The data folder '{folder.path}' is already served at {address} by process "
            f"{host.pid}: use that server, stop it first, or name another folder with --data"
        )
    folder.point(runtime_file)
    click.echo(f"Process {host.pid} serves this folder already, at {address}")
    _tell(ready_fd)


def _tell(ready_fd: int) -> None:
    """Wake whoever waits for the server to be ready; it may have stopped waiting."""
    with contextlib.suppress(BrokenPipeError), os.fdopen(ready_fd, "w") as pipe:
        pipe.write("ready\n")
