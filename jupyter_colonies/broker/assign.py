"""The long poll of executors (protocol part 02, section 4)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import NamedTuple, Protocol

from jupyter_colonies.broker import authorize, take
from jupyter_colonies.broker.ahead import Foresight
from jupyter_colonies.broker.attendance import Attendance
from jupyter_colonies.broker.call import Facts
from jupyter_colonies.broker.pauses import is_paused
from jupyter_colonies.broker.places import Places
from jupyter_colonies.broker.take import Taker
from jupyter_colonies.broker.waiters import Waiter, Waiters, Wake
from jupyter_colonies.core.messages.processes import (
    ASSIGN_PROCESS,
    ASSIGN_PROCESSES,
    MOST_AT_ONCE,
    AssignProcess,
    AssignProcesses,
)
from jupyter_colonies.core.policy import Caller
from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import (
    AssignmentsPaused,
    ColoniesError,
    InvalidRequest,
    NothingToAssign,
    PauseOutlasted,
    ServerStopping,
)
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Ahead, Transaction

_log = logging.getLogger(__name__)


class Desk(Protocol):
    """What the long poll needs of the broker."""

    store: Store
    waiters: Waiters
    polls: Places
    foresight: Foresight
    attendance: Attendance
    facts: Facts
    stopping: asyncio.Event


class Taken(NamedTuple):
    """What an attempt brought; whether the colony hands out nothing at present."""

    who: Taker
    processes: list[Process]
    paused: bool = False


Attempt = tuple[Callable[[Transaction], Taken], Ahead | None]


async def assign(
    desk: Desk, request: AssignProcess, callerid: str, gone: asyncio.Event | None
) -> tuple[Caller, Process]:
    """Hand out one process, waiting for it up to `timeout` seconds, and say who has it.

    Raises NothingToAssign when the time is over, or a kind of it if assignments are paused, and
    ServerStopping when the server ends. A process taken for a caller that is gone is given back.
    """

    def attempt(tx: Transaction) -> Taken:
        call = authorize.authorize(tx, desk.facts, ASSIGN_PROCESS, request, callerid)
        who = take.taker(call.caller, request)
        return _result(tx, who, take.take(tx, who))

    ahead = desk.foresight.of(ASSIGN_PROCESS, request, callerid)
    caller, (process,) = await _taken(desk, request, (attempt, ahead), gone or asyncio.Event())
    return caller, process


async def assign_several(
    desk: Desk, request: AssignProcesses, callerid: str, gone: asyncio.Event | None
) -> tuple[Caller, list[Process]]:
    """Hand out up to `count` processes, waiting until there is one; else as `assign`.

    Raises InvalidRequest for a count that is not between 1 and 256.
    """
    count = request.count
    if not 1 <= count <= MOST_AT_ONCE:
        raise InvalidRequest(
            f"Failed to assign processes, count must be from 1 to {MOST_AT_ONCE}, not {count}"
        )

    def attempt(tx: Transaction) -> Taken:
        call = authorize.authorize(tx, desk.facts, ASSIGN_PROCESSES, request, callerid)
        who = take.taker(call.caller, request)
        return _result(tx, who, take.take_several(tx, who, count))

    ahead = desk.foresight.of(ASSIGN_PROCESSES, request, callerid)
    return await _taken(desk, request, (attempt, ahead), gone or asyncio.Event())


async def _taken(
    desk: Desk, request: AssignProcess, attempt: Attempt, gone: asyncio.Event
) -> tuple[Caller, list[Process]]:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + request.timeout
    waiter: Waiter | None = None
    with ExitStack() as present:
        while True:
            # What wakes this executor from here on may be newer than what the attempt sees: it
            # is kept, and leads to another attempt.
            wakes = waiter.answered() if waiter is not None else []
            try:
                who, taken, paused = await _unless_gone(desk, attempt, gone)
            except BaseException:
                if waiter is not None:
                    waiter.wakes.extend(wakes)
                raise
            if taken:
                if waiter is not None:
                    waiter.wakes.extend(wakes[len(taken) :])
                return who.caller, taken
            if request.timeout < 0:
                raise _paused() if paused else _nothing()
            if waiter is None:
                waiter = Waiter(
                    request.colonyname,
                    who.executor.executortype,
                    who.executor.executorname,
                    who.executor.locationname,
                )
                present.enter_context(desk.polls.held(who.caller.id))
                present.enter_context(desk.attendance.staying(who.caller))
                desk.waiters.add(waiter)
                present.callback(desk.waiters.remove, waiter)
                continue
            _pass_on(desk.waiters, wakes, who)
            if not await _woken(desk, waiter, gone, deadline):
                raise _still_paused() if paused else _nothing()


async def _unless_gone(desk: Desk, attempt: Attempt, gone: asyncio.Event) -> Taken:
    future = desk.store.write(*attempt)
    try:
        taken = await asyncio.shield(future)
    except asyncio.CancelledError:
        future.add_done_callback(lambda done: _return(desk, done))
        raise
    if taken.processes and gone.is_set():
        _return(desk, future)
        raise _nothing()
    return taken


def _result(tx: Transaction, who: Taker, taken: list[Process]) -> Taken:
    return Taken(who, taken, paused=not taken and is_paused(tx, who.colonyname))


def _return(desk: Desk, future: asyncio.Future[Taken]) -> None:
    """Give back what was taken for a caller that is gone."""
    if future.cancelled() or future.exception() is not None:
        return
    taken = future.result().processes
    if taken:
        given_back = desk.store.write(lambda tx: take.give_back(tx, taken))
        given_back.add_done_callback(_report)


def _report(future: asyncio.Future[None]) -> None:
    if not future.cancelled() and isinstance(future.exception(), ColoniesError):
        _log.warning("A process of a vanished executor waits for its deadline", exc_info=True)


def _pass_on(waiters: Waiters, wakes: list[Wake], who: Taker) -> None:
    """Nothing fitted: what woke this executor may still fit another one."""
    for wake in wakes:
        if who.limited or wake.ready.target:
            waiters.wake(wake)


async def _woken(desk: Desk, waiter: Waiter, gone: asyncio.Event, deadline: float) -> bool:
    """Wait for a reason to look again; False if the time was over or the caller left first."""
    # Whoever is here when the server stops is woken; who comes later must not begin to wait.
    _check_stopping(desk)
    remaining = deadline - asyncio.get_running_loop().time()
    if remaining <= 0:
        return False

    def look(_: object) -> None:
        waiter.event.set()

    # One task beside this one, not one for each event: most requests of idle executors end here.
    leaving = asyncio.ensure_future(gone.wait())
    leaving.add_done_callback(look)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(remaining):
                await waiter.event.wait()
    finally:
        leaving.remove_done_callback(look)
        leaving.cancel()
    _check_stopping(desk)
    return waiter.event.is_set() and not gone.is_set()


def _check_stopping(desk: Desk) -> None:
    if desk.stopping.is_set():
        raise ServerStopping("The server is shutting down, try again in a moment")


def _nothing() -> NothingToAssign:
    return NothingToAssign("No process available for assignment")


def _paused() -> AssignmentsPaused:
    return AssignmentsPaused("No processes available: colony assignments are paused")


def _still_paused() -> PauseOutlasted:
    return PauseOutlasted("Assignment timeout: colony assignments are paused")
