"""The door between Jupyter servers of one user: a socket in the data folder.

A Jupyter server that does not host the folder forwards its requests here (`forwarding`). Only the
user of the operating system can open the socket: it lies in a folder of mode 0700. So whoever
comes through was let in by a Jupyter server of the same user, and acts as the user of the colony,
as in the host's own Jupyter. Nothing that proves it has to be sent, and nobody else can listen.
"""

from __future__ import annotations

import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from tornado.httputil import HTTPServerRequest
from tornado.netutil import bind_unix_socket

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.server.jupyterusers import JupyterUsers
from jupyter_colonies.server.listener import BACKLOG, Listener, application
from jupyter_colonies.server.presence import Presence
from jupyter_colonies.server.proofs import Proofs, presented
from jupyter_colonies.server.rest import port as rest
from jupyter_colonies.server.rest.declaration import Services
from jupyter_colonies.server.visitor import Visitor

USER = "Colonies-User"
"""Header with the name, in percent encoding, of the user that the other Jupyter server knows."""

APART = "Colonies-User-Apart"
"""Header that is `yes` where that server tells users apart by names that stay."""

COMMANDS = "Colonies-User-Commands"
"""Header that is `yes` for a user who may run code in kernels of that server."""

SEEN, PRIVATE = "Colonies-Seen", "Colonies-Private"
"""Headers of a request that proves by itself who sent it: the URL that the client sees, and `yes`
if nobody else could read it. Whose proof it is, only the host can tell."""


class Door:
    """A listening socket file in a data folder.

    Where the path is too long for a socket, or the file system knows none, it lies in a folder of
    mode 0700 among the temporary files. Raises OSError if neither can be.
    """

    def __init__(self, folder: Path) -> None:
        self._made: Path | None = None
        self.path = folder / "host.sock"
        try:
            self.bound = _bind(self.path)
        except (OSError, ValueError):
            self._made = Path(tempfile.mkdtemp(prefix="colonies-"))
            self.path = self._made / "host.sock"
            self.bound = _bind(self.path)
        self._file = self.path.stat()

    def open(
        self,
        broker: Broker,
        presence: Presence,
        users: JupyterUsers,
        proofs: Proofs,
        services: Services,
    ) -> Listener:
        """Answer what comes through the door, for those whom the other server knows.

        `services` are what there is for them beside the resources of the own port.
        """

        async def visitor(request: HTTPServerRequest) -> Visitor:
            headers = request.headers
            if SEEN in headers:
                private = headers.get(PRIVATE) == "yes"
                given = presented(request)._replace(url=headers[SEEN], private=private)
                return await proofs.visitor(given)
            name = unquote(headers.get(USER, ""))
            apart, commands = (headers.get(each) == "yes" for each in (APART, COMMANDS))
            return await users.visitor(name, apart=apart, commands=commands)

        routes = application(broker, presence, rest.routes(broker, presence, visitor, services))
        return Listener(broker, presence, self.bound, host="", tls=None, routes=routes)

    def remove(self) -> None:
        """Take the file away, unless another host has put its own there."""
        self.bound.close()
        with suppress(FileNotFoundError):
            if self.path.stat().st_ino == self._file.st_ino:
                self.path.unlink()
        if self._made is not None:
            self._made.rmdir()


def _bind(path: Path) -> socket.socket:
    return bind_unix_socket(str(path), mode=0o600, backlog=BACKLOG)
