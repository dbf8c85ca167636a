"""`jupyter colonies executor container`: commands of container specs in docker or podman."""

from __future__ import annotations

import click

from jupyter_colonies.cli import program
from jupyter_colonies.cli.shell import PASSED
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.commands.block import Line
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Blocks, Verb, pass_session
from jupyter_colonies.executor.programs import engine
from jupyter_colonies.executor.programs.container import ContainerExecutor
from jupyter_colonies.executor.programs.shell import NAME, TYPE
from jupyter_colonies.executor.worker import Worker


@click.command("container", cls=Verb)
@click.option(
    "--engine",
    "engine_name",
    type=click.Choice(engine.PROGRAMS),
    default=None,
    help="What runs the containers; whichever is there unless given.",
)
@program.options(NAME, TYPE)
@PASSED
@pass_session
def container(
    session: Session, engine_name: str | None, name: str, executortype: str,
    concurrency: int | None, grace: int, passed: tuple[str, ...],
) -> Blocks:  # fmt: skip
    """Run the commands of container specs in docker or podman, until Ctrl-C."""

    def make(colony: Colony) -> Worker:
        return ContainerExecutor(
            colony, name, executortype,
            engine_name=engine_name or "", concurrency=concurrency or 0, passed=passed, show=False,
        )  # fmt: skip

    program.run(session, make, grace=grace)
    yield Line(text="Executor stopped", fields={"ExecutorName": name})
