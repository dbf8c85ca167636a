"""One deployed notebook: its cells run in a kernel, and run again in a new one when that dies."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.core import deployment as rules
from jupyter_colonies.core.deployment import DeploymentState
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.server.deploy.kernel import Kernel, KernelLost, Kernels
from jupyter_colonies.server.deploy.log import DeploymentLog
from jupyter_colonies.server.deploy.program import Program
from jupyter_colonies.server.deploy.record import Record

log = logging.getLogger(__name__)

GRACE = 60.0
"""Seconds the former version of a notebook has to finish what it runs."""

FAREWELL = 10.0
"""Seconds a notebook that is stopped has to finish what it runs."""


class Version(NamedTuple):
    """A notebook as it was when it was deployed: the file's text, and what of it is run."""

    notebook: str
    program: Program


class _Ended(NamedTuple):
    """Why a version is served no more: a lost kernel, a broken cell, or a newer version."""

    lost: str = ""
    broken: str = ""


class Deployment:
    """A deployed notebook of this server. All methods belong to the server's event loop."""

    def __init__(
        self,
        record: Record,
        version: Version,
        *,
        kernels: Kernels,
        log: DeploymentLog,
        environment: Mapping[str, str],
        store: Callable[[Record, str], None],
    ) -> None:
        """`store` keeps what has changed of the record, and the notebook unless it is empty."""
        self.record = record
        self.log = log
        self.version = version
        self.newest = version  # also when it turned out broken and the one before is served
        self._kernels = kernels
        self._environment = environment
        self._store = store
        self._proven = version if record.proven else None
        self._kernel: Kernel | None = None
        self._grace = FAREWELL
        self._refused = ""
        self._asked = asyncio.Event()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._deaths = 0
        self._shown = rules.Deployment(
            name=record.name,
            path=record.path,
            kernelname=record.kernelname or version.program.kernelname,
            state=DeploymentState.STOPPED,
        )
        self._become(DeploymentState.STOPPED)

    @property
    def shown(self) -> rules.Deployment:
        """How it is doing."""
        return msgspec.structs.replace(
            self._shown, path=self.record.path, watch=self.record.watch,
            cells=len(self.version.program.cells),
        )  # fmt: skip

    async def settled(self) -> None:
        """Wait until the notebook has run through, has failed, or is stopped."""
        while not self._shown.state.settled:
            await self._changed.wait()

    def start(self) -> None:
        """Run the notebook; one that runs already is run anew, in a kernel of its own."""
        self._refused = ""
        self._asked.set()
        if self._task is None or self._task.done():
            self._become(DeploymentState.STARTING)
            self._task = asyncio.create_task(self._keep(), name=f"deployment {self.record.name}")
        elif self._shown.state is not DeploymentState.STARTING:
            self._become(DeploymentState.STARTING)

    def renew(self, record: Record, version: Version) -> None:
        """Run another version: its kernel is started, then the old one finishes what it runs."""
        self.record, self.version, self.newest = record, version, version
        self.start()

    async def stop(self, grace: float = FAREWELL) -> None:
        """End the kernel after its runs, `grace` seconds at most; they go back to the queue then.

        With no grace the kernel is asked to end at once.
        """
        task, self._task = self._task, None
        if task is not None and not task.done():
            self._grace = grace
            task.cancel()
            await asyncio.wait([task])
        self._become(DeploymentState.STOPPED)
        self.log.note("stopped")
        await self.log.flush()

    async def _keep(self) -> None:
        """Serve version after version, in kernel after kernel, until a cell fails for good."""
        try:
            while True:
                self._asked.clear()
                began = time.monotonic()
                ended = await self._live()
                if ended.broken:
                    if not await self._fall_back(ended.broken):
                        return
                elif ended.lost:
                    await self._end_kernel()
                    lived = time.monotonic() - began
                    self._deaths = 1 if lived > rules.STEADY else self._deaths + 1
                    await self._pause(ended.lost)
        except Exception as error:
            log.exception("The deployment %s can't go on", self.record.name)
            self._become(DeploymentState.FAILED, f"this should not happen: {error!r}")
        finally:
            if self._kernel is not None:
                await asyncio.shield(self._part(self._kernel, self._grace))
                self._kernel = None

    async def _live(self) -> _Ended:
        """One life of one version: a kernel, the cells, and what ends it."""
        version, record = self.version, self.record
        former = self._kernel
        self._become(DeploymentState.STARTING, "the kernel is starting")
        try:
            name = await self._kernels.choose(record.kernelname or version.program.kernelname)
            self._shown.kernelname = name
            folder = str(Path(record.path).parent)
            kernel = await self._kernels.start(name, folder, self._environment, self.log.say)
        except InvalidRequest as error:
            return _Ended(broken=error.message)
        except KernelLost as error:
            return _Ended(lost=str(error))
        self._kernel, self._shown.kernelid = kernel, kernel.id
        self.log.note(f"kernel {kernel.id} ({name}) started in {folder}")
        if former is not None:
            self._become(DeploymentState.STARTING, "the former version finishes what it runs")
            await self._part(former, GRACE)
        try:
            return await self._serve(kernel, version)
        except KernelLost as error:
            return _Ended(lost=str(error))

    async def _serve(self, kernel: Kernel, version: Version) -> _Ended:
        asked = asyncio.create_task(self._asked.wait())
        cells = asyncio.create_task(self._run_cells(kernel, version.program))
        try:
            await asyncio.wait({asked, cells}, return_when=asyncio.FIRST_COMPLETED)
            if not cells.done():
                return _Ended()
            if broken := cells.result():
                # What has run before fails for a reason outside of it, which may pass.
                proven = self._proven is not None and self._proven.program == version.program
                return _Ended(lost=broken) if proven else _Ended(broken=broken)
            self.log.note(f"all {len(version.program.cells)} cells have run")
            self._prove(version)
            self._become(DeploymentState.RUNNING, self._refused)
            ends: set[asyncio.Future[Any]] = {asked, kernel.lost}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            return _Ended(lost=kernel.lost.result() if kernel.lost.done() else "")
        finally:
            asked.cancel()
            cells.cancel()
            await asyncio.wait({asked, cells})

    async def _run_cells(self, kernel: Kernel, program: Program) -> str:
        """Run the cells one after the other; what went wrong in which, empty if nothing did."""
        self._shown.done = 0
        for cell in program.cells:
            self._become(DeploymentState.STARTING, f"cell {cell.number} is running")
            failed = await kernel.run(cell)
            if failed is not None and not cell.may_fail:
                return f"cell {cell.number} failed: {failed.error}"
            self._shown.done += 1
        return ""

    async def _fall_back(self, broken: str) -> bool:
        """After a broken version serve the one before again, if there is one."""
        self.log.note(broken)
        await self._end_kernel()
        if self._asked.is_set():  # a newer version has come already
            return True
        if self._proven is None:
            self._become(DeploymentState.FAILED, broken)
            return False
        self._refused = f"the former version runs again, since in the new one {broken}"
        self.version = self._proven
        self._store(self._become_proven(), self._proven.notebook)
        self.log.note("the former version is started again")
        return True

    def _prove(self, version: Version) -> None:
        self._proven = version
        if version is self.version and not self.record.proven:
            self._store(self._become_proven(), "")

    def _become_proven(self) -> Record:
        self.record = msgspec.structs.replace(self.record, proven=True)
        return self.record

    async def _pause(self, lost: str) -> None:
        seconds = rules.pause_after(self._deaths)
        self._shown.restarts += 1
        self.log.note(f"{lost}: started again in {seconds} s")
        self._become(DeploymentState.RESTARTING, f"in {seconds} s: {lost}")
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._asked.wait()

    async def _part(self, kernel: Kernel, grace: float) -> None:
        try:
            if grace:
                await kernel.retire(grace)
        finally:
            await kernel.end()
        self.log.note(f"kernel {kernel.id} ended")

    async def _end_kernel(self) -> None:
        kernel, self._kernel, self._shown.kernelid = self._kernel, None, ""
        if kernel is not None:
            await kernel.end(now=kernel.lost.done())

    def _become(self, state: DeploymentState, reason: str = "") -> None:
        if state is not self._shown.state:
            self._shown.since = to_wire(time.time_ns())
        self._shown.state, self._shown.reason = state, reason
        if not state.wanted:
            self._shown.kernelid = ""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
