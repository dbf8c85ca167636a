"""The broker: everything behind the fronts, as one object."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from typing import Any

from jupyter_colonies.broker import (  # noqa: F401 - importing these registers their use-cases
    blueprints,
    channels,
    checking,
    closing,
    contents,
    crons,
    deadlines,
    definitions,
    dynamic,
    ending,
    executors,
    files,
    finish,
    generators,
    identities,
    locations,
    lookup,
    members,
    monitor,
    moving,
    nonces,
    notes,
    objects,
    once,
    pages,
    pauses,
    remainders,
    removal,
    reruns,
    runs,
    snapshots,
    staleness,
    streams,
    submit,
    sweeping,
    tokens,
    workflow,
)
from jupyter_colonies.broker.ahead import Foresight
from jupyter_colonies.broker.assign import assign, assign_several
from jupyter_colonies.broker.attendance import Attendance
from jupyter_colonies.broker.authorize import authorize, confine, owner_of_server
from jupyter_colonies.broker.call import PROCEDURES, USE_CASES, Call, Facts
from jupyter_colonies.broker.channels import Position, Unread, unread
from jupyter_colonies.broker.cronruns import CronRuns
from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.broker.generatorruns import GeneratorRuns
from jupyter_colonies.broker.meter import Meter
from jupyter_colonies.broker.objects import Owner
from jupyter_colonies.broker.once import KeyedDesk, Known, first
from jupyter_colonies.broker.origin import ITSELF, ORIGIN
from jupyter_colonies.broker.places import Places
from jupyter_colonies.broker.retention import Retention
from jupyter_colonies.broker.signals import (
    Changed,
    ColonyChanged,
    Dismissed,
    Due,
    GraphChanged,
    Missed,
    Packed,
    Ready,
    SignalNotices,
)
from jupyter_colonies.broker.streams import Wish
from jupyter_colonies.broker.subscriptions import Subscriptions
from jupyter_colonies.broker.tokens import Bearer
from jupyter_colonies.broker.trail import Deed, Trail
from jupyter_colonies.broker.verifying import Verifier
from jupyter_colonies.broker.vigil import Vigil
from jupyter_colonies.broker.waiters import Waiters
from jupyter_colonies.core import enrolment
from jupyter_colonies.core.events import Frame
from jupyter_colonies.core.messages import (
    REGISTRY,
    Message,
    Request,
    logs,
    processes,
    server,
    workflows,
)
from jupyter_colonies.core.messages import monitor as monitor_messages
from jupyter_colonies.core.messages.channels import SubscribeChannel
from jupyter_colonies.core.messages.executors import SubscribeExecutor
from jupyter_colonies.core.messages.monitor import EXECUTORS
from jupyter_colonies.core.messages.processes import SubscribeProcesses
from jupyter_colonies.core.messages.server import GetServerInfo, ServerInfo, Version
from jupyter_colonies.core.once import Once
from jupyter_colonies.core.policy import Caller, Grant
from jupyter_colonies.errors import (
    AccessDenied,
    ColoniesError,
    InvalidRequest,
    NothingToAssign,
    ServerStopping,
    StorageFailed,
)
from jupyter_colonies.store import processes as statements
from jupyter_colonies.store.address import Address
from jupyter_colonies.store.blobs import Blobs
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Transaction

_log = logging.getLogger(__name__)


class Broker:
    """The scheduler of one server.

    database: path of the SQLite file, or address of the PostgreSQL database. facts: the server's
    id, registration secret and rules. version: what the server says of itself. clock: nanoseconds
    since 1970. blobs: the bytes of files, None if they are elsewhere.
    """

    once: Once | None = None

    def __init__(
        self,
        database: Address,
        facts: Facts,
        *,
        version: Version | None = None,
        clock: Callable[[], int] = time.time_ns,
        blobs: Blobs | None = None,
    ) -> None:
        self.facts = facts
        self.version = version or Version()
        self.store = Store(
            database, committed=self._committed, notices=SignalNotices(), clock=clock
        )
        self.verifier = Verifier(blobs) if blobs else None
        self.foresight = Foresight()
        self.meter = Meter()
        self.trail: Trail | None = None
        self.listener: Callable[[list[object]], None] = _nobody
        self.waiters = Waiters()
        self.polls = Places(facts.polls, "long polls")
        self.followed = Places(facts.subscriptions, "subscriptions")
        self.subscriptions = Subscriptions(self.store)
        self.stopping = asyncio.Event()
        self._clock = clock
        self._forgotten = 0
        self.attendance = Attendance(clock)
        self.vigil = Vigil(self.store, clock)
        self._crons = CronRuns(self.store, facts, clock)
        self._generators = GeneratorRuns(self.store, facts, clock)
        duties: list[Duty] = [
            deadlines.duty(self.store, clock),
            remainders.duty(self.store, clock),
            sweeping.duty(self.store, clock),
            once.duty(self.store, clock),
            self._crons,
            self._generators,
            self.vigil.duty,
            staleness.duty(self.store, clock, self.attendance, lambda: self.facts),
        ]
        if facts.retention:
            duties.append(Retention(self.store, clock, facts.retention))
        self._duties: dict[str, Duty] = {duty.name: duty for duty in duties}

    @property
    def serverid(self) -> str:
        """Id of the server's owner."""
        return self.facts.serverid

    @property
    def secret(self) -> str:
        """The registration secret of the runtime file."""
        return self.facts.secret

    async def start(self) -> None:
        """Open the database and begin. Raises what `Store.open` raises."""
        await self.store.open()
        await self._learn_owner()
        for duty in self._duties.values():
            duty.start()

    async def stop(self) -> None:
        """End long polls and subscriptions, finish what was handed in, close the database."""
        self.stopping.set()
        self.waiters.wake_all()
        self.subscriptions.end()
        await self.vigil.stop()
        for duty in self._duties.values():
            await duty.stop()
        await self.store.close()

    async def call(
        self,
        message: Message[Any, Any],
        request: Request,
        callerid: str,
        *,
        gone: asyncio.Event | None = None,
        grant: Grant | None = None,
        once: Once | None = None,
    ) -> Any:
        """Carry out one operation and give its reply.

        `callerid` is the id that signed the request. `gone` is set by the front when the caller's
        connection closed. `grant` says what the caller's proof is good for if that is less than
        the identity. With the same `once` it is carried out once. Raises ColoniesError.
        """
        begun = time.monotonic()
        try:
            caller, reply = await self._carry_out(message, request, callerid, gone, grant, once)
        except Known as known:
            assert once is not None
            once.replayed = True
            return known.reply
        except ColoniesError as error:
            self.meter.carried_out(message.type, time.monotonic() - begun, error)
            if self.trail is not None and _is_told_of(message, error):
                deed = Deed(
                    self._clock(), ORIGIN.get(), message, request, None, callerid, "", error
                )
                self.trail.follow(deed)
            raise
        self.meter.carried_out(message.type, time.monotonic() - begun, None)
        if self.trail is not None and not message.reads:
            name = caller.name if caller is not None else ""
            self.trail.follow(
                Deed(self._clock(), ORIGIN.get(), message, request, reply, callerid, name)
            )
        return reply

    async def _carry_out(
        self,
        message: Message[Any, Any],
        request: Any,
        callerid: str,
        gone: asyncio.Event | None,
        grant: Grant | None,
        once: Once | None,
    ) -> tuple[Caller | None, Any]:
        """Who called, if that is known, and the reply."""
        message.check(request)
        await self.confine(message, request, grant)
        if self.stopping.is_set():
            raise ServerStopping("The server is shutting down, try again in a moment")
        if message in (processes.ASSIGN_PROCESS, processes.ASSIGN_PROCESSES):
            return await self._assign(request, callerid, gone)
        if message is server.VERSION:
            return None, self.version
        if message is server.SERVER_INFO:
            return None, self._info(request)
        if message.streams:
            raise InvalidRequest(f"{message.type} is only answered on the websocket /pubsub")
        if message.type in PROCEDURES:
            desk = KeyedDesk(self, once) if once else self
            return None, await PROCEDURES[message.type](desk, request, callerid)
        use_case = USE_CASES[message.type]

        def job(tx: Transaction) -> tuple[Caller, Any]:
            call = authorize(tx, self.facts, message, request, callerid)
            return call.caller, first(call, once, message, lambda: use_case(call, request))

        if message.reads:
            caller, reply = await self.store.read(job)
            self.attendance.heard(caller)
        else:
            ahead = self.foresight.of(message, request, callerid)
            caller, reply = await self.store.write(job, ahead)
        return caller, reply

    async def _assign(
        self, request: Any, callerid: str, gone: asyncio.Event | None
    ) -> tuple[Caller, Any]:
        """What was taken, and by whom."""
        if isinstance(request, processes.AssignProcesses):
            caller, several = await assign_several(self, request, callerid, gone)
            for each in several:
                self.meter.assigned(each)
            return caller, several
        caller, process = await assign(self, request, callerid, gone)
        self.meter.assigned(process)
        return caller, process

    async def subscribe(
        self,
        message: Message[Any, Any],
        request: Any,
        callerid: str,
        *,
        grant: Grant | None = None,
    ) -> AsyncGenerator[Any, None]:
        """Events of a subscription until its time is over or the server stops.

        Raises ColoniesError, before the first event, if the caller may not subscribe, and Over
        where nothing can follow because what was subscribed to has ended.
        """
        message.check(request)
        await self.confine(message, request, grant)
        call = await self.store.read(
            lambda tx: _detached(authorize(tx, self.facts, message, request, callerid))
        )
        attending = self._attending(call, comes_and_goes=isinstance(request, SubscribeExecutor))
        with self.followed.held(callerid), attending:
            async with aclosing(self._events(message, request, call)) as events:
                async for event in events:
                    yield event

    def now(self) -> int:
        """Nanoseconds since 1970, by the clock of this server."""
        return self._clock()

    async def confine(
        self, message: Message[Any, Any], request: Request, grant: Grant | None
    ) -> None:
        """Raise AccessDenied unless an operation lies within a grant; None stands for all."""
        if grant is not None:
            await self.store.read(lambda tx: confine(tx, message, request, grant))

    async def bearer(self, secret: str) -> Bearer:
        """For whom a token stands. Raises NoToken.

        That it is used is written down about once an hour, and does not matter if it can't be.
        """
        found = await self.store.read(lambda tx: tokens.bearer(tx, secret))
        if not found.used_lately:
            with suppress(StorageFailed):
                await self.store.write(lambda tx: tokens.used(tx, found.tokenid))
        return found

    async def first_use(self, digest: str, until: int) -> bool:
        """Whether a signature is used for the first time, see `nonces.first_use`."""
        now = self._clock()
        forget = now if now >= self._forgotten + nonces.MINUTE else 0
        self._forgotten = forget or self._forgotten
        return await self.store.write(lambda tx: nonces.first_use(tx, digest, until, forget))

    async def follow(self, wish: Wish) -> AsyncGenerator[Frame, None]:
        """Open a stream of events, see `streams.follow`. Raises ColoniesError if it may not be."""
        wish.message.check(wish.request)
        if self.stopping.is_set():
            raise ServerStopping("The server is shutting down, try again in a moment")
        await streams.check(self, wish)
        return streams.follow(self, wish)

    async def owner_of_keys(self, accesskey: str) -> Owner:
        """Whose keys of an S3 client these are. Raises AccessDenied."""
        return await self.store.read(lambda tx: objects.owner(tx, accesskey))

    async def busy(self) -> bool:
        """Whether any process waits or runs."""
        row = await self.store.read(lambda tx: tx.one(statements.ANY_OPEN))
        return bool(row and row["any"])

    @contextmanager
    def _attending(self, call: Call, *, comes_and_goes: bool) -> Iterator[None]:
        """The caller is here as long as this lasts; who watches the colony may hear of that."""
        told = [ColonyChanged(call.colonyname, EXECUTORS)] if comes_and_goes else []
        with self.attendance.staying(call.caller):
            self.subscriptions.tell(told)
            try:
                yield
            finally:
                # Once it has gone.
                asyncio.get_running_loop().call_soon(self.subscriptions.tell, told)

    def _events(self, message: Message[Any, Any], request: Any, call: Call) -> Any:
        by_request: dict[Message[Any, Any], Callable[[Any], Any]] = {
            processes.SUBSCRIBE_PROCESS: self.subscriptions.process,
            workflows.SUBSCRIBE_WORKFLOW: self.subscriptions.workflow,
            monitor_messages.SUBSCRIBE_COLONY: self.subscriptions.colony,
            logs.SUBSCRIBE_NOTES: self.subscriptions.notes,
        }
        if message in by_request:
            return by_request[message](request)
        if isinstance(request, SubscribeExecutor):
            self.vigil.watch(request, call.caller.id)
            return self.subscriptions.executor(request, call.caller.id)
        if isinstance(request, SubscribeProcesses):
            return self.subscriptions.processes(request, call.colonyname)
        if isinstance(request, SubscribeChannel):
            return self.subscriptions.channel(request, self._channel_reader(message, request, call))
        raise InvalidRequest(f"{message.type} is not a subscription")

    def _channel_reader(
        self, message: Message[Any, Any], request: SubscribeChannel, call: Call
    ) -> Callable[[Position], Awaitable[Unread]]:
        """Reads a channel for a subscriber; its rights are looked at each time."""

        def look(position: Position) -> Awaitable[Unread]:
            return self.store.read(
                lambda tx: unread(
                    authorize(tx, self.facts, message, request, call.caller.id), request, position
                )
            )

        return look

    def _committed(self, announced: list[object]) -> None:
        self.meter.heard(announced)
        self.listener(announced)
        self.waiters.wake_for(signal for signal in announced if isinstance(signal, Ready))
        for signal in announced:
            if isinstance(signal, Due) and signal.duty in self._duties:
                self._duties[signal.duty].due(signal.at)
            elif isinstance(signal, GraphChanged) and signal.state.finished:
                self._crons.ended(signal.graphseq)
            elif isinstance(signal, Packed):
                self._generators.packed(signal.generator)
            elif isinstance(signal, Dismissed):
                self.waiters.dismiss(signal)
            elif isinstance(signal, Changed):
                if signal.state.finished:
                    self._duties[sweeping.NAME].due(self._clock() + sweeping.KEPT_FOR)
            elif isinstance(signal, Missed):
                self.waiters.wake_all()
                self._generators.missed()
                for duty in self._duties.values():
                    duty.look()
        self.subscriptions.tell(announced)

    async def _learn_owner(self) -> None:
        """The server's owner may have been changed while it had another key at hand."""
        founder = self.facts.serverid
        owner = await self.store.read(lambda tx: owner_of_server(tx, founder))
        if owner != founder:
            _log.warning(
                "The server's owner was changed from %s to %s: the former key gives no rights",
                founder,
                owner,
            )
            self.facts = self.facts._replace(serverid=owner)

    def _info(self, request: GetServerInfo) -> ServerInfo:
        proof = ""
        if request.nonce and self.facts.secret:
            proof = enrolment.server_proof(self.facts.secret, request.nonce, self.facts.serverid)
        return ServerInfo(
            buildversion=self.version.buildversion,
            buildtime=self.version.buildtime,
            backends=list(self.facts.backends),
            extensions=extensions(REGISTRY),
            serverid=self.facts.serverid if proof else "",
            proof=proof,
        )


def extensions(registry: Mapping[str, Message[Any, Any]]) -> list[str]:
    """Message types that the original protocol does not have."""
    return [message.type for message in registry.values() if message.extension]


def _nobody(_: list[object]) -> None:
    """Nobody else wants to hear what was committed."""


def _is_told_of(message: Message[Any, Any], error: ColoniesError) -> bool:
    """Whether a refusal is written down: of each change, and of each look at what is another's."""
    if isinstance(error, NothingToAssign):
        return False
    return not message.reads or (isinstance(error, AccessDenied) and ORIGIN.get() is not ITSELF)


def _detached(call: Call) -> Call:
    """A call that outlives its transaction."""
    return call._replace(subject=dict(call.subject) if call.subject is not None else None)
