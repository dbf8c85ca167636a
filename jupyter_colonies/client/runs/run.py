"""A submitted workflow or a single process: waiting for it, following it, looking into it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import queue
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Self

from jupyter_colonies.client.runs import follow
from jupyter_colonies.client.runs.chronicle import Chronicle
from jupyter_colonies.client.runs.explanation import explained, joined
from jupyter_colonies.client.runs.picture import Picture
from jupyter_colonies.client.runs.progress import Progress
from jupyter_colonies.client.runs.repair import Repairable
from jupyter_colonies.client.values.forms import FILE, decoded
from jupyter_colonies.core.history import History
from jupyter_colonies.core.messages.workflows import SUBSCRIBE_WORKFLOW, WorkflowChange
from jupyter_colonies.core.process import CACHE, HIT, Process, State
from jupyter_colonies.errors import (
    ClientError,
    ColoniesError,
    NotFound,
    ProcessCancelled,
    ProcessFailed,
    WaitTimeout,
)

if TYPE_CHECKING:
    from jupyter_colonies.client.colony import Colony

LAST_LOOK = 2.0
"""Seconds that waiting for a run leaves its views to show the end."""

_log = logging.getLogger(__name__)

Ended = concurrent.futures.Future


class RunNode:
    """One process of a run, by the name of its node."""

    def __init__(self, run: Run, processid: str) -> None:
        self._run = run
        self.processid = processid
        self._finished: Process | None = None

    def __repr__(self) -> str:
        return f"<RunNode {self.nodename} {self._run._picture.nodes[self.processid].state.word}>"  # noqa: SLF001

    @property
    def nodename(self) -> str:
        """The node's name in the workflow; the function's for a process without one."""
        node = self._run._picture.nodes[self.processid]  # noqa: SLF001 - parts of one thing
        return node.nodename or node.funcname

    @property
    def state(self) -> State:
        """The state of the process now."""
        self._run._update()  # noqa: SLF001 - parts of one thing
        return self._run._picture.nodes[self.processid].state  # noqa: SLF001 - parts of one thing

    @property
    def process(self) -> Process:
        """The whole process as the server has it now."""
        if self._finished is None:
            process = self._run.colony.process(self.processid)
            if not process.state.finished:
                return process
            self._finished = process
        return self._finished

    @property
    def input(self) -> list[Any]:
        """What the process got from its parents; known once it is assigned."""
        return self.process.input or []

    @property
    def output(self) -> list[Any]:
        """What the process gave, as JSON: `result` is the value."""
        return self.process.output or []

    @property
    def result(self) -> Any:
        """What the process gave: its one output, None without one, the list of several.

        Waits for the process if it has not finished. Values that are kept as files are fetched.
        Raises ProcessFailed and ProcessCancelled if there is no result, NotReadable for a value
        that can't be read here, and Untrusted.
        """
        if not self.state.finished:
            self._run.wait_for(self.processid)
        self._check()
        values = [decoded(value, self._run.colony.values.open) for value in self.output]
        return (values[0] if values else None) if len(values) < 2 else values

    def rich(self) -> list[dict[str, Any]]:
        """What a notebook shows for each output that is kept as a file, by MIME type.

        The values themselves are not fetched. Raises as `result` does.
        """
        references = [each for each in self.output if isinstance(each, dict) and FILE in each]
        return [self._run.colony.values.rich(each) for each in references]

    @property
    def cached(self) -> bool:
        """Whether the result is one that was kept from an earlier process."""
        return self.explain().startswith(HIT)

    def explain(self) -> str:
        """Whether a kept result was used: `hit: …`, or `miss: …` with what has changed."""
        for attribute in self.process.attributes or ():
            if attribute.key == CACHE:
                return attribute.value
        if not self.state.finished:
            return "unknown: the process has not run yet"
        return "none: results of this function are not kept, see @task(cache=True)"

    def _check(self) -> None:
        process = self.process
        if process.state == State.CANCELLED:
            raise ProcessCancelled(f"Node '{self.nodename}' was cancelled")
        if process.state != State.SUCCESS:
            why = joined(process.errors or []) or "because another one did"
            raise ProcessFailed(f"Node '{self.nodename}' failed: {why}")

    @property
    def errors(self) -> list[str]:
        """Why the process failed, in its executor's words."""
        return self.process.errors or []

    @property
    def keptfrom(self) -> str:
        """The process of an earlier run whose result this node has; empty for one of its own."""
        return self._run._picture.nodes[self.processid].keptfrom or ""  # noqa: SLF001 - as above

    def log(self) -> str:
        """What the process wrote to its log so far."""
        logged = self.keptfrom or self.processid
        lines = (each.message for each in self._run.colony.logs(logged))
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


class Follower:
    """A callback that is told of a run's changes until it ends or is stopped."""

    def __init__(self, future: concurrent.futures.Future[None]) -> None:
        self.future = future

    def stop(self) -> None:
        """Call back no more."""
        self.future.cancel()


class Run(Repairable):
    """A submitted workflow, or a single process that is shown like one.

    Nothing is fetched before it is asked for.
    """

    def __init__(
        self,
        colony: Colony,
        id: str,  # noqa: A002 - what users call it
        *,
        workflow: bool = True,
        name: str = "",
    ) -> None:
        self.colony = colony
        self.id = id
        self.name = name
        self.is_workflow = workflow
        self._picture = Picture()
        self._faces: dict[str, RunNode] = {}
        self._followers = 0
        self._views: list[concurrent.futures.Future[None]] = []

    def __repr__(self) -> str:
        picture = self._picture
        if not picture.known:
            return f"<Run {self.id}>"
        done = f"{picture.finished}/{len(picture.nodes)}"
        return f"<Run {self.id} {picture.state.word}, {done} nodes>"

    @property
    def title(self) -> str:
        """What people call the run: its name, or the beginning of its id."""
        if not self.is_workflow:
            return f"Process {self.name or self.id[:8]}"
        return self.name or f"Workflow {self.id[:8]}"

    @property
    def change(self) -> WorkflowChange | None:
        """All that is known without asking, as one change; None before the first look."""
        return self._picture.whole()

    @property
    def state(self) -> State:
        """The state of the run now."""
        self._update()
        return self._picture.state

    @property
    def nodes(self) -> list[RunNode]:
        """All nodes in depth-first order, those of a dynamic workflow as they were added."""
        self._update()
        return [self._face(processid) for processid in list(self._picture.nodes)]

    def __iter__(self) -> Iterator[RunNode]:
        return iter(self.nodes)

    def __contains__(self, nodename: str) -> bool:
        return any(node.nodename == nodename for node in self.nodes)

    def __getitem__(self, nodename: str) -> RunNode:
        """The first node of a name. Raises NotFound if there is none."""
        return self.all(nodename)[0]

    def all(self, nodename: str) -> list[RunNode]:
        """All nodes of a name, which dynamic workflows may repeat. Raises NotFound if none."""
        nodes = self.nodes
        named = [node for node in nodes if node.nodename == nodename]
        if not named:
            names = ", ".join(dict.fromkeys(node.nodename for node in nodes))
            raise NotFound(f"The run has no node '{nodename}'; it has {names}")
        return named

    def result(self, nodename: str = "") -> Any:
        """The result of a node, or of the only one that nothing waits for; see `RunNode.result`.

        Raises NotFound if there is no such node, or several end the run, and as `RunNode.result`.
        """
        if nodename:
            return self[nodename].result
        last = [node for node in self.nodes if not self._picture.nodes[node.processid].children]
        if len(last) != 1:
            names = ", ".join(node.nodename for node in last)
            raise NotFound(f"The run ends with several nodes, so say which one's result: {names}")
        return last[0].result

    def explain(self, nodename: str) -> str:
        """Whether a node's result was a kept one, and if not, why; see `RunNode.explain`."""
        return self[nodename].explain()

    def chronicle(self) -> History:
        """What happened in the run until now, event by event; see `core.replay` and `core.tries`.

        Raises what the server refuses with and ServerUnreachable.
        """
        self._update()
        chronicle = Chronicle(self)
        whole = self._picture.whole()
        if whole is not None:
            chronicle.learn(whole)
        return chronicle.read()

    def cancel(self) -> None:
        """Cancel what has not finished."""
        client = self.colony.client
        if self.is_workflow:
            self.colony.call(client.cancel_process_graph(processgraphid=self.id))
        else:
            self.colony.call(client.cancel_process(processid=self.id))

    async def changes(
        self, away: Callable[[str], object] | None = None
    ) -> AsyncGenerator[WorkflowChange, None]:
        """First every node, then what changes, until nothing can change any more.

        A workflow whose leaf failed goes on with its other branches, and so does this. Raises
        what the server refuses with and ServerUnreachable if it stays away. `away` is called with
        what is wrong when the server can't be reached, and with an empty text when it is back.
        """
        self._followers += 1
        try:
            async with aclosing(await self._source(away)) as source:
                async for change in source:
                    self._picture.absorb(change)
                    yield change
                    if self._picture.final:
                        # Who follows the same run faster may have seen more than this one did.
                        whole = self._picture.whole()
                        if whole is not None and not self._picture.ends_with(change):
                            yield whole
                        return
        finally:
            self._followers -= 1

    def follow(
        self,
        callback: Callable[[WorkflowChange], object],
        away: Callable[[str], object] | None = None,
    ) -> Follower:
        """Call back on the client's own thread for each change, as `changes` gives them.

        The callbacks must not block and can't make blocking calls. `away` is that of `changes`.
        """
        future = self.colony.portal.start(self._tell(callback, away))
        future.add_done_callback(_report)
        return Follower(future)

    def shown(self, final: concurrent.futures.Future[None]) -> None:
        """The run is on display; `final` is done when its end is.

        Whoever waits for the run waits for that too, so that a notebook that runs by itself
        (nbconvert, papermill) keeps the final picture and not the last but one.
        """
        self._views.append(final)

    def wait(self, timeout: float | None = None, *, progress: bool = True) -> Run:
        """Wait until the run has finished and return it; at most `timeout` seconds.

        Raises ProcessFailed or ProcessCancelled with the processes' own errors, WaitTimeout, and
        KeyboardInterrupt; in the last two cases the run itself goes on.
        """
        self.colony.portal.refuse_own_thread()
        inbox: queue.SimpleQueue[WorkflowChange | Ended[None]] = queue.SimpleQueue()
        with _Wait(self, timeout, inbox.put, progress=progress) as waiting:
            while not waiting.done():
                try:
                    told = inbox.get(timeout=waiting.remaining())
                except queue.Empty:
                    raise waiting.too_long() from None
                waiting.take(told, more=not inbox.empty())
        concurrent.futures.wait(self._last_views(), LAST_LOOK)
        return self.colony.call(self._checked())

    def wait_for(self, processid: str) -> None:
        """Wait until one process has finished, however it ended. Raises as `follow` may."""
        self.colony.portal.refuse_own_thread()
        ended = threading.Event()

        def look(_: WorkflowChange) -> None:
            if self._picture.nodes[processid].state.finished:
                ended.set()

        follower = self.follow(look)
        follower.future.add_done_callback(lambda _: ended.set())
        try:
            ended.wait()
        finally:
            follower.stop()
        if not follower.future.cancelled() and follower.future.done():
            follower.future.result()

    def __await__(self) -> Generator[Any, None, Run]:
        """Wait in a running event loop, as `wait` does, with a progress bar."""
        return self._awaited().__await__()

    async def _awaited(self) -> Run:
        loop = asyncio.get_running_loop()
        inbox: asyncio.Queue[WorkflowChange | Ended[None]] = asyncio.Queue()
        with _Wait(
            self,
            None,
            lambda told: loop.call_soon_threadsafe(inbox.put_nowait, told),
            progress=True,
        ) as waiting:
            while not waiting.done():
                told = await inbox.get()
                waiting.take(told, more=not inbox.empty())
        if views := [asyncio.wrap_future(view) for view in self._last_views()]:
            await asyncio.wait(views, timeout=LAST_LOOK)
        return await asyncio.wrap_future(self.colony.portal.start(self._checked()))

    async def _source(
        self, away: Callable[[str], object] | None
    ) -> AsyncGenerator[WorkflowChange, None]:
        client = self.colony.client
        if not self.is_workflow:
            return follow.process_changes(client, self.id, away)
        if SUBSCRIBE_WORKFLOW.type in await self.colony.extensions():
            return follow.workflow_changes(client, self.id, away)
        return follow.reread_changes(client, self.id, away)

    async def _tell(
        self,
        callback: Callable[[WorkflowChange], object],
        away: Callable[[str], object] | None,
    ) -> None:
        async with aclosing(self.changes(away)) as changes:
            async for change in changes:
                callback(change)

    async def _look(self) -> None:
        async with aclosing(self.changes()) as changes:
            async for _ in changes:
                return

    def _update(self) -> None:
        """Look, unless the run is followed already or can't change any more."""
        if not (self._picture.known and (self._followers or self._picture.final)):
            self.colony.call(self._look())

    def _last_views(self) -> list[concurrent.futures.Future[None]]:
        """What will show the end soon; nothing while a failed run goes on elsewhere."""
        views, self._views = (self._views, []) if self._picture.final else ([], self._views)
        return views

    def _face(self, processid: str) -> RunNode:
        return self._faces.setdefault(processid, RunNode(self, processid))

    async def _checked(self) -> Run:
        """This run if it succeeded. Raises ProcessFailed or ProcessCancelled."""
        what = f"Workflow {self.id}" if self.is_workflow else f"Process {self.id}"
        if self._picture.state == State.CANCELLED:
            raise ProcessCancelled(f"{what} was cancelled")
        if self._picture.state == State.FAILED:
            raise ProcessFailed(await explained(self.colony.client, self._picture.nodes, what))
        return self


class _Wait:
    """What waiting does with everything a follower tells, however it is told."""

    def __init__(
        self,
        run: Run,
        timeout: float | None,
        tell: Callable[[WorkflowChange | Ended[None]], object],
        *,
        progress: bool,
    ) -> None:
        self._run = run
        self._timeout = timeout
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._progress = Progress(shown=progress)
        self._tell = tell
        self._follower: Follower | None = None

    def __enter__(self) -> Self:
        if not self.done():
            self._follower = self._run.follow(self._tell)
            self._follower.future.add_done_callback(self._tell)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._follower is not None:
            self._follower.stop()
        self._show()
        stopped = kind is not None and issubclass(kind, KeyboardInterrupt)
        self._progress.end("Wait interrupted, the run goes on" if stopped else "")
        if stopped:
            raise KeyboardInterrupt(f"The wait was interrupted. {self._goes_on()}") from None

    def done(self) -> bool:
        """Whether the run has come to its end."""
        return self._run._picture.state.finished  # noqa: SLF001 - parts of one thing

    def take(self, told: WorkflowChange | Ended[None], *, more: bool) -> None:
        """Show a change unless `more` wait; the follower's end says whether it could follow."""
        if isinstance(told, WorkflowChange):
            if not more:
                self._show()
        elif told.cancelled():
            raise ClientError(f"The client was closed. {self._goes_on()}")
        else:
            told.result()

    def remaining(self) -> float | None:
        """Seconds left to wait."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def too_long(self) -> WaitTimeout:
        """The error for a wait whose time is over."""
        state = self._run._picture.state.word.lower()  # noqa: SLF001 - parts of one thing
        return WaitTimeout(f"After {self._timeout:g} s the state is {state}. {self._goes_on()}")

    def _show(self) -> None:
        if self._run._picture.known:  # noqa: SLF001 - parts of one thing
            self._progress.show(self._run._picture)  # noqa: SLF001 - parts of one thing

    def _goes_on(self) -> str:
        what = "Workflow" if self._run.is_workflow else "Process"
        return f"{what} {self._run.id} goes on: wait() waits for it again, cancel() ends it"


def _report(future: concurrent.futures.Future[None]) -> None:
    """A callback's own mistake has nobody else to be raised to."""
    if future.cancelled() or (error := future.exception()) is None:
        return
    level = logging.DEBUG if isinstance(error, ColoniesError) else logging.ERROR
    _log.log(level, "Following a run ended", exc_info=error)
