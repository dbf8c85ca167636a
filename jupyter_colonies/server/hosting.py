"""One running service: data folder, broker, own port, and the file that tells of them."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib import metadata
from pathlib import Path

from tornado import web

from jupyter_colonies.broker.call import Facts
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import enrolment, identity, schedule
from jupyter_colonies.core.messages.server import Backend, Version
from jupyter_colonies.server import filesystem, firststart, listener, metrics
from jupyter_colonies.server.audit.log import NAME, AuditLog
from jupyter_colonies.server.deploy.deployments import Deployments
from jupyter_colonies.server.deploy.kernel import Kernels
from jupyter_colonies.server.door import Door
from jupyter_colonies.server.firststart import Identities
from jupyter_colonies.server.folder import DataFolder, Runtime, UserKey
from jupyter_colonies.server.guard import Guard
from jupyter_colonies.server.jupyterusers import JupyterUsers
from jupyter_colonies.server.measuring import Pace, Visitors, Work
from jupyter_colonies.server.metrics import Metrics
from jupyter_colonies.server.ownaddress import reachable
from jupyter_colonies.server.presence import Presence
from jupyter_colonies.server.proofs import Proofs
from jupyter_colonies.server.rest import port as rest
from jupyter_colonies.server.rest.declaration import Services
from jupyter_colonies.server.s3.metering import Metering
from jupyter_colonies.server.s3.tidying import Tidying
from jupyter_colonies.server.s3.visit import Service
from jupyter_colonies.server.settings import Settings
from jupyter_colonies.server.tls import tls_context
from jupyter_colonies.store.address import SqliteAddress, parse
from jupyter_colonies.store.blobs import Blobs

log = logging.getLogger(__name__)


class Hosting:
    """The service of a data folder whose lock this process holds.

    The attributes exist once it has started. `jupyter_url` is where Jupyter serves the same,
    `clock` gives nanoseconds since 1970. `former` is the host that this one follows: its port is
    kept if it can be had. `kernels` starts the kernels of deployed notebooks.
    """

    audit: AuditLog | None
    broker: Broker
    deployments: Deployments
    services: Services
    listener: listener.Listener
    door: Door
    ids: Identities
    proofs: Proofs
    users: JupyterUsers
    runtime: Runtime
    tidying: Tidying

    def __init__(
        self,
        settings: Settings,
        folder: DataFolder,
        *,
        jupyter_url: str = "",
        clock: Callable[[], int] = time.time_ns,
        former: Runtime | None = None,
        kernels: Kernels | None = None,
    ) -> None:
        self.settings = settings
        self.folder = folder
        self.guard = Guard(settings.limits)
        self.presence = Presence(self.guard)
        self._jupyter_url = jupyter_url
        self._clock = clock
        self._former = former
        self._kernels = kernels
        self._secret = enrolment.new_secret()

    async def start(self) -> None:
        """Open the port, then the database, complete the first start, and only then answer.

        Raises InvalidConfiguration, StorageFailed or UnsupportedSchema; nothing stays open then.
        """
        tls = tls_context(self.settings)
        blobs = Blobs(self.settings.blobs or str(self.folder.path / "blobs"))
        async with AsyncExitStack() as undo:
            bound = undo.enter_context(await self._bind())
            port = listener.port_of(bound)
            self.ids = await asyncio.to_thread(firststart.identities, self.folder, self.settings)
            self.broker = self._make_broker(port, blobs)
            self.audit = AuditLog(self.folder.path / NAME) if self.settings.audit else None
            await self.broker.start()
            undo.push_async_callback(self.broker.stop)
            if self.audit is not None:
                self.audit.start()
                undo.push_async_callback(self.audit.stop)
                self.broker.trail = self.audit
            self.tidying = Tidying(self.broker.store, blobs)
            self._tidying = self.tidying.duty(time.time_ns)
            name = self.settings.colonyname
            self.ids = await firststart.complete(self.broker, self.folder, self.ids, name)
            self.ids = self.ids._replace(serverid=self.broker.serverid)
            self._user = UserKey(self.folder.key_file("user"), self.ids.userid)
            self.users = self._make_users()
            self.proofs = self._make_proofs()
            await firststart.populate(self.broker, self.ids, self.settings)
            self.door = Door(self.folder.path)
            undo.callback(self.door.remove)
            self.runtime = self._describe(port)
            await asyncio.to_thread(self.folder.describe, self.runtime)
            service = self._service(blobs)
            counted = self._metrics(service)
            self.listener = listener.Listener(
                self.broker,
                self.presence,
                bound,
                host=self.settings.host,
                tls=tls,
                objects=service,
                limits=self.settings.limits,
                guard=self.guard,
                proxies=self.settings.proxies,
                routes=self._routes(counted),
            )
            self.deployments = Deployments(self.folder, self._kernels or Kernels())
            self.services = {
                Deployments: self.deployments,
                Metrics: counted,
                Runtime: self.runtime,
            }
            self._inside = self.door.open(
                self.broker, self.presence, self.users, self.proofs, self.services
            )
            self._tidying.start()
            await self.deployments.restore()
            undo.pop_all()
        log.info("Serving colony '%s' at %s", self.settings.colonyname, self.listener.address)

    async def stop(self) -> None:
        """End cleanly: waiting clients are told, acknowledged work is on disk.

        Kernels of deployed notebooks end first, while their executors can still say good-bye.
        """
        await self.deployments.end()
        await asyncio.to_thread(self.folder.forget, self.runtime)
        self.listener.stop()
        self._inside.stop()
        self.door.remove()
        self.presence.stop()
        await self._tidying.stop()
        await self.broker.stop()
        await self.listener.drain()
        await self._inside.drain()
        if self.audit is not None:
            await self.audit.stop()

    @property
    def userid(self) -> str:
        """Id of the colony's user, whose key may be changed at any time."""
        return self._user.id

    async def superseded(self) -> None:
        """Wait until another server has taken the database over; nothing is stored here then."""
        await self.broker.store.superseded.wait()
        log.error(
            "Another server has taken the database of colony '%s' over: this one stores nothing "
            "any more and stops hosting it",
            self.settings.colonyname,
        )

    async def _bind(self) -> socket.socket:
        former = self._former
        if former is None and not self.settings.port:
            former = await asyncio.to_thread(self.folder.described)
        if former is None or former.host != reachable(self.settings.host):
            return listener.bind(self.settings)
        return await listener.bind_kept(self.settings, former.port)

    async def busy(self) -> bool:
        """Whether work is waiting or running."""
        return await self.broker.busy()

    def _service(self, blobs: Blobs) -> Service | None:
        """What S3 clients reach here, None if the bytes of files are elsewhere."""
        if self.settings.s3 == "off":
            return None
        return Service(broker=self.broker, blobs=blobs, quota=self.settings.quota, audit=self.audit)

    def _metrics(self, service: Service | None) -> Metrics:
        """Everything that is counted here."""
        return Metrics(
            [
                Work(self.broker),
                Pace(self.broker),
                Visitors(self.broker, lambda: self.listener, self.guard, self.audit),
                *([Metering(service, self.tidying)] if service else []),
            ]
        )

    def _routes(self, counted: Metrics) -> web.Application:
        """What the own port has beside `/api` and the bytes of files."""
        proven = rest.proven_routes(self.broker, self.presence, self.proofs)
        more = metrics.routes(counted, self.settings.metrics_token)
        return listener.application(self.broker, self.presence, [*proven, *more])

    def _make_users(self) -> JupyterUsers:
        return JupyterUsers(
            self.broker,
            self.folder,
            self.settings,
            owner=self.ids.colonyid,
            user=lambda: self.userid,
        )

    def _make_proofs(self) -> Proofs:
        public = self.settings.public_url
        return Proofs(
            self.broker,
            roots=[public] if public else [],
            plaintext_tokens=self.settings.plaintext_tokens,
        )

    def _make_broker(self, port: int, blobs: Blobs) -> Broker:
        tls = bool(self.settings.certificate)
        backend = Backend(type="http", host=self.settings.host, port=port, tls=tls)
        facts = Facts(
            self.ids.serverid,
            self._secret,
            self.settings.allow_reregister,
            backends=(backend,),
            zone=schedule.zone_of(self.settings.cron_timezone),
            retention=self.settings.retention,
            stale_after=self.settings.stale_after,
            give_back=self.settings.give_back,
            quota=self.settings.quota,
            face=self.settings.s3 == "on",
            elsewhere=self.settings.elsewhere,
            polls=self.settings.limits.polls_each,
            subscriptions=self.settings.limits.subscriptions_each,
        )
        version = Version(buildversion=metadata.version("jupyter-colonies"))
        database = parse(self.settings.database or self.folder.database)
        if isinstance(database, Path):
            filesystem.check(database.parent)
            database = SqliteAddress(database, self.settings.synchronous)
        return Broker(
            database,
            facts,
            version=version,
            clock=self._clock,
            blobs=blobs if facts.face else None,
        )

    def _holds_server_key(self) -> bool:
        """Whether the key of the data folder is the owner's, who may have changed."""
        key = self.folder.read_key("server")
        return bool(key) and identity.id_of(key) == self.ids.serverid

    def _describe(self, port: int) -> Runtime:
        def kept(name: str) -> str:
            path = self.folder.key_file(name)
            return str(path) if path.exists() else ""

        return Runtime(
            pid=os.getpid(),
            host=reachable(self.settings.host),
            port=port,
            tls=bool(self.settings.certificate),
            serverid=self.ids.serverid,
            secret=self._secret,
            colonyname=self.settings.colonyname,
            username=self.settings.username,
            userkeyfile=kept("user"),
            colonykeyfile=kept("colony"),
            serverkeyfile=kept("server") if self._holds_server_key() else "",
            jupyter_url=self._jupyter_url,
            socket=str(self.door.path),
        )
