"""`deploy …`: notebooks whose executors a server keeps alive."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from jupyter_colonies.client.deployments import Deployments
from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Details, Line, Table, Text
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.deployment import (
    ENDING,
    Deployment,
    DeploymentRequest,
    DeploymentState,
)

WAIT = 60
LINES = 200
DEPLOYMENT_VARIABLE = "JUPYTER_COLONIES_DEPLOYMENT"


class _Deploy(Noun):
    """A noun whose verb may be left out before the name of a notebook."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See click.Command."""
        if args and args[0] not in self.commands and any(each.endswith(ENDING) for each in args):
            args = ["start", *args]
        return super().parse_args(ctx, args)


deploy = _Deploy(
    "deploy",
    help="Notebooks whose executors the server keeps alive: deploy analysis.ipynb",
)
_NAME = click.argument("name")
_WAIT = click.option(
    "--wait",
    type=click.IntRange(0, 600),
    default=WAIT,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait until the cells have run; the notebook goes on anyway.",
)


@deploy.command("start")
@click.argument("notebook")
@click.option("--name", default="", metavar="NAME", help="Its name; that of the file by default.")
@click.option(
    "--kernel", default="", metavar="NAME", help="Kernelspec, in place of the notebook's own."
)
@click.option("--watch", is_flag=True, help="Deploy it again when the code in the file changes.")
@_WAIT
@pass_session
def start(
    session: Session, notebook: str, name: str, kernel: str, watch: bool, wait: int
) -> list[Block]:
    """Run a notebook's cells in a kernel that the server keeps alive.

    Cells tagged skip-deploy are left out. What is under the name already is replaced: it finishes
    what it runs first.
    """
    if here := os.environ.get(DEPLOYMENT_VARIABLE):
        text = f"Nothing was deployed: this cell runs in the deployment '{here}'"
        return [Line(text=text, warning=True)]
    request = DeploymentRequest(
        path=str(Path(notebook).expanduser().absolute()),
        name=name, kernelname=kernel, watch=watch,
    )  # fmt: skip
    return _told(session, _deployments(session).deploy(request, wait=wait), "deployed")


@deploy.command("list")
@pass_session
def list_(session: Session) -> list[Block]:
    """List the deployed notebooks."""
    found = _deployments(session).list()
    columns = ["Name", "State", "Since", "Cells", "Restarts", "Kernel", "Notebook", "Reason"]
    rows = [
        [
            each.name,
            str(each.state),
            wording.moment(each.since),
            f"{each.done}/{each.cells}",
            str(each.restarts),
            each.kernelname,
            each.path,
            wording.cut(each.reason, 80),
        ]
        for each in found
    ]
    return session.listed(found, [Table(columns=columns, rows=rows)], none="No deployments found")


@deploy.command("get")
@_NAME
@pass_session
def get(session: Session, name: str) -> list[Block]:
    """Show how a deployed notebook is doing."""
    found = _deployments(session).get(name)
    rows = [
        ("Name", found.name),
        ("Notebook", found.path),
        ("State", str(found.state)),
        ("Since", wording.moment(found.since)),
        ("Reason", wording.text(found.reason)),
        ("Cells", f"{found.done} of {found.cells}"),
        ("Restarts", str(found.restarts)),
        ("Kernel", found.kernelname),
        ("KernelId", wording.text(found.kernelid)),
        ("Watch", wording.yes_no(found.watch)),
    ]
    return session.either(found, [Details(title="Deployment", rows=rows)])


@deploy.command("restart")
@_NAME
@_WAIT
@pass_session
def restart(session: Session, name: str, wait: int) -> list[Block]:
    """Run the cells of a deployed notebook anew, in a fresh kernel."""
    return _told(session, _deployments(session).restart(name, wait=wait), "restarted")


@deploy.command("stop")
@_NAME
@pass_session
def stop(session: Session, name: str) -> list[Block]:
    """End the kernel of a deployed notebook; restart brings it back."""
    return _told(session, _deployments(session).stop(name), "stopped")


@deploy.command("remove")
@_NAME
@pass_session
def remove(session: Session, name: str) -> list[Block]:
    """Stop a deployed notebook and forget it and its log; the file stays."""
    _deployments(session).remove(name)
    return [Line(text="Deployment removed", fields={"Name": name})]


@deploy.command("logs")
@_NAME
@click.option(
    "--lines", type=click.IntRange(1, 100_000), default=LINES, show_default=True,
    metavar="COUNT", help="How many of the last lines.",
)  # fmt: skip
@pass_session
def logs(session: Session, name: str, lines: int) -> list[Block]:
    """Show what a deployed notebook's kernel has said, and when it was started."""
    text = _deployments(session).log(name, lines)
    return [Text(text=text)] if text else [Line(text="The log is empty")]


def _deployments(session: Session) -> Deployments:
    return Deployments(session.connect().found)


def _told(session: Session, found: Deployment, what: str) -> list[Block]:
    fields: dict[str, Any] = {"Name": found.name, "State": str(found.state)}
    if found.kernelid:
        fields["KernelId"] = found.kernelid
    blocks: list[Block] = [Line(text=f"Notebook {what}", fields=fields)]
    if found.reason and found.state is not DeploymentState.STOPPED:
        blocks.append(Line(text=found.reason, warning=found.state is not DeploymentState.STARTING))
    return session.either(found, blocks)
