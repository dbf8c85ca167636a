"""What an executor takes and hands in: several processes with one request where that is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from jupyter_colonies.client.client import Client
from jupyter_colonies.core.messages.processes import (
    ASSIGN_PROCESSES,
    CLOSE_PROCESSES,
    MOST_AT_ONCE,
    Result,
)
from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import (
    AccessDenied,
    ColoniesError,
    InvalidRequest,
    ServerRefused,
    from_reply,
)

GATHER = 0.003  # seconds a result may wait for others
LARGEST_SHARED = 64 * 1024  # bytes of a result that goes with others
_UNKNOWN_MESSAGE = "invalid rpcMsg.PayloadType"


class _Waiting(NamedTuple):
    result: Result
    answered: asyncio.Future[None]


class Exchange:
    """Requests of one executor about its processes.

    Results that come within a few milliseconds go with one request; `unfinished` says how many
    are on their way here, and as soon as all have come none is waited for. A server that has not
    `extensions` for this gets the protocol's own messages.
    """

    def __init__(self, client: Client, unfinished: Callable[[], int]) -> None:
        self._client = client
        self._unfinished = unfinished
        self._together = False
        self._waiting: list[_Waiting] = []
        self._timer: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._sent = 0

    def learn(self, extensions: list[str]) -> None:
        """Hear what the server knows beyond the protocol."""
        self._together = {ASSIGN_PROCESSES.type, CLOSE_PROCESSES.type} <= set(extensions)

    async def take(self, colonyname: str, timeout: int, count: int) -> list[Process]:  # noqa: ASYNC109 - the protocol's own parameter
        """Up to `count` processes as soon as there is one. Raises what the server refuses."""
        if self._together and count > 1:
            try:
                return await self._client.assign_processes(
                    colonyname=colonyname, timeout=timeout, count=min(count, MOST_AT_ONCE)
                )
            except AccessDenied as error:
                self._unlearn(error)
        return [await self._client.assign_process(colonyname=colonyname, timeout=timeout)]

    async def hand_in(self, result: Result) -> None:
        """Close a process, on its own or with others. Raises what the server refuses."""
        if not self._together or self._expected() <= 1 or _is_large(result):
            await self._alone(result)
            return
        loop = asyncio.get_running_loop()
        waiting = _Waiting(result, loop.create_future())
        self._waiting.append(waiting)
        if len(self._waiting) >= min(self._expected(), MOST_AT_ONCE):
            self._send()
        elif self._timer is None:
            self._timer = loop.call_later(GATHER, self._send)
        await waiting.answered

    def _expected(self) -> int:
        """How many results wait here or may still come."""
        return self._unfinished() - self._sent

    def _send(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._waiting = self._waiting, []
        task = asyncio.create_task(self._close_all(batch))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _close_all(self, batch: list[_Waiting]) -> None:
        """Send results and give each its answer. A caller that was cancelled wants none."""
        batch = [waiting for waiting in batch if not waiting.answered.done()]
        if not batch:
            return
        if len(batch) == 1 or not self._together:
            await asyncio.gather(*(self._answer_alone(waiting) for waiting in batch))
            return
        self._sent += len(batch)
        try:
            errors = await self._outcomes([waiting.result for waiting in batch])
        except ColoniesError as error:
            errors = [error] * len(batch)
        finally:
            self._sent -= len(batch)
        if errors is None:
            await self._close_all(batch)
            return
        for waiting, refusal in zip(batch, errors, strict=True):
            _answer(waiting, refusal)

    async def _outcomes(self, results: list[Result]) -> list[ColoniesError | None] | None:
        """What became of each result; None if the server does not know the message."""
        try:
            outcomes = await self._client.close_processes(items=results)
        except AccessDenied as error:
            self._unlearn(error)
            return None
        if len(outcomes) != len(results):
            text = f"The server gave {len(outcomes)} outcomes for {len(results)} results"
            raise ServerRefused(text, 200)
        return [
            None if each.status == 200 else from_reply(each.status, each.message)
            for each in outcomes
        ]

    async def _answer_alone(self, waiting: _Waiting) -> None:
        try:
            await self._alone(waiting.result)
        except ColoniesError as error:
            _answer(waiting, error)
        else:
            _answer(waiting, None)

    async def _alone(self, result: Result) -> None:
        self._sent += 1
        try:
            if self._together and result.texts:
                # What goes along with a result has a place in this message only.
                outcomes = await self._outcomes([result])
                if outcomes is not None:
                    if outcomes[0] is not None:
                        raise outcomes[0]
                    return
            if result.failed:
                await self._client.close_failed(processid=result.processid, errors=result.errors)
            else:
                await self._client.close_successful(processid=result.processid, out=result.out)
        except InvalidRequest as error:
            if not _is_repeated(error):
                raise
        finally:
            self._sent -= 1

    def _unlearn(self, error: AccessDenied) -> None:
        """Another server answers now, one without the extensions. Raises any other refusal."""
        if not error.message.startswith(_UNKNOWN_MESSAGE):
            raise error
        self._together = False


def _answer(waiting: _Waiting, error: ColoniesError | None) -> None:
    if waiting.answered.done():
        return
    if error is None or _is_repeated(error):
        waiting.answered.set_result(None)
    else:
        waiting.answered.set_exception(error)


def _is_repeated(error: ColoniesError) -> bool:
    """Whether an attempt whose answer was lost has failed the process already."""
    return (
        isinstance(error, InvalidRequest)
        and "Tried to set failed process as failed" in error.message
    )


def _is_large(result: Result) -> bool:
    """Whether a result is better sent alone: a request has a size that servers accept."""
    return len(msgspec.json.encode(result)) > LARGEST_SHARED
