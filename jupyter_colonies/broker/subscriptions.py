"""Who watches what, and what they are sent after each commit (protocol part 01, section 5).

Every subscriber gets every matching event; only what somebody watches is read.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import msgspec

from jupyter_colonies.broker import lookup
from jupyter_colonies.broker.signals import Changed, GraphChanged, Missed
from jupyter_colonies.core.messages.processes import SubscribeProcess, SubscribeProcesses
from jupyter_colonies.core.messages.workflows import SubscribeWorkflow, WorkflowChange
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.store import graphs
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Transaction

Topic = tuple[Any, ...]


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

    def drain(self) -> None:
        """Forget what is waiting, because what is read next covers it; an end stays."""
        ended = False
        while not self._waiting.empty():
            ended = self._waiting.get_nowait() is None or ended
        if ended:
            self._waiting.put_nowait(None)


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
            if isinstance(signal, Changed):
                self._put(("process", signal.processid, signal.state), signal)
                topic = ("type", signal.colonyname, signal.executortype, signal.state)
                self._put(topic, signal)
            elif isinstance(signal, GraphChanged):
                self._put(("workflow", signal.processgraphid), signal)
            elif isinstance(signal, Missed):
                for topic in self._watchers:
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
        with self._watching(topic, request.timeout) as watcher:
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
        """Every process of a type that reaches the state from now on."""
        topic = ("type", colonyname, request.executortype, request.state)
        with self._watching(topic, request.timeout) as watcher:
            while (signal := await watcher.next()) is not None:
                changed = await self._changed(signal)
                if changed is not None:
                    yield changed

    async def workflow(self, request: SubscribeWorkflow) -> AsyncIterator[WorkflowChange]:
        """A workflow's changes after a revision, the missed ones first, until it ends."""
        topic = ("workflow", request.processgraphid)
        after = request.after
        with self._watching(topic, request.timeout) as watcher:
            while True:
                watcher.drain()
                change = await self._store.read(_workflow_reader(request.processgraphid, after))
                if change is None:
                    return
                if change.revision > after or not after:
                    yield change
                    after = change.revision
                if await watcher.next() is None:
                    return

    @contextlib.contextmanager
    def _watching(self, topic: Topic, timeout: int) -> Any:
        watcher = Watcher()
        self._watchers.setdefault(topic, set()).add(watcher)
        timer = asyncio.get_running_loop().call_later(max(timeout, 0), watcher.put, None)
        try:
            yield watcher
        finally:
            timer.cancel()
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


def _workflow_reader(
    processgraphid: str, after: int
) -> Callable[[Transaction], WorkflowChange | None]:
    def read(tx: Transaction) -> WorkflowChange | None:
        graph = tx.one(graphs.BY_ID, processgraphid=processgraphid)
        return None if graph is None else lookup.workflow_change(tx, graph, after)

    return read
