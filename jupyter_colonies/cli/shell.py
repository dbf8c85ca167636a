"""`jupyter colonies executor shell`: commands of container specs in subprocesses."""

from __future__ import annotations

import click

from jupyter_colonies.cli import program
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.commands.block import Line
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Blocks, Verb, pass_session
from jupyter_colonies.executor.programs.shell import NAME, TYPE, WARNING, shell_worker
from jupyter_colonies.executor.worker import Worker

PASSED = click.option(
    "--env", "passed", multiple=True, metavar="VARIABLE",
    help="Give commands this variable of the program's own environment; may be repeated.",
)  # fmt: skip


@click.command("shell", cls=Verb)
@program.options(NAME, TYPE)
@PASSED
@pass_session
def shell(
    session: Session, name: str, executortype: str, concurrency: int | None, grace: int,
    passed: tuple[str, ...],
) -> Blocks:  # fmt: skip
    """Run the commands of container specs on this machine, isolating nothing, until Ctrl-C.

    Commands get this program's environment without COLONIES_*, EXECUTOR_*, JUPYTER_*, JPY_* and
    AWS_*, unless --env names one.
    """
    yield Line(text=WARNING, warning=True)

    def make(colony: Colony) -> Worker:
        return shell_worker(
            colony, name, executortype, concurrency=concurrency or 0, passed=passed, show=False
        )

    program.run(session, make, grace=grace)
    yield Line(text="Executor stopped", fields={"ExecutorName": name})
