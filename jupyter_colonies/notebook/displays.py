"""What things look like as the value of a cell: in a notebook as HTML, in a terminal as text.

The classes themselves know nothing of notebooks; IPython is told how to show them when the
extension is loaded.
"""

from __future__ import annotations

import graphlib
from collections.abc import Callable, Sequence
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.runs.run import Run, RunNode
from jupyter_colonies.commands import portrait
from jupyter_colonies.commands.block import Block, Line
from jupyter_colonies.core import picture
from jupyter_colonies.core.cron import Cron
from jupyter_colonies.core.generator import Generator
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.member import Executor, Function
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.executor.worker import Worker
from jupyter_colonies.notebook.tables import Shown

Bundle = dict[str, Any]


def install(shell: InteractiveShell, show_run: Callable[[Run], None]) -> None:
    """Let the shell show our things; a run by `show_run`, which displays it itself."""
    formatter = shell.display_formatter
    if formatter is None:
        return
    formatter.ipython_display_formatter.for_type(Run, show_run)
    for kind, blocks in _PORTRAITS.items():
        formatter.mimebundle_formatter.for_type(kind, _shown(blocks))
    formatter.mimebundle_formatter.for_type(Workflow, of_workflow)


def uninstall(shell: InteractiveShell) -> None:
    """Take that back."""
    formatter = shell.display_formatter
    if formatter is None:
        return
    formatter.ipython_display_formatter.pop(Run, None)
    for kind in (*_PORTRAITS, Workflow):
        formatter.mimebundle_formatter.pop(kind, None)


def of_colony(colony: Colony) -> Sequence[Block]:
    """What there is in a colony now; that it can't be asked is said, and is no error."""
    try:
        statistics = colony.call(colony.client.get_colony_statistics(colonyname=colony.name))
        executors = colony.call(colony.client.get_executors(colonyname=colony.name))
    except ColoniesError as error:
        return [Line(text=f"{colony!r}: {error.message}", warning=True)]
    server = Line(text="Server", fields={"Address": colony.found.endpoint.base_url})
    return [*portrait.colony(colony.name, statistics, executors), server]


def of_worker(worker: Worker) -> Sequence[Block]:
    """An executor of this kernel."""
    fields = {
        "Type": worker.executortype,
        "State": str(worker.state),
        "Functions": " ".join(worker.functions),
        "Running": f"{len(worker.running)} of {worker.concurrency}",
        "Done": str(worker.done),
        "Failed": str(worker.failed),
    }
    return [Line(text=f"Executor {worker.name} of this kernel", fields=fields)]


def of_workflow(workflow: Workflow, **_: Any) -> Bundle:
    """The graph of a workflow that is being built, with what each node calls."""
    from jupyter_colonies.widgets.page.output import Still  # noqa: PLC0415 - slow to load

    nodes = _nodes(workflow)
    many = f"{len(nodes)} {'node' if len(nodes) == 1 else 'nodes'}"
    state = "not submitted" if workflow.run is None else f"submitted as {workflow.run.id}"
    name = workflow.name or "Workflow"
    title = f"{name} ({state})"
    rows = [
        [each.nodename, portrait.call_text(each.spec), each.spec.conditions.executortype,
         ", ".join(each.spec.conditions.dependencies or ())]
        for each in workflow.nodes.values()
    ]  # fmt: skip
    lines = [f"  {name}  {call}" + (f"  after {after}" if after else "")
             for name, call, _, after in rows[:40]]  # fmt: skip
    if len(rows) > len(lines):
        lines.append(f"  … and {len(rows) - len(lines)} more")
    text = "\n".join([f"{name}: {many}, {state}", *lines])
    try:
        drawn = picture.svg(nodes, title)
    except graphlib.CycleError:
        return {"text/plain": f"{text}\n  The nodes wait for each other in a circle"}
    still = Still(
        title=f"{name}, {many}",
        processgraphid="",
        state=state,
        svg=drawn,
        columns=("Node", "Call", "Executor type", "After"),
        rows=rows,
        text=text,
    )
    return still.without_our_own()


def _nodes(workflow: Workflow) -> list[NodeChange]:
    specs = [node.spec for node in workflow.nodes.values()]
    known = {spec.nodename for spec in specs}
    return [
        NodeChange(
            processid=spec.nodename,
            nodename=spec.nodename,
            funcname=spec.funcname,
            executortype=spec.conditions.executortype,
            parents=[each for each in spec.conditions.dependencies or () if each in known],
        )
        for spec in specs
    ]


def _shown(blocks: Callable[[Any], Sequence[Block]]) -> Callable[..., Bundle]:
    def bundle(value: Any, **_: Any) -> Bundle:
        return dict(Shown(blocks(value))._repr_mimebundle_())

    return bundle


_PORTRAITS: dict[type, Callable[[Any], Sequence[Block]]] = {
    Process: portrait.process,
    Executor: lambda found: portrait.executor(found, []),
    Function: lambda found: portrait.function([found]),
    Cron: portrait.cron,
    Generator: portrait.generator,
    ProcessGraph: lambda found: portrait.workflow(found, []),
    RunNode: lambda node: portrait.process(node.process),
    Colony: of_colony,
    Worker: of_worker,
}
