"""`jupyter colonies executor notebook`: the notebooks of workflows, each in a kernel of its own."""

from __future__ import annotations

import click

from jupyter_colonies.cli import program
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.commands.block import Line
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Blocks, Verb, pass_session
from jupyter_colonies.core.notebookcall import EXECUTORTYPE
from jupyter_colonies.executor.notebooks.runnable import NAME, WARNING, notebook_worker
from jupyter_colonies.executor.worker import Worker


@click.command("notebook", cls=Verb)
@program.options(NAME, EXECUTORTYPE)
@pass_session
def notebook(
    session: Session, name: str, executortype: str, concurrency: int | None, grace: int
) -> Blocks:
    """Run the notebooks of workflows on this machine, each in a kernel of its own."""
    yield Line(text=WARNING, warning=True)

    def make(colony: Colony) -> Worker:
        return notebook_worker(colony, name, executortype, concurrency=concurrency or 1)

    program.run(session, make, grace=grace)
    yield Line(text="Executor stopped", fields={"ExecutorName": name})
