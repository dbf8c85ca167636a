"""`submit`: a file or a variable of the notebook, whichever kind of work it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jupyter_colonies.client.compose.specfile import parse_specs, read_specs
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.commands import function, workflow
from jupyter_colonies.commands.block import Block, Submitted
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Verb, pass_session
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec
from jupyter_colonies.errors import InvalidSpec

_CELL = "this cell"
_ENDINGS = (".json", ".yaml", ".yml")


@click.command("submit", cls=Verb)
@click.argument("work", metavar="FILE")
@pass_session
def submit(session: Session, work: str) -> list[Block]:
    """Submit a JSON or YAML file: a list is a workflow, an object a single call.

    In a notebook the name of a variable that holds a Workflow, a list or a dict will do as well.
    """
    return [submitted(session, *_find(session, work))]


def submit_text(session: Session, text: str, name: str = "") -> Submitted:
    """Submit the JSON or YAML of a cell, shown under a name of its own.

    Raises InvalidSpec and InvalidWorkflow, which say what is wrong in which line of the cell.
    """
    if not text.strip():
        raise InvalidSpec(f"{_CELL} is empty: write the workflow in it, as JSON or YAML")
    return submitted(session, parse_specs(text, _CELL), name)


def submitted(session: Session, work: Any, source: str) -> Submitted:
    """Submit any kind of work."""
    run = session.colony.submit(work, source=source)
    single = isinstance(work, FunctionSpec | dict) and "functionspecs" not in _keys(work)
    line = (function if single else workflow).submitted(session.colonyname, run.id)
    return Submitted(run=run, line=line)


def _keys(work: Any) -> set[str]:
    return set(work) if isinstance(work, dict) else set()


def _find(session: Session, work: str) -> tuple[Any, str]:
    file = Path(work).expanduser()
    if file.exists() or file.suffix.lower() in _ENDINGS:
        return read_specs(file), work
    found = session.variable(work)
    if found is None:
        what = "a file or a variable" if session.frontend == "notebook" else "a file"
        raise click.UsageError(f"'{work}' is not {what} here")
    if not isinstance(found, Workflow | WorkflowSpec | FunctionSpec | list | dict):
        raise click.UsageError(
            f"The variable {work} is a {type(found).__name__}: a Workflow, a list of function "
            "specs or a dict is expected"
        )
    return found, work
