"""One running service: data folder, broker, own port, and the file that tells of them."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from importlib import metadata

from jupyter_colonies.broker.call import Facts
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import enrolment
from jupyter_colonies.core.messages.server import Backend, Version
from jupyter_colonies.server import firststart, listener
from jupyter_colonies.server.firststart import Identities
from jupyter_colonies.server.folder import DataFolder, Runtime
from jupyter_colonies.server.presence import Presence
from jupyter_colonies.server.settings import Settings

log = logging.getLogger(__name__)


class Hosting:
    """The service of a data folder whose lock this process holds.

    The attributes exist once it has started. `jupyter_url` is where Jupyter serves the same.
    """

    broker: Broker
    listener: listener.Listener
    ids: Identities
    runtime: Runtime

    def __init__(self, settings: Settings, folder: DataFolder, *, jupyter_url: str = "") -> None:
        self.settings = settings
        self.folder = folder
        self.presence = Presence()
        self._jupyter_url = jupyter_url
        self._secret = enrolment.new_secret()

    async def start(self) -> None:
        """Open the port, then the database, complete the first start, and only then answer.

        Raises InvalidConfiguration, StorageFailed or UnsupportedSchema; nothing stays open then.
        """
        tls = listener.tls_context(self.settings)
        bound = listener.bind(self.settings)
        try:
            self.ids = await asyncio.to_thread(firststart.identities, self.folder, self.settings)
            self.broker = await self._open_broker(bound)
        except BaseException:
            bound.close()
            raise
        self.listener = listener.Listener(
            self.broker, self.presence, bound, host=self.settings.host, tls=tls
        )
        self.runtime = self._runtime()
        await asyncio.to_thread(self.folder.describe, self.runtime)
        log.info("Serving colony '%s' at %s", self.settings.colonyname, self.listener.address)

    async def stop(self) -> None:
        """End cleanly: waiting clients are told, acknowledged work is on disk."""
        self.folder.host.unlink(missing_ok=True)
        self.listener.stop()
        self.presence.stop()
        await self.broker.stop()
        await self.listener.drain()

    async def busy(self) -> bool:
        """Whether work is waiting or running."""
        return await self.broker.busy()

    async def _open_broker(self, bound: socket.socket) -> Broker:
        facts = Facts(self.ids.serverid, self._secret, self.settings.allow_reregister)
        version = Version(buildversion=metadata.version("jupyter-colonies"))
        broker = Broker(self.folder.database, facts, version=version)
        broker.backends = [
            Backend(
                type="http",
                host=self.settings.host,
                port=int(bound.getsockname()[1]),
                tls=bool(self.settings.certificate),
            )
        ]
        await broker.start()
        try:
            await firststart.populate(broker, self.ids, self.settings)
        except BaseException:
            await broker.stop()
            raise
        return broker

    def _runtime(self) -> Runtime:
        def kept(name: str) -> str:
            path = self.folder.key_file(name)
            return str(path) if path.exists() else ""

        return Runtime(
            pid=os.getpid(),
            host=listener.reachable(self.settings.host),
            port=self.listener.port,
            tls=self.listener.tls,
            serverid=self.ids.serverid,
            secret=self._secret,
            colonyname=self.settings.colonyname,
            username=self.settings.username,
            userkeyfile=kept("user"),
            colonykeyfile=kept("colony"),
            serverkeyfile=kept("server"),
            jupyter_url=self._jupyter_url,
        )
