"""A process while it runs here: what the user's code sees as `process`."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from jupyter_colonies.client.channel import Channel
from jupyter_colonies.client.client import Client
from jupyter_colonies.client.compose.signature import Signature
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.portal import Portal
from jupyter_colonies.client.values.packing import NotReadable
from jupyter_colonies.client.values.stored import StoredValues
from jupyter_colonies.core.identity import is_id
from jupyter_colonies.core.process import Attribute, AttributeType, Process
from jupyter_colonies.core.spec import FunctionSpec, divided
from jupyter_colonies.errors import InvalidRequest, NotFound, ServerRefused
from jupyter_colonies.executor.cancellation import Cancellation
from jupyter_colonies.executor.capture import RunLog
from jupyter_colonies.executor.functions.arguments import Resolution
from jupyter_colonies.executor.functions.results import as_json, as_output, label_of
from jupyter_colonies.executor.growth import children

MOST_SINGLE = 64  # processes that are read one by one, rather than with their whole workflow


def nobody(_share: float, _text: str) -> None:
    """Who hears of progress where there is no server to tell."""


class RunningProcess:
    """One process that an executor of this kernel was assigned.

    All methods may be called from the thread that runs the user's code; those that talk to the
    server wait for its answer and raise its refusals.
    """

    def __init__(
        self,
        process: Process,
        client: Client,
        portal: Portal,
        log: RunLog,
        values: StoredValues | None = None,
        report: Callable[[float, str], None] = nobody,
    ) -> None:
        self.process = process
        self.values = values
        self.attributes: MutableMapping[str, str] = Attributes(self)
        self.cancellation = Cancellation()
        self.mount: Path | None = None
        """The folder with the files that the spec's `fs` asks for, None if it asks for none."""
        self._client = client
        self._portal = portal
        self._log = log
        self.bar: object = None  # of tqdm, the outermost one of this run
        self._report = report
        self._resolution = Resolution(process, self._read, self._open)

    def __repr__(self) -> str:
        return f"<RunningProcess {self.funcname} {self.nodename} {self.processid}>"

    @property
    def processid(self) -> str:
        """Id of the process."""
        return self.process.processid

    @property
    def cancelled(self) -> threading.Event:
        """Set when nobody wants the result any more: cancelled, too late, or taken away."""
        return self.cancellation.event

    def check(self) -> None:
        """End the run here if nobody wants its result any more.

        Raises RunCancelled then, which should be let through: code that takes long calls this
        now and then.
        """
        self.cancellation.check()

    @property
    def spec(self) -> FunctionSpec:
        """The function spec that was submitted."""
        return self.process.spec

    @property
    def nodename(self) -> str:
        """Name of the process in its workflow; empty outside of one."""
        return self.spec.nodename

    @property
    def funcname(self) -> str:
        """Name of the function that was asked for."""
        return self.spec.funcname

    @cached_property
    def args(self) -> list[Any]:
        """Arguments by position, with results in the place of placeholders.

        Raises CallError for a result that is not there, and NotReadable for a value that can't be
        read, as `kwargs` and `inputs` do.
        """
        return self._resolution.args()

    @cached_property
    def kwargs(self) -> dict[str, Any]:
        """Arguments by name, as `args`."""
        return self._resolution.kwargs()

    @cached_property
    def inputs(self) -> list[Any]:
        """The outputs of the parents, joined in the order of the dependencies."""
        return self._resolution.inputs()

    def add_child(
        self,
        funcname: str,
        *args: Any,
        nodename: str = "",
        child: Process | str | None = None,
        **spec: Any,
    ) -> Process:
        """Add a process that runs after this one, and return it.

        `child` joins the new process to one that waits already, given as a process, its id or its
        nodename: that one then also waits for the new process. Other keywords are fields of the
        function spec or of its conditions; `executortype` is this process's own and `nodename` is
        `funcname` unless given. Raises NotJson, and InvalidRequest for what the server refuses
        (protocol part 02, section 7).
        """
        return self._grow(funcname, args, nodename, child, spec, insert=False)

    def insert_child(
        self,
        funcname: str,
        *args: Any,
        nodename: str = "",
        child: Process | str | None = None,
        **spec: Any,
    ) -> Process:
        """Put a process between this one and all its children, and return it.

        As `add_child`; every present child then waits for the new process instead of this one
        (protocol part 02, section 7.2), so that `child` need not be given.
        """
        return self._grow(funcname, args, nodename, child, spec, insert=True)

    def add_workflow(self, workflow: Workflow) -> list[Process]:
        """Add the nodes of a workflow below this process and return them as processes.

        They run after this one, in its workflow; `Workflow.submit(below=process)` is the same. A
        node can have one successor only. Raises InvalidWorkflow, and as `add_child`.
        """
        specs = workflow.to_spec(self.spec.conditions.colonyname).functionspecs or []
        added = children(self.spec, specs)
        if self.values is not None:
            self.values.store(workflow.packed)
        made: dict[str, Process] = {}
        for spec, successor in added:
            waiting = made[successor].processid if successor else ""
            made[spec.nodename] = self._add(spec, waiting, insert=False)
        return [made[spec.nodename] for spec in specs]

    def graph(self) -> Graph:
        """The processes of this process's workflow, as they are now.

        Raises InvalidRequest if the process was submitted on its own.
        """
        graphid = self.process.processgraphid
        if not graphid:
            raise InvalidRequest(f"Process {self.processid} does not belong to a workflow")
        return Graph(self._portal.run(_processes(self._client, self.process)))

    def log(self, text: str) -> None:
        """Write a line to the process's log without showing it in the notebook."""
        self._log.write(text if text.endswith("\n") else f"{text}\n")

    def write(self, text: str) -> None:
        """Append to the process's log as it is: an unfinished line stays one."""
        self._log.write(text)

    def progress(self, share: float, text: str = "") -> None:
        """Tell how far the run is: `share` from 0 to 1, and a few words on what it does.

        May be called as often as is convenient; what is sent is at most two reports a second. Ends
        the run as `check` does if nobody wants its result any more. Raises ValueError for a share
        that is no number.
        """
        self.check()
        self.note_progress(share, text)

    def note_progress(self, share: float, text: str = "") -> None:
        """Tell how far the run is, as `progress`, and let it go on even if it is cancelled."""
        if math.isnan(share):
            raise ValueError("the share of the work that is done is a number from 0 to 1, not nan")
        self._report(min(max(float(share), 0.0), 1.0), text)

    def channel(self, name: str) -> Channel:
        """A channel that the function spec declares: what the submitter and this run exchange."""
        return Channel(self._client, self._portal, self.processid, name)

    def set_output(self, values: Any) -> None:
        """Store an output before the run ends; it stays unless the run returns another one.

        Raises NotJson, and AccessDenied when the process is no longer this executor's.
        """
        output = as_output(values, label_of(self.processid) if self.values else "")
        if self.values is not None:
            self.values.store(output.packed)
        self._portal.run(self._client.set_output(processid=self.processid, out=output.values))

    def argument_digests(self, signature: Signature) -> dict[str, str]:
        """The digest of each argument by the name of its parameter; see `Resolution.digests`."""
        return self._resolution.digests(signature)

    def _read(self, processids: Sequence[str]) -> Sequence[Process]:
        if len(processids) > MOST_SINGLE:
            every = {each.processid: each for each in self.graph()}
            return [every[processid] for processid in processids]
        return self._portal.run(_each(self._client, processids))

    def _open(self, reference: dict[str, Any]) -> Any:
        if self.values is None:
            raise NotReadable("Nothing can be fetched here: the colony's files are not at hand")
        return self.values.open(reference)

    def _grow(
        self,
        funcname: str,
        args: Sequence[Any],
        nodename: str,
        child: Process | str | None,
        fields: Mapping[str, Any],
        *,
        insert: bool,
    ) -> Process:
        spec = child_spec(self.spec, funcname, args, {"nodename": nodename or funcname, **fields})
        return self._add(spec, self._id_of(child), insert=insert)

    def _add(self, spec: FunctionSpec, childprocessid: str, *, insert: bool) -> Process:
        return self._portal.run(
            self._client.add_child(
                processgraphid=self.process.processgraphid,
                parentprocessid=self.processid,
                childprocessid=childprocessid,
                spec=spec,
                insert=insert,
            )
        )

    def _id_of(self, child: Process | str | None) -> str:
        if child is None:
            return ""
        if isinstance(child, Process):
            return child.processid
        return child if is_id(child) else self.graph()[child].processid

    def _set_attribute(self, key: str, value: str) -> None:
        attribute = Attribute(
            targetid=self.processid,
            targetcolonyname=self.spec.conditions.colonyname,
            targetprocessgraphid=self.process.processgraphid,
            attributetype=AttributeType.OUT,
            key=key,
            value=value,
        )
        stored = self._portal.run(self._client.add_attribute(attribute=attribute))
        self.process.attributes = [*(self.process.attributes or ()), stored]


class Attributes(MutableMapping[str, str]):
    """Texts attached to a process: its environment at first, then what the run sets.

    Setting one stores it on the server at once; a key can be set once, and none is removed.
    """

    def __init__(self, running: RunningProcess) -> None:
        self._running = running

    def __getitem__(self, key: str) -> str:
        for attribute in reversed(self._running.process.attributes or []):
            if attribute.key == key:
                return attribute.value
        raise KeyError(key)

    def __setitem__(self, key: str, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError(
                f"attributes are texts: '{key}' was given a value of type {type(value).__name__}"
            )
        self._running._set_attribute(key, value)  # noqa: SLF001 - the mapping is the process's face

    def __delitem__(self, key: str) -> None:
        raise TypeError(f"attributes stay with their process: '{key}' can't be removed")

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(a.key for a in self._running.process.attributes or ()))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __repr__(self) -> str:
        return repr(dict(self))


class Graph(Sequence[Process]):
    """The processes of a workflow in depth-first order, also found by their nodename."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = list(processes)

    def __getitem__(self, which: Any) -> Any:
        """The process at a position, or the first one with a nodename.

        Raises NotFound if no process has that name.
        """
        if not isinstance(which, str):
            return self._processes[which]
        found = self.all(which)
        if not found:
            names = ", ".join(dict.fromkeys(p.spec.nodename for p in self))
            raise NotFound(f"The workflow has no node '{which}'; its nodes are {names}")
        return found[0]

    def all(self, nodename: str) -> list[Process]:
        """Every process with a nodename: dynamic workflows may use one several times."""
        return [process for process in self._processes if process.spec.nodename == nodename]

    def __len__(self) -> int:
        return len(self._processes)

    def __repr__(self) -> str:
        return f"<Graph {[process.spec.nodename for process in self]}>"


def child_spec(
    parent: FunctionSpec, funcname: str, args: Sequence[Any], fields: Mapping[str, Any]
) -> FunctionSpec:
    """The spec of a new process. Raises TypeError for an unknown field and NotJson."""
    own, conditions, unknown = divided(fields)
    if unknown:
        raise TypeError(f"a function spec has no field {', '.join(map(repr, unknown))}")
    conditions.setdefault("executortype", parent.conditions.executortype)
    conditions["colonyname"] = parent.conditions.colonyname
    own["kwargs"] = as_json(own.get("kwargs") or {}, "kwargs")
    raw = own | {
        "funcname": funcname,
        "args": [as_json(value, f"args[{index}]") for index, value in enumerate(args)],
        "conditions": conditions,
    }
    try:
        return msgspec.convert(raw, FunctionSpec)
    except msgspec.ValidationError as error:
        raise TypeError(f"the function spec of '{funcname}': {error}") from None


async def _each(client: Client, processids: Sequence[str]) -> Sequence[Process]:
    return await asyncio.gather(*(client.get_process(processid=each) for each in processids))


async def _processes(client: Client, process: Process) -> list[Process]:
    graphid = process.processgraphid
    try:
        return await client.get_processes(
            colonyname=process.spec.conditions.colonyname, processgraphid=graphid, state=-1
        )
    except (InvalidRequest, ServerRefused):
        # The original server knows no listing of one workflow (protocol part 02, section 10.1).
        graph = await client.get_process_graph(processgraphid=graphid)
        return [await client.get_process(processid=each) for each in graph.processids or ()]
