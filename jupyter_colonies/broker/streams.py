"""Streams of events: what happens to a workflow, a process, a colony or an executor.

A stream reads what is new from the database when it is woken, so whoever is slow costs no memory,
and whoever was away goes on from the id of the last frame. The rights of its caller are looked at
with each reading.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

from jupyter_colonies.broker import authorize, lookup, notes, tokens, trust
from jupyter_colonies.broker.call import USE_CASES, Call, Facts
from jupyter_colonies.broker.places import Places
from jupyter_colonies.broker.signals import Changed
from jupyter_colonies.broker.subscriptions import Bell, Digest, Subscriptions, Topic
from jupyter_colonies.broker.tokens import Bearer
from jupyter_colonies.core.events import (
    ColonyCounts,
    ExecutorNow,
    Frame,
    ProcessChanged,
    Reset,
    Stirred,
    WorkflowState,
)
from jupyter_colonies.core.messages import Message
from jupyter_colonies.core.messages.colonies import GET_COLONY_STATISTICS
from jupyter_colonies.core.messages.executors import GET_EXECUTOR
from jupyter_colonies.core.messages.logs import SUBSCRIBE_NOTES, Notes
from jupyter_colonies.core.messages.workflows import SUBSCRIBE_WORKFLOW, WorkflowChange
from jupyter_colonies.core.process import State
from jupyter_colonies.core.tail import Tail
from jupyter_colonies.core.times import SECOND, to_wire
from jupyter_colonies.errors import Conflict
from jupyter_colonies.store import departures, events, journal, processes, retention
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Row, Transaction

T = TypeVar("T")

SETTLED = 10 * SECOND
"""How long a transaction may take whose events are told in any case, where several write."""

PACE = 0.05
"""Seconds between two readings: what happens in between is read together."""

PRUNED = "What happened since then is not kept any more: what follows begins anew"
ENDED = "The process has ended: nothing more is written to its log"
UNKNOWN = "This id is newer than anything that happened here: what follows begins anew"


class Desk(Protocol):
    """What streams need of the broker."""

    store: Store
    facts: Facts
    subscriptions: Subscriptions
    followed: Places

    def now(self) -> int:
        """Nanoseconds since 1970."""


class Wish(NamedTuple):
    """What somebody follows: a message that asks for it once, and from where on.

    `after` is the number in the last id, -1 for none. `bearer` is the token that proved who asks.
    """

    message: Message[Any, Any]
    request: Any
    callerid: str
    after: int
    bearer: Bearer | None


async def check(desk: Desk, wish: Wish) -> None:
    """Raise ColoniesError unless the caller may have the stream, and has not too many."""
    with desk.followed.held(wish.callerid):
        pass
    await desk.store.read(partial(_call, facts=desk.facts, wish=wish))


async def follow(desk: Desk, wish: Wish) -> AsyncGenerator[Frame, None]:
    """Frames until the server stops. Raises ColoniesError, also when a right ends meanwhile."""
    kinds: dict[Message[Any, Any], type[_Stream]] = {
        SUBSCRIBE_WORKFLOW: _WorkflowStream,
        GET_COLONY_STATISTICS: _ColonyStream,
        GET_EXECUTOR: _ExecutorStream,
        SUBSCRIBE_NOTES: _NotesStream,
    }
    stream = kinds[wish.message](desk, wish)
    with desk.followed.held(wish.callerid):
        async with _woken(desk, wish.bearer, stream) as bell:
            async for frame in stream.frames(bell):
                yield frame


@asynccontextmanager
async def _woken(desk: Desk, bearer: Bearer | None, stream: _Stream) -> AsyncIterator[Bell]:
    """The bell that wakes a stream, also when its token is not good any more."""
    if bearer is not None:
        async with trust.watching(desk, bearer, *stream.topics(), watcher=stream.bell()) as bell:
            yield bell
    else:
        with desk.subscriptions.watching(*stream.topics(), watcher=stream.bell()) as bell:
            yield bell


class _Stir(Digest):
    """What changed in a colony beside what its events tell."""

    def put(self, item: object) -> None:
        """See `Bell`; the change of a process is an event."""
        if isinstance(item, Changed):
            Bell.put(self, item)
        else:
            super().put(item)


class _Stream(ABC):
    """A stream of one kind."""

    def __init__(self, desk: Desk, wish: Wish) -> None:
        self._desk = desk
        self._wish = wish
        self._request = wish.request

    @abstractmethod
    def topics(self) -> Iterator[Topic]:
        """What wakes it."""

    def bell(self) -> Bell:
        """A bell to be woken by."""
        return Bell()

    @abstractmethod
    def frames(self, bell: Bell) -> AsyncIterator[Frame]:
        """Everything from the beginning to the end."""

    def _read(self, job: Callable[[Call], T]) -> Awaitable[T]:
        """Read something, if the caller may still."""
        facts, wish = self._desk.facts, self._wish
        return self._desk.store.read(lambda tx: job(_call(tx, facts, wish)))


class _WorkflowStream(_Stream):
    """The changes of a workflow; the id is its revision."""

    def topics(self) -> Iterator[Topic]:
        yield ("workflow", self._request.processgraphid)

    async def frames(self, bell: Bell) -> AsyncIterator[Frame]:
        after = max(self._wish.after, 0)
        while True:
            change = await self._read(partial(_change, after=after))
            if change.revision < after:
                yield Frame("0", "reset", Reset(reason=UNKNOWN))
                after = 0
                continue
            if change.revision > after:
                after = change.revision
                yield Frame(str(after), "change", change)
            if await bell.next() is None:
                return
            await asyncio.sleep(PACE)


class _NotesStream(_Stream):
    """What an executor notes of a process; the id is the time of the last line."""

    def topics(self) -> Iterator[Topic]:
        yield ("notes", self._request.processid)
        yield ("any state", self._request.processid)

    async def frames(self, bell: Bell) -> AsyncIterator[Frame]:
        after = max(self._wish.after, 0)
        if after > await self._read(_newest_line):
            yield Frame("0", "reset", Reset(reason=UNKNOWN))
            after = 0
        known = notes.Known(after)
        while True:
            told, known = await self._read(partial(_news, known=known))
            if told != Notes():
                yield Frame(str(known.since), "notes", told)
            if told.ended:
                raise Conflict(ENDED)
            if len(told.lines) < notes.MOST_LOGS:
                if await bell.next() is None:
                    return
                await asyncio.sleep(PACE)


class _Page(NamedTuple):
    """Events that were read, when, and whether there may be more.

    `executor` is what the executor was then, if one is followed.
    """

    rows: list[Row]
    at: int
    full: bool
    executor: ExecutorNow | None = None


class _Start(NamedTuple):
    """The number after which events are told, why they don't go on, and what comes before them."""

    floor: int
    reason: str
    counts: ColonyCounts | None


class _ColonyStream(_Stream):
    """What happens in a colony; the id is the number of an event."""

    tail: Tail

    @property
    def _followed(self) -> dict[str, str]:
        return {"colonyname": self._request.colonyname, "executorname": ""}

    def topics(self) -> Iterator[Topic]:
        yield ("events", self._request.colonyname)
        yield ("colony", self._request.colonyname)

    def bell(self) -> Bell:
        return _Stir()

    async def frames(self, bell: Bell) -> AsyncIterator[Frame]:
        start = await self._read(self._start)
        self.tail = Tail(start.floor, SETTLED if self._desk.store.several else 0)
        place = str(start.floor)
        if start.reason:
            yield Frame(place, "reset", Reset(reason=start.reason))
        if start.counts is not None:
            yield Frame(place, "colony", start.counts)
        while True:
            page = await self._read(self._page)
            self.tail.read(((row["seq"], row["at"]) for row in page.rows), page.at)
            for frame in self._told(page):
                yield frame
            if isinstance(bell, _Stir) and (changed := bell.take()):
                stirred = Stirred(colonyname=self._request.colonyname, changed=changed)
                yield Frame(str(self.tail.floor), "changed", stirred)
            if not page.full:
                if await bell.next() is None:
                    return
                await asyncio.sleep(PACE)

    def _start(self, call: Call) -> _Start:
        """From where on events are told, and what comes before them."""
        tx, after = call.tx, self._wish.after
        row = tx.one(journal.NEWEST_EVENT)
        newest = int(row["seq"]) if row else 0
        forgotten = tx.one(retention.FORGOTTEN)
        reason = ""
        if after > newest and after > 0:
            reason = UNKNOWN
        elif after >= 0 and forgotten is not None and after < forgotten["value"]:
            reason = PRUNED
        anew = after < 0 or bool(reason)
        return _Start(newest if anew else after, reason, self._counts(call) if anew else None)

    def _counts(self, call: Call) -> ColonyCounts | None:
        statistics = USE_CASES[GET_COLONY_STATISTICS.type](call, self._request)
        return ColonyCounts(colonyname=self._request.colonyname, statistics=statistics)

    def _page(self, call: Call) -> _Page:
        tx, followed = call.tx, self._followed
        rows: list[Row] = []
        if self.tail.looks_back:
            span = {**followed, "after": self.tail.floor, "top": self.tail.top}
            late = self.tail.late(row["seq"] for row in tx.all(events.BETWEEN, **span))
            for statement, keys in processes.numbered(events.numbered, late):
                rows += tx.all(statement, **keys)
        fresh = tx.all(events.AFTER, **followed, after=self.tail.top)
        return _Page([*rows, *fresh], tx.now, len(fresh) == events.PAGE)

    def _told(self, page: _Page) -> Iterator[Frame]:
        """Each event, and then each workflow that they are about, as it is now."""
        place = str(self.tail.floor)
        graphs: dict[str, Row] = {}
        for row in page.rows:
            if row["processgraphid"]:
                graphs[row["processgraphid"]] = row
            if row["processid"]:
                yield Frame(place, "process", _process(row))
        for row in graphs.values():
            yield Frame(place, "workflow", _workflow(row))


class _ExecutorStream(_ColonyStream):
    """What happens with an executor; the id is the number of an event."""

    def __init__(self, desk: Desk, wish: Wish) -> None:
        super().__init__(desk, wish)
        self._known = ExecutorNow(colonyname="", executorname="", state=-1)

    @property
    def _followed(self) -> dict[str, str]:
        request = self._request
        return {"colonyname": request.colonyname, "executorname": request.executorname}

    def topics(self) -> Iterator[Topic]:
        yield ("events", self._request.colonyname)
        yield ("executor", self._request.colonyname, self._request.executorname)

    def bell(self) -> Bell:
        return Bell()

    def _counts(self, call: Call) -> ColonyCounts | None:  # noqa: ARG002 - none of an executor
        return None

    def _page(self, call: Call) -> _Page:
        return super()._page(call)._replace(executor=_executor_now(call))

    def _told(self, page: _Page) -> Iterator[Frame]:
        """Each event, and the executor where that does not follow from them."""
        place, running = str(self.tail.floor), set(self._known.running)
        told = [Frame(place, "process", _process(row)) for row in page.rows if row["processid"]]
        for row in page.rows:
            if row["state"] == State.RUNNING:
                running.add(row["processid"])
            else:
                running.discard(row["processid"])
        now = page.executor
        if now is None or page.full:
            yield from told
            return
        anew, changed = self._known.state < 0, now.state != self._known.state
        self._known, unforeseen = now, running != set(now.running)
        if anew:
            yield Frame(place, "executor", now)
        yield from told
        if not anew and (changed or unforeseen):
            yield Frame(place, "executor", now)


def _call(tx: Transaction, facts: Facts, wish: Wish) -> Call:
    """What the caller asks for, if that is right now."""
    if wish.bearer is not None:
        tokens.check(tx, wish.bearer)
        authorize.confine(tx, wish.message, wish.request, wish.bearer.grant)
    return authorize.authorize(tx, facts, wish.message, wish.request, wish.callerid)


def _change(call: Call, after: int) -> WorkflowChange:
    return lookup.workflow_change(call.tx, call.row, after)


def _newest_line(call: Call) -> int:
    wanted = {"processid": call.row["processid"], "since": 0, "count": 1}
    rows = call.tx.all(journal.NEWEST_OF_PROCESS, **wanted)
    return int(rows[0]["timestamp"]) if rows else 0


def _news(call: Call, known: notes.Known) -> tuple[Notes, notes.Known]:
    return notes.news(call.tx, call.row["processid"], known)


def _executor_now(call: Call) -> ExecutorNow:
    row = call.row
    held = {"colonyname": row["colonyname"], "executorid": row["executorid"]}
    running = call.tx.all(departures.RUNNING, **held) if row["executorid"] else []
    return ExecutorNow(
        colonyname=row["colonyname"],
        executorname=row["executorname"],
        state=row["state"],
        running=[each["processid"] for each in running],
    )


def _process(row: Row) -> ProcessChanged:
    return ProcessChanged(
        event=row["seq"],
        processid=row["processid"],
        processgraphid=row["processgraphid"] or "",
        revision=row["revision"],
        nodename=row["nodename"],
        funcname=row["funcname"],
        executortype=row["executortype"],
        executorname=row["executorname"],
        state=State(row["state"]),
        retries=row["retries"],
        at=to_wire(row["at"]),
    )


def _workflow(row: Row) -> WorkflowState:
    return WorkflowState(
        processgraphid=row["processgraphid"],
        revision=row["latest"],
        state=State(row["graphstate"]),
        waiting=row["waiting"],
        running=row["running"],
        success=row["success"],
        failed=row["failed"],
        cancelled=row["cancelled"],
    )
