"""`jupyter colonies executor shell`: the built-in executor, in a terminal until Ctrl-C."""

from __future__ import annotations

import signal
import threading

import click

from jupyter_colonies.commands.block import Line
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Blocks, Verb, pass_session
from jupyter_colonies.executor.shell import WARNING, shell_worker


@click.command("shell", cls=Verb)
@click.option(
    "--name", default="dev-docker", show_default=True, metavar="NAME", help="Name of the executor."
)
@click.option(
    "--type",
    "executortype",
    default="container-executor",
    show_default=True,
    metavar="TYPE",
    help="Type of the executor.",
)
@pass_session
def shell(session: Session, name: str, executortype: str) -> Blocks:
    """Run the commands of container specs on this machine, isolating nothing, until Ctrl-C."""
    yield Line(text=WARNING, warning=True)
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        worker = shell_worker(session.colony, name, executortype)
        worker.start()
        yield Line(
            text="Executor started: Ctrl-C stops it",
            fields={"ExecutorName": name, "ExecutorType": executortype},
        )
        stop.wait()
        worker.stop()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    yield Line(text="Executor stopped", fields={"ExecutorName": name})
