"""A workflow below a running process: how its nodes are added, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from jupyter_colonies.core.graph import check_workflow
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.errors import InvalidWorkflow


class Child(NamedTuple):
    """A process to be added: its spec, and the name of the node that then waits for it, too."""

    spec: FunctionSpec
    successor: str


def children(parent: FunctionSpec, specs: Sequence[FunctionSpec]) -> list[Child]:
    """The nodes of a workflow in the order in which they can be added below a running process.

    The protocol adds a process below the running one and joins it to at most one that waits
    (part 02, section 7.1). So whoever waits is added first, and no node may have two successors.
    Each also waits for the running process, whose output is the first part of its input. Raises
    InvalidWorkflow.
    """
    check_workflow(specs)
    successors: dict[str, list[str]] = {spec.nodename: [] for spec in specs}
    for spec in specs:
        for name in spec.dependencies:
            successors[name].append(spec.nodename)
    for name, waiting in successors.items():
        if len(waiting) > 1:
            raise InvalidWorkflow(
                f"Below a running process only one node can wait for another, and {len(waiting)} "
                f"wait for '{name}': {', '.join(waiting)}. Submit a run of its own"
            )
    named = {spec.nodename: spec for spec in specs}
    order: list[Child] = []
    waiting_first = [name for name, waiting in successors.items() if not waiting]
    while waiting_first:
        spec = named[waiting_first.pop(0)]
        order.append(Child(_below(parent, spec), "".join(successors[spec.nodename])))
        # Joined in this order, so that it is the order of their outputs.
        waiting_first += spec.dependencies
    return order


def _below(parent: FunctionSpec, spec: FunctionSpec) -> FunctionSpec:
    conditions = msgspec.structs.replace(
        spec.conditions,
        colonyname=parent.conditions.colonyname,
        executortype=spec.conditions.executortype or parent.conditions.executortype,
        dependencies=[parent.nodename, *spec.dependencies],
    )
    return msgspec.structs.replace(spec, conditions=conditions)
