"""Deployed notebooks, asked for through the door in the data folder of this user's server.

A socket that only this user can open takes the place of a key: whoever deploys a notebook lets it
run as the user of the server, which no member of a colony may do by its key.
"""

from __future__ import annotations

import http.client
import socket
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from jupyter_colonies.client.discovery import Found
from jupyter_colonies.core.deployment import Deployment, DeploymentLog, DeploymentRequest
from jupyter_colonies.errors import (
    ColoniesError,
    NoServer,
    ServerUnreachable,
    from_reply,
)

SPARE = 30.0
"""Seconds an answer may take beyond the time that the server was asked to wait."""

T = TypeVar("T")


class _Door(http.client.HTTPConnection):
    """HTTP through a socket file."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("colonies", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Deployments:
    """The deployed notebooks of the server that was found. All methods block.

    Raises NoServer for a server that was not found through its runtime file: it is another
    machine's or another user's.
    """

    def __init__(self, found: Found) -> None:
        self._found = found
        if not found.socket:
            raise NoServer(
                f"Notebooks can't be deployed at {found.endpoint.base_url}, {found.reason}, from "
                "here: that is for the server's own user on its machine. Connect to a server of "
                "yours, or use the address of that server's Jupyter (see the documentation)"
            )

    def list(self) -> list[Deployment]:
        """All deployments."""
        return self._ask(list[Deployment], "GET", "")

    def deploy(self, request: DeploymentRequest, *, wait: int) -> Deployment:
        """Deploy a notebook by its absolute path, and wait up to so many seconds until it has run.

        Raises InvalidRequest, NotFound and Conflict; nothing has changed then.
        """
        return self._ask(Deployment, "POST", "", body=request, wait=wait)

    def get(self, name: str) -> Deployment:
        """One deployment. Raises NotFound."""
        return self._ask(Deployment, "GET", f"/{quote(name, safe='')}")

    def restart(self, name: str, *, wait: int) -> Deployment:
        """Run the cells anew in a fresh kernel. Raises NotFound."""
        return self._ask(Deployment, "POST", f"/{quote(name, safe='')}/restart", wait=wait)

    def stop(self, name: str) -> Deployment:
        """End a deployment's kernel. Raises NotFound."""
        return self._ask(Deployment, "POST", f"/{quote(name, safe='')}/stop")

    def remove(self, name: str) -> None:
        """Stop a deployment and forget it. Raises NotFound."""
        self._ask(type(None), "DELETE", f"/{quote(name, safe='')}")

    def log(self, name: str, lines: int) -> str:
        """The last lines of a deployment's log. Raises NotFound."""
        path = f"/{quote(name, safe='')}/log?lines={lines}"
        return self._ask(DeploymentLog, "GET", path).text

    def _ask(self, kind: type[T], method: str, path: str, *, body: Any = None, wait: int = 0) -> T:
        target = f"/v1/deployments{path}" + (f"?wait={wait}" if wait else "")
        try:
            status, answer = _exchange(self._found.socket, method, target, body, wait)
        except (FileNotFoundError, ConnectionRefusedError):
            # The server was started anew, and may have made its door somewhere else.
            if self._found.again is not None:
                self._found = self._found.again()
            status, answer = self._once_more(method, target, body, wait)
        except (OSError, http.client.HTTPException) as error:
            raise _unreachable(self._found, error) from None
        if status >= 400:
            raise _refusal(status, answer)
        return msgspec.json.decode(answer or b"null", type=kind)

    def _once_more(self, method: str, target: str, body: Any, wait: int) -> tuple[int, bytes]:
        try:
            return _exchange(self._found.socket, method, target, body, wait)
        except (OSError, http.client.HTTPException) as error:
            raise _unreachable(self._found, error) from None


def _exchange(door: str, method: str, target: str, body: Any, wait: int) -> tuple[int, bytes]:
    connection = _Door(door, SPARE + wait)
    try:
        connection.request(method, target, None if body is None else msgspec.json.encode(body))
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def _unreachable(found: Found, error: Exception) -> ServerUnreachable:
    return ServerUnreachable(
        f"The server at {found.endpoint.base_url} can't be asked for deployments: {error}"
    )


def _refusal(status: int, answer: bytes) -> ColoniesError:
    try:
        problem = msgspec.json.decode(answer)
    except msgspec.MsgspecError:
        problem = {}
    return from_reply(status, str(problem.get("detail") or f"The server answered {status}"))
