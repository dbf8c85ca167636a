"""Which processes of a finished workflow run again, and which keep their results. Pure rules.

What did not succeed runs again, what somebody named too, and everything that depends on either.
A process that others added while they ran is carried over with the one that added it: if that one
runs again it will add anew, so what it added before is left out, and what it had put in between is
taken out of the way again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from jupyter_colonies.core.process import State
from jupyter_colonies.errors import InvalidRequest


class Member(NamedTuple):
    """A process of the old workflow.

    `addedby` is the number of the process that added it, 0 for what was submitted; `inserted`
    says that it was put between that one and its children.
    """

    seq: int
    processid: str
    nodename: str
    state: State
    addedby: int = 0
    inserted: bool = False


class Plan(NamedTuple):
    """What becomes of an old workflow.

    `carried` are the processes of the new one by their old numbers, in their old order; `again`
    those of them that run. `parents` are the numbers of their parents, in order. `mended` are
    those with a parent that something had been put in between from: their order is `in_order`'s.
    """

    carried: Sequence[Member]
    again: frozenset[int]
    parents: Mapping[int, Sequence[int]]
    mended: frozenset[int]


def named(members: Sequence[Member], names: Iterable[str]) -> set[int]:
    """Numbers of the processes with these ids or node names, which may be several for a name.

    Raises InvalidRequest for one that is not there.
    """
    by_name: dict[str, list[int]] = {}
    for member in members:
        by_name.setdefault(member.processid, []).append(member.seq)
        by_name.setdefault(member.nodename, []).append(member.seq)
    found: set[int] = set()
    for name in names:
        if not name or name not in by_name:
            raise InvalidRequest(f"Failed to rerun workflow, it has no node '{name}'")
        found.update(by_name[name])
    return found


def plan(
    members: Sequence[Member], edges: Iterable[tuple[int, int]], wanted: Iterable[int]
) -> Plan:
    """What runs again if `wanted` is to; `edges` are parents and children, in their order.

    The cost is that of looking at each member and each edge once. Raises InvalidRequest if a
    member has not finished, or if nothing would run.
    """
    unfinished = sum(not member.state.finished for member in members)
    if unfinished:
        raise InvalidRequest(
            f"Failed to rerun workflow, {unfinished} of its processes have not finished: wait for "
            "them, or cancel the workflow first"
        )
    parents: dict[int, list[int]] = {member.seq: [] for member in members}
    children: dict[int, list[int]] = {member.seq: [] for member in members}
    for parent, child in edges:
        parents[child].append(parent)
        children[parent].append(child)
    seeds = {member.seq for member in members if member.state is not State.SUCCESS}
    running = _with_descendants(seeds.union(wanted), children)
    left_out = _left_out(members, running)
    carried = [member for member in members if member.seq not in left_out]
    by_seq = {member.seq: member for member in members}
    mended = {child for gone in left_out for child in children[gone] if child not in left_out}
    for child in mended:
        parents[child] = _mended(parents[child], by_seq, left_out)
    again = frozenset(running - left_out)
    if not again:
        raise InvalidRequest(
            f"Failed to rerun workflow, all of its {len(members)} processes succeeded: name the "
            "nodes to run again"
        )
    return Plan(carried, again, {m.seq: parents[m.seq] for m in carried}, frozenset(mended))


def in_order(
    parents: Sequence[int], dependencies: Sequence[str], submitted: Mapping[int, str]
) -> list[int]:
    """Parents as the spec's dependencies name them, then those that were added later.

    `submitted` are the node names of what was submitted, by number.
    """
    places = {name: place for place, name in enumerate(dependencies)}
    last = len(places)
    return sorted(parents, key=lambda seq: places.get(submitted.get(seq, ""), last))


def _with_descendants(seeds: set[int], children: Mapping[int, Sequence[int]]) -> set[int]:
    found = set(seeds)
    stack = list(seeds)
    while stack:
        for child in children[stack.pop()]:
            if child not in found:
                found.add(child)
                stack.append(child)
    return found


def _left_out(members: Sequence[Member], running: set[int]) -> set[int]:
    """What was added by a process that runs again, or by something left out."""
    adders = {member.seq: member.addedby for member in members if member.addedby}
    goes: dict[int, bool] = {}
    for member in members:
        chain, last = [], member.seq
        while last in adders and last not in goes and adders[last] not in running:
            chain.append(last)
            last = adders[last]
        goes[last] = goes.get(last, last in adders)
        goes.update(dict.fromkeys(chain, goes[last]))
    return {seq for seq, gone in goes.items() if gone}


def _mended(parents: Sequence[int], members: Mapping[int, Member], left_out: set[int]) -> list[int]:
    """Parents with what was left out taken away.

    In the place of what had been put in between stands again the parent it was put below.
    """
    found: dict[int, None] = {}
    for parent in parents:
        seq = parent
        while seq in left_out and members[seq].inserted:
            seq = members[seq].addedby
        if seq not in left_out:
            found[seq] = None
    return list(found)
