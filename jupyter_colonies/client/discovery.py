"""Finding the server: what is named, the environment, Jupyter's runtime file, or one of our own.

The order is a promise of the documentation: an address given by name; the COLONIES_* variables,
which may point at any Colonies server; the runtime file of the Jupyter server that started this
kernel; `jupyter colonies serve` of this user, started if it does not run.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from jupyter_colonies.client import endpoint as endpoints
from jupyter_colonies.client.endpoint import DEFAULT_PORT, Endpoint
from jupyter_colonies.client.runtime import (
    Runtime,
    prove,
    read_key,
    read_runtime,
    serve_runtime_file,
)
from jupyter_colonies.errors import ColoniesError, NoServer, ServerUnreachable

RUNTIME_VARIABLE = "JUPYTER_COLONIES_RUNTIME"

Finder = Callable[[], "Found"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A server, who we are there, and why it was chosen.

    `secret` is the registration secret of a server found through its runtime file, `socket` the
    door that it opens to its own user, `ownerkeyfile` where the key of the colony's owner is, empty
    if it is not on this machine; `again` looks in the same place once more, for when the
    server was restarted.
    """

    endpoint: Endpoint
    colonyname: str
    private_key: str = field(repr=False)
    colony_private_key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    serverid: str = ""
    socket: str = ""
    ownerkeyfile: str = ""
    reason: str
    again: Finder | None = field(default=None, repr=False, compare=False)


def owner_key(found: Found) -> str:
    """The private key of the colony's owner; empty where it is not at hand.

    Raises NoServer for a key file that can't be read.
    """
    if found.colony_private_key or not found.ownerkeyfile:
        return found.colony_private_key
    return read_key(found.ownerkeyfile)


class FollowedAddress:
    """Keeps to a server that was found through a runtime file, also when it is restarted.

    Whatever answered before, after a failed connection the file is read again and the server has
    to prove anew that it wrote it.
    """

    def __init__(self, found: Found) -> None:
        self.found = found
        self._doubted = False

    async def endpoint(self) -> Endpoint:
        """Where the server is now. Raises NoServer, ServerUnreachable and UntrustedServer."""
        if self._doubted and self.found.again is not None:
            try:
                self.found = await asyncio.to_thread(self.found.again)
            except RuntimeError as error:
                # No thread starts any more when the interpreter ends.
                raise ServerUnreachable(f"The server can't be looked for: {error}") from None
            self._doubted = False
        return self.found.endpoint

    def doubt(self) -> bool:
        """Look again before the next request; False for an address that does not move."""
        self._doubted = self.found.again is not None
        return self._doubted


def find(
    address: str | None = None,
    *,
    colony: str | None = None,
    keyfile: str | Path | None = None,
) -> Found:
    """The server to use, found in the order this module describes.

    `address` is host:port or a URL. `colony` and `keyfile` say who we are there, instead of what
    the environment or the runtime file says. Raises NoServer if there is none or something is
    missing to use it, UntrustedServer if a stranger answers at the address of a runtime file.
    """
    if address is not None:
        return _named(address, colony, keyfile)
    if any(os.environ.get(name) for name in ("COLONIES_SERVER_HOST", *_PORTS)):
        return _from_environment(colony, keyfile)
    if path := os.environ.get(RUNTIME_VARIABLE):
        return _from_jupyter(Path(path), colony, keyfile)
    return _from_serve(colony, keyfile)


START_PATIENCE = 20.0
"""Seconds a Jupyter server may take from its first kernel to its runtime file."""

_JUPYTER_SERVER = re.compile(r"jpserver-(\d+)\.json$")
_PORTS = ("COLONIES_SERVER_PORT", "COLONIES_SERVER_HTTP_PORT")


def _named(address: str, colony: str | None, keyfile: str | Path | None) -> Found:
    endpoint = endpoints.parse(address)
    reason = f"named by connect({address!r})"
    known = _known_runtime(endpoint)
    if known is not None and not os.environ.get("COLONIES_PRVKEY"):
        return _from_runtime(known, reason, colony, keyfile)
    return _with_identity(endpoint, reason, colony, keyfile)


def _from_environment(colony: str | None, keyfile: str | Path | None) -> Found:
    host = os.environ.get("COLONIES_SERVER_HOST") or "localhost"
    port = next((os.environ[name] for name in _PORTS if os.environ.get(name)), str(DEFAULT_PORT))
    if not port.isdecimal():
        raise NoServer(f"COLONIES_SERVER_PORT is '{port}', which is not a port number")
    tls = any(
        os.environ.get(name, "").lower() == "true"
        for name in ("COLONIES_TLS", "COLONIES_SERVER_TLS")
    )
    endpoint = Endpoint(host=host, port=int(port), tls=tls)
    return _with_identity(endpoint, "named by the COLONIES_* variables", colony, keyfile)


def _with_identity(
    endpoint: Endpoint, reason: str, colony: str | None, keyfile: str | Path | None
) -> Found:
    colonyname = colony or os.environ.get("COLONIES_COLONY_NAME", "")
    private_key = read_key(keyfile) if keyfile else os.environ.get("COLONIES_PRVKEY", "")
    missing = [
        *([] if colonyname else ["the colony (COLONIES_COLONY_NAME or colony=…)"]),
        *([] if private_key else ["your private key (COLONIES_PRVKEY or keyfile=…)"]),
    ]
    if missing:
        raise NoServer(
            f"The server at {endpoint.base_url}, {reason}, can't be used without "
            f"{' and '.join(missing)}"
        )
    return Found(
        endpoint=endpoint,
        colonyname=colonyname,
        private_key=private_key,
        colony_private_key=os.environ.get("COLONIES_COLONY_PRVKEY", ""),
        reason=reason,
    )


def _await_start(path: Path) -> None:
    """Give a Jupyter server that is just starting the time to write its runtime file.

    It starts kernels before its extensions are ready. Its process id stands in the file's name;
    a server that is gone is not waited for.
    """
    named = _JUPYTER_SERVER.search(path.name)
    until = time.monotonic() + START_PATIENCE
    while named and not path.exists() and time.monotonic() < until:
        try:
            with suppress(PermissionError):  # somebody else's, but alive
                os.kill(int(named[1]), 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)


def _from_jupyter(path: Path, colony: str | None, keyfile: str | Path | None) -> Found:
    _await_start(path)
    runtime = read_runtime(path)
    prove(runtime)
    found = _from_runtime(runtime, "the Jupyter server of this kernel", colony, keyfile)
    return replace(found, again=partial(_from_jupyter, path, colony, keyfile))


def _from_serve(colony: str | None, keyfile: str | Path | None) -> Found:
    if os.name == "nt":
        raise NoServer(
            "No Colonies server was named and none can be started from here on Windows: run "
            "`jupyter colonies serve` in a terminal and connect to the address it prints"
        )
    from jupyter_colonies.client import launch  # noqa: PLC0415 - can't be imported on Windows

    runtime, started = launch.running_or_started()
    reason = "`jupyter colonies serve` of this user" + (", started for this" if started else "")
    found = _from_runtime(runtime, reason, colony, keyfile)
    return replace(found, again=partial(_from_serve, colony, keyfile))


def _from_runtime(
    runtime: Runtime, reason: str, colony: str | None, keyfile: str | Path | None
) -> Found:
    return Found(
        endpoint=runtime.endpoint,
        colonyname=colony or runtime.colonyname,
        private_key=read_key(keyfile or runtime.userkeyfile),
        secret=runtime.secret,
        serverid=runtime.serverid,
        socket=runtime.socket,
        ownerkeyfile=runtime.colonykeyfile if colony in (None, runtime.colonyname) else "",
        reason=reason,
    )


def _known_runtime(endpoint: Endpoint) -> Runtime | None:
    """The runtime file of a server of this machine that has this address, if it is that server."""
    named = os.environ.get(RUNTIME_VARIABLE)
    for path in (Path(named) if named else None, serve_runtime_file()):
        if path is None or not path.exists():
            continue
        try:
            runtime = read_runtime(path)
            if _same_place(runtime.endpoint, endpoint):
                prove(runtime)
                return runtime
        except ColoniesError:
            continue
    return None


def _same_place(one: Endpoint, other: Endpoint) -> bool:
    local = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 - compared, not bound
    here = one.host == other.host or {one.host, other.host} <= local
    return here and one.port == other.port
