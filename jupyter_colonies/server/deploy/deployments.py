"""All deployed notebooks of a server: asked for, watched, stopped, and there again after a restart.

Whoever deploys a notebook runs programs as the user of this server. So this is reached through the
door in the data folder, and through Jupyter by those whom it lets use kernels; never by a key.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from jupyter_colonies.core import deployment as rules
from jupyter_colonies.core.deployment import DeploymentRequest
from jupyter_colonies.errors import Conflict, InvalidRequest, NotFound
from jupyter_colonies.server.deploy.deployment import Deployment, Version
from jupyter_colonies.server.deploy.kernel import Kernels
from jupyter_colonies.server.deploy.log import DeploymentLog
from jupyter_colonies.server.deploy.program import program_of
from jupyter_colonies.server.deploy.record import Record, Records, read_notebook
from jupyter_colonies.server.folder import DataFolder

RUNTIME_VARIABLE = "JUPYTER_COLONIES_RUNTIME"
DEPLOYMENT_VARIABLE = "JUPYTER_COLONIES_DEPLOYMENT"

GLANCE = 2.0
"""Seconds between looks at the files that are watched.

One `stat` each, and only while a deployment watches its file. Python has no notice of changed
files of its own, and the systems' notices miss what other machines write to a shared disk.
"""


class Deployments:
    """The deployed notebooks of a data folder. All methods belong to the server's event loop."""

    def __init__(self, folder: DataFolder, kernels: Kernels) -> None:
        self._host = folder.host
        self._records = Records(folder.path / "deployments")
        self._kernels = kernels
        self._all: dict[str, Deployment] = {}
        self._order = asyncio.Lock()
        self._storing: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None

    @property
    def wanted(self) -> bool:
        """Whether kernels run for deployments, or will."""
        return any(each.shown.state.wanted for each in self._all.values())

    def list(self) -> list[rules.Deployment]:
        """All deployments, by name."""
        return [self._all[name].shown for name in sorted(self._all)]

    def get(self, name: str) -> Deployment:
        """One deployment. Raises NotFound."""
        if name not in self._all:
            known = ", ".join(sorted(self._all)) or "none"
            raise NotFound(f"There is no deployment '{name}'; there are: {known}")
        return self._all[name]

    async def restore(self) -> None:
        """Bring back what was deployed when the former server ended."""
        for record, notebook in await asyncio.to_thread(self._records.load):
            with suppress(InvalidRequest):
                deployment = self._add(record, _version(notebook, record.path))
                if record.wanted:
                    deployment.log.note("the server has started: it is deployed again")
                    deployment.start()
        self._watch()

    async def deploy(self, request: DeploymentRequest) -> Deployment:
        """Deploy a notebook, or deploy it anew; its path is absolute here.

        Raises InvalidRequest for what can't be run, NotFound for a file that can't be read and
        Conflict for the name of another notebook. Nothing has changed then.
        """
        if not Path(request.path).is_absolute():
            raise InvalidRequest(f"The path '{request.path}' is not absolute")
        name = request.name or rules.name_of(request.path)
        rules.check_deployment_name(name)
        present = self._all.get(name)
        if present is not None and present.record.path != request.path:
            raise Conflict(
                f"'{name}' is {present.record.path} already: choose another name with --name, or "
                f"remove that deployment with 'deploy remove {name}'"
            )
        text = await asyncio.to_thread(read_notebook, request.path)
        version = _version(text, request.path)
        if not version.program.cells:
            raise InvalidRequest(f"{request.path} has no code cell to run")
        await self._kernels.choose(request.kernelname or version.program.kernelname)
        record = Record(
            name=name, path=request.path, kernelname=request.kernelname, watch=request.watch
        )
        await self._store(record, text)
        return self._renew(record, version)

    async def restart(self, name: str) -> Deployment:
        """Run a deployment's cells anew in a fresh kernel; one that was stopped as well."""
        deployment = self.get(name)
        deployment.record = msgspec.structs.replace(deployment.record, wanted=True)
        await self._store(deployment.record)
        deployment.start()
        self._watch()
        return deployment

    async def stop(self, name: str) -> Deployment:
        """End a deployment's kernel and do not start it again."""
        deployment = self.get(name)
        deployment.record = msgspec.structs.replace(deployment.record, wanted=False)
        await self._store(deployment.record)
        await deployment.stop()
        return deployment

    async def remove(self, name: str) -> None:
        """Stop a deployment and forget it and its log."""
        await self.stop(name)
        deployment = self._all.pop(name, None)
        if deployment is not None:
            async with self._order:
                await asyncio.to_thread(self._records.remove, name)

    async def end(self) -> None:
        """End all kernels with the server; what was wanted comes back with the next one."""
        if self._watching is not None:
            self._watching.cancel()
        await asyncio.gather(*(each.stop(grace=0) for each in self._all.values()))
        if self._storing:
            await asyncio.wait(self._storing)

    def _renew(self, record: Record, version: Version) -> Deployment:
        deployment = self._all.get(record.name)
        if deployment is None:
            deployment = self._add(record, version)
            deployment.start()
        else:
            deployment.renew(record, version)
        deployment.log.note(f"{record.path} was deployed")
        self._watch()
        return deployment

    def _add(self, record: Record, version: Version) -> Deployment:
        environment = {
            name: value
            for name, value in os.environ.items()
            if self._kernels.inherited or not name.startswith("COLONIES_")
        }
        deployment = self._all[record.name] = Deployment(
            record,
            version,
            kernels=self._kernels,
            log=DeploymentLog(self._records.log(record.name)),
            environment={
                **environment,
                RUNTIME_VARIABLE: str(self._host),
                DEPLOYMENT_VARIABLE: record.name,
                "JPY_SESSION_NAME": record.path,
            },
            store=self._store_soon,
        )
        return deployment

    async def _store(self, record: Record, notebook: str = "") -> None:
        async with self._order:
            await asyncio.to_thread(self._records.keep, record, notebook)

    def _store_soon(self, record: Record, notebook: str) -> None:
        self._later(self._store(record, notebook))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)

    def _watch(self) -> None:
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._look_again_and_again())

    async def _look_again_and_again(self) -> None:
        seen: dict[str, tuple[int, int, int]] = {}
        while watched := [each for each in self._all.values() if _watches(each)]:
            for deployment in watched:
                path = deployment.record.path
                mark = await asyncio.to_thread(_mark, path)
                if mark is not None and seen.get(path) != mark:
                    seen[path] = mark
                    await self._compare(deployment)
            await asyncio.sleep(GLANCE)

    async def _compare(self, deployment: Deployment) -> None:
        """Deploy a file that was written, if what it does is different now."""
        record = deployment.record
        try:
            text = await asyncio.to_thread(read_notebook, record.path)
            version = _version(text, record.path)
            if version.program == deployment.newest.program or not version.program.cells:
                return
            await self._kernels.choose(record.kernelname or version.program.kernelname)
        except (InvalidRequest, NotFound) as error:
            deployment.log.note(f"the changed file is not deployed: {error.message}")
            return
        deployment.log.note("the file has changed")
        record = msgspec.structs.replace(record, proven=False)
        await self._store(record, text)
        if _watches(deployment):
            self._renew(record, version)


def _version(notebook: str, path: str) -> Version:
    return Version(notebook, program_of(notebook, path))


def _watches(deployment: Deployment) -> bool:
    return deployment.record.watch and deployment.record.wanted


def _mark(path: str) -> tuple[int, int, int] | None:
    """What changes with each write of a file; None while there is none."""
    try:
        now = Path(path).stat()
    except OSError:
        return None
    return (now.st_mtime_ns, now.st_size, now.st_ino)
