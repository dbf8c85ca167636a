"""The loop that pulls processes, runs them and closes them."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.patience import passes, pauses
from jupyter_colonies.core.member import Capabilities, Function, FunctionArgument, check_name
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.errors import (
    ColoniesError,
    InvalidRequest,
    NothingToAssign,
)
from jupyter_colonies.executor import bars, capture, registry, seating
from jupyter_colonies.executor.exchange import Exchange
from jupyter_colonies.executor.execution import Execution
from jupyter_colonies.executor.functions.keeping import Keeping
from jupyter_colonies.executor.hearing import listen
from jupyter_colonies.executor.mounts import Mounting
from jupyter_colonies.executor.offer import ANY_FUNCTION, Offer, Runnable
from jupyter_colonies.executor.outcome import Outcome
from jupyter_colonies.executor.registration import RENEWAL, Registration
from jupyter_colonies.executor.report import Report
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.executor.steps import Step
from jupyter_colonies.executor.workers.pool import Pool

LONG_POLL = 30  # seconds an assign waits for work before it is asked again
MOST_ADOPTED = 100
MOST_STRAYS = 8  # threads with cancelled code that does not end
FAREWELL = 1.0  # seconds the server has to answer when an executor leaves


class WorkerState(StrEnum):
    """What an executor is doing; the value is the word people read."""

    NEW = "new"
    STARTING = "starting"
    READY = "ready"
    AWAY = "waiting for the server"
    STOPPING = "stopping"
    STOPPED = "stopped"
    REFUSED = "refused"


STEPS: tuple[Step, ...] = (Keeping(),)
"""What happens around each run of an executor, in this order before it."""


class Worker:
    """An executor in this process: it serves the processes of one executor type.

    Network traffic runs on the colony's portal, each process in a daemon thread, at most
    `concurrency` at a time; `pool` has the worker processes of what is to run in one. `state` and
    `reason` say how it is doing; the registry tells observers of each change. Raises
    InvalidRequest for a name that is empty or contains a colon.
    """

    def __init__(
        self, colony: Colony, name: str, *, executortype: str = "", concurrency: int = 1
    ) -> None:
        check_name(name, "executor")
        self.colony = colony
        self.name = name
        self.executortype = executortype or name
        self.state = WorkerState.NEW
        self.reason = ""
        self.running: list[RunningProcess] = []
        self.done = 0
        self.failed = 0
        self.strays = 0
        self.notice = ""
        self._concurrency = _checked(concurrency)
        self._offers: dict[str, Offer] = {}
        self._untold: dict[str, Offer] = {}
        self._registration = Registration(colony, name)
        self.pool = Pool(lambda: pickle.dumps((colony.found, self._registration.private_key)))
        self._exchange = Exchange(self._registration.client, lambda: len(self.running))
        self._mounting = Mounting(colony, self._registration.client)
        self._registered_type = ""
        self._described = Capabilities()
        self._doubtful = False
        self._changed = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._runs: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"<Worker {self.name} ({self.executortype}): {self.state}>"

    @property
    def executorid(self) -> str:
        """The id of the key that was made for this executor."""
        return self._registration.client.id

    @property
    def sources(self) -> list[str]:
        """The texts of the code that is served, as far as they are known."""
        return [offer.source.text for offer in self._offers.values() if offer.source is not None]

    @property
    def functions(self) -> Mapping[str, Runnable]:
        """What is served, by funcname; `*` serves every funcname that has no own entry.

        What runs in worker processes is given as what it was before it was packed.
        """
        return MappingProxyType(
            {name: getattr(o.runnable, "within", o.runnable) for name, o in self._offers.items()}
        )

    @property
    def offers(self) -> Mapping[str, Offer]:
        """As `functions`, with what is known of them."""
        return MappingProxyType(self._offers)

    @property
    def concurrency(self) -> int:
        """How many processes may run here at the same time."""
        return self._concurrency

    def add(
        self,
        funcname: str,
        runnable: Runnable,
        description: str = "",
        args: Sequence[FunctionArgument] = (),
    ) -> None:
        """Serve a function, in place of what was served under the name before.

        Runs that have begun finish with the old code. What the function prints shows in the cell
        from which `add` is called.
        """
        offer = Offer(funcname=funcname, runnable=runnable, description=description, args=args)
        self.offer([offer])

    def offer(self, offers: Iterable[Offer]) -> None:
        """Serve several functions; what came from the same cell before is dropped."""
        new = {offer.funcname: offer for offer in offers}
        origins = {offer.origin for offer in new.values()} - {""}
        kept = {n: o for n, o in self._offers.items() if o.origin not in origins}
        self._offers = kept | new
        self._untold.update(new)
        if self._serving is not None:
            self.colony.portal.run(self._heed_offers())
        registry.changed(self)

    def remove(self, funcname: str) -> None:
        """Serve a function no longer. Raises KeyError if it was not served."""
        offers = dict(self._offers)
        del offers[funcname]
        self._offers = offers
        if self._serving is not None:
            self.colony.portal.run(self._heed_offers())
        registry.changed(self)

    def withdraw(self, cell: str) -> None:
        """Serve no longer what stands in a cell; stop if nothing is left. See `stop`.

        Raises KeyError if nothing of it was served.
        """
        standing = [
            name
            for name, offer in self._offers.items()
            if offer.source is not None and offer.source.cell == cell
        ]
        if not standing:
            raise KeyError(cell)
        if len(standing) == len(self._offers):
            self.stop()
            return
        for name in standing:
            self.remove(name)

    def configure(self, *, executortype: str = "", concurrency: int = 0) -> None:
        """Change type or concurrency; a new type is taken when the present runs are over."""
        if concurrency:
            self._concurrency = _checked(concurrency)
        moved = executortype not in ("", self.executortype)
        if moved:
            self.executortype = executortype
        if self._serving is not None:
            self.colony.portal.run(self._heed(moved=moved))

    def start(self) -> None:
        """Register and begin to work; starting a worker that works does nothing.

        Another worker of this process that has the same name is stopped. Waits for the
        registration. Raises ServerUnreachable, and AccessDenied or InvalidRequest where the
        server refuses it.
        """
        if self.state in (WorkerState.NEW, WorkerState.STOPPED, WorkerState.REFUSED):
            previous = registry.get(self.name)
            if previous is not None and previous is not self:
                previous.stop(timeout=0)
            capture.install()
            bars.install()
            self.colony.portal.run(self._start())

    def stop(self, *, timeout: float = 10) -> None:
        """Take no more work, let runs finish for `timeout` seconds, then leave the colony.

        The processes of runs that take longer go back to the queue; their threads can't be ended
        from outside, and what they return is not used.
        """
        if self.state not in (WorkerState.NEW, WorkerState.STOPPED):
            self.colony.portal.run(self.leave(timeout))

    async def leave(self, timeout: float) -> None:  # noqa: ASYNC109 - see `stop`
        """`stop`, for callers on the portal's loop."""
        self._become(WorkerState.STOPPING)
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait([self._serving])
            self._serving = None
        if self._runs and timeout > 0:
            await asyncio.wait(set(self._runs), timeout=timeout)
        for running in self.running:
            running.cancellation.cancel("given back, as its executor stops")
        for task in set(self._runs):
            task.cancel()
        try:
            async with asyncio.timeout(FAREWELL):
                await self._registration.leave()
            self._become(WorkerState.STOPPED)
        except TimeoutError:
            self._become(WorkerState.STOPPED, "the server did not answer in time")
        except ColoniesError as error:
            self._become(WorkerState.STOPPED, f"the server was not told: {error.message}")
        if self.pool.pids:
            await asyncio.to_thread(self.pool.close)
        registry.forget(self)

    async def _start(self) -> None:
        self._become(WorkerState.STARTING)
        try:
            await self._enter()
        except ColoniesError as error:
            self._become(WorkerState.REFUSED, error.message)
            raise
        self._serving = asyncio.create_task(self._serve(), name=f"executor {self.name}")
        registry.remember(self)

    async def _enter(self) -> None:
        executortype = self.executortype
        self._described = seating.capabilities(self._offers.values())
        await self._registration.enter(executortype, self._described)
        self._exchange.learn(self._registration.extensions)
        self._registered_type = executortype
        self._untold.update(self._offers)
        await self._tell()
        self._doubtful = False
        self._become(WorkerState.READY)

    async def _serve(self) -> None:
        names = {"colonyname": self.colony.name, "executorname": self.name}
        registration = self._registration
        besides = [
            asyncio.create_task(self._renew()),
            asyncio.create_task(
                listen(registration.client, names, registration.extensions, self.running)
            ),
        ]
        waits = pauses()
        try:
            while self.state is not WorkerState.REFUSED:
                try:
                    await self._pull()
                    waits = pauses()
                except ColoniesError as error:
                    await self._recover(error)
                    if self.state is WorkerState.AWAY:
                        await asyncio.sleep(next(waits))
        finally:
            for task in besides:
                task.cancel()

    async def _pull(self) -> None:
        """Take work as soon as there is room for it, and as much as there is room for."""
        await self._room()
        if self.state is WorkerState.AWAY:
            await self._adopt()
            await self._tell()
            self._become(WorkerState.READY)
            return
        room = self._concurrency - len(self.running)
        with contextlib.suppress(NothingToAssign):
            for process in await self._exchange.take(self.colony.name, LONG_POLL, room):
                self._begin(process)

    async def _room(self) -> None:
        """Wait until another process may run here, under the type that is wanted."""
        while True:
            self._changed.clear()
            if self._registered_type != self.executortype and not self.running:
                await self._enter()
            moving = self._registered_type != self.executortype
            room = len(self.running) < self._concurrency and self.strays < MOST_STRAYS
            if self._offers and not moving and room:
                return
            await self._changed.wait()

    async def _adopt(self) -> None:
        """Begin the processes that were assigned in an answer that was lost with its server."""
        known = {running.processid for running in self.running}
        for process in await self._registration.client.get_processes(
            colonyname=self.colony.name,
            state=State.RUNNING,
            executortype=self.executortype,
            count=MOST_ADOPTED,
        ):
            if process.assignedexecutorid == self.executorid and process.processid not in known:
                self._begin(process)

    async def _recover(self, error: ColoniesError) -> None:
        """Decide after a failed request: wait for the server, enter anew, or give up."""
        if not passes(error):
            try:
                refusal = await self._registration.standing(gone_is_fine=self._doubtful)
                if not refusal:
                    await self._enter()
                    return
                self._become(WorkerState.REFUSED, f"{refusal} ({error.message})")
                return
            except ColoniesError as second:
                error = second
        self._doubtful = True
        if passes(error):
            self._become(WorkerState.AWAY, error.message)
        else:
            self._become(WorkerState.REFUSED, error.message)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEWAL)
            try:
                await self._registration.renew()
            except ColoniesError as error:
                # Whether anything is wrong, and what to do, is found out by the next assign.
                self._doubtful = True
                self.notice = f"the lease was not renewed: {error.message}"

    def _begin(self, process: Process) -> None:
        client, portal = self._registration.client, self.colony.portal

        def refused(error: ColoniesError) -> None:
            running.cancellation.cancel(f"its log was not accepted: {error.message}")

        log = capture.RunLog(
            lambda text: client.add_log(processid=process.processid, message=text),
            asyncio.get_running_loop(),
            refused,
        )
        report = Report(
            lambda texts: client.set_attributes(processid=process.processid, texts=texts)
        )
        running = RunningProcess(process, client, portal, log, self.colony.values, report.progress)
        self.running.append(running)
        execution = Execution(
            running, log, report, steps=(*STEPS, self._mounting), stray=self._stray
        )
        task = asyncio.create_task(self._carry(execution))
        self._runs.add(task)
        task.add_done_callback(self._runs.discard)
        registry.changed(self)

    async def _carry(self, execution: Execution) -> None:
        running = execution.running
        offer = self._offers.get(running.funcname) or self._offers.get(ANY_FUNCTION)
        try:
            if offer is None:
                outcome = await execution.close(
                    self._unknown(running.funcname), self._exchange, self._undelivered
                )
            else:
                outcome = await execution.carry(offer, self._exchange, self._undelivered)
            if outcome.abandoned:
                self._note(running, outcome.abandoned)
            elif outcome.errors is None:
                self.done += 1
            else:
                self.failed += 1
        except ColoniesError as error:
            running.cancellation.cancel(f"its result was not accepted: {error.message}")
            self._note(running, running.cancellation.reason)
        finally:
            self.running.remove(running)
            self._changed.set()
            registry.changed(self)

    def _unknown(self, funcname: str) -> Outcome:
        known = ", ".join(sorted(self._offers)) or "none"
        text = f"Unknown function '{funcname}': executor '{self.name}' serves {known}"
        return Outcome(errors=[text])

    def _stray(self, is_stray: bool) -> None:
        """Code that does not end keeps its thread; too many of them keep new work away."""
        self.strays += 1 if is_stray else -1
        self._changed.set()
        registry.changed(self)

    def _note(self, running: RunningProcess, text: str) -> None:
        self.notice = f"{running.funcname} (process {running.processid}): {text}"
        registry.changed(self)

    async def _tell(self) -> None:
        """Register the functions the server has not been told of; `*` has no name to tell."""
        capabilities = seating.capabilities(self._offers.values())
        if capabilities != self._described:
            await self._registration.describe(capabilities)
            self._described = capabilities
        while self._untold:
            funcname, offer = self._untold.popitem()
            if funcname == ANY_FUNCTION or funcname not in self._offers:
                continue
            try:
                await self._registration.offer(self._function(offer))
            except ColoniesError:
                self._untold.setdefault(funcname, offer)
                raise

    async def _heed_offers(self) -> None:
        self._changed.set()
        if self.state is not WorkerState.READY:
            return
        try:
            await self._tell()
        except ColoniesError as error:
            if not passes(error):
                raise
            self._become(WorkerState.AWAY, error.message)

    async def _heed(self, *, moved: bool) -> None:
        """Act on changed settings; a long poll under the old type is given up."""
        self._changed.set()
        if moved and self._serving is not None:
            self._serving.cancel()
            await asyncio.wait([self._serving])
            self._serving = asyncio.create_task(self._serve(), name=f"executor {self.name}")

    def _undelivered(self, error: ColoniesError) -> None:
        self._doubtful = True
        self.notice = f"a result waits for the server: {error.message}"
        registry.changed(self)

    def _function(self, offer: Offer) -> Function:
        return Function(
            executorname=self.name,
            executortype=self.executortype,
            colonyname=self.colony.name,
            funcname=offer.funcname,
            description=offer.description,
            args=list(offer.args),
        )

    def _become(self, state: WorkerState, reason: str = "") -> None:
        self.state, self.reason = state, reason
        registry.changed(self)


def _checked(concurrency: int) -> int:
    if concurrency < 1:
        raise InvalidRequest(f"An executor runs at least one process at a time, not {concurrency}")
    return concurrency
