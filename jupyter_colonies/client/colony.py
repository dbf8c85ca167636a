"""The thin synchronous face of the client: one colony at one server."""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Callable, Coroutine, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import msgspec

from jupyter_colonies.client.channel import Channel
from jupyter_colonies.client.client import Client
from jupyter_colonies.client.compose.notebooktask import NotebookTask, notebook_task
from jupyter_colonies.client.compose.specfile import parse_specs, read_specs, specs_of
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.discovery import FollowedAddress, Found, find
from jupyter_colonies.client.portal import Portal, portal
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.client.storage.files import Files
from jupyter_colonies.client.storage.snapshots import Snapshots
from jupyter_colonies.client.transport import Transport
from jupyter_colonies.client.values.cache import ResultCache
from jupyter_colonies.client.values.stored import StoredValues
from jupyter_colonies.core.file import Snapshot
from jupyter_colonies.core.graph import ProcessGraph, check_workflow
from jupyter_colonies.core.member import Executor, Function, Log, Statistics, User
from jupyter_colonies.core.messages.server import ServerInfo
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.core.runname import LONGEST
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec
from jupyter_colonies.errors import InvalidSpec

if TYPE_CHECKING:
    from jupyter_colonies.client.storage.filesystem import ColoniesFileSystem

T = TypeVar("T")
ColonyT = TypeVar("ColonyT", bound="Colony")

LIST_LIMIT = 100
LOG_PAGE = 500

Work = Workflow | WorkflowSpec | FunctionSpec | list[Any] | dict[str, Any] | str | Path


class Colony:
    """A colony: submit work to it, and look at what is in it.

    All methods block; `client` has the same operations and all others as coroutines, and `call`
    waits for one of them. `run_type` is what runs are made of.
    """

    run_type: type[Run] = Run

    def __init__(self, found: Found) -> None:
        self.name = found.colonyname
        self.portal: Portal = portal()
        self._address = FollowedAddress(found)
        self.client = Client(found.endpoint, found.private_key, transport=Transport(self._address))
        self.values = StoredValues(self)
        self._info: ServerInfo | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} at {self.found.endpoint.base_url}>"

    @property
    def found(self) -> Found:
        """How the server was found, as it was when it was last looked for."""
        return self._address.found

    @cached_property
    def files(self) -> Files:
        """The colony's files, with their bytes."""
        return Files(self)

    @cached_property
    def snapshots(self) -> Snapshots:
        """The snapshots of the colony's files."""
        return Snapshots(self)

    def snapshot(self, name: str, label: str = "/") -> Snapshot:
        """Note all files of a label and below it, as they are now, under a name.

        Raises ServerRefused if the name is taken.
        """
        return self.snapshots.create(name, label)

    @cached_property
    def fs(self) -> ColoniesFileSystem:
        """The colony's files as a file system of fsspec: `colonies://colony/label/name`."""
        # Loads fsspec, which few notebooks need.
        from jupyter_colonies.client.storage.filesystem import of_colony  # noqa: PLC0415

        return of_colony(self)

    def signed_by(self, private_key: str) -> Self:
        """The same colony as somebody else sees it."""
        other = copy.copy(self)
        other.client = self.client.signed_by(private_key)
        other.values = StoredValues(other)
        for kept in ("files", "snapshots", "fs"):
            # Made when it is first asked for, and ours: the other one's asks with other keys.
            other.__dict__.pop(kept, None)
        return other

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine of `client` and wait for its result."""
        return self.portal.run(coroutine)

    def submit(self, work: Work, *, source: str = "") -> Run:
        """Submit a workflow or a single process.

        A string or Path names a spec file, JSON or YAML; a string that begins with a bracket or
        has several lines is such a text itself. A list is a workflow, an object one process.
        `source` stands for the work in error texts.

        Raises InvalidSpec and InvalidWorkflow before anything is sent, and what the server
        refuses with; then nothing of it is stored.
        """
        spec = self._spec(work, source)
        if isinstance(work, Workflow):
            self.keep(work)
        if isinstance(spec, FunctionSpec):
            process = self.call(self.client.submit_function_spec(spec=spec))
            return self.run_type(
                self, process.processid, workflow=False, name=spec.nodename or spec.funcname
            )
        graph = self.call(self.client.submit_workflow_spec(spec=spec))
        return self.run_type(self, graph.processgraphid, name=_title(work, source))

    @property
    def cache(self) -> ResultCache:
        """Results of tasks that are kept for the next time, on this machine."""
        return self.values.cache

    def keep(self, workflow: Workflow) -> None:
        """Store the arguments of a workflow that are kept as files; submitting it does so, too."""
        self.values.store(workflow.packed)

    def workflow(self, name: str = "", *, executortype: str = "", submit: bool = False) -> Workflow:
        """A workflow that is submitted here; see `Workflow`."""
        return Workflow(name, executortype=executortype, submit=submit, connect=lambda: self)

    def notebook(self, path: str | Path, *, shared: bool = False, **fields: Any) -> NotebookTask:
        """A notebook as a step of workflows: a call with its parameters is one run of it.

        The notebook is stored as a file of the colony, as it is now; with `shared` its path is
        sent instead, to executors that see the same disk. `fields` are those of a function spec
        and of its conditions, such as `maxexectime` in seconds. An executor of the type `notebook`
        has to run. Raises InvalidSpec if there is no such notebook, InvalidRequest if it can't be
        read, and what `Files.put` raises.
        """
        return notebook_task(self.files, path, shared=shared, fields=fields)

    def run(self, processgraphid: str) -> Run:
        """A workflow that was submitted before."""
        return self.run_type(self, processgraphid)

    def process(self, processid: str) -> Process:
        """A process as it is now. Raises NotFound."""
        return self.call(self.client.get_process(processid=processid))

    def processes(self, state: State | None = None, *, count: int = LIST_LIMIT) -> list[Process]:
        """Processes in one state, or in all states one after the other; `count` of each."""
        return [
            process
            for each in _states(state)
            for process in self.call(
                self.client.get_processes(colonyname=self.name, count=count, state=each)
            )
        ]

    def workflows(
        self, state: State | None = None, *, count: int = LIST_LIMIT
    ) -> list[ProcessGraph]:
        """Workflows in one state, or in all states, newest first; `count` of each state."""
        graphs = [
            graph
            for each in _states(state)
            for graph in self.call(
                self.client.get_process_graphs(colonyname=self.name, count=count, state=each)
            )
        ]
        return sorted(graphs, key=lambda graph: graph.submissiontime, reverse=True)

    def channel(self, process: Process | Run | str, name: str) -> Channel:
        """A channel of a process that was submitted here, by process, run or id.

        Whether there is one shows when it is used.
        """
        if isinstance(process, Run):
            processid = process.id
        else:
            processid = process if isinstance(process, str) else process.processid
        return Channel(self.client, self.portal, processid, name)

    def executors(self) -> list[Executor]:
        """The colony's executors in every state."""
        return self.call(self.client.get_executors(colonyname=self.name))

    def functions(self, executorname: str = "") -> list[Function]:
        """The functions of one executor, or of all."""
        return self.call(self.client.get_functions(colonyname=self.name, executorname=executorname))

    def users(self) -> list[User]:
        """The colony's users."""
        return self.call(self.client.get_users(colonyname=self.name))

    def statistics(self) -> Statistics:
        """Counts of executors, processes and workflows."""
        return self.call(self.client.get_colony_statistics(colonyname=self.name))

    def logs(self, processid: str = "", *, executorname: str = "", since: int = 0) -> list[Log]:
        """The log of a process or of an executor, oldest first, after `since` nanoseconds."""
        return self.call(self._all_logs(processid, executorname, since))

    def close(self) -> None:
        """Close the connections to the server."""
        self.files.close()
        self.call(self.client.close())

    async def extensions(self) -> list[str]:
        """The message types this server has beyond the protocol; a coroutine."""
        if self._info is None:
            self._info = await self.client.get_server_info()
        return self._info.extensions

    async def _all_logs(self, processid: str, executorname: str, since: int) -> list[Log]:
        lines: list[Log] = []
        while True:
            page = await self.client.get_logs(
                colonyname=self.name,
                processid=processid,
                executorname=executorname,
                count=LOG_PAGE,
                since=since,
            )
            lines += page
            if len(page) < LOG_PAGE:
                return lines
            since = page[-1].timestamp

    def _spec(self, work: Work, source: str) -> WorkflowSpec | FunctionSpec:
        if isinstance(work, Workflow):
            return work.to_spec(self.name)
        if isinstance(work, WorkflowSpec):
            check_workflow(work.functionspecs or [])
            return msgspec.structs.replace(work, colonyname=work.colonyname or self.name)
        specs = _read(work, source)
        if isinstance(specs, list):
            name = _title(work, source)[:LONGEST] or msgspec.UNSET
            return WorkflowSpec(colonyname=self.name, functionspecs=specs, name=name)
        conditions = specs.conditions
        return msgspec.structs.replace(
            specs,
            conditions=msgspec.structs.replace(
                conditions, colonyname=conditions.colonyname or self.name
            ),
            # The original takes 0 for "no time at all" in a single process (part 02, 3.4).
            maxexectime=specs.maxexectime or -1,
        )


def _read(work: Any, source: str) -> list[FunctionSpec] | FunctionSpec:
    if isinstance(work, str) and (work.lstrip()[:1] in ("[", "{") or "\n" in work):
        return parse_specs(work, source or "the text")
    if isinstance(work, str | Path):
        return read_specs(work)
    if isinstance(work, FunctionSpec | dict | list):
        return specs_of(work, source or "the spec")
    raise InvalidSpec(
        "Only a Workflow, a function spec, a list of them or the name of a spec file can be "
        f"submitted, not {type(work).__name__}"
    )


def _title(work: Work, source: str) -> str:
    if isinstance(work, Workflow):
        return work.name
    if source or isinstance(work, Path):
        return source or Path(work).name  # type: ignore[arg-type]
    return Path(work).name if isinstance(work, str) and "\n" not in work else ""


def _states(state: State | None) -> Iterable[State]:
    return State if state is None else (state,)


_lock = threading.Lock()
_current: tuple[int, Colony] | None = None


def connect(
    address: str | None = None,
    *,
    colony: str | None = None,
    keyfile: str | Path | None = None,
    factory: Callable[[Found], ColonyT] = Colony,  # type: ignore[assignment]
) -> ColonyT:
    """Find a server, connect to a colony there and make it the current one.

    What may be left out is found as `client.discovery` describes. Raises NoServer,
    ServerUnreachable and UntrustedServer.
    """
    global _current  # noqa: PLW0603 - the current colony is what this is about
    made = factory(find(address, colony=colony, keyfile=keyfile))
    # Says at once if nothing answers, and is needed anyway as soon as a run is followed.
    made.call(made.extensions())
    _current = (os.getpid(), made)
    return made


def connected() -> Colony | None:
    """The colony that was connected to last in this process, None if there is none."""
    return _current[1] if _current is not None and _current[0] == os.getpid() else None


def current(factory: Callable[[Found], ColonyT] = Colony) -> ColonyT | Colony:  # type: ignore[assignment]
    """The colony that was connected to last; connects on first use."""
    with _lock:
        return connected() or connect(factory=factory)
