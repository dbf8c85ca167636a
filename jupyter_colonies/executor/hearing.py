"""What an executor hears of its processes: one that was cancelled, is too late or is given away.

One subscription serves all runs of an executor. It also says where the executor lives, so that
the server sees it end.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.patience import pauses
from jupyter_colonies.core import machine
from jupyter_colonies.core.messages.executors import SUBSCRIBE_EXECUTOR, ExecutorChange
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.executor.running import RunningProcess

SUBSCRIPTION = 24 * 3600
TAKEN = "it was taken away"

_REASONS = {
    State.CANCELLED: "it was cancelled",
    State.FAILED: "it has failed: its time was over, or its workflow has failed",
    State.WAITING: "it was given back: its time was over, or its executor counts as gone",
}


async def listen(
    client: Client,
    names: Mapping[str, str],
    extensions: Sequence[str],
    running: Sequence[RunningProcess],
) -> None:
    """Cancel runs as soon as their processes are taken away, until this is cancelled itself.

    `names` are those of colony and executor, `running` is read whenever something is heard.
    Returns at once where the server does not know the message: there the refusal of the
    result tells, and the execution time is counted here.
    """
    waits = pauses()
    while SUBSCRIBE_EXECUTOR.type in extensions:
        before = tuple(running)
        changes = client.subscribe_executor(
            **names,
            timeout=SUBSCRIPTION,
            machine=machine.name(),
            pid=os.getpid(),
            kernelid=kernel_id(),
        )
        try:
            async with aclosing(changes):
                async for change in changes:
                    waits = pauses()
                    heed(change, before, running)
        except ColoniesError:
            # Whether anything is wrong, and what to do, is found out by the next assign.
            pass
        await asyncio.sleep(next(waits))


def heed(
    change: ExecutorChange, before: Sequence[RunningProcess], running: Sequence[RunningProcess]
) -> None:
    """Cancel what is not this executor's any more.

    before: what ran when the server was asked. What began since may be too new for its answer.
    """
    if change.running is not None:
        still = set(change.running)
        for each in before:
            if each.processid not in still:
                each.cancellation.cancel(TAKEN)
    taken = {each.processid: each.state for each in change.taken or ()}
    for each in running:
        if each.processid in taken:
            each.cancellation.cancel(_REASONS.get(State(taken[each.processid]), TAKEN))


def kernel_id() -> str:
    """Id of the Jupyter kernel this is, as its server knows it; empty outside of one."""
    kernelapp = sys.modules.get("ipykernel.kernelapp")
    if kernelapp is None or not kernelapp.IPKernelApp.initialized():
        return ""
    return Path(kernelapp.IPKernelApp.instance().connection_file).stem.removeprefix("kernel-")
