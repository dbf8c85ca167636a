"""Why a run failed: which of its processes did by themselves, and which because of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from jupyter_colonies.client.client import Client
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.process import State

EXPLAINED = 20
"""How many failed processes are explained one by one."""


async def explained(client: Client, nodes: Mapping[str, NodeChange], what: str) -> str:
    """Which processes failed by themselves, with their errors, and which because of them.

    `what` says what failed. A coroutine.
    """
    failed = [node for node in nodes.values() if node.state == State.FAILED]
    # Only a process whose parents succeeded can have failed by itself.
    suspects = [
        node
        for node in sorted(failed, key=lambda node: node.endtime)
        if all(nodes[p].state == State.SUCCESS for p in node.parents if p in nodes)
    ]
    asked = [client.get_process(processid=node.processid) for node in suspects[:EXPLAINED]]
    blamed = {
        process.processid: process.errors
        for process in await asyncio.gather(*asked)
        if process.errors
    }
    lines = [
        f"{_name(nodes[processid])} failed: {joined(errors)}"
        for processid, errors in blamed.items()
    ]
    rest = [node for node in failed if node.processid not in blamed]
    others = ", ".join(_name(node) for node in rest[:EXPLAINED])
    if len(rest) > EXPLAINED:
        others += f" and {len(rest) - EXPLAINED} more"
    if not lines:
        return f"{what} failed without saying why: {others}"
    if others:
        lines.append(f"Failed because of it: {others}")
    return "\n".join(lines)


def joined(errors: Sequence[str]) -> str:
    """Errors as one text: on one line unless one of them has several."""
    return ("\n" if any("\n" in each for each in errors) else "; ").join(errors)


def _name(node: NodeChange) -> str:
    return node.nodename or node.funcname
