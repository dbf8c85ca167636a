"""Following work live: what changed in a workflow or a process, for as long as it changes.

With our own server one subscription says everything, and is resumed by revision when it breaks.
A server without that extension wakes us with its subscriptions for single processes, and the
workflow is read again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing

from jupyter_colonies.client.client import Client
from jupyter_colonies.core.channel import ChannelEntry
from jupyter_colonies.core.graph import BACKGROUND, ProcessGraph
from jupyter_colonies.core.messages.processes import SUBSCRIBE_PROCESS, SubscribeProcess
from jupyter_colonies.core.messages.workflows import NodeChange, WorkflowChange
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.errors import AWAY, ColoniesError, LimitReached, NotFound

SUBSCRIPTION = 3600
UNSIGNALLED = 60
PATIENCE = 60.0
PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)

Changes = AsyncGenerator[WorkflowChange, None]
Tell = Callable[[str], object]

_STATE_OF_COLOUR = {colour: state for state, colour in BACKGROUND.items()}


async def workflow_changes(
    client: Client, processgraphid: str, tell: Tell | None = None
) -> Changes:
    """A workflow's changes by the `subscribeworkflowmsg` extension, without end.

    A restarted server is waited for. Raises what it refuses with, and ServerUnreachable if it
    can't be reached at first or stays away for a minute. `tell` is called with what is wrong when
    the server has gone, and with an empty text when it is back.
    """
    revision = 0
    absence = _Absence(tell)
    while True:
        frames = client.subscribe_workflow(
            processgraphid=processgraphid, after=revision, timeout=SUBSCRIPTION
        )
        try:
            await absence.ask(client)
            async with aclosing(frames):
                async for change in frames:
                    revision = change.revision
                    absence.moved()
                    yield change
        except AWAY as error:
            absence.bear(error)
        await absence.pause()


async def channel_entries(
    client: Client, processid: str, name: str, after: int = 0
) -> AsyncGenerator[ChannelEntry, None]:
    """Entries of a channel after the first so many, until its process has ended.

    A restarted server is waited for. Raises NotFound where there is no such channel, LimitReached
    if entries were missed, and as `workflow_changes` does.
    """
    absence = _Absence()
    found = False
    while True:
        frames = client.subscribe_channel(
            processid=processid, name=name, afterseq=after, timeout=SUBSCRIPTION
        )
        try:
            async with aclosing(frames):
                async for entries in frames:
                    absence.moved()
                    for entry in entries:
                        if isinstance(entry.error, str):
                            raise LimitReached(entry.error)
                        after += 1
                        yield entry
            found = True
            absence.over()
        except NotFound:
            if not found:
                raise
            return
        except AWAY as error:
            absence.bear(error)
        await absence.pause()


async def process_changes(client: Client, processid: str, tell: Tell | None = None) -> Changes:
    """The changes of a single process, as those of a workflow with one node, without end."""
    state: State | None = None
    absence = _Absence(tell)
    while True:
        try:
            process = await client.get_process(processid=processid)
            absence.over()
            if process.state != state:
                state = process.state
                yield _alone(process)
            events = _events(client, process.spec.conditions.colonyname, [processid], SUBSCRIPTION)
            async with aclosing(events):
                async for process in events:
                    absence.moved()
                    if process.state != state:
                        state = process.state
                        yield _alone(process)
        except AWAY as error:
            absence.bear(error)
        await absence.pause()


async def reread_changes(client: Client, processgraphid: str, tell: Tell | None = None) -> Changes:
    """A workflow's changes on a server without the extension, without end.

    Such a server says nothing of processes that fail or are cancelled along with others: the
    workflow is read again after each event, and each minute.
    """
    known: dict[str, NodeChange] = {}
    absence = _Absence(tell)
    while True:
        try:
            graph = await client.get_process_graph(processgraphid=processgraphid)
            absence.over()
            changed = await _differences(client, graph, known)
            if changed:
                yield WorkflowChange(
                    processgraphid=processgraphid,
                    colonyname=graph.colonyname,
                    state=graph.state,
                    nodes=changed,
                )
            unfinished = [each.processid for each in known.values() if not each.state.finished]
            events = _events(client, graph.colonyname, unfinished, UNSIGNALLED)
            async with aclosing(events):
                async for process in events:
                    if process.state != known[process.processid].state:
                        absence.moved()
                        break
        except AWAY as error:
            absence.bear(error)
        await absence.pause()


class _Absence:
    """How long the server has been away, and how long to wait before it is tried again."""

    def __init__(self, tell: Tell | None = None) -> None:
        self._tell = tell
        self._since: float | None = None
        self._seen = False
        self._idle = 0

    def over(self) -> None:
        """The server answered."""
        if self._since is not None and self._tell:
            self._tell("")
        self._since, self._seen = None, True

    def bear(self, error: ColoniesError) -> None:
        """Called in an except clause: raise again what should not be borne any longer."""
        now = time.monotonic()
        if self._since is None and self._tell:
            self._tell(error.message)
        self._since = self._since or now
        if not self._seen or now - self._since > PATIENCE:
            raise  # noqa: PLE0704 - the error being handled

    async def ask(self, client: Client) -> None:
        """Find out whether a server that was away is back, which a quiet subscription can't say."""
        if self._since is not None:
            await client.get_version()
            self.over()

    def moved(self) -> None:
        """Something came of the last try: the next may follow at once."""
        self.over()
        self._idle = 0

    async def pause(self) -> None:
        """Wait before the next try, longer each time nothing came of one."""
        if self._idle:
            await asyncio.sleep(PAUSES[min(self._idle, len(PAUSES)) - 1])
        self._idle += 1


def _events(
    client: Client, colonyname: str, processids: Iterable[str], timeout: int
) -> AsyncGenerator[Process, None]:
    """Whatever happens to some processes, over one connection, for `timeout` seconds."""
    requests = [
        SubscribeProcess(colonyname=colonyname, processid=processid, state=state, timeout=timeout)
        for processid in processids
        for state in State
    ]
    return client.stream(SUBSCRIBE_PROCESS, *requests)


def _alone(process: Process) -> WorkflowChange:
    return WorkflowChange(
        processgraphid="",
        colonyname=process.spec.conditions.colonyname,
        state=process.state,
        nodes=[_node(process)],
    )


def _node(process: Process) -> NodeChange:
    spec = process.spec
    return NodeChange(
        processid=process.processid,
        nodename=spec.nodename or spec.funcname,
        funcname=spec.funcname,
        executortype=spec.conditions.executortype,
        state=process.state,
        retries=process.retries,
        submissiontime=process.submissiontime,
        starttime=process.starttime,
        endtime=process.endtime,
        parents=process.parents,
        children=process.children,
    )


async def _differences(
    client: Client, graph: ProcessGraph, known: dict[str, NodeChange]
) -> list[NodeChange]:
    """The nodes that differ from what is known, which is brought up to date.

    The drawing in the reply tells the state of every node by its colour; only nodes that changed
    are fetched one by one.
    """
    changed = []
    drawn = {node.id: _STATE_OF_COLOUR.get(node.style.background) for node in graph.nodes or []}
    for processid in graph.processids or []:
        before = known.get(processid)
        if before is None or drawn.get(processid) != before.state or not _same_edges(graph, before):
            process = await client.get_process(processid=processid)
            known[processid] = _node(process)
            if known[processid] != before:
                changed.append(known[processid])
    return changed


def _same_edges(graph: ProcessGraph, node: NodeChange) -> bool:
    children = {edge.target for edge in graph.edges or [] if edge.source == node.processid}
    return children == set(node.children)
