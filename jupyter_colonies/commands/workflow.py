"""`workflow …`: submit, look at, cancel and remove workflows."""

from __future__ import annotations

from pathlib import Path

import click

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.compose.specfile import read_specs
from jupyter_colonies.client.storage.pinning import pinned
from jupyter_colonies.commands import repair, wording
from jupyter_colonies.commands.block import Block, Details, Heading, Line, Submitted, Table
from jupyter_colonies.commands.function import take_snapshots
from jupyter_colonies.commands.listing import LISTINGS, Listing
from jupyter_colonies.commands.repair import from_option
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import InvalidRequest, InvalidSpec, ServerRefused

workflow = Noun(
    "workflow",
    help="Workflows: function specs that wait for each other.",
)
_ID = click.option("--workflowid", required=True, metavar="ID", help="Id of the workflow.")


@workflow.command("submit")
@click.option(
    "--spec",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="JSON or YAML file with a list of function specs.",
)
@take_snapshots
@pass_session
def submit(session: Session, spec: Path, snapshot: bool) -> list[Block]:
    """Submit the workflow in a file."""
    specs = read_specs(spec)
    if not isinstance(specs, list):
        raise InvalidSpec(
            f"{spec}: this is one function spec, not a list: use 'function submit --spec {spec}'"
        )
    with pinned(session.colony, specs if snapshot else []) as ready:
        run = session.colony.submit(ready or specs, source=str(spec))
    return [Submitted(run=run, line=submitted(session.colonyname, run.id))]


def submitted(colonyname: str, workflowid: str) -> Line:
    """The line that says under which id a workflow runs."""
    return Line(
        text="Workflow submitted", fields={"ColonyName": colonyname, "WorkflowID": workflowid}
    )


@workflow.command("get")
@_ID
@pass_session
def get(session: Session, workflowid: str) -> list[Block]:
    """Show a workflow and all its processes."""
    client = session.member
    graph = session.ask(client.get_process_graph(processgraphid=workflowid))
    processes = session.ask(_processes(client, graph))
    blocks: list[Block] = [_summary(graph), Heading(text="Processes:")]
    blocks += [_node(process) for process in processes]
    return session.either({"workflow": graph, "processes": processes}, blocks)


async def _processes(client: Client, graph: ProcessGraph) -> list[Process]:
    """All processes of a workflow, in the order the workflow lists them."""
    ids = graph.processids or []
    try:
        found = await client.get_processes(
            colonyname=graph.colonyname, processgraphid=graph.processgraphid, state=-1
        )
    except (InvalidRequest, ServerRefused):
        # The original server has no list of one workflow's processes (part 02, section 10.1).
        found = [await client.get_process(processid=processid) for processid in ids]
    place = {processid: n for n, processid in enumerate(ids)}
    return sorted(found, key=lambda process: place.get(process.processid, len(place)))


def _summary(graph: ProcessGraph) -> Details:
    return Details(
        title="Workflow",
        rows=[
            ("WorkflowId", graph.processgraphid),
            ("SubmissionTime", wording.moment(graph.submissiontime)),
            ("State", graph.state.word),
            ("StartTime", wording.moment(graph.starttime)),
            ("InitiatorName", graph.initiatorname),
            ("InitiatorId", graph.initiatorid),
            ("EndTime", wording.moment(graph.endtime)),
        ],
    )


def _node(process: Process) -> Details:
    spec = process.spec
    return Details(
        rows=[
            ("WaitingForParents", wording.yes_no(process.waitforparents)),
            ("State", process.state.word),
            ("ProcessId", process.processid),
            ("NodeName", spec.nodename),
            ("KwArgs", wording.pairs(spec.kwargs)),
            ("InitiatorId", process.initiatorid),
            ("Initiator", process.initiatorname),
            ("FuncName", spec.funcname),
            ("ExecutorType", spec.conditions.executortype),
            ("Dependencies", wording.values(spec.conditions.dependencies)),
            ("Args", wording.values(spec.args)),
        ],
    )


def _lister(listing: Listing) -> None:
    word = listing.state.word.lower()

    @workflow.command(listing.verb, help=f"List {word} workflows, newest first.")
    @click.option("--count", default=20, show_default=True, help="How many at most.")
    @pass_session
    def ps(session: Session, count: int) -> list[Block]:
        graphs = session.ask(
            session.member.get_process_graphs(
                colonyname=session.colonyname, count=count, state=int(listing.state)
            )
        )
        rows = [
            [
                graph.processgraphid,
                wording.moment(getattr(graph, listing.when)),
                graph.initiatorname,
            ]
            for graph in graphs
        ]
        table = Table(columns=["WorkflowId", listing.column, "Initiator"], rows=rows)
        return session.listed(graphs, [table], none=listing.none("workflows"))


for _listing in LISTINGS:
    _lister(_listing)


@workflow.command("cancel")
@_ID
@pass_session
def cancel(session: Session, workflowid: str) -> list[Block]:
    """Cancel a workflow: what has not finished will not run."""
    session.ask(session.member.cancel_process_graph(processgraphid=workflowid))
    return [Line(text="Workflow cancelled", fields={"WorkflowID": workflowid})]


@workflow.command("rerun")
@_ID
@from_option
@pass_session
def rerun(session: Session, workflowid: str, nodes: tuple[str, ...]) -> list[Block]:
    """Run again what did not succeed, as a new workflow that keeps what did.

    What depends on a node that runs again does so too. Kept nodes have their outputs and times,
    and nothing is executed for them.
    """
    return repair.rerun(session, workflowid, nodes)


@workflow.command("history")
@_ID
@pass_session
def history(session: Session, workflowid: str) -> list[Block]:
    """List the workflows that run each other again, oldest first."""
    return repair.history(session, workflowid)


@workflow.command("diff")
@_ID
@click.option("--with", "other", default="", metavar="ID", help="The earlier workflow.")
@pass_session
def diff(session: Session, workflowid: str, other: str) -> list[Block]:
    """Show what differs from an earlier workflow, by default from the one it runs again."""
    return repair.diff(session, workflowid, other)


@workflow.command("remove")
@_ID
@pass_session
def remove(session: Session, workflowid: str) -> list[Block]:
    """Remove a workflow with all its processes."""
    session.ask(session.member.remove_process_graph(processgraphid=workflowid))
    return [Line(text="Workflow removed", fields={"WorkflowID": workflowid})]
