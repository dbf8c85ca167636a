"""Running again what did not succeed: what a run offers beside waiting and looking."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from jupyter_colonies.client.runs.difference import Difference
from jupyter_colonies.client.runs.members import members
from jupyter_colonies.client.runs.record import Record, made
from jupyter_colonies.core.messages.reruns import RERUN_WORKFLOW, RETRY_PROCESS
from jupyter_colonies.core.messages.workflows import WorkflowChange
from jupyter_colonies.core.process import AttributeType, Process
from jupyter_colonies.core.spec import FunctionSpec, divided
from jupyter_colonies.errors import ClientError, InvalidRequest, InvalidSpec

if TYPE_CHECKING:
    from jupyter_colonies.client.colony import Colony
    from jupyter_colonies.client.runs.run import Run, RunNode

    From: TypeAlias = str | RunNode | Iterable[str | RunNode]

Fields = Mapping[str, Any]

ORIGINAL = "original"
"""The key of the attribute that names the process which a single process is a retry of."""


class Repairable(ABC):
    """A run that can be run again, from where it failed or from anywhere else.

    What has ended stays as it is: running again makes a new run, linked to the old one, in which
    what succeeded is kept with its output and times, and is not executed again.
    """

    colony: Colony
    id: str
    name: str
    is_workflow: bool

    @abstractmethod
    def changes(self) -> AsyncGenerator[WorkflowChange, None]:
        """Every change until the end; see `Run`."""

    @abstractmethod
    def __getitem__(self, nodename: str) -> RunNode:
        """The first node of a name; see `Run`."""

    def resume(self, *, changes: Mapping[str, Fields] | None = None) -> Run:
        """Run again what did not succeed, and all that depends on it, as a new run.

        See `rerun`.
        """
        return self.rerun(changes=changes)

    def rerun(self, from_: From = (), *, changes: Mapping[str, Fields] | None = None) -> Run:
        """Run again from these nodes on, and what did not succeed, as a new run.

        `from_` is a node or several, by name, by process id or as they are in `nodes`. `changes`
        gives nodes that run again other fields of their function spec or its conditions: `{"fit":
        {"args": [3], "maxexectime": 60}}`. Branches of a failed run that still run are waited for.
        Raises InvalidRequest if nothing would run again, for a node that is not there, for a run
        that has not ended, and InvalidSpec for a field that is not one.
        """
        if not self.is_workflow:
            if from_ or changes:
                raise InvalidRequest("A single process has no nodes to run again from: retry() it")
            return self.retry()
        return self.colony.call(self._rerun(_names(from_), changes or {}))

    def retry(self, nodename: str = "") -> Run:
        """Run one process again, on its own: the same spec with the same input.

        Nothing follows it, and the workflow it came from stays as it is: this is for trying. A
        single process needs no name. Raises NotFound for a name that is not there, InvalidRequest
        if the process has not finished or if it never had an input.
        """
        processid = self[nodename].processid if self.is_workflow else self.id
        process = self.colony.call(self._retry(processid))
        name = process.spec.nodename or process.spec.funcname
        return self.colony.run_type(self.colony, process.processid, workflow=False, name=name)

    @property
    def original(self) -> Run | None:
        """The run that this one runs again, if it is one."""
        colony = self.colony
        if self.is_workflow:
            graph = colony.call(colony.client.get_process_graph(processgraphid=self.id))
            found = graph.original or ""
        else:
            found = _original(colony.process(self.id))
        if not found:
            return None
        return colony.run_type(colony, found, workflow=self.is_workflow, name=self.name)

    def history(self) -> list[Run]:
        """All runs that repair each other, this one among them, in the order of submission.

        Of a single process those that it is a retry of, and itself.
        """
        colony = self.colony
        if self.is_workflow:
            graphs = colony.call(self._family())
            ids = [graph.processgraphid for graph in graphs]
        else:
            ids = [self.id]
            while found := _original(colony.process(ids[0])):
                ids.insert(0, found)
        return [
            colony.run_type(colony, each, workflow=self.is_workflow, name=self.name) for each in ids
        ]

    def diff(self, other: Repairable | None = None) -> Difference:
        """What differs between another run and this one, node by node of the same name.

        Without another run, the one that this one runs again. Raises ClientError if there is none.
        """
        before = other or self.original
        if before is None:
            raise ClientError(
                f"Run {self.id} does not run another one again: say which to compare it with"
            )
        colony = self.colony
        return Difference(
            before.id,
            self.id,
            colony.call(members(before)),
            colony.call(members(self)),
        )

    def record(self, *, sources: Iterable[str] = ()) -> Record:
        """A signed document of what ran: specs, sources, digests of values, times and identities.

        `sources` are texts of code; those are put in whose SHA-256 an attribute of a process
        names. Raises ClientError if the run has not ended.
        """
        return self.colony.call(made(self, [*sources, *self._sources()]))

    def _sources(self) -> Iterable[str]:
        """The texts of code that are known here."""
        return ()

    async def _rerun(self, names: Sequence[str], changes: Mapping[str, Fields]) -> Run:
        await self._expect(RERUN_WORKFLOW.type)
        specs = await self._changed(changes) if changes else []

        async def again() -> Run:
            graph = await self.colony.client.rerun_workflow(
                processgraphid=self.id, fromnodes=list(names), functionspecs=specs
            )
            return self.colony.run_type(self.colony, graph.processgraphid, name=self.name)

        try:
            return await again()
        except InvalidRequest:
            if not await self._settled():
                raise
        return await again()

    async def _changed(self, changes: Mapping[str, Fields]) -> list[FunctionSpec]:
        of_name = {process.spec.nodename: process.spec for process in await members(self)}
        unknown = [nodename for nodename in changes if nodename not in of_name]
        if unknown:
            raise InvalidRequest(f"The run has no node '{unknown[0]}' to change")
        return [changed(of_name[nodename], fields) for nodename, fields in changes.items()]

    async def _retry(self, processid: str) -> Process:
        await self._expect(RETRY_PROCESS.type)
        return await self.colony.client.retry_process(processid=processid)

    async def _family(self) -> Any:
        await self._expect(RERUN_WORKFLOW.type)
        return await self.colony.client.get_reruns(processgraphid=self.id)

    async def _settled(self) -> bool:
        """Wait for the branches of a failed run that still run; False if it has not failed."""
        async with aclosing(self.changes()) as changes:
            async for change in changes:
                if not change.state.finished:
                    return False
        return True

    async def _expect(self, messagetype: str) -> None:
        if messagetype not in await self.colony.extensions():
            raise ClientError(
                f"The server at {self.colony.found.endpoint.base_url} can't run anything again: "
                f"{messagetype} is an extension that it does not have. Submit the work anew"
            )


def changed(spec: FunctionSpec, fields: Fields) -> FunctionSpec:
    """A spec with other fields, or other conditions. Raises InvalidSpec."""
    own, conditions, unknown = divided(fields)
    if unknown:
        raise InvalidSpec(f"A function spec has no field {', '.join(map(repr, unknown))}")
    raw: dict[str, Any] = {**msgspec.to_builtins(spec), **own}
    raw["conditions"] = {**msgspec.to_builtins(spec.conditions), **conditions}
    try:
        return msgspec.convert(raw, FunctionSpec)
    except msgspec.ValidationError as error:
        raise InvalidSpec(f"The changes of node '{spec.nodename}': {error}") from None


def _names(nodes: From) -> list[str]:
    if isinstance(nodes, str):
        return [nodes]
    if not isinstance(nodes, Iterable):
        return [nodes.processid]
    return [each if isinstance(each, str) else each.processid for each in nodes]


def _original(process: Process) -> str:
    for attribute in process.attributes or ():
        if attribute.key == ORIGINAL and attribute.attributetype == AttributeType.IN:
            return attribute.value
    return ""
