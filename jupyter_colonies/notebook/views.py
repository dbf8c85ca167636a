"""The verbs that show something live: `show`, `timeline` and `replay`."""

from __future__ import annotations

from typing import Any, Literal

import click
from IPython.display import display

from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.commands.block import Block
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.show import Thing, find
from jupyter_colonies.commands.verb import Verb, pass_session
from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import ClientError
from jupyter_colonies.notebook.display import present
from jupyter_colonies.notebook.display import show as show_run
from jupyter_colonies.notebook.run import NotebookRun
from jupyter_colonies.notebook.tables import Shown

_SHOWN = (Run, Workflow, Process)


@click.command("show", cls=Verb)
@click.argument("word", metavar="ID")
@pass_session
def show(session: Session, word: str) -> list[Block]:
    """Show anything by its id or name, live where it can be.

    Workflows, processes, executors, functions, crons, generators and the colony; a run, workflow
    or process in a variable, too. The first letters of the id of a recent workflow or process are
    enough. After a restart of the kernel this makes a saved graph live again.
    """
    variable = session.variable(word)
    if isinstance(variable, _SHOWN) and not session.json:
        display(variable)  # type: ignore[no-untyped-call]
        return []
    found = session.ask(find(session.member, session.colonyname, word))
    if session.json:
        return session.either({thing.kind: thing.value for thing in found}, [])
    blocks: list[Block] = []
    for thing in found:
        run = _run(session, thing)
        if run is None:
            blocks += thing.blocks
            continue
        if thing.kind == "process":
            display(Shown(thing.blocks))  # type: ignore[no-untyped-call]
        view = show_run(run)
        if thing.kind == "process":
            view.selected = thing.id
    return blocks


def _view_verb(kind: Literal["timeline", "replay"], text: str) -> click.Command:
    @click.command(kind, cls=Verb, help=text)
    @click.argument("word", metavar="ID")
    @pass_session
    def verb(session: Session, word: str) -> list[Block]:
        present(getattr(_named(session, word), kind)())
        return []

    return verb


timeline = _view_verb("timeline", "Show which executor worked on what of a run, and when.")
replay = _view_verb("replay", "Show the graph of a run at any moment, with a slider.")


def _named(session: Session, word: str) -> NotebookRun:
    """The run of an id, or in a variable. Raises NotFound, and ClientError for something else."""
    variable = session.variable(word)
    if isinstance(variable, NotebookRun):
        return variable
    found = session.ask(find(session.member, session.colonyname, word))
    for thing in found:
        run = _run(session, thing)
        if run is not None:
            return run
    raise ClientError(
        f"'{word}' is no run, but stands for: {', '.join(thing.kind for thing in found)}. "
        f"%colonies show {word} shows that"
    )


def _run(session: Session, thing: Thing) -> NotebookRun | None:
    """The run that a workflow or a single process is; a part of a workflow stands for that."""
    value: Any = thing.value
    colony = session.colony
    if thing.kind == "workflow":
        return NotebookRun(colony, thing.id)
    if thing.kind != "process":
        return None
    if value.processgraphid:
        return NotebookRun(colony, value.processgraphid)
    return NotebookRun(colony, thing.id, workflow=False, name=value.spec.funcname)
