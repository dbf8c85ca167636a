"""Who watches what, and what they are sent after each commit (protocol part 01, section 5).

Every subscriber gets every matching event; only what somebody watches is read.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeGuard

import msgspec

from jupyter_colonies.broker import channels, lookup, notes
from jupyter_colonies.broker.channels import Position, Unread
from jupyter_colonies.broker.signals import (
    Appended,
    Changed,
    ColonyChanged,
    Dismissed,
    GraphChanged,
    Missed,
    Noted,
    Progressed,
    Ready,
    Revoked,
    Taken,
)
from jupyter_colonies.core.channel import ChannelEntry
from jupyter_colonies.core.messages import executors
from jupyter_colonies.core.messages.channels import SubscribeChannel
from jupyter_colonies.core.messages.executors import ExecutorChange, SubscribeExecutor
from jupyter_colonies.core.messages.logs import Notes, SubscribeNotes
from jupyter_colonies.core.messages.monitor import (
    CHANGES,
    EXECUTORS,
    PROCESSES,
    ColonyChange,
    SubscribeColony,
)
from jupyter_colonies.core.messages.processes import SubscribeProcess, SubscribeProcesses
from jupyter_colonies.core.messages.workflows import SubscribeWorkflow, WorkflowChange
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.errors import InvalidRequest, NotFound
from jupyter_colonies.store import departures, graphs, journal
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Transaction

Topic = tuple[Any, ...]

CHANNEL_TIMEOUT = 30
# Processes that a subscription remembers to have told of before it looks for itself.
MOST_TOLD = 10_000
# Seconds between two frames about a colony: what changes meanwhile is told with the next.
COLONY_PAUSE = 0.1


class Moment(NamedTuple):
    """The time, and the number of the last event up to then."""

    at: int
    event: int


class Over(Exception):
    """What was subscribed to has ended; nothing can follow."""


class Watcher:
    """One subscription: what was announced for it and not yet delivered."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[object] = asyncio.Queue()

    def put(self, item: object) -> None:
        """Announce something; None ends the subscription."""
        self._waiting.put_nowait(item)

    async def next(self) -> object:
        """The next announcement."""
        return await self._waiting.get()

    def drain(self) -> list[object]:
        """Take out all that is waiting, because what is read next covers it; an end stays."""
        waiting = []
        while not self._waiting.empty():
            waiting.append(self._waiting.get_nowait())
        if None in waiting:
            self._waiting.put_nowait(None)
        return waiting


class Bell(Watcher):
    """A subscription that looks for itself: however often it rings, that is one thing to do."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = False
        self._rung = asyncio.Event()

    def put(self, item: object) -> None:
        """There is something to look for; None ends the subscription."""
        self.ended = self.ended or item is None
        self._rung.set()

    async def next(self) -> object:
        """Wait until it rings; None once the subscription has ended."""
        await self._rung.wait()
        self._rung.clear()
        return None if self.ended else self


class Digest(Bell):
    """What kinds of things changed in a colony since it was last asked."""

    def __init__(self) -> None:
        super().__init__()
        self._changed: set[str] = set()

    def put(self, item: object) -> None:
        """See `Bell`."""
        match item:
            case Changed():
                self._changed.add(PROCESSES)
            case Dismissed():
                self._changed.add(EXECUTORS)
            case ColonyChanged():
                self._changed.add(item.what)
            case Missed():
                self._changed.update(CHANGES)
        super().put(item)

    def take(self) -> list[str]:
        """The kinds, which are forgotten here."""
        changed, self._changed = self._changed, set()
        return sorted(changed)


class Subscriptions:
    """All subscriptions of the server, by topic."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watchers: dict[Topic, set[Watcher]] = {}

    def tell(self, signals: Iterable[object]) -> None:
        """Announce committed changes to whoever watches them."""
        if not self._watchers:
            return
        for signal in signals:
            if isinstance(signal, Missed):
                for topic in self._watchers:
                    self._put(topic, signal)
            else:
                for topic in _TOPICS.get(type(signal), _no_topics)(signal):
                    self._put(topic, signal)

    def end(self) -> None:
        """End every subscription."""
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.put(None)

    def __len__(self) -> int:
        return sum(len(watchers) for watchers in self._watchers.values())

    async def process(self, request: SubscribeProcess) -> AsyncIterator[Process]:
        """A process, each time it reaches the state; at once if it is in it already."""
        topic = ("process", request.processid, request.state)
        with self.watching(topic, timeout=request.timeout) as watcher:
            told = None
            signal: object = Missed()
            while signal is not None:
                if isinstance(signal, Missed):
                    changed = await self._read(request.processid)
                    if changed is not None and changed.state == request.state:
                        watcher.drain()
                else:
                    changed = await self._changed(signal)
                if changed is not None and changed.state == request.state and changed != told:
                    told = changed
                    yield changed
                signal = await watcher.next()

    async def processes(
        self, request: SubscribeProcesses, colonyname: str
    ) -> AsyncIterator[Process]:
        """Every process of a type that reaches the state from now on.

        After signals were missed one may come twice, and none is left out.
        """
        topic = ("type", colonyname, request.executortype, request.state)
        with self.watching(topic, timeout=request.timeout) as watcher:
            seen = await self._store.read(_moment)
            told: Counter[str] = Counter()
            while (signal := await watcher.next()) is not None:
                signals = [signal]
                if isinstance(signal, Missed):
                    moment = await self._store.read(_moment)
                    missed = await self._store.read(_reached(request, colonyname, seen, told))
                    signals, seen, told = missed, moment, Counter()
                for each in signals:
                    changed = await self._changed(each)
                    if changed is not None:
                        told[changed.processid] += 1
                        yield changed
                if len(told) >= MOST_TOLD:
                    watcher.put(Missed())

    async def workflow(self, request: SubscribeWorkflow) -> AsyncIterator[WorkflowChange]:
        """A workflow's changes after a revision, the missed ones first, until it ends.

        Processes that said how far they are come in between, at the same revision.
        """
        topic = ("workflow", request.processgraphid)
        after = request.after
        with self.watching(topic, timeout=request.timeout) as watcher:
            told: object = Missed()
            while told is not None:
                also = [each.processid for each in (told, *watcher.drain()) if _progressed(each)]
                reader = _workflow_reader(request.processgraphid, after, also)
                change = await self._store.read(reader)
                if change is None:
                    return
                if change.revision > after or not after or change.nodes:
                    yield change
                    after = change.revision
                told = await watcher.next()

    async def executor(
        self, request: SubscribeExecutor, executorid: str
    ) -> AsyncIterator[ExecutorChange]:
        """What an executor runs, then what is taken from it, until it loses its place.

        Ends after signals were missed: who asks again is told anew what it runs.
        """
        topic = ("executor", request.colonyname, request.executorname)
        held = {"colonyname": request.colonyname, "executorid": executorid}
        with self.watching(topic, timeout=request.timeout) as watcher:
            rows = await self._store.read(lambda tx: tx.all(departures.RUNNING, **held))
            yield ExecutorChange(running=[row["processid"] for row in rows])
            while isinstance(signal := await watcher.next(), Taken):
                taken = executors.Taken(processid=signal.processid, state=signal.state)
                yield ExecutorChange(taken=[taken])

    async def notes(self, request: SubscribeNotes) -> AsyncIterator[Notes]:
        """What an executor writes about a process, what is there already first.

        Raises Over when the process has ended.
        """
        topics = (("notes", request.processid), ("any state", request.processid))
        known = notes.Known(request.since)
        with self.watching(*topics, timeout=request.timeout, watcher=Bell()) as bell:
            while not bell.ended:
                told, known = await self._store.read(_notes_reader(request.processid, known))
                if told != Notes():
                    yield told
                if told.ended:
                    raise Over
                if len(told.lines) < notes.MOST_LOGS and await bell.next() is None:
                    return

    async def colony(self, request: SubscribeColony) -> AsyncIterator[ColonyChange]:
        """What kinds of things change in a colony; at once all, since nothing is known then."""
        topic = ("colony", request.colonyname)
        with self.watching(topic, timeout=request.timeout, watcher=Digest()) as digest:
            digest.put(Missed())
            while await digest.next() is not None:
                yield ColonyChange(colonyname=request.colonyname, changed=digest.take())
                await asyncio.sleep(COLONY_PAUSE)

    async def channel(
        self, request: SubscribeChannel, look: Callable[[Position], Awaitable[Unread]]
    ) -> AsyncIterator[list[ChannelEntry]]:
        """A channel's backlog at once, then entry by entry, and an empty list at the end.

        `look` reads what is unread and raises if the caller has no right to it any more. Only what
        is being sent is in memory: a slow subscriber catches up from the database. Raises Over
        after the end of the process (protocol part 03, section 2.5).
        """
        topics = (("channel", request.processid, request.name), ("any state", request.processid))
        timeout = request.timeout or CHANNEL_TIMEOUT
        with self.watching(*topics, timeout=timeout, watcher=Bell()) as bell:
            found = await look(Position())
            if found.entries:
                yield found.entries
            try:
                while not bell.ended and (found.open or found.position.pending):
                    if not found.position.pending and await bell.next() is None:
                        break
                    found = await look(found.position)
                    for entry in found.entries:
                        yield [entry]
            except NotFound:
                if found.position.pending:
                    yield channels.cut_off()
                found = found._replace(open=False)
            yield []
            if not found.open:
                raise Over

    @contextlib.contextmanager
    def watching(
        self, *topics: Topic, timeout: int | None = None, watcher: Watcher | None = None
    ) -> Iterator[Any]:
        """Whoever is told of topics meanwhile; the end comes after so many seconds, if ever."""
        watcher = watcher or Watcher()
        for topic in topics:
            self._watchers.setdefault(topic, set()).add(watcher)
        timer = None
        if timeout is not None:
            timer = asyncio.get_running_loop().call_later(max(timeout, 0), watcher.put, None)
        try:
            yield watcher
        finally:
            if timer is not None:
                timer.cancel()
            for topic in topics:
                self._watchers[topic].discard(watcher)
                if not self._watchers[topic]:
                    del self._watchers[topic]

    def _put(self, topic: Topic, signal: object) -> None:
        for watcher in self._watchers.get(topic, ()):
            watcher.put(signal)

    async def _read(self, processid: str) -> Process | None:
        try:
            return await self._store.read(lambda tx: lookup.find_process(tx, processid))
        except InvalidRequest:
            return None

    async def _changed(self, signal: object) -> Process | None:
        """The process a signal is about, in the state that was announced."""
        if not isinstance(signal, Changed):
            return None
        process = await self._read(signal.processid)
        if process is None:
            return None
        return msgspec.structs.replace(process, state=State(signal.state))


def _moment(tx: Transaction) -> Moment:
    row = tx.one(journal.NEWEST_EVENT)
    return Moment(tx.now, row["seq"] if row else 0)


def _reached(
    request: SubscribeProcesses, colonyname: str, seen: Moment, told: Counter[str]
) -> Callable[[Transaction], list[object]]:
    """What reached the state of a subscription since a moment, without what was told."""
    executortype, state = request.executortype, State(request.state)
    of_type = {"colonyname": colonyname, "executortype": executortype, "after": seen.event}

    def read(tx: Transaction) -> list[object]:
        rows = tx.all(journal.REACHED_SINCE, **of_type, of_state=int(state))
        found = [row["processid"] for row in rows if row["times"] > told[row["processid"]]]
        if state is State.WAITING:
            ready = tx.all(journal.READY_SINCE, **of_type, since=seen.at)
            found += [row["processid"] for row in ready if not told[row["processid"]]]
        return [Changed(each, colonyname, executortype, state) for each in dict.fromkeys(found)]

    return read


def _progressed(signal: object) -> TypeGuard[Progressed]:
    return isinstance(signal, Progressed)


def _workflow_reader(
    processgraphid: str, after: int, also: Sequence[str]
) -> Callable[[Transaction], WorkflowChange | None]:
    def read(tx: Transaction) -> WorkflowChange | None:
        graph = tx.one(graphs.BY_ID, processgraphid=processgraphid)
        return None if graph is None else lookup.workflow_change(tx, graph, after, also)

    return read


def _notes_reader(
    processid: str, known: notes.Known
) -> Callable[[Transaction], tuple[Notes, notes.Known]]:
    return lambda tx: notes.news(tx, processid, known)


def _no_topics(_: Any) -> Iterable[Topic]:
    return ()


_TOPICS: dict[type, Callable[[Any], Iterable[Topic]]] = {
    Changed: lambda told: (
        ("process", told.processid, told.state),
        ("type", told.colonyname, told.executortype, told.state),
        ("any state", told.processid),
        ("colony", told.colonyname),
        ("events", told.colonyname),
    ),
    Ready: lambda told: [("events", told.colonyname)],
    Revoked: lambda told: [("token", told.tokenid)],
    Appended: lambda told: [("channel", told.processid, told.name)],
    Progressed: lambda told: [("workflow", told.processgraphid)],
    Noted: lambda told: [("notes", told.processid)],
    GraphChanged: lambda told: [("workflow", told.processgraphid)],
    Taken: lambda told: [("executor", told.colonyname, told.executorname)],
    Dismissed: lambda told: [
        ("executor", told.colonyname, told.executorname),
        ("colony", told.colonyname),
    ],
    ColonyChanged: lambda told: [("colony", told.colonyname)],
}
