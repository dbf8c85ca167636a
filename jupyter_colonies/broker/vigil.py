"""Watching over the processes of the system in which executors live.

An executor on the same machine says which process it lives in. The system then tells the moment
that process ends; a broken connection, a busy or a suspended process is no death, and until it
ends its lease is kept for it. A kernel that can't be seen from here is watched by the Jupyter
server that started it. For all others there is the lease.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from jupyter_colonies.broker import departure
from jupyter_colonies.broker.departure import Departed
from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.core import machine
from jupyter_colonies.core.messages.executors import SubscribeExecutor
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.store import departures
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Transaction

NAME = "vigil"
VOUCHING = 20  # seconds between two looks at the leases of the living

Witness = Callable[[str], Awaitable[str]]

_log = logging.getLogger(__name__)


class _Watched(NamedTuple):
    who: Departed
    pid: int
    kernelid: str


class Vigil:
    """Executors that said where they live, by colony and name.

    `witness` may know how a kernel ended, as the one that started it; what it says completes
    "… has died: ", and is empty if it knows nothing.
    """

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self.witness: Witness = _nobody
        self.duty = Duty(NAME, self._vouch, clock)
        self._clock = clock
        self._store = store
        self._watched: dict[tuple[str, str], _Watched] = {}
        self._lives: dict[int, asyncio.Task[None]] = {}

    def watch(self, request: SubscribeExecutor, executorid: str) -> None:
        """Watch over an executor; what it said before does not count any more."""
        here = bool(machine.name()) and request.machine == machine.name()
        pid = request.pid if here else 0
        who = Departed(request.colonyname, request.executorname, executorid)
        self._watched[who[:2]] = _Watched(who, pid, request.kernelid)
        if pid > 0 and pid not in self._lives:
            self._lives[pid] = asyncio.create_task(self._outlive(pid))
            self.duty.due(self._clock() + VOUCHING * SECOND)

    async def kernel_ended(self, kernelid: str, reason: str) -> None:
        """A kernel has ended, says its Jupyter server: so have those in it that can't be seen."""
        await self._mourn(lambda each: not each.pid and each.kernelid == kernelid, reason)

    async def stop(self) -> None:
        """Watch no more."""
        lives = list(self._lives.values())
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)

    async def _vouch(self) -> int:
        """Keep the leases of those whose processes are there, however silent they are."""
        alive = [each.who.executorid for each in self._watched.values() if each.pid in self._lives]
        if not alive:
            return 0

        def keep(tx: Transaction) -> None:
            tx.many(departures.KEEP_LEASE, [{"executorid": each, "now": tx.now} for each in alive])

        await self._store.write(keep)
        return self._clock() + VOUCHING * SECOND

    async def _outlive(self, pid: int) -> None:
        try:
            await end_of(pid)
            await self._mourn(lambda each: each.pid == pid, f"its process {pid} has ended")
        except OSError as error:
            _log.warning("Process %d can't be watched, leases decide: %s", pid, error)
        finally:
            del self._lives[pid]

    async def _mourn(self, concerns: Callable[[_Watched], bool], reason: str) -> None:
        ended = [each for each in self._watched.values() if concerns(each)]
        for each in ended:
            self._watched.pop(each.who[:2], None)
            known = await self.witness(each.kernelid) if each.kernelid else ""
            job = partial(departure.give_back, who=each.who, reason=known or reason)
            try:
                await self._store.write(job)
            except ColoniesError as error:
                _log.warning("Executor %s has died: %s", each.who.executorname, error.message)


async def end_of(pid: int) -> None:
    """Wait until a process of this machine has ended. Raises OSError if it can't be watched."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(watched, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(watched)
        os.close(watched)


async def _nobody(_kernelid: str) -> str:
    return ""
