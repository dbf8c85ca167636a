"""What can be done with a process from the inspector, and doing it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any, NamedTuple

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.core.messages.reruns import RERUN_WORKFLOW, RETRY_PROCESS
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.times import NEVER

Told = tuple[str, Run | None]
"""What happened, in words, and the run that came of it."""


class Action(NamedTuple):
    """Something to do: whether it applies, what it is called, and how it is done.

    `question` is asked before what can't be undone. `extension` is the message a server needs.
    """

    name: str
    label: str
    title: str
    applies: Callable[[Process], bool]
    do: Callable[[Colony, Process], Awaitable[Told]]
    question: str = ""
    extension: str = ""


def offered(process: Process, extensions: Collection[str]) -> list[dict[str, str]]:
    """The actions that apply to a process at a server with these extensions, for the page."""
    name = process.spec.nodename or process.spec.funcname
    return [
        {
            "name": each.name,
            "label": each.label,
            "title": each.title,
            "question": each.question.format(name=name),
        }
        for each in ACTIONS
        if each.applies(process) and (not each.extension or each.extension in extensions)
    ]


async def carry_out(colony: Colony, process: Process, name: str) -> Told:
    """Do what is called so. Raises what the server refuses with, KeyError for no such action."""
    return await {each.name: each for each in ACTIONS}[name].do(colony, process)


async def _cancel(colony: Colony, process: Process) -> Told:
    await colony.client.cancel_process(processid=process.processid)
    return f"{_name(process)} was cancelled", None


async def _cancel_workflow(colony: Colony, process: Process) -> Told:
    await colony.client.cancel_process_graph(processgraphid=process.processgraphid)
    return "The workflow was cancelled", None


async def _retry(colony: Colony, process: Process) -> Told:
    made = await colony.client.retry_process(processid=process.processid)
    run = colony.run_type(colony, made.processid, workflow=False, name=_name(process))
    return f"{_name(process)} runs again on its own", run


async def _rerun(colony: Colony, process: Process) -> Told:
    old = colony.run_type(colony, process.processgraphid)
    # Waits for branches that still run, which must not keep others from the portal.
    run: Any = await asyncio.to_thread(old.rerun, process.processid)
    return f"The workflow runs again from {_name(process)}", run


def _name(process: Process) -> str:
    return process.spec.nodename or process.spec.funcname


def _has_run(process: Process) -> bool:
    return process.state.finished and process.starttime > NEVER and not process.keptfrom


ACTIONS = (
    Action(
        "cancel",
        "Cancel …",
        "End it; what it has done so far is not kept",
        lambda process: not (process.state.finished or process.processgraphid),
        _cancel,
        question="Cancel {name}? What it has done so far is not kept.",
    ),
    Action(
        "cancel-workflow",
        "Cancel the workflow …",
        "End all of the workflow that has not ended; what has succeeded is kept",
        lambda process: bool(process.processgraphid) and not process.state.finished,
        _cancel_workflow,
        question="Cancel the workflow of {name}? All of it that has not ended will be cancelled.",
    ),
    Action(
        "rerun",
        "Run from here",
        "A new run: this node, what depends on it, and what did not succeed. The rest is kept",
        lambda process: bool(process.processgraphid) and process.state.finished,
        _rerun,
        extension=RERUN_WORKFLOW.type,
    ),
    Action(
        "retry",
        "Retry alone",
        "Run this one process again with the same input; its workflow stays as it is",
        _has_run,
        _retry,
        extension=RETRY_PROCESS.type,
    ),
)
