"""The Jupyter server extension: the colony starts and ends with the Jupyter server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir
from jupyter_server._tz import utcnow
from jupyter_server.extension.application import ExtensionApp
from tornado.ioloop import PeriodicCallback
from traitlets import Bool, Dict, Enum, Int, List, Unicode, default

from jupyter_colonies.broker.vigil import Vigil
from jupyter_colonies.errors import ColoniesError, ServerStopping
from jupyter_colonies.server import loglines, settings
from jupyter_colonies.server.deploy.kernel import Kernels
from jupyter_colonies.server.folder import DataFolder, Runtime
from jupyter_colonies.server.forwarding import Forwarding
from jupyter_colonies.server.happenings.telling import Telling
from jupyter_colonies.server.hosting import Hosting
from jupyter_colonies.server.kernelends import KernelEnds
from jupyter_colonies.server.limits import limits_of
from jupyter_colonies.server.lock import Lock
from jupyter_colonies.server.routes import routes
from jupyter_colonies.server.settings import Settings

RUNTIME_VARIABLE = "JUPYTER_COLONIES_RUNTIME"
ACTIVITY_PERIOD = 60_000


class ColoniesExtension(ExtensionApp):
    """Hosts the colony of this user's data folder, or lets its kernels find who does."""

    name = "colonies"

    host = Unicode(
        settings.HOST,
        help="""Address the colony's own port listens on. The default is for programs on this
        machine only; anything else opens the port to others, who need keys to use it.""",
    ).tag(config=True)

    port = Int(
        help="""Port for the SDKs and executors of ColonyOS. If it is taken the next free one is
        used; 0 takes any. The default is 50080, on JupyterHub 0.""",
    ).tag(config=True)

    data_folder = Unicode(
        help="""Folder of the database and the keys. It must be on a local disk. The default is
        JUPYTER_COLONIES_DATA, else the folder 'colonies' in Jupyter's data folder.""",
    ).tag(config=True)

    database = Unicode(
        help="""URL of a PostgreSQL database, postgresql://user@host:port/name, instead of the
        SQLite file in the data folder. The password is taken from PGPASSWORD or ~/.pgpass.""",
    ).tag(config=True)

    synchronous = Enum(
        settings.SYNCHRONOUS,
        settings.SYNCHRONOUS[0],
        help="""How much of the SQLite file is on disk when a request is answered. With 'full'
        all of it; with 'normal' a crash of the machine may take the last answers back.""",
    ).tag(config=True)

    stale_after = Int(
        settings.STALE_AFTER,
        help="""Seconds after which an executor that has asked for work before, and that neither
        waits for work nor runs any, counts as gone; 0 for never.""",
    ).tag(config=True)

    give_back = Bool(
        help="""Whether an executor that has been silent as long while it runs processes without a
        deadline counts as gone too, so that others get them. Otherwise it is shown as unresponsive
        until it is heard from, or is removed by the colony's owner.""",
    ).tag(config=True)

    certificate = Unicode(
        help="""TLS certificate (PEM) for the colony's own port. With it, and certificate_key, the
        port speaks https and nothing else.""",
    ).tag(config=True)

    certificate_key = Unicode(
        help="""Private key (PEM) that belongs to the TLS certificate.""",
    ).tag(config=True)

    plaintext = Bool(
        help="""Whether the colony's own port may be open to other machines without TLS, because a
        proxy in front of it or a closed network protects it.""",
    ).tag(config=True)

    proxies = List(
        Unicode(),
        help="""Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed on the
        colony's own port. None unless given.""",
    ).tag(config=True)

    limits = Dict(
        Int(),
        help="""What the colony's own port puts up with, where it is not the default, such as
        {'body': 1000000, 'requests_each': 100}. docs/security.md has the names.""",
    ).tag(config=True)

    audit = Bool(
        True,
        help="""Whether it is written down, in audit.jsonl in the data folder, who changed what.""",
    ).tag(config=True)

    json_log = Bool(
        help="""Whether the colony's own log is written as lines of JSON, and not as Jupyter's.""",
    ).tag(config=True)

    colony = Unicode(
        settings.COLONY,
        help="""Name of the colony that is made on the first start and that kernels use.""",
    ).tag(config=True)

    cron_timezone = Unicode(
        help="""Time zone of cron expressions that name none, such as Europe/Stockholm. The default
        is UTC.""",
    ).tag(config=True)

    retention = Int(
        help="""Seconds after which processes and workflows that were successful, and all logs, are
        removed. 0, the default, keeps everything.""",
    ).tag(config=True)

    blobs = Unicode(
        help="""Where the bytes of files are: a folder or any URL of fsspec, such as
        s3://bucket/path with s3fs installed. The default is 'blobs' in the data folder.""",
    ).tag(config=True)

    quota = Int(
        help="""Bytes of files that each colony may hold. 0, the default, sets no limit.""",
    ).tag(config=True)

    s3 = Enum(
        settings.S3,
        settings.S3[0],
        help="""Whether S3 clients reach the bytes of files on the colony's own port. With 'off'
        they are in another S3, which the AWS_S3_* variables of the Jupyter server name.""",
    ).tag(config=True)

    public_url = Unicode(
        help="""URL at which a proxy shows the root of the colony's own port, such as
        https://example.org/colonies. Programs sign the address that they see.""",
    ).tag(config=True)

    plaintext_tokens = Bool(
        help="""Whether bearer tokens are taken from other machines without TLS, where anybody on
        the way can read them.""",
    ).tag(config=True)

    users = Enum(
        settings.USERS,
        settings.USERS[0],
        help="""Where Jupyter tells its users apart by names that stay, as JupyterHub does: 'own'
        makes each of them a user of the colony, with 'one' all are the user of this server.""",
    ).tag(config=True)

    deploy_anywhere = Bool(
        help="""Whether notebooks outside of Jupyter's root folder may be deployed through Jupyter's
        address. From a kernel or a terminal of this server's user they may in any case.""",
    ).tag(config=True)

    @default("port")
    def _default_port(self) -> int:
        return 0 if on_jupyterhub() else settings.PORT

    @default("data_folder")
    def _default_data_folder(self) -> str:
        return str(settings.default_data_folder())

    def initialize_settings(self) -> None:
        """Tell kernels where to look, before the first of them can start."""
        own = logging.getLogger("jupyter_colonies")
        own.parent = self.log
        if self.json_log:
            own.propagate = False
            own.handlers = [loglines.handler()]
        self._hosting: Hosting | None = None
        self._folder: DataFolder | None = None
        self._lock: Lock | None = None
        self._forwarding: Forwarding | None = None
        self._former: Runtime | None = None
        self._takeover: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._ending = False
        self._activity = PeriodicCallback(self.report_activity, ACTIVITY_PERIOD)
        self._trouble = "The colony's server is still starting: try again in a moment"
        self._runtime_file = Path(jupyter_runtime_dir()) / f"colonies-jpserver-{os.getpid()}.json"
        os.environ[RUNTIME_VARIABLE] = str(self._runtime_file)

    def initialize_handlers(self) -> None:
        """Add the routes under `{base_url}colonies/`."""
        self.handlers.extend(routes(self))

    def hosting(self) -> Hosting | None:
        """The service, if this process hosts it now."""
        return self._hosting

    def forwarding(self) -> Forwarding:
        """The way to whoever hosts the service. Raises ServerStopping if there is none."""
        if self._forwarding is None:
            raise ServerStopping(self._trouble)
        return self._forwarding

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        """Host the colony, or forward to whoever does until that has gone."""
        self._activity.start()
        self._telling = Telling(serverapp.event_logger)
        self._telling.register()
        self._kernelends = KernelEnds(serverapp, self._vigil)
        self._kernelends.start()
        try:
            self._folder = DataFolder(Path(self.data_folder))
            self._folder.point(self._runtime_file)
            await self._settle(self._folder)
        except (ColoniesError, OSError) as error:
            self._give_up(error)

    async def stop_extension(self) -> None:
        """End with the Jupyter server: nothing is left running, nothing is lost."""
        self._activity.stop()
        self._trouble = "The Jupyter server is stopping"
        self._forwarding, self._ending = None, True
        if self._takeover is not None:
            await self._takeover
        if self._watch is not None:
            if self._hosting is not None:
                self._watch.cancel()
            await asyncio.wait([self._watch])
        hosting, self._hosting = self._hosting, None
        try:
            if hosting is not None:
                await hosting.stop()
        finally:
            if self._lock is not None:
                self._lock.release()
            if self._folder is not None:
                self._folder.unpoint(self._runtime_file)
            if os.environ.get(RUNTIME_VARIABLE) == str(self._runtime_file):
                del os.environ[RUNTIME_VARIABLE]

    async def _settle(self, folder: DataFolder) -> None:
        """Host the folder if nobody does, else attach to the host."""
        self._lock = Lock(folder.path)
        if self._lock.try_acquire():
            await self._host()
        else:
            self._attach(folder, self._lock)

    async def _host(self) -> None:
        assert self._folder is not None
        assert self.serverapp is not None
        wanted = Settings(
            data=self._folder.path,
            database=self.database,
            synchronous=self.synchronous,
            host=self.host,
            port=self.port,
            certificate=self.certificate,
            certificate_key=self.certificate_key,
            colonyname=self.colony,
            cron_timezone=self.cron_timezone,
            retention=self.retention,
            stale_after=self.stale_after,
            give_back=self.give_back,
            blobs=self.blobs,
            quota=self.quota,
            s3=self.s3,
            public_url=self.public_url,
            plaintext_tokens=self.plaintext_tokens,
            users=self.users,
            elsewhere=settings.object_store(os.environ) if self.s3 == "off" else None,
            plaintext=self.plaintext,
            proxies=tuple(self.proxies),
            limits=limits_of(self.limits),
            audit=self.audit,
        )
        hosting = Hosting(
            wanted,
            self._folder,
            jupyter_url=self.serverapp.connection_url,
            former=self._former,
            kernels=Kernels(self.serverapp.kernel_manager),
        )
        await hosting.start()
        hosting.broker.vigil.witness = self._kernelends.ending_of
        hosting.broker.listener = self._telling.heard
        self._hosting, self._forwarding = hosting, None
        self._watch = asyncio.create_task(self._step_down_when_superseded(hosting))

    async def _step_down_when_superseded(self, hosting: Hosting) -> None:
        """Whoever took the database over hosts it now; this server forwards there."""
        await hosting.superseded()
        assert self._folder is not None
        assert self._lock is not None
        self._hosting = None
        self._trouble = "Another server has taken the colony's database over: use that server"
        await hosting.stop()
        replaced = self._lock.lost
        self._lock.release()
        if not replaced:
            self.log.error(
                "That server has another data folder: name its folder, or end it and restart this"
            )
        if self._ending or not replaced:
            return
        try:
            await self._settle(self._folder)
        except (ColoniesError, OSError) as error:
            self._give_up(error)

    def _attach(self, folder: DataFolder, lock: Lock) -> None:
        self._former = folder.described()
        where = str(lock.holder() or "another process")
        self._trouble = (
            f"The colony of this user is hosted by {where}, which does not answer here: wait a "
            "moment, or end that process and this server takes over"
        )
        self._forwarding = Forwarding(folder, lambda: self._trouble)
        self.log.info(
            "The colony is hosted by %s: this server forwards to it, and takes over when it ends",
            where,
        )
        loop = asyncio.get_running_loop()

        def acquired() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: so has this server
                loop.call_soon_threadsafe(self._start_takeover)

        lock.acquire_later(acquired)

    def _start_takeover(self) -> None:
        self._takeover = asyncio.get_running_loop().create_task(self._take_over())

    async def _take_over(self) -> None:
        assert self._folder is not None
        self.log.info("The former host of the colony has ended: taking over")
        self._former = await asyncio.to_thread(self._folder.described) or self._former
        try:
            await self._host()
        except (ColoniesError, OSError) as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self._trouble = f"The colony's server could not start: {error}"
        self.log.error(self._trouble)
        self._forwarding = None
        if self._lock is not None:
            self._lock.release()

    def _vigil(self) -> Vigil | None:
        return self._hosting.broker.vigil if self._hosting is not None else None

    async def report_activity(self) -> None:
        """Work that waits or runs keeps the server from being culled as idle."""
        if self._hosting is not None and await self._hosting.busy():
            assert self.serverapp is not None
            self.serverapp.web_app.settings["last_activity_times"]["colonies"] = utcnow()


def on_jupyterhub() -> bool:
    """Whether this machine is shared: a neighbour must not be handed signed messages."""
    return bool(os.environ.get("JUPYTERHUB_USER") or os.environ.get("JUPYTERHUB_API_TOKEN"))
