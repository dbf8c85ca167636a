"""`rerun …`, and what running again is as a verb of workflows and processes."""

from __future__ import annotations

from collections.abc import Sequence

import click

from jupyter_colonies.client.runs.difference import COLUMNS, Difference
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Line, Submitted, Table
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Verb, pass_session
from jupyter_colonies.errors import NotFound

from_option = click.option(
    "--from",
    "nodes",
    multiple=True,
    metavar="NODE",
    help="Name or process id of a node to run again though it succeeded; may be repeated.",
)


def rerun(session: Session, workflowid: str, nodes: Sequence[str]) -> list[Block]:
    """Run a workflow again, as a new one."""
    run = session.colony.run(workflowid).rerun(nodes)
    return [
        Submitted(
            run=run,
            line=Line(
                text="Workflow runs again",
                fields={
                    "ColonyName": session.colonyname,
                    "WorkflowID": run.id,
                    "OriginalID": workflowid,
                },
            ),
        )
    ]


def retry(session: Session, processid: str) -> list[Block]:
    """Run a process again on its own."""
    run = Run(session.colony, processid, workflow=False).retry()
    fields = {"ProcessId": run.id, "OriginalID": processid}
    return [Submitted(run=run, line=Line(text="Process runs again", fields=fields))]


@click.command("rerun", cls=Verb)
@click.argument("workid", metavar="ID")
@from_option
@pass_session
def rerun_any(session: Session, workid: str, nodes: tuple[str, ...]) -> list[Block]:
    """Run again what did not succeed of a workflow, as a new one that keeps what did.

    The id of a process in a workflow runs that workflow again from there; a process on its own is
    retried.
    """
    try:
        process = session.ask(session.member.get_process(processid=workid))
    except NotFound:
        return rerun(session, workid, nodes)
    if process.processgraphid:
        return rerun(session, process.processgraphid, [workid, *nodes])
    return retry(session, workid)


def history(session: Session, workflowid: str) -> list[Block]:
    """The workflows that run each other again, oldest first."""
    graphs = session.ask(session.member.get_reruns(processgraphid=workflowid))
    rows = [
        [
            graph.processgraphid,
            graph.state.word,
            wording.moment(graph.submissiontime),
            graph.initiatorname,
            graph.original or "",
        ]
        for graph in graphs
    ]
    columns = ["WorkflowId", "State", "Submission Time", "Initiator", "Runs again"]
    return session.either(graphs, [Table(columns=columns, rows=rows)])


def diff(session: Session, workflowid: str, other: str) -> list[Block]:
    """What differs between two workflows."""
    colony = session.colony
    found = colony.run(workflowid).diff(colony.run(other) if other else None)
    blocks: list[Block] = [Line(text=found.summary)]
    if found:
        blocks.append(Table(columns=COLUMNS, rows=list(found.rows())))
    return session.either(_as_json(found), blocks)


def _as_json(found: Difference) -> list[dict[str, object]]:
    return [
        {
            "nodename": node.nodename,
            "kept": node.kept,
            "changes": [change._asdict() for change in node.changes],
        }
        for node in found
    ]
