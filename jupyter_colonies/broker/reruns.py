"""Running workflows again with what succeeded kept, and processes on their own.

The new workflow is stored like one that was submitted: everything of it or nothing, a large one
in parts. What is kept is copied within the database and is never handed out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.broker import arrival, once, reading, remainders, transition
from jupyter_colonies.broker.arrival import Arrival
from jupyter_colonies.broker.authorize import authorize
from jupyter_colonies.broker.call import Call, Desk, answers, carries_out
from jupyter_colonies.broker.submit import PROCESS, announce_new, insert, new_row, origin
from jupyter_colonies.broker.take import joined
from jupyter_colonies.broker.workflow import member_spec
from jupyter_colonies.core import rerun
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.messages import reruns as messages
from jupyter_colonies.core.messages.reruns import RerunWorkflow, RetryProcess
from jupyter_colonies.core.messages.workflows import OneGraph
from jupyter_colonies.core.process import AttributeType, Process, State, attribute_id
from jupyter_colonies.core.rerun import Member, Plan
from jupyter_colonies.core.spec import FunctionSpec, check_priority
from jupyter_colonies.errors import ColoniesError, InvalidRequest, InvalidWorkflow, StorageFailed
from jupyter_colonies.store import graphs, numbers, processes, reruns
from jupyter_colonies.store.processes import OUTSIDE
from jupyter_colonies.store.statement import Row, Transaction

ORIGINAL = "original"
"""The key of the attribute that names the process which was retried."""

_specs = msgspec.json.Decoder(FunctionSpec)


@carries_out(messages.RERUN_WORKFLOW)
async def rerun_workflow(desk: Desk, request: RerunWorkflow, callerid: str) -> ProcessGraph:
    """Queue a finished workflow again, without what is kept of it."""

    def asked(tx: Transaction) -> Call:
        return authorize(tx, desk.facts, messages.RERUN_WORKFLOW, request, callerid)

    def at_once(tx: Transaction) -> ProcessGraph | None:
        call = asked(tx)
        if _size(call.row) > remainders.PART:
            once.look(call, desk.once, messages.RERUN_WORKFLOW)
            return None
        work = partial(_rerun_at_once, call, request)
        return once.first(call, desk.once, messages.RERUN_WORKFLOW, work)

    graph = await desk.store.write(at_once)
    return graph or await _rerun_in_parts(desk, request, asked)


def _rerun_at_once(call: Call, request: RerunWorkflow) -> ProcessGraph:
    # Nobody removes it meanwhile; what has finished changes no more.
    _hold(call.tx, call.row["seq"])
    old = _planned(_read(call.tx, call.row), request)
    return _store(call, Repeating(call, old, _specs_again(call.tx, old, request)))


async def _rerun_in_parts(
    desk: Desk, request: RerunWorkflow, asked: Callable[[Transaction], Call]
) -> ProcessGraph:
    read = await desk.store.read(lambda tx: _read(tx, asked(tx).row))
    old = await asyncio.to_thread(_planned, read, request)
    specs = await desk.store.read(lambda tx: _specs_again(tx, old, request))

    def begin(tx: Transaction) -> Repeating:
        call = asked(tx)
        repeating = Repeating(call, old, specs)
        arrival.begin(call, repeating)
        return repeating

    repeating = await desk.store.write(begin)
    try:
        await arrival.store_parts(desk, repeating)
        left = await desk.store.write(
            lambda tx: arrival.appear_once(asked(tx), desk.once, messages.RERUN_WORKFLOW, repeating)
        )
    except ColoniesError:
        await remainders.finish(desk.store, repeating.remainder)
        raise
    await remainders.finish(desk.store, left)
    return repeating.graph


@answers(messages.GET_RERUNS)
def get_reruns(call: Call, _: OneGraph) -> list[ProcessGraph]:
    """The first of the runs that repair each other, and all others, in the order of submission."""
    first = call.row["family"] or call.row["processgraphid"]
    rows = call.tx.all(reruns.OF_FAMILY, colonyname=call.colonyname, first=first)
    members = reading.vertices(call.tx, [row["seq"] for row in rows])
    return [reading.graph(row, members[row["seq"]], drawn=False) for row in rows]


@answers(messages.RETRY_PROCESS)
def retry_process(call: Call, request: RetryProcess) -> Process:
    """Queue a process again on its own; an attribute of it names the old one."""
    tx = call.tx
    whole = tx.one(processes.WHOLE_BY_SEQ, seq=call.row["seq"])
    if whole is None or not State(whole["state"]).finished:
        raise InvalidRequest(
            f"Failed to retry process, process with Id {request.processid} has not finished: wait "
            "for it, or cancel it first"
        )
    given = _input(tx, whole)
    spec = _specs.decode(whole["spec"])
    spec.conditions = msgspec.structs.replace(spec.conditions, dependencies=[])
    row = new_row(origin(call), spec, seq=numbers.take(tx, PROCESS, 1)[0])
    row["input"] = given
    attributes = insert(tx, [row], [spec])
    link = _attribute(row, AttributeType.IN, ORIGINAL, request.processid)
    tx.many(processes.INSERT_ATTRIBUTE, [link])
    announce_new(tx, [row])
    transition.record(tx, [row], 0, ())
    return reading.process(row, attributes=[*attributes, link])


class Old(NamedTuple):
    """A finished workflow: its row, its processes, and what becomes of them."""

    row: Row
    members: Sequence[Member]
    edges: Sequence[tuple[int, int]]
    plan: Plan | None = None

    @property
    def what(self) -> Plan:
        """What becomes of the processes."""
        if self.plan is None:
            raise LookupError("nothing is planned yet")
        return self.plan


class Again(NamedTuple):
    """A process that runs again: its spec, and the input it has if it has no parents."""

    spec: FunctionSpec
    input: str


class RepeatedPart(NamedTuple):
    """Some processes of a workflow that repeats another: new ones, and copies of what is kept."""

    rows: list[dict[str, Any]]
    specs: list[FunctionSpec]
    copies: list[dict[str, Any]]
    edges: list[dict[str, int]]

    def store(self, tx: Transaction) -> None:
        """Write them down."""
        if self.rows:
            insert(tx, self.rows, self.specs)
        if self.copies:
            tx.many(reruns.KEEP, self.copies)
            self._copy_attributes(tx)
        if self.edges:
            tx.many(processes.INSERT_EDGE, self.edges)

    def _copy_attributes(self, tx: Transaction) -> None:
        copy_of = {copy["of_seq"]: copy for copy in self.copies}
        copied = [
            _attribute(
                {"processid": new["new_processid"], "seq": new["new_seq"]},
                each["attributetype"],
                each["key"],
                each["value"],
            )
            for statement, keys in processes.numbered(processes.attributes_of, list(copy_of))
            for each in tx.all(statement, **keys)
            for new in (copy_of[each["process"]],)
        ]
        if copied:
            tx.many(processes.INSERT_ATTRIBUTE, copied)


class Repeating(Arrival):
    """A workflow that repeats another."""

    def __init__(self, call: Call, old: Old, specs: Mapping[int, Again]) -> None:
        super().__init__(call, len(old.what.carried), old.row["name"])
        self._old = old
        self._plan = old.what
        self._specs = specs
        carried = zip(self._plan.carried, self.numbers, strict=True)
        self._seqs = {member.seq: seq for member, seq in carried}
        self._submitted = {m.seq: m.nodename for m in self._plan.carried if not m.addedby}
        self._children: dict[int, int] = {}
        self.graph.original = old.row["processgraphid"]

    @property
    def successful(self) -> int:
        """See `Arrival`."""
        return len(self) - len(self._plan.again)

    def check(self, tx: Transaction) -> None:
        """Raise StorageFailed if the old workflow was removed while it was copied."""
        _hold(tx, self._old.row["seq"])

    def row(self) -> dict[str, Any]:
        """See `Arrival`."""
        old = self._old.row
        family = old["family"] or old["processgraphid"]
        return super().row() | {"original": old["processgraphid"], "family": family}

    def part(self, start: int, end: int, *, queued: bool) -> RepeatedPart:
        """See `Arrival`."""
        part = RepeatedPart([], [], [], [])
        for member, processid in zip(
            self._plan.carried[start:end], self.ids[start:end], strict=True
        ):
            parents = self._parents(member.seq)
            if not parents:
                self.rootids.append(processid)
            part.edges.extend(self._edges(member.seq, parents))
            if member.seq in self._plan.again:
                part.specs.append(self._specs[member.seq].spec)
                part.rows.append(self._again(member, processid, parents, queued=queued))
            else:
                part.copies.append(self._copy(member, processid))
        self.enter(part.rows, queued=queued)
        return part

    def _again(
        self, member: Member, processid: str, parents: Sequence[int], *, queued: bool
    ) -> dict[str, Any]:
        again = self._specs[member.seq]
        pending = sum(parent in self._plan.again for parent in parents)
        row = new_row(
            self.origin,
            again.spec,
            seq=self._seqs[member.seq],
            processid=processid,
            graph=(self.seq, self.graph.processgraphid),
            pending=pending or (0 if queued else OUTSIDE),
        )
        return row | {
            "input": again.input,
            "addedby": self._seqs.get(member.addedby, 0),
            "inserted": int(member.inserted),
        }

    def _copy(self, member: Member, processid: str) -> dict[str, Any]:
        return {
            "of_seq": member.seq,
            "new_seq": self._seqs[member.seq],
            "new_processid": processid,
            "new_graphseq": self.seq,
            "new_processgraphid": self.graph.processgraphid,
            "new_addedby": self._seqs.get(member.addedby, 0),
        }

    def _parents(self, seq: int) -> Sequence[int]:
        parents = self._plan.parents[seq]
        if seq not in self._plan.mended:
            return parents
        return rerun.in_order(parents, self._specs[seq].spec.dependencies, self._submitted)

    def _edges(self, child: int, parents: Sequence[int]) -> Iterator[dict[str, int]]:
        for position, parent in enumerate(parents):
            place = self._children.get(parent, 0)
            self._children[parent] = place + 1
            yield {
                "parent": self._seqs[parent],
                "child": self._seqs[child],
                "parentposition": position,
                "childposition": place,
            }


def _store(call: Call, repeating: Repeating) -> ProcessGraph:
    whole = repeating.part(0, len(repeating), queued=True)
    arrival.store_whole(call.tx, repeating, whole)
    return repeating.graph


def _size(graph: Row) -> int:
    return sum(graph[name] for name in graphs.COUNTS)


def _hold(tx: Transaction, graphseq: int) -> None:
    tx.end_batch()
    if tx.one(graphs.BY_SEQ_TO_CHANGE, graphseq=graphseq) is None:
        raise StorageFailed(
            "The workflow was removed while it was copied, so nothing of it runs again"
        )


def _read(tx: Transaction, row: Row) -> Old:
    members = [
        Member(
            each["seq"],
            each["processid"],
            each["nodename"],
            State(each["state"]),
            each["addedby"],
            bool(each["inserted"]),
        )
        for each in tx.all(reruns.MEMBERS, graphseq=row["seq"])
    ]
    edges = tx.all(reruns.EDGES, graphseq=row["seq"])
    return Old(row, members, [(edge["parent"], edge["child"]) for edge in edges])


def _planned(old: Old, request: RerunWorkflow) -> Old:
    """The same with what becomes of its processes. Raises InvalidRequest."""
    names = [*(request.fromnodes or ()), *(spec.nodename for spec in request.functionspecs or ())]
    wanted = rerun.named(old.members, names)
    return old._replace(plan=rerun.plan(old.members, old.edges, wanted))


def _specs_again(tx: Transaction, old: Old, request: RerunWorkflow) -> dict[int, Again]:
    """The specs of what runs again. Raises InvalidRequest for a replacement that does not fit."""
    keys = [member.seq for member in old.what.carried if member.seq in old.what.again]
    found = {
        row["seq"]: Again(_specs.decode(row["spec"]), row["input"])
        for statement, some in processes.numbered(reruns.specs_of, keys)
        for row in tx.all(statement, **some)
    }
    if len(found) < len(keys):
        _hold(tx, old.row["seq"])
    for spec in request.functionspecs or ():
        named = [m.seq for m in old.what.carried if m.nodename == spec.nodename]
        if len(named) != 1:
            raise InvalidRequest(
                f"Failed to rerun workflow, {len(named)} of the processes that are carried over "
                f"are named '{spec.nodename}': a spec can replace that of exactly one"
            )
        found[named[0]] = _replaced(found[named[0]], spec, old.row["colonyname"])
    return found


def _replaced(again: Again, spec: FunctionSpec, colonyname: str) -> Again:
    check_priority(spec)
    if spec.dependencies != again.spec.dependencies:
        raise InvalidRequest(
            f"Failed to rerun workflow, the spec of node '{spec.nodename}' has other dependencies "
            f"than the old one ({', '.join(again.spec.dependencies) or 'none'}): submit a new "
            "workflow to change its shape"
        )
    try:
        return again._replace(spec=member_spec(spec, colonyname))
    except InvalidWorkflow as error:
        raise InvalidRequest(error.message) from None


def _input(tx: Transaction, whole: Row) -> str:
    """The input a process had, or would have got. Raises InvalidRequest if there is none."""
    parents = tx.all(reruns.PARENTS, child=whole["seq"]) if whole["graphseq"] else []
    if any(parent["state"] != State.SUCCESS for parent in parents):
        raise InvalidRequest(
            "Failed to retry process, its parents have not succeeded, so it has no input: run its "
            "workflow again"
        )
    return joined([each["output"] for each in parents]) if parents else str(whole["input"])


def _attribute(process: Row, attributetype: int, key: str, value: str) -> dict[str, Any]:
    return {
        "attributeid": attribute_id(process["processid"], key, attributetype),
        "process": process["seq"],
        "attributetype": int(attributetype),
        "key": key,
        "value": value,
    }
