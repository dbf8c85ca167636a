"""The verbs that only a notebook has: they act on this kernel."""

from __future__ import annotations

import os
from pathlib import Path

import click
from IPython.core.getipython import get_ipython
from IPython.display import display

from jupyter_colonies.commands.block import Block, Line, Table
from jupyter_colonies.commands.environment import object_keys, variables
from jupyter_colonies.commands.root import tree
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, Verb, pass_session
from jupyter_colonies.core.messages.objects import GET_CREDENTIALS
from jupyter_colonies.core.notebookcall import EXECUTORTYPE
from jupyter_colonies.errors import NotFound
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.notebooks import runnable
from jupyter_colonies.executor.programs import container, shell
from jupyter_colonies.executor.worker import Worker
from jupyter_colonies.notebook import debugging
from jupyter_colonies.notebook.colony import connect as connect_notebook
from jupyter_colonies.notebook.origin import notebook_path
from jupyter_colonies.notebook.run import NotebookRun
from jupyter_colonies.notebook.views import replay, show, timeline

PROGRAM = "%colonies"

executor = Noun("executor")


_NAME = click.option(
    "--name", default=shell.NAME, show_default=True, metavar="NAME", help="Name of the executor."
)
_TYPE = click.option(
    "--type", "executortype", default=shell.TYPE, show_default=True, metavar="TYPE",
    help="Type of the executor.",
)  # fmt: skip


@executor.group("start", help="Start an executor that comes with jupyter_colonies.")
def start() -> None:
    """The built-in executors."""


@start.command("shell")
@_NAME
@_TYPE
@pass_session
def start_shell(session: Session, name: str, executortype: str) -> list[Block]:
    """Run the commands of container specs on this machine, isolating nothing."""
    worker = shell.shell_worker(session.colony, name, executortype)
    worker.start()
    return [Line(text=shell.WARNING, warning=True), started(worker)]


@start.command("notebook")
@click.option(
    "--name", default=runnable.NAME, show_default=True, metavar="NAME", help="Name of the executor."
)
@click.option(
    "--type",
    "executortype",
    default=EXECUTORTYPE,
    show_default=True,
    metavar="TYPE",
    help="Type of the executor.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="COUNT",
    help="How many notebooks run at the same time.",
)
@pass_session
def start_notebook(session: Session, name: str, executortype: str, concurrency: int) -> list[Block]:
    """Run the notebooks of workflows on this machine, each in a kernel of its own."""
    worker = runnable.notebook_worker(session.colony, name, executortype, concurrency=concurrency)
    worker.start()
    return [Line(text=runnable.WARNING, warning=True), started(worker)]


@start.command("container")
@_NAME
@_TYPE
@pass_session
def start_container(session: Session, name: str, executortype: str) -> list[Block]:
    """Run the commands of container specs in docker or podman."""
    worker = container.ContainerExecutor(session.colony, name, executortype)
    worker.start()
    return [started(worker)]


def started(worker: Worker) -> Line:
    """The line that says which executor works in this kernel now."""
    return Line(
        text="Executor started",
        fields={"ExecutorName": worker.name, "ExecutorType": worker.executortype},
    )


@executor.command("list")
@pass_session
def list_(_session: Session) -> list[Block]:
    """List the executors that live in this kernel."""
    workers = registry.list()
    if not workers:
        return [Line(text="No executors run in this kernel")]
    rows = [
        [
            worker.name,
            worker.executortype,
            str(worker.state),
            " ".join(worker.functions),
            str(len(worker.running)),
            str(worker.done),
            str(worker.failed),
            str(worker.strays),
        ]
        for worker in workers
    ]
    columns = ["Name", "Type", "State", "Functions", "Running", "Done", "Failed", "Not ending"]
    return [Table(columns=columns, rows=rows)]


@executor.command("panel")
@pass_session
def panel(session: Session) -> list[Block]:
    """Show the executors of this kernel with buttons to start and stop them."""
    from jupyter_colonies.widgets.executors.panel import (  # noqa: PLC0415 - slow to load
        ExecutorPanel,
    )

    display(ExecutorPanel(session.colony))  # type: ignore[no-untyped-call]
    return []


@executor.command("stop")
@click.argument("name")
@click.option(
    "--cell",
    default="",
    metavar="ID",
    help="End only what stands in this cell; the executor stops when nothing is left.",
)
@pass_session
def stop(_session: Session, name: str, cell: str) -> list[Block]:
    """Stop an executor of this kernel; what it is running is finished first."""
    worker = registry.get(name)
    if worker is None:
        here = ", ".join(each.name for each in registry.list()) or "none"
        raise click.UsageError(f"No executor {name} runs in this kernel; there are: {here}")
    if cell:
        try:
            worker.withdraw(cell)
        except KeyError:
            raise click.UsageError(f"Executor {name} serves nothing of the cell {cell}") from None
    else:
        worker.stop()
    return [Line(text="Executor stopped", fields={"ExecutorName": name})]


@click.command("monitor", cls=Verb)
@pass_session
def monitor(session: Session) -> list[Block]:
    """Show executors, queues, what runs and what failed, crons and generators, live."""
    from jupyter_colonies.widgets.monitor.monitor import Monitor  # noqa: PLC0415 - slow to load

    display(Monitor(session.colony))  # type: ignore[no-untyped-call]
    return []


@click.command("connect", cls=Verb)
@click.argument("address", required=False)
@click.option("--colony", metavar="NAME", help="Name of the colony.")
@pass_session
def connect(session: Session, address: str | None, colony: str | None) -> list[Block]:
    """Use the server at ADDRESS from now on (host:port or a URL).

    Without an address the server is looked for again. --prvkey-file says who you are there.
    """
    chosen = connect_notebook(address, colony=colony, keyfile=session.keyfile)
    return [
        Line(
            text="Connected",
            fields={"ColonyName": chosen.name, "Server": chosen.client.endpoint.base_url},
        )
    ]


@click.command("compose", cls=Verb)
@click.argument("work", metavar="[FILE|ID]", required=False)
@click.option("--name", default="", metavar="NAME", help="Name under which the draft is kept.")
@pass_session
def compose(session: Session, work: str | None, name: str) -> list[Block]:
    """Compose a workflow: a new one, that of a JSON or YAML file, or one that has run.

    The draft is kept under its name, and is there again when this is run again.
    """
    from jupyter_colonies.widgets.composer.composer import Composer  # noqa: PLC0415 - slow to load

    known = session.variable(work) if work and work.isidentifier() else None
    begin = work if known is None else known
    named = name or (Path(work).name if work else Path(notebook_path(get_ipython())).stem)
    display(Composer.of(session.colony, begin, name=named))  # type: ignore[no-untyped-call]
    return []


@click.command("env", cls=Verb)
@pass_session
def env(session: Session) -> list[Block]:
    """Set the variables that outside programs need, for what is started from this kernel.

    Shows their names only: private keys never reach a notebook's output.
    """
    colony = session.colony
    found = variables(colony.found)
    if GET_CREDENTIALS.type in colony.call(colony.extensions()):
        endpoint = colony.found.endpoint
        address = f"{endpoint.host}:{endpoint.port}"
        keys = object_keys(colony.client, colony.name, address, tls=endpoint.tls)
        found |= colony.call(keys)
    os.environ.update(found)
    return [Line(text="Set in this kernel: " + ", ".join(found))]


@click.command("debug", cls=Verb)
@click.argument("workid", metavar="ID")
@pass_session
def debug(session: Session, workid: str) -> list[Block]:
    """Bring a failed process into this notebook: its arguments, inputs, source and traceback.

    They become the variables failed_args, failed_kwargs, failed_inputs, failed_source,
    failed_traceback and failed_process; %debug looks into the frames if this kernel ran it, and
    debug.run() calls the function again in the debugger. The id of a workflow stands for the
    first of its processes that failed by itself.
    """
    colony = session.colony
    try:
        found = debugging.debug(colony, workid)
    except NotFound:
        found = NotebookRun(colony, workid).debug()
    display(found)  # type: ignore[no-untyped-call]
    return [Line(text="Set in this notebook: " + ", ".join(found.names()))]


def verbs() -> Noun:
    """All verbs of a notebook."""
    extra = {
        "compose": compose,
        "connect": connect,
        "debug": debug,
        "env": env,
        "executor": executor,
        "monitor": monitor,
        "replay": replay,
        "show": show,
        "timeline": timeline,
    }
    return tree(PROGRAM, extra)
