"""From rows to what the wire shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from jupyter_colonies.core import member
from jupyter_colonies.core.graph import ProcessGraph, Vertex, depth_first, drawing
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.process import (
    CACHE,
    HIT,
    PROGRESS,
    Attribute,
    AttributeType,
    Process,
    State,
)
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.store import graphs, processes
from jupyter_colonies.store.statement import Row, Transaction

_specs = msgspec.json.Decoder(FunctionSpec)
_lists = msgspec.json.Decoder(list[Any])


def attribute(row: Row, process: Row) -> Attribute:
    """An attribute; its state is always that of its process."""
    return Attribute(
        attributeid=row["attributeid"],
        targetid=process["processid"],
        targetcolonyname=process["colonyname"],
        targetprocessgraphid=process["processgraphid"],
        state=process["state"],
        attributetype=row["attributetype"],
        key=row["key"],
        value=row["value"],
    )


def process(
    row: Row,
    *,
    parents: Sequence[str] = (),
    children: Sequence[str] = (),
    attributes: Sequence[Row] = (),
) -> Process:
    """A process from its whole row and what surrounds it.

    Attributes of type 3 extend the environment of the spec (protocol part 02, section 1.9).
    """
    spec = _specs.decode(row["spec"])
    for each in attributes:
        if each["attributetype"] == AttributeType.ENV:
            spec.env = {**(spec.env or {}), each["key"]: each["value"]}
    return Process(
        processid=row["processid"],
        initiatorid=row["initiatorid"],
        initiatorname=row["initiatorname"],
        assignedexecutorid=row["assignedexecutorid"],
        isassigned=bool(row["isassigned"]),
        state=State(row["state"]),
        prioritytime=row["prioritytime"],
        submissiontime=to_wire(row["submissiontime"]),
        starttime=to_wire(row["starttime"]),
        endtime=to_wire(row["endtime"]),
        waitdeadline=to_wire(row["waitdeadline"]),
        execdeadline=to_wire(row["execdeadline"]),
        retries=row["retries"],
        attributes=[attribute(each, row) for each in attributes],
        spec=spec,
        waitforparents=row["pending"] > 0,
        parents=list(parents),
        children=list(children),
        processgraphid=row["processgraphid"],
        input=_lists.decode(row["input"]),
        output=_lists.decode(row["output"]),
        errors=_lists.decode(row["errors"]),
        keptfrom=row["keptfrom"] or msgspec.UNSET,
    )


def whole(tx: Transaction, row: Row) -> Process:
    """A process with its parents, children and attributes: three statements at most."""
    attributes = tx.all(processes.ATTRIBUTES, seq=row["seq"])
    if not row["graphseq"]:
        return process(row, attributes=attributes)
    return process(
        row,
        parents=[each["processid"] for each in tx.all(processes.INPUTS, child=row["seq"])],
        children=[each["processid"] for each in tx.all(processes.CHILDREN, parent=row["seq"])],
        attributes=attributes,
    )


def several(tx: Transaction, rows: Sequence[Row]) -> list[Process]:
    """Processes with their surroundings: three statements for any number."""
    seqs = [row["seq"] for row in rows]
    if not seqs:
        return []
    attributes: dict[int, list[Row]] = {}
    for statement, numbers in processes.numbered(processes.attributes_of, seqs):
        for each in tx.all(statement, **numbers):
            attributes.setdefault(each["process"], []).append(each)
    edges = relatives(tx, seqs) if any(row["graphseq"] for row in rows) else []
    parents: dict[int, list[tuple[int, str]]] = {}
    children: dict[int, list[tuple[int, str]]] = {}
    for edge in edges:
        parents.setdefault(edge["child"], []).append((edge["parentposition"], edge["parentid"]))
        children.setdefault(edge["parent"], []).append((edge["childposition"], edge["childid"]))
    return [
        process(
            row,
            parents=_ordered(parents.get(row["seq"])),
            children=_ordered(children.get(row["seq"])),
            attributes=attributes.get(row["seq"], ()),
        )
        for row in rows
    ]


def relatives(tx: Transaction, seqs: Sequence[int]) -> list[Row]:
    """Edges from and to processes, each once."""
    found: dict[tuple[int, int], Row] = {}
    for statement, numbers in processes.numbered(processes.relatives, seqs):
        for edge in tx.all(statement, **numbers):
            found[edge["parent"], edge["child"]] = edge
    return list(found.values())


def vertices(tx: Transaction, graphseqs: Sequence[int]) -> dict[int, list[Vertex]]:
    """The members of workflows, each in depth-first order: two statements for 256 workflows."""
    members: dict[int, list[Row]] = {graphseq: [] for graphseq in graphseqs}
    for statement, numbers in processes.numbered(graphs.vertices_of, graphseqs):
        for row in tx.all(statement, **numbers):
            members[row["graphseq"]].append(row)
    ids = {row["seq"]: row["processid"] for rows in members.values() for row in rows}
    parents: dict[int, list[str]] = {}
    children: dict[int, list[str]] = {}
    for statement, numbers in processes.numbered(graphs.edges_of, graphseqs):
        for edge in tx.all(statement, **numbers):
            parent, child = edge["parent"], edge["child"]
            parents.setdefault(child, []).append(ids[parent])
            children.setdefault(parent, []).append(ids[child])
    return {
        graphseq: depth_first(
            [
                Vertex(
                    row["processid"],
                    row["nodename"],
                    State(row["state"]),
                    parents.get(row["seq"], ()),
                    children.get(row["seq"], ()),
                )
                for row in rows
            ]
        )
        for graphseq, rows in members.items()
    }


def graph(row: Row, members: Sequence[Vertex], *, drawn: bool) -> ProcessGraph:
    """A workflow; nodes and edges only where they are asked for."""
    nodes, edges = drawing(members) if drawn else ([], [])
    return ProcessGraph(
        processgraphid=row["processgraphid"],
        initiatorid=row["initiatorid"],
        initiatorname=row["initiatorname"],
        colonyname=row["colonyname"],
        rootprocessids=[vertex.processid for vertex in members if not vertex.parents],
        state=State(row["state"]),
        submissiontime=to_wire(row["submissiontime"]),
        starttime=to_wire(row["starttime"]),
        endtime=to_wire(row["endtime"]),
        processids=[vertex.processid for vertex in members],
        nodes=nodes,
        edges=edges,
        original=row["original"] or msgspec.UNSET,
    )


def said(tx: Transaction, seqs: Sequence[int]) -> list[Row]:
    """What processes said of how far they are, and of kept results."""
    return [
        row
        for statement, numbers in processes.numbered(processes.said_by, seqs)
        for row in tx.all(statement, **numbers)
    ]


def node_changes(
    members: Sequence[Row], edges: Sequence[Row], said: Sequence[Row] = ()
) -> list[NodeChange]:
    """What a display needs of these members; edges may lead to others, whose ids they carry."""
    texts = {(each["process"], each["key"]): each["value"] for each in said}
    parents: dict[str, list[tuple[int, str]]] = {}
    children: dict[str, list[tuple[int, str]]] = {}
    for edge in edges:
        parents.setdefault(edge["childid"], []).append((edge["parentposition"], edge["parentid"]))
        children.setdefault(edge["parentid"], []).append((edge["childposition"], edge["childid"]))
    return [
        NodeChange(
            processid=row["processid"],
            nodename=row["nodename"],
            funcname=row["funcname"],
            executortype=row["executortype"],
            state=State(row["state"]),
            executorname=row["executorname"],
            retries=row["retries"],
            submissiontime=to_wire(row["submissiontime"]),
            starttime=to_wire(row["starttime"]),
            endtime=to_wire(row["endtime"]),
            parents=_ordered(parents.get(row["processid"])),
            children=_ordered(children.get(row["processid"])),
            keptfrom=row["keptfrom"] or msgspec.UNSET,
            progress=(texts.get((row["seq"], PROGRESS)) or msgspec.UNSET)
            if row["state"] == State.RUNNING
            else msgspec.UNSET,
            cached=texts.get((row["seq"], CACHE), "").startswith(HIT) or msgspec.UNSET,
        )
        for row in members
    ]


def executor(row: Row) -> member.Executor:
    """An executor; empty location and blueprint are left out (part 01, section 4.3)."""
    return member.Executor(
        executorid=row["executorid"],
        executortype=row["executortype"],
        executorname=row["executorname"],
        colonyname=row["colonyname"],
        state=member.ExecutorState(row["state"]),
        requirefuncreg=bool(row["requirefuncreg"]),
        commissiontime=to_wire(row["commissiontime"]),
        lastheardfromtime=to_wire(row["lastheardfromtime"]),
        locationname=row["locationname"] or msgspec.UNSET,
        capabilities=msgspec.json.decode(row["capabilities"], type=member.Capabilities),
        allocations=msgspec.json.decode(row["allocations"], type=member.Allocations),
        blueprintid=row["blueprintid"] or msgspec.UNSET,
        blueprintgen=row["blueprintgen"] or msgspec.UNSET,
    )


def function(row: Row) -> member.Function:
    """A function; empty description, arguments and location are left out."""
    args = msgspec.json.decode(row["args"], type=list[member.FunctionArgument])
    return member.Function(
        functionid=row["functionid"],
        executorname=row["executorname"],
        executortype=row["executortype"],
        colonyname=row["colonyname"],
        funcname=row["funcname"],
        description=row["description"] or msgspec.UNSET,
        args=args or msgspec.UNSET,
        counter=row["counter"],
        minwaittime=row["minwaittime"],
        maxwaittime=row["maxwaittime"],
        minexectime=row["minexectime"],
        maxexectime=row["maxexectime"],
        avgwaittime=row["avgwaittime"],
        avgexectime=row["avgexectime"],
        locationname=row["locationname"] or msgspec.UNSET,
    )


def _ordered(pairs: list[tuple[int, str]] | None) -> list[str]:
    return [processid for _, processid in sorted(pairs)] if pairs else []
